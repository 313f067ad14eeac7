// SPDX-License-Identifier: GPL-2.0
#include "vendor_test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

bool device_required(void)
{
	return getenv("FWCTL_TEST_REQUIRED");
}

bool upstream_driver(void)
{
	return getenv("FWCTL_TEST_UPSTREAM_DRIVER");
}

bool c_only(void)
{
	return getenv("FWCTL_TEST_C_ONLY");
}

bool sole_vendor(void)
{
	return !getenv("FWCTL_TEST_VENDOR");
}

long long node_vendor(unsigned int number)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/fwctl/fwctl%u/device/vendor", number);
	return read_number(path);
}

/* Whether the node of this number is there and under test. */
static bool node_counts(unsigned int number)
{
	return node_vendor(number) == vendor()->pci;
}

unsigned int node_number(unsigned int n)
{
	if (sole_vendor())
		return n;
	for (unsigned int number = 0; number < NODES_MAX; number++)
		if (node_counts(number) && !n--)
			return number;
	return NODES_MAX;
}

/* While its driver is bound again, a node can have become another vendor's. */
static bool node_is_ours(int fd)
{
	/* Asked here in any case: where there is no node it could not be told later. */
	const struct vendor *ours = vendor();
	struct fwctl_info info;

	return sole_vendor() || info_shortly(fd, &info) || info.out_device_type == ours->type;
}

int node_open(unsigned int n)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/fwctl/fwctl%u", node_number(n));
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (node_is_ours(fd))
		return fd;
	close(fd);
	return -ENOENT;
}

unsigned int node_count(void)
{
	DIR *dir = opendir("/dev/fwctl");
	struct dirent *entry;
	unsigned int count = 0, number;

	if (!dir)
		return 0;
	while ((entry = readdir(dir)))
		if (sscanf(entry->d_name, "fwctl%u", &number) == 1)
			count += sole_vendor() || node_counts(number);
	closedir(dir);
	return count;
}

unsigned int patience(void)
{
	const char *seconds = getenv("FWCTL_TEST_PATIENCE");

	return seconds ? atoi(seconds) : 250;
}

bool patient(bool (*done)(void *), void *arg)
{
	for (unsigned int i = 0; i < patience() * 50; i++) {
		if (done(arg))
			return true;
		usleep(20000);
	}
	return false;
}

struct child {
	pid_t pid;
	int *status;
};

static bool child_ended(void *arg)
{
	struct child *child = arg;

	return waitpid(child->pid, child->status, WNOHANG) == child->pid;
}

bool child_wait(pid_t pid, int *status)
{
	struct child child = { pid, status };

	return patient(child_ended, &child);
}

static bool nodes_are(void *count)
{
	return node_count() == *(unsigned int *)count;
}

bool node_wait(unsigned int count)
{
	return patient(nodes_are, &count);
}

const char *node_function(unsigned int n)
{
	static char target[PATH_MAX];
	char path[64];
	char *slash;

	snprintf(path, sizeof(path), "/sys/class/fwctl/fwctl%u/device", node_number(n));
	if (!realpath(path, target))
		return "";
	slash = strrchr(target, '/');
	return slash ? slash + 1 : "";
}

const char *function_auxiliary(const char *function)
{
	static char name[NAME_MAX + 1];
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	name[0] = 0;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s", function);
	dir = opendir(path);
	if (!dir)
		return name;
	while ((entry = readdir(dir)))
		if (strstr(entry->d_name, ".fwctl."))
			snprintf(name, sizeof(name), "%s", entry->d_name);
	closedir(dir);
	return name;
}

int call(int fd, unsigned long number, void *arg)
{
	return ioctl(fd, number, arg) ? -errno : 0;
}

int rpc(int fd, uint32_t scope, const void *in, uint32_t in_len, void *out,
	uint32_t *out_len)
{
	struct fwctl_rpc arg = {
		.size = sizeof(arg),
		.scope = scope,
		.in_len = in_len,
		.out_len = *out_len,
		.in = (uintptr_t)in,
		.out = (uintptr_t)out,
	};
	int ret = call(fd, FWCTL_RPC, &arg);

	*out_len = arg.out_len;
	return ret;
}

