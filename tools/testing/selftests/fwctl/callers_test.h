/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes that ask a node for its shortest RPC, over and over, while something
 * happens to it, and what they were told.
 */
#ifndef CALLERS_TEST_H
#define CALLERS_TEST_H

#include <stdbool.h>
#include <sys/types.h>

enum { CALLERS_MAX = 8 };

/* What all of them count in. */
struct counts {
	bool stop;
	unsigned int answered;
	/* Calls that said that the device is gone: ENODEV. */
	unsigned int gone;
	/* And that it did not answer: ETIMEDOUT. */
	unsigned int silent;
	/* The first errno that nobody should see. */
	int unexpected;
};

struct callers {
	struct counts *counts;
	unsigned int len;
	pid_t pids[CALLERS_MAX];
};

/* Starts @len of them on a descriptor; false if that fails. */
bool callers_start(struct callers *callers, int fd, unsigned int len);
/* Waits until they have had so many more answers; false if there are none. */
bool callers_answered(const struct callers *callers, unsigned int more);
/* Waits until a call of one has failed. */
bool callers_failed(const struct callers *callers);
/* Has them stop, and says whether each has ended by itself. */
bool callers_stop(struct callers *callers);

#endif
