/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the benchmark share. */
#ifndef BENCH_H
#define BENCH_H

#include <sys/types.h>

/* Prints a row: instructions, or bytes, of one call. */
void result(const char *name, const char *on, unsigned long long count, unsigned int calls);
/* Says what failed, with errno, and exits. */
void die(const char *what) __attribute__((noreturn));
/* Copies a file of the kernel's. */
void copy_file(const char *from, const char *to);

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