int rsc_destroy(int fd, uint32_t id)
{
	struct fwctl_rsc_destroy arg = {
		.size = sizeof(arg),
		.type = FWCTL_RSC_TYPE_UMEM,
		.rsc_id = id,
	};

	return call(fd, FWCTL_RSC_DESTROY, &arg);
}

int info_shortly(int fd, struct fwctl_info *info)
{
	*info = (struct fwctl_info){ .size = sizeof(*info) };
	return call(fd, FWCTL_INFO, info);
}

bool all_gone(int fd)
{
	uint8_t in[ASK_MAX] = {}, out[ASK_MAX];
	uint32_t out_len = sizeof(out);
	struct fwctl_info info;

	vendor()->ask(in);
	return info_shortly(fd, &info) == -ENODEV &&
	       rpc(fd, FWCTL_RPC_DEBUG_READ_ONLY, in, vendor()->in_len, out, &out_len) == -ENODEV;
}

static bool gone(void *fd)
{
	return all_gone(*(int *)fd);
}

bool all_gone_wait(int fd)
{
	return patient(gone, &fd);
}

static int port_open(unsigned int port)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/virtio-ports/fwctl.control.%u", port);
	return open(path, O_RDWR | O_CLOEXEC);
}

/* Whether a port is that of a device of the vendor under test. */
static bool port_is_ours(int control)
{
	char name[32];
	const char *state;

	snprintf(name, sizeof(name), "\"name\":\"%s", vendor()->device);
	state = control_ask(control, "{\"op\":\"state\"}");
	return state && strstr(state, name);
}

/* The port of the device where commands to this node arrive; -1 if there is none, or none yet. */
static int port_find(int node)
{
	for (unsigned int port = 0; ; port++) {
		int control = port_open(port);
		long long before;

		/* A port is open once at a time, so this one is another device's. */
		if (control < 0 && errno == EBUSY)
			continue;
		if (control < 0)
			return -1;
		if (port_is_ours(control)) {
			before = firmware_commands(control);
			if (!ask_shortly(node) && firmware_commands(control) > before)
				return control;
		}
		close(control);
	}
}

struct search {
	int node, control;
};

static bool port_found(void *arg)
{
	struct search *search = arg;

	search->control = port_find(search->node);
	/* Beside others' tests, these may have opened it to look whose it is. */
	return search->control >= 0 || sole_vendor();
}

int control_open(unsigned int n)
{
	struct search search = { node_open(n), -1 };

	if (search.node < 0)
		return -1;
	patient(port_found, &search);
	close(search.node);
	return search.control;
}

const char *control_ask(int control, const char *request)
{
	static char reply[1 << 18];
	size_t len = 0;

	if (dprintf(control, "%s\n", request) < 0)
		return NULL;
	while (len < sizeof(reply) - 1) {
		ssize_t got = read(control, reply + len, sizeof(reply) - 1 - len);

		if (got <= 0)
			return NULL;
		len += got;
		if (reply[len - 1] == '\n') {
			reply[len] = 0;
			return reply;
		}
	}
	return NULL;
}

long long json_number(const char *json, const char *key)
{
	char quoted[64];
	const char *at;

	if (!json)
		return -1;
	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(json, quoted);
	return at ? strtoll(at + strlen(quoted), NULL, 0) : -1;
}

long long firmware_objects(int control, const char *kind)
{
	const char *objects = control_ask(control, "{\"op\":\"state\"}");

	objects = objects ? strstr(objects, "\"objects\":") : NULL;
	return json_number(objects, kind);
}

struct count {
	int control;
	const char *kind;
	long long wanted;
};

static bool objects_are(void *arg)
{
	struct count *count = arg;

	return firmware_objects(count->control, count->kind) == count->wanted;
}

bool firmware_objects_wait(int control, const char *kind, long long wanted)
{
	struct count count = { control, kind, wanted };

	return patient(objects_are, &count);
}

long long firmware_commands(int control)
{
	return json_number(control_ask(control, "{\"op\":\"state\"}"), "commands");
}

bool firmware_fault(int control, const char *members, ...)
{
	char fault[128], request[192];
	const char *reply;
	va_list args;

	va_start(args, members);
	vsnprintf(fault, sizeof(fault), members, args);
	va_end(args);
	snprintf(request, sizeof(request), "{\"op\":\"fault\",\"fault\":{%s}}", fault);
	reply = control_ask(control, request);
	return reply && strstr(reply, "\"ok\":true");
}

