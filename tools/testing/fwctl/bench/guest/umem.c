// SPDX-License-Identifier: GPL-2.0
/*
 * Rows that wait for a device, where ticks of the clock would count the waiting:
 * what all tasks ran is counted instead.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "icount_test.h"
#include "umem_test.h"

struct piece {
	int fd;
	void *memory;
	size_t len;
};

static int register_and_destroy(void *arg)
{
	struct piece *piece = arg;
	struct fwctl_rsc_umem_reg umem;
	int ret = umem_register(piece->fd, 0, piece->memory, piece->len, &umem);

	return ret ? ret : rsc_destroy(piece->fd, umem.rsc_id);
}

void umem_rows(void)
{
	static const struct {
		const char *name;
		size_t len;
		unsigned int times;
	} rows[] = {
		{ "umem-4k", 4 << 10, 200 },
		{ "umem-2m", 2 << 20, 100 },
		{ "umem-64m", 64 << 20, 10 },
	};
	struct piece piece = { .fd = node_open(0) };

	if (piece.fd < 0)
		die("fwctl0");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		long long count;

		piece.len = rows[i].len;
		piece.memory = memory(piece.len);
		if (!piece.memory)
			die("memory");
		/* Small pages, which are the most. */
		madvise(piece.memory, piece.len, MADV_NOHUGEPAGE);
		count = instructions(register_and_destroy, &piece, rows[i].times);
		if (count < 0)
			die(rows[i].name);
		result(rows[i].name, "mlx5", count, rows[i].times);
		munmap(piece.memory, piece.len);
	}
	close(piece.fd);
}
