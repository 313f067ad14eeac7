/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the benchmark share. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <sys/types.h>

/* Prints a row: instructions, or bytes, of one call; of a profile, 0. */
void result(const char *name, const char *on, unsigned long long count, unsigned int calls);
/* Says what failed, with errno, and exits. */
void die(const char *what) __attribute__((noreturn));

/* What a row calls again and again; each program has its own. */
struct work;
typedef long (*call_fn)(struct work *work);

/* The row to profile and on what, if there is one. */
struct profile {
	const char *row, *on;
	/* Where the kernel's symbols go. */
	const char *symbols;
};
bool is_profiled(const struct profile *profile, const char *row, const char *on);
/* Makes @calls of a row between two marks that tell the profile what is between; exits if one fails. */
void make_profile(const struct profile *profile, call_fn call, struct work *work, unsigned int calls);

/* Has the kernel give back memory that it keeps for later, and bring what is free together. */
void settle(void);
/*
 * Has the kernel count the memory of cgroups, as where systemd runs: from the first one on new slabs have room for
 * whose each object is, and to free one costs more.
 */
void account(void);
/* Lets this process have so many descriptors, and some. */
void allow_files(unsigned int count);
/* A child that holds many descriptors of @path: what is allocated from then on is of slabs that are as new. */
pid_t occupy(const char *path);
/* Ends it. */
void leave(pid_t child);
/* Has what is free be in another order, by descriptors of @path that come and go. */
void stir(const char *path, unsigned int attempt);
/*
 * Leaves free pieces of 64 KiB and of 1 MiB between some that are held: a long request need not split a larger one, nor
 * make one when it ends.
 */
void leave_gaps(void);
void end_gaps(void);

/* The kernel's caches of small objects, and how many of each there are. */
enum { SLABS = 512 };
struct slabs {
	int len;
	struct slab {
		char name[64];
		long long active, size;
	} caches[SLABS];
};
void slabs_read(struct slabs *slabs);
/* Bytes of the whole objects that each of @count things took meanwhile. */
long long slabs_of_each(const struct slabs *before, const struct slabs *after, long long count);

/* User memory of a device: what the kernel's own core does not have. */
void umem_rows(void);

#endif