bool firmware_refuse(int control, uint16_t opcode)
{
	return firmware_fault(control,
			      "\"kind\":\"bad_status\",\"opcode\":%u,\"times\":1,"
			      "\"status\":9,\"syndrome\":\"0x1234\"", opcode);
}

bool firmware_late(int control, uint16_t opcode, unsigned int times, unsigned int ms)
{
	return firmware_fault(control,
			      "\"kind\":\"late\",\"opcode\":%u,\"times\":%u,"
			      "\"delay_ms\":%u", opcode, times, ms);
}

bool firmware_hold(int control, uint16_t opcode, unsigned int times)
{
	return firmware_fault(control,
			      "\"kind\":\"lost\",\"execute\":true,\"opcode\":%u,"
			      "\"times\":%u", opcode, times);
}

void firmware_answer(int control)
{
	firmware_fault(control, "\"kind\":\"release\"");
}

void firmware_release(int control)
{
	control_ask(control, "{\"op\":\"fault_clear\"}");
}

long long firmware_pending(int control)
{
	return json_number(control_ask(control, "{\"op\":\"state\"}"), "in_flight");
}

static bool pending_are(void *arg)
{
	struct count *count = arg;

	return firmware_pending(count->control) == count->wanted;
}

bool firmware_pending_wait(int control, long long wanted)
{
	struct count count = { control, NULL, wanted };

	return patient(pending_are, &count);
}

/* A page whose first fault waits until somebody answers, which nobody does. */
struct stall {
	char *page;
	int uffd;
};

static bool stall_make(struct stall *stall)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg;
	char *room;

	room = mmap(NULL, STALL_BEFORE + STALL, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stall->page = room + STALL_BEFORE;
	stall->uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (room == MAP_FAILED || stall->uffd < 0 ||
	    ioctl(stall->uffd, UFFDIO_API, &api))
		return false;
	reg = (struct uffdio_register){
		.range = { (uintptr_t)stall->page, STALL },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	return !ioctl(stall->uffd, UFFDIO_REGISTER, &reg);
}

/* Waits until somebody is stalled there. */
static bool stall_taken(struct stall *stall)
{
	struct pollfd poll_fd = { stall->uffd, POLLIN, 0 };

	return poll(&poll_fd, 1, patience() * 1000) == 1;
}

/* The child, once somebody has said into the pipe that it is ready; -1 if nobody will. */
static pid_t once_ready(pid_t child, int ready[2])
{
	char byte;

	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		kill(child, SIGKILL);
		child = -1;
	}
	close(ready[0]);
	return child;
}

pid_t holding_child(int ours, int (*hold)(int fd))
{
	int ready[2];
	pid_t child;

	if (pipe(ready))
		return -1;
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ours);
		close(ready[0]);
		if (hold(node_open(0)))
			_exit(1);
		(void)!write(ready[1], "x", 1);
		pause();
	}
	return once_ready(child, ready);
}

pid_t stalled_child(void (*take)(void *page, void *arg), void *arg)
{
	int ready[2];
	pid_t child;

	if (pipe(ready))
		return -1;
	child = fork();
	if (!child) {
		struct stall stall;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!stall_make(&stall))
			_exit(1);
		/* It shares the descriptor of the stall, not the memory. */
		if (!fork()) {
			if (stall_taken(&stall))
				(void)!write(ready[1], "x", 1);
			_exit(0);
		}
		close(ready[1]);
		take(stall.page, arg);
		_exit(0);
	}
	return once_ready(child, ready);
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

long long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	long long number = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%lli", &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

int tainted(void)
{
	enum { TAINT_FWCTL = 19 };
	long long taint = read_number("/proc/sys/kernel/tainted");

	return taint < 0 ? -1 : taint >> TAINT_FWCTL & 1;
}

int said(const char *what)
{
	char command[256];
	FILE *pipe;
	int count = -1;

	snprintf(command, sizeof(command), "dmesg | grep -c '%s'", what);
	pipe = popen(command, "r");
	if (!pipe)
		return -1;
	if (fscanf(pipe, "%d", &count) != 1)
		count = -1;
	pclose(pipe);
	return count;
}

int modprobe(const char *arguments)
{
	char command[256];
	int status;

	snprintf(command, sizeof(command), "modprobe %s", arguments);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int module_remove(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}
