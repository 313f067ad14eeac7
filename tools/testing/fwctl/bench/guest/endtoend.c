// SPDX-License-Identifier: GPL-2.0
/*
 * What users wait for, on ConnectX devices. Prints a line of JSON for each row:
 *
 *   { "row": "reg", "on": "ours", "block": 3, "unit": "ns", "values": [ 1234, ... ] }
 *
 * In time the firmware's and the transport's is included, and machines are noisy: one
 * block says nothing, the ratio of neighbours does. Where the clock counts instructions
 * these are told, of all tasks; what the device does, and an interrupt that finds
 * nobody at work, is left out.
 *
 * With a row, "device" and a file as arguments it makes the calls of that row alone between
 * two marks, for the profile, and copies /proc/kallsyms to the file.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "fwctl_test.h"
#include "icount_test.h"
#include "umem_test.h"

enum {
	CALLERS = 40,
	FLEET = 4,
	CAP_LEN = MBOX_HEADER + 4096,
	DUMP = 2 * MIB,
};

struct work {
	int fd[FLEET];
	/* Who calls, and on how many devices. */
	int callers, devices;
	uint8_t *room;
	struct fwctl_rsc_umem_reg umem;
};

static const char *label, *block;
static struct profile profile;

static long call_cap(struct work *work)
{
	uint8_t in[MBOX_HEADER] = {}, out[CAP_LEN];

	set16(in, 0, OP_QUERY_HCA_CAP);
	/* General capabilities, as they are now. */
	set16(in, 6, 1);
	return rpc_done(work->fd[0], in, sizeof(in), out, sizeof(out));
}

static long call_reg(struct work *work)
{

	return read_mgir(work->fd[0]);
}

static long call_open_close(struct work *work)
{
	int fd = node_open(0);

	return fd < 0 ? fd : close(fd);
}

static long call_tool(struct work *work)
{
	int status;
	pid_t child = fork();

	if (!child) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execlp("mstconfig", "mstconfig", "-d", "fwctl0", "q", NULL);
		_exit(127);
	}
	return child < 0 || waitpid(child, &status, 0) != child || status;
}

static long call_dump(struct work *work)
{

	return core_dump_inline(work->fd[0], work->room, DUMP) < 0;
}

static long call_dump_umem(struct work *work)
{

	return core_dump(work->fd[0], work->umem.mkey_id, work->umem.addr, DUMP);
}

struct caller {
	pthread_t thread;
	int fd, times, failed;
};

static void *caller(void *arg)
{
	struct caller *caller = arg;

	for (int i = 0; i < caller->times && !caller->failed; i++)
		caller->failed = read_mgir(caller->fd);
	return NULL;
}

/* Many at a time, 160 RPCs in all. */
static long call_together(struct work *work)
{
	struct caller callers[CALLERS] = {};
	int failed = 0;

	for (int i = 0; i < work->callers; i++) {
		callers[i].fd = work->fd[i % work->devices];
		callers[i].times = 160 / work->callers;
		if (pthread_create(&callers[i].thread, NULL, caller, &callers[i]))
			die("threads");
	}
	for (int i = 0; i < work->callers; i++) {
		pthread_join(callers[i].thread, NULL);
		failed |= callers[i].failed;
	}
	return failed;
}

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

/* Nanoseconds of one of @calls. */
static long long timed(call_fn call, struct work *work, int calls)
{
	long long before = now();

	for (int i = 0; i < calls; i++)
		if (call(work))
			return -1;
	return (now() - before) / calls;
}

struct task {
	call_fn call;
	struct work *work;
};

static int run(void *arg)
{
	struct task *task = arg;

	return task->call(task->work) != 0;
}

/* @samples, each the mean of @calls. */
static void row(const char *name, call_fn call, struct work *work, int samples, int calls)
{
	const bool counted = getenv("FWCTL_TEST_ICOUNT");
	struct task task = { call, work };

	if (profile.row) {
		if (is_profiled(&profile, name, "device"))
			make_profile(&profile, call, work, samples * calls);
		return;
	}
	/* They do not vary, and the least of some is taken already. */
	if (counted)
		samples = 1;
	/* The first is for caches. */
	if (call(work))
		die(name);
	printf("{ \"row\": \"%s\", \"on\": \"%s\", \"block\": %s, \"unit\": \"%s\", \"values\": [", name, label,
	       block, counted ? "instructions" : "ns");
	for (int i = 0; i < samples; i++) {
		long long value = counted ? instructions(run, &task, calls) : timed(call, work, calls);

		if (value < 0)
			die(name);
		printf("%s %lld", i ? "," : "", value);
	}
	printf(" ] }\n");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int callers, devices;
	} together[] = {
		{ "callers-1", 1, 1 },
		{ "callers-8", 8, 1 },
		{ "callers-31", 31, 1 },
		{ "callers-40", 40, 1 },
		{ "fleet-4", 8, FLEET },
	};
	struct work work = {};

	if (argc == 4)
		profile = (struct profile){ argv[1], argv[2], argv[3] };
	else if (argc != 3)
		die("usage: endtoend LABEL BLOCK");
	label = argv[1];
	block = argv[2];
	if (!node_wait(FLEET))
		die("four nodes");
	for (int i = 0; i < FLEET; i++) {
		work.fd[i] = node_open(i);
		if (work.fd[i] < 0)
			die("nodes");
	}
	work.room = memory(DUMP);
	if (!work.room)
		die("memory");

	row("cap", call_cap, &work, 20, 8);
	row("reg", call_reg, &work, 20, 8);
	row("open-close", call_open_close, &work, 20, 4);
	for (size_t i = 0; i < sizeof(together) / sizeof(together[0]); i++) {
		work.callers = together[i].callers;
		work.devices = together[i].devices;
		row(together[i].name, call_together, &work, 5, 1);
	}
	/* Before memory is pinned, which a fork copies. */
	row("mstconfig-q", call_tool, &work, 2, 1);
	row("dump-inline", call_dump, &work, 3, 1);
	if (!umem_register(work.fd[0], FWCTL_UMEM_MKEY, work.room, DUMP, &work.umem))
		row("dump-umem", call_dump_umem, &work, 20, 1);
	return 0;
}
