/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the benchmark share. */
#ifndef BENCH_H
#define BENCH_H

/* Prints a row: instructions, or bytes, of one call. */
void result(const char *name, const char *on, unsigned long long count, unsigned int calls);
/* Says what failed, with errno, and exits. */
void die(const char *what) __attribute__((noreturn));
/* Copies a file of the kernel's. */
void copy_file(const char *from, const char *to);
/* Bytes that the kernel's small allocations take. */
long long slab_bytes(void);
/* User memory of a device: what the kernel's own core does not have. */
void umem_rows(void);

#endif
