// SPDX-License-Identifier: GPL-2.0
/*
 * What is free in the kernel when a row begins. Which objects and pages a call is given is a matter of the boot,
 * some cost more than others, and a call that gives back what it took is given the same ones each time: the least
 * of many calls is then the least with these.
 */
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "fwctl_test.h"
#include "group_test.h"

void settle(void)
{
	if (write_file("/proc/sys/vm/drop_caches", "3") || write_file("/proc/sys/vm/compact_memory", "1"))
		die("free memory");
}

void account(void)
{
	struct group group;

	if (!group_make(&group) || !group_empty(&group))
		die("a memory cgroup");
}

void allow_files(unsigned int count)
{
	const struct rlimit files = { count + 64, count + 64 };

	if (setrlimit(RLIMIT_NOFILE, &files))
		die("RLIMIT_NOFILE");
}

/* Has the caches give up what they keep for the next call, which would count as taken. */
static void shrink_slabs(void)
{
	glob_t caches;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		die("/sys/kernel/slab");
	for (size_t i = 0; i < caches.gl_pathc; i++)
		write_file(caches.gl_pathv[i], "1");
	globfree(&caches);
}

/* Pipes that hold memory. */
enum { GAPS_64K = 16, GAPS_1M = 4 };
static int holding[GAPS_64K + GAPS_1M][2];
static unsigned int held;

/* A pipe whose table, of 40 bytes for each page of its size, takes a piece of 1 << @order pages. */
static void open_pipe(int fds[2], unsigned int order)
{
	const long page = sysconf(_SC_PAGESIZE), size = (page << order) / 64 * page;

	if (pipe(fds) || fcntl(fds[0], F_SETPIPE_SZ, size) < 0)
		die("pipes");
}

static void close_pipe(const int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

static void make_gaps(unsigned int order, unsigned int count)
{
	int gaps[count][2];

	/* What was free came first, so the last ones lie side by side. */
	for (unsigned int i = 0; i < count; i++) {
		open_pipe(gaps[i], order);
		open_pipe(holding[held++], order);
	}
	for (unsigned int i = 0; i < count; i++)
		close_pipe(gaps[i]);
}

void leave_gaps(void)
{
	make_gaps(8, GAPS_1M);
	make_gaps(4, GAPS_64K);
}

void end_gaps(void)
{
	while (held > 0)
		close_pipe(holding[--held]);
}

pid_t occupy(const char *path)
{
	enum { FILES = 8192 };
	int ready[2];
	pid_t child;
	char byte;

	fflush(stdout);
	shrink_slabs();
	if (pipe(ready))
		die("pipe");
	child = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		allow_files(FILES);
		for (int i = 0; i < FILES; i++)
			if (open(path, O_RDWR) < 0)
				die(path);
		(void)!write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (child < 0 || read(ready[0], &byte, 1) != 1)
		die("a child that holds descriptors");
	close(ready[0]);
	return child;
}

void leave(pid_t child)
{
	int status;

	if (kill(child, SIGKILL) || waitpid(child, &status, 0) != child)
		die("the end of a child");
}

void stir(const char *path, unsigned int attempt)
{
	/* The step has no factor in common with the files. */
	enum { FILES = 256, ROOM = 8 << 20 };
	const unsigned int step = 2 * attempt + 3;
	int fds[FILES], status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		void *room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (room == MAP_FAILED)
			die("memory");
		memset(room, 1, ROOM);
		for (int i = 0; i < FILES; i++) {
			fds[i] = open(path, O_RDWR);
			if (fds[i] < 0)
				die(path);
		}
		/* In another order than that in which they came. */
		for (unsigned int i = 0; i < FILES; i++)
			close(fds[i * step % FILES]);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		die("a child that opens and closes");
	settle();
}

void slabs_read(struct slabs *slabs)
{
	char line[512];
	FILE *file;

	shrink_slabs();
	file = fopen("/proc/slabinfo", "re");
	if (!file)
		die("/proc/slabinfo");
	slabs->len = 0;
	while (slabs->len < SLABS && fgets(line, sizeof(line), file)) {
		struct slab *slab = &slabs->caches[slabs->len];

		slabs->len += sscanf(line, "%63s %lld %*d %lld", slab->name, &slab->active, &slab->size) == 3;
	}
	fclose(file);
}

long long slabs_of_each(const struct slabs *before, const struct slabs *after, long long count)
{
	long long sum = 0;

	for (int i = 0; i < after->len; i++) {
		const struct slab *slab = &after->caches[i];
		long long active = 0;

		for (int j = 0; j < before->len; j++)
			if (!strcmp(before->caches[j].name, slab->name))
				active = before->caches[j].active;
		/* To the nearest: others come and go meanwhile. */
		if (slab->active > active)
			sum += (slab->active - active + count / 2) / count * slab->size;
	}
	return sum;
}
