// SPDX-License-Identifier: GPL-2.0
#include "callers_test.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "vendor_test.h"

/* Asks until told to stop. */
static void ask_on(int fd, struct counts *counts)
{
	while (!__atomic_load_n(&counts->stop, __ATOMIC_RELAXED)) {
		int ret = ask_shortly(fd);

		if (!ret)
			__sync_fetch_and_add(&counts->answered, 1);
		else if (ret == -ENODEV)
			__sync_fetch_and_add(&counts->gone, 1);
		else if (ret == -ETIMEDOUT)
			__sync_fetch_and_add(&counts->silent, 1);
		else
			__sync_val_compare_and_swap(&counts->unexpected, 0, ret);
	}
}

bool callers_start(struct callers *callers, int fd, unsigned int len)
{
	struct counts *counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (counts == MAP_FAILED || len > CALLERS_MAX)
		return false;
	*callers = (struct callers){ .counts = counts };
	for (; callers->len < len; callers->len++) {
		pid_t pid = fork();

		if (pid < 0)
			return false;
		if (!pid) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			ask_on(fd, counts);
			_exit(0);
		}
		callers->pids[callers->len] = pid;
	}
	return true;
}

struct answers {
	const struct counts *counts;
	unsigned int wanted;
};

static bool are_answered(void *arg)
{
	const struct answers *answers = arg;

	return __atomic_load_n(&answers->counts->answered, __ATOMIC_RELAXED) >= answers->wanted;
}

bool callers_answered(const struct callers *callers, unsigned int more)
{
	const struct counts *counts = callers->counts;
	struct answers answers = {
		counts, __atomic_load_n(&counts->answered, __ATOMIC_RELAXED) + more,
	};

	return patient(are_answered, &answers);
}

static bool have_failed(void *arg)
{
	const struct counts *counts = arg;

	return __atomic_load_n(&counts->gone, __ATOMIC_RELAXED) ||
	       __atomic_load_n(&counts->silent, __ATOMIC_RELAXED);
}

bool callers_failed(const struct callers *callers)
{
	return patient(have_failed, callers->counts);
}

bool callers_stop(struct callers *callers)
{
	bool ended = true;
	int status;

	__atomic_store_n(&callers->counts->stop, true, __ATOMIC_RELAXED);
	while (callers->len)
		ended &= child_wait(callers->pids[--callers->len], &status) && !status;
	return ended;
}
