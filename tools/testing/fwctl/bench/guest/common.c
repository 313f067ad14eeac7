// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

void die(const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
	exit(1);
}

void copy_file(const char *from, const char *to)
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
