// SPDX-License-Identifier: GPL-2.0
/*
 * Counts the guest's instructions of single calls, in a VM whose clock counts them:
 * one tick of the TSC is one instruction, and the least of many calls had no
 * interrupt in it. What is free in the kernel is in another order for each attempt. Prints a line of JSON for each row:
 *
 *   { "row": "rpc-256", "on": "c", "count": 1234, "calls": 2000 }
 *
 * "on" is the sample driver that answers: "c", "rust", or "" where none is asked.
 *
 * "umem" as an argument counts what wants a device, which does other things
 * meanwhile; without one the same boot counts the same.
 *
 * With a row, one of these and a file as arguments it makes the calls of that row
 * alone between two marks, for the profile, and copies /proc/kallsyms to the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <x86intrin.h>

#include "bench.h"
#include "fwctl_test.h"
#include "group_test.h"
#include "sample_test.h"
#include "umem_test.h"

struct work {
	int fd;
	unsigned int node;
	struct fwctl_info info;
	struct fwctl_sample_info sample;
	struct fwctl_rpc rpc;
	uint8_t *in, *out;
	char path[32];
};

static long call_getpid(struct work *work)
{
	return syscall(SYS_getpid) > 0 ? 0 : -1;
}

static long call_bad_fd(struct work *work)
{
	return ioctl(-1, FWCTL_INFO, &work->info) == -1 ? 0 : -1;
}

static long call_unknown(struct work *work)
{
	return ioctl(work->fd, _IO(FWCTL_TYPE, 0xff), &work->info) == -1 ? 0 : -1;
}

static long call_info(struct work *work)
{
	/* The kernel says in its place how much there is. */
	work->info.device_data_len = work->info.out_device_data ? sizeof(work->sample) : 0;
	return ioctl(work->fd, FWCTL_INFO, &work->info);
}

static long call_rpc(struct work *work)
{
	work->rpc.out_len = work->rpc.in_len;
	return ioctl(work->fd, FWCTL_RPC, &work->rpc);
}

/* The reply is as long as the request says. */
static long call_fill(struct work *work)
{
	work->rpc.out_len = ((struct fwctl_sample_rpc *)work->in)->arg;
	return ioctl(work->fd, FWCTL_RPC, &work->rpc);
}

/* By the driver. */
static long call_refused(struct work *work)
{
	return call_rpc(work) == -1 && errno == EBADMSG ? 0 : -1;
}

/* By the core. */
static long call_bad_scope(struct work *work)
{
	return call_rpc(work) == -1 && errno == EOPNOTSUPP ? 0 : -1;
}

static long call_open_close(struct work *work)
{
	int fd = open(work->path, O_RDWR);

	return fd < 0 ? -1 : close(fd);
}

static uint64_t ticks(call_fn call, struct work *work)
{
	uint64_t before = __rdtsc();

	return call(work) ? UINT64_MAX : __rdtsc() - before;
}

static long call_nothing(struct work *work)
{
	return 0;
}

static struct profile profile;

/* Whether this process is in a cgroup of its own. */
static bool is_member;

/*
 * The least of @calls, without what measuring costs. A cgroup adds up what its slabs take until it is a page, and a
 * call costs less where that begins at zero. So a member adds descriptors from time to time.
 */
static uint64_t least(const char *name, call_fn call, struct work *work, unsigned int calls)
{
	enum { EACH = 4, FILES = 250 };
	uint64_t least = UINT64_MAX, nothing = UINT64_MAX;
	int fds[FILES];
	unsigned int held = 0;

	for (unsigned int i = 0; i < calls; i++) {
		uint64_t now, empty;

		if (is_member && i % EACH == 0 && held < FILES) {
			fds[held] = open("/dev/null", O_RDONLY);
			if (fds[held++] < 0)
				die("descriptors");
		}
		now = ticks(call, work);
		empty = ticks(call_nothing, work);
		if (now == UINT64_MAX)
			die(name);
		least = now < least ? now : least;
		nothing = empty < nothing ? empty : nothing;
	}
	while (held > 0)
		close(fds[--held]);
	return least - nothing;
}

/*
 * The least of @calls in the worst of some attempts; exits if a call fails. In one of them the objects that a call is
 * given may all be of old slabs, which are cheaper.
 */
static void row(const char *name, const char *on, call_fn call, struct work *work, unsigned int calls)
{
	enum { ATTEMPTS = 7 };
	const unsigned int all = ATTEMPTS * calls;
	uint64_t worst = 0;

	if (profile.row) {
		if (is_profiled(&profile, name, on))
			make_profile(&profile, call, work, all);
		return;
	}
	for (unsigned int i = 0; i < ATTEMPTS; i++) {
		uint64_t count;

		leave_gaps();
		count = least(name, call, work, calls);
		end_gaps();
		worst = count > worst ? count : worst;
		stir(work->path, i);
	}
	result(name, on, worst, all);
}

