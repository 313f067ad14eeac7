/* SPDX-License-Identifier: GPL-2.0 */
/* What tests share that count instructions, in a VM whose clock does. */
#ifndef ICOUNT_TEST_H
#define ICOUNT_TEST_H

#define NEEDS_INSTRUCTIONS()                                                   \
	do {                                                                   \
		if (!getenv("FWCTL_TEST_ICOUNT"))                              \
			SKIP(return, "no FWCTL_TEST_ICOUNT: the clock counts time"); \
	} while (0)

/*
 * Instructions of all tasks, of the kernel too, for one @work of @times in a row, the
 * least of some rounds; -1 if it returned anything but 0.
 */
long long instructions(int (*work)(void *arg), void *arg, unsigned int times);

#endif
