// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "mark.h"

void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	char buffer[1 << 16];
	size_t len;

	if (!in || !out)
		die(in ? to : from);
	while ((len = fread(buffer, 1, sizeof(buffer), in)) > 0)
		if (fwrite(buffer, 1, len, out) != len)
			die(to);
	fclose(in);
	if (fclose(out))
		die(to);
}

void result(const char *name, const char *on, unsigned long long count, unsigned int calls)
{
	printf("{ \"row\": \"%s\", \"on\": \"%s\", \"count\": %llu, \"calls\": %u }\n", name, on, count,
	       calls);
	fflush(stdout);
}

bool is_profiled(const struct profile *profile, const char *row, const char *on)
{
	return !strcmp(row, profile->row) && !strcmp(on, profile->on);
}

void make_profile(const struct profile *profile, call_fn call, struct work *work, unsigned int calls)
{
	for (int round = 0; round < 2; round++) {
		/* The first round is for caches of the kernel; its profile is overwritten. */
		MARK_ASM(MARK_BEGIN);
		for (unsigned int i = 0; i < calls; i++)
			if (call(work))
				die(profile->row);
		MARK_ASM(MARK_END);
	}
	/* While the modules are there. */
	copy_file("/proc/kallsyms", profile->symbols);
	result(profile->row, profile->on, 0, calls);
}