static void rpc_of(struct work *work, uint32_t op, uint32_t arg, uint32_t len)
{
	const struct fwctl_sample_rpc head = { op, arg };

	memcpy(work->in, &head, sizeof(head));
	work->rpc = (struct fwctl_rpc){
		.size = sizeof(work->rpc),
		.scope = FWCTL_RPC_DEBUG_READ_ONLY,
		.in_len = len,
		.in = (uintptr_t)work->in,
		.out = (uintptr_t)work->out,
	};
}

/* Slab memory that an open descriptor of @path takes, its file included, of many of them. */
static long long slab_of(const char *path)
{
	enum { COUNT = 20000 };
	static struct slabs before, after;
	static int fds[COUNT];

	allow_files(COUNT);
	/* So that the table of descriptors is there already. */
	close(fcntl(STDOUT_FILENO, F_DUPFD, COUNT + 32));
	slabs_read(&before);
	for (int i = 0; i < COUNT; i++) {
		fds[i] = open(path, O_RDWR);
		if (fds[i] < 0)
			die(path);
	}
	slabs_read(&after);
	for (int i = 0; i < COUNT; i++)
		close(fds[i]);
	return slabs_of_each(&before, &after, COUNT);
}

static void rpc_rows(const char *prefix, const char *on, struct work *work)
{
	static const struct {
		const char *name;
		uint32_t len;
		unsigned int calls;
	} rows[] = {
		{ "rpc-16", 16, 1000 },
		{ "rpc-256", 256, 1000 },
		{ "rpc-4k", 4 << 10, 1000 },
		{ "rpc-64k", 64 << 10, 300 },
		{ "rpc-1m", 1 << 20, 100 },
	};
	char name[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* The reply is as long as the request, and in its place. */
		rpc_of(work, SAMPLE_ECHO, 0, rows[i].len);
		snprintf(name, sizeof(name), "%s%s", prefix, rows[i].name);
		row(name, on, call_rpc, work, rows[i].calls);
	}
	snprintf(name, sizeof(name), "%sopen-close", prefix);
	row(name, on, call_open_close, work, 1000);
}

/* The same for somebody whose memory is counted. */
static void member_rows(const char *on, struct work *work)
{
	struct group group;
	int status = -1;
	pid_t child;

	fflush(stdout);
	if (!group_make(&group))
		die("no memory cgroups");
	child = member(&group);
	if (!child) {
		is_member = true;
		rpc_rows("memcg-", on, work);
		_exit(0);
	}
	if (!child_wait(child, &status) || status || !patient(group_empty, &group))
		die("the rows in a memory cgroup");
}

static void sample_rows(const struct sample_driver *driver, const char *on)
{
	struct work work = {};
	pid_t holder;

	work.fd = sample_load(driver, &work.node);
	if (work.fd < 0)
		die(driver->module);
	snprintf(work.path, sizeof(work.path), "/dev/fwctl/fwctl%u", work.node);
	work.in = memory(1 << 20);
	work.out = memory(1 << 20);
	holder = occupy(work.path);

	row("unknown-ioctl", on, call_unknown, &work, 1000);
	work.info = (struct fwctl_info){ .size = sizeof(work.info) };
	row("info", on, call_info, &work, 1000);
	work.info.out_device_data = (uintptr_t)&work.sample;
	row("info-data", on, call_info, &work, 1000);
	rpc_rows("", on, &work);
	rpc_of(&work, SAMPLE_FILL, 4 << 10, 256);
	row("rpc-256-to-4k", on, call_fill, &work, 500);
	rpc_of(&work, SAMPLE_FILL, 64 << 10, 256);
	row("rpc-256-to-64k", on, call_fill, &work, 300);
	rpc_of(&work, SAMPLE_EVERYTHING, 0, 256);
	row("rpc-refused", on, call_refused, &work, 1000);
	work.rpc.scope = FWCTL_RPC_DEBUG_WRITE_FULL + 1;
	row("rpc-bad-scope", on, call_bad_scope, &work, 1000);
	if (!profile.row)
		result("slab-per-fd", on, slab_of(work.path), 1);
	member_rows(on, &work);
	leave(holder);
	close(work.fd);
	sample_unload(driver);
}

int main(int argc, char **argv)
{
	const cpu_set_t first = { .__bits = { 1 } };
	struct work work = { .path = "/dev/null" };

	if (sched_setaffinity(0, sizeof(first), &first) || mlockall(MCL_CURRENT | MCL_FUTURE))
		die("a processor and memory of its own");
	if (argc == 4)
		profile = (struct profile){ argv[1], argv[2], argv[3] };
	account();
	settle();
	if (argc == 2 && !strcmp(argv[1], "umem")) {
		umem_rows();
		return 0;
	}
	row("getpid", "", call_getpid, &work, 1000);
	row("bad-fd", "", call_bad_fd, &work, 1000);
	sample_rows(&sample_in_c, "c");
	if (!c_only())
		sample_rows(&sample_in_rust, "rust");
	return 0;
}
