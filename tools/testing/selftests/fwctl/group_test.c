// SPDX-License-Identifier: GPL-2.0
#include "group_test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where cgroups are; NULL if there are none. */
static const char *cgroups(void)
{
	if (!access("/sys/fs/cgroup/cgroup.controllers", R_OK))
		return "/sys/fs/cgroup";
	mkdir("/tmp/fwctl-cgroups", 0755);
	if (access("/tmp/fwctl-cgroups/cgroup.controllers", R_OK) &&
	    mount("none", "/tmp/fwctl-cgroups", "cgroup2", 0, NULL))
		return NULL;
	return "/tmp/fwctl-cgroups";
}

int group_write(const struct group *group, const char *file, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", group->path, file);
	return write_file(path, text);
}

long long group_number(const struct group *group, const char *file, const char *key)
{
	long long number, found = -1;
	char path[128], name[64];
	FILE *lines;

	snprintf(path, sizeof(path), "%s/%s", group->path, file);
	lines = fopen(path, "re");
	while (lines && fscanf(lines, "%63s %lld", name, &number) == 2)
		if (!strcmp(name, key))
			found = number;
	if (lines)
		fclose(lines);
	return found;
}

bool group_make(struct group *group)
{
	const char *root = cgroups();
	static int made;
	char path[128];

	if (!root)
		return false;
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", root);
	if (write_file(path, "+memory"))
		return false;
	snprintf(group->path, sizeof(group->path), "%s/fwctl-test.%d.%d", root, getpid(), made++);
	return !mkdir(group->path, 0755) &&
	       group_number(group, "memory.stat", "kernel") >= 0;
}

bool group_empty(void *group)
{
	return !rmdir(((struct group *)group)->path) || errno != EBUSY;
}

pid_t member(const struct group *group)
{
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (group_write(group, "cgroup.procs", "0"))
			_exit(100);
	}
	return child;
}
