/* SPDX-License-Identifier: GPL-2.0 */
/* A process at its busiest: what the tests of all that can end one share. */
#ifndef CROWD_TEST_H
#define CROWD_TEST_H

#include "umem_test.h"

enum {
	/* Calls at once, on one descriptor. */
	CROWD_CALLS = 64,
	/* Of these the firmware has so many; the rest wait for their turn. */
	CROWD_SENT = 16,
	/* Objects that the descriptor owns, and how many of them are umems. */
	CROWD_OBJECTS = 1000,
	CROWD_UMEMS = 64,
	/* Pages of each. */
	CROWD_UMEM_PAGES = 2,
	CROWD_PAGES = CROWD_UMEMS * CROWD_UMEM_PAGES,
};

struct crowd {
	pid_t pid;
	/* Closed to have it exit. */
	int hold;
};

/*
 * Starts one on node N: it owns all that, the firmware keeps CROWD_SENT of its
 * answers, and half of the calls dump to umems. False if it does not get there.
 */
bool crowd_start(struct crowd *crowd, unsigned int n, int control);
/* Has it exit, with its calls as they are. */
void crowd_leave(struct crowd *crowd);
/*
 * Waits until it has gone; false if it has not. With @answered each call must have
 * ended, by an answer, by ENODEV, or by the failure of a transport that went away.
 */
bool crowd_wait(struct crowd *crowd, bool answered);

/* Whether the firmware has none of its objects left. */
bool crowd_is_forgotten(int control);

#endif
