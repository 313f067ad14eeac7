// SPDX-License-Identifier: GPL-2.0
#include "crowd_test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct caller {
	int fd;
	/* Reads a register, or dumps by this key. */
	uint32_t mkey;
	uint64_t addr;
	bool bad;
};

static void *calling(void *arg)
{
	struct caller *caller = arg;
	int ret;

	if (caller->mkey)
		ret = core_dump(caller->fd, caller->mkey, caller->addr, PAGE);
	else
		ret = read_mgir(caller->fd);
	caller->bad = ret && ret != -ENODEV && ret != -ENXIO && ret != -EIO &&
		      ret != -ETIMEDOUT;
	if (caller->bad)
		printf("# a call ended with %d\n", ret);
	return NULL;
}

static void *wait_for_end(void *hold)
{
	char byte;

	if (read(*(int *)hold, &byte, 1) == 0)
		exit(0);
	return NULL;
}

/* The process itself. */
static void crowd_main(unsigned int n, int ready, int hold)
{
	static struct caller callers[CROWD_CALLS];
	pthread_t threads[CROWD_CALLS], ender;
	struct fwctl_rsc_umem_reg umem;
	char *room = memory(CROWD_PAGES * PAGE);
	int fd = node_open(n), bad = 0;
	char byte;

	if (fd < 0 || !room)
		_exit(2);
	for (int i = 0; i < CROWD_UMEMS; i++) {
		const bool dumps = i % 2;

		/* Each of the four that there are. */
		if (umem_register(fd, dumps ? 3 : i % 4, room, CROWD_UMEM_PAGES * PAGE,
				  &umem))
			_exit(3);
		room += CROWD_UMEM_PAGES * PAGE;
		callers[i].fd = fd;
		callers[i].mkey = dumps ? umem.mkey_id : 0;
		callers[i].addr = umem.addr;
	}
	for (int i = CROWD_UMEMS; i < CROWD_OBJECTS; i++)
		if (pd_alloc(fd) < 0)
			_exit(4);
	if (write(ready, "x", 1) != 1 || read(hold, &byte, 1) != 1)
		_exit(5);
	for (int i = 0; i < CROWD_CALLS; i++)
		if (pthread_create(&threads[i], NULL, calling, &callers[i]))
			_exit(6);
	pthread_create(&ender, NULL, wait_for_end, &hold);
	for (int i = 0; i < CROWD_CALLS; i++) {
		pthread_join(threads[i], NULL);
		bad += callers[i].bad;
	}
	_exit(bad ? 7 : 0);
}

static bool all_sent(void *control)
{
	return firmware_pending(*(int *)control) >= CROWD_SENT;
}

bool crowd_start(struct crowd *crowd, unsigned int n, int control)
{
	int ready[2], hold[2];
	char byte;

	if (pipe(ready) || pipe(hold))
		return false;
	crowd->pid = fork();
	if (!crowd->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		close(hold[1]);
		crowd_main(n, ready[1], hold[0]);
	}
	close(ready[1]);
	close(hold[0]);
	crowd->hold = hold[1];
	if (read(ready[0], &byte, 1) != 1)
		return false;
	close(ready[0]);
	return firmware_hold(control, OP_ACCESS_REG, CROWD_SENT) &&
	       write(crowd->hold, "x", 1) == 1 && patient(all_sent, &control);
}

void crowd_leave(struct crowd *crowd)
{
	close(crowd->hold);
	crowd->hold = -1;
}

bool crowd_wait(struct crowd *crowd, bool answered)
{
	int status;

	if (!child_wait(crowd->pid, &status))
		return false;
	close(crowd->hold);
	return !answered || status == 0;
}

bool crowd_is_forgotten(int control)
{
	static const char *const kinds[] = { "uid", "mkey", "umem", "pd" };
	bool forgotten = true;

	/* The UID goes last. */
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		forgotten = forgotten && firmware_objects_wait(control, kinds[i], 0);
	return forgotten;
}
