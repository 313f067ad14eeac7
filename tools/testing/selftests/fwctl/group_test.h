/* SPDX-License-Identifier: GPL-2.0 */
/* Memory cgroups, for tests of who pays. */
#ifndef GROUP_TEST_H
#define GROUP_TEST_H

#include "fwctl_test.h"

enum { KIB = 1024 };

/* A cgroup of its own. */
struct group {
	char path[64];
};

/* False if the kernel does not count memory by cgroups. */
bool group_make(struct group *group);
/* Writes one of its files; 0 or a negative errno. */
int group_write(const struct group *group, const char *file, const char *text);
/* The number behind @key in a file of lines; -1 if there is none. */
long long group_number(const struct group *group, const char *file, const char *key);
/* Removes it; false if somebody is in there. */
bool group_empty(void *group);
/* A child in the cgroup; the memory that it has by then is not charged there. */
pid_t member(const struct group *group);

#define GROUP_MAKE(group)                                                      \
	do {                                                                   \
		if (!group_make(group))                                        \
			SKIP(return, "the kernel has no memory cgroups");      \
	} while (0)

#endif
