// SPDX-License-Identifier: GPL-2.0
/*
 * The flash of a Broadcom NetXtreme: what a tool that uses fwctl looks like, and how
 * a request names memory of its caller's.
 *
 *   bnxt_nvm NODE              lists what is in the flash
 *   bnxt_nvm NODE INDEX FILE   writes one item to a file
 *
 * Build it with: cc -I include/uapi -o bnxt_nvm samples/fwctl/user/bnxt_nvm.c
 *
 * Requests and responses are those of include/linux/bnxt/hsi.h, little endian; this
 * is for machines that are, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <fwctl/bnxt.h>
#include <fwctl/fwctl.h>

enum {
	NVM_GET_DIR_ENTRIES = 0xfffa,
	NVM_GET_DIR_INFO = 0xfffb,
	NVM_READ = 0xfffd,
};

/* What the driver does not write of a header, and the fields of the requests used here. */
struct request {
	uint16_t type, cmpl_ring, seq_id, target_id;
	uint64_t resp_addr;
	union {
		struct {
			uint64_t dest;
		} dir_entries;
		struct {
			uint64_t dest;
			uint16_t index, unused;
			uint32_t offset, len, unused2;
		} read;
	};
};

struct response {
	uint16_t error, type, seq_id, len;
	uint32_t words[2];
};

/* An entry of the directory. */
struct entry {
	uint16_t type, ordinal, ext, attr;
	uint32_t at, room, len, checksum;
};

static const char *node;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bnxt_nvm: %s: %s: %s\n", node, what, why);
	exit(1);
}

/* Sends @len bytes of a request. An error of the firmware's is in the response of a call that succeeds. */
static struct response ask(int fd, struct request *request, uint32_t len, const char *what)
{
	struct response response = {};
	struct fwctl_rpc rpc = {
		.size = sizeof(rpc),
		.scope = FWCTL_RPC_DEBUG_READ_ONLY,
		.in_len = len,
		.out_len = sizeof(response),
		.in = (uintptr_t)request,
		.out = (uintptr_t)&response,
	};
	char why[32];

	if (ioctl(fd, FWCTL_RPC, &rpc))
		die(what, strerror(errno));
	if (response.error) {
		snprintf(why, sizeof(why), "the firmware says %#x", response.error);
		die(what, why);
	}
	return response;
}

/* The directory, and how many entries it has. The kernel writes no more than there is. */
static struct entry *directory(int fd, unsigned int *count)
{
	struct request request = { .type = NVM_GET_DIR_INFO };
	struct response info = ask(fd, &request, 16, "NVM_GET_DIR_INFO");
	struct entry *entries;

	if (info.words[1] != sizeof(struct entry))
		die("directory", "entries of another layout");
	*count = info.words[0];
	/* As much as there can be: it may have grown meanwhile. */
	entries = calloc(1, FWCTL_BNXT_MAX_DMABUF);
	if (!entries)
		die("directory", strerror(errno));
	request = (struct request){ .type = NVM_GET_DIR_ENTRIES };
	request.dir_entries.dest = (uintptr_t)entries;
	ask(fd, &request, 24, "NVM_GET_DIR_ENTRIES");
	return entries;
}

static void list(const struct entry *entries, unsigned int count)
{
	printf("index  type  ordinal  ext       at    room   bytes\n");
	for (unsigned int i = 0; i < count; i++)
		printf("%5u  %4u  %7u  %3u  %7u  %6u  %6u\n", i, entries[i].type,
		       entries[i].ordinal, entries[i].ext, entries[i].at, entries[i].room,
		       entries[i].len);
}

/* One item, in pieces as large as a request can name. */
static void save(int fd, unsigned int index, uint32_t len, const char *path)
{
	static uint8_t piece[FWCTL_BNXT_MAX_DMABUF];
	unsigned int requests = 0;
	FILE *file = fopen(path, "w");

	if (!file)
		die(path, strerror(errno));
	for (uint32_t at = 0; at < len; at += sizeof(piece)) {
		struct request request = { .type = NVM_READ };

		request.read.dest = (uintptr_t)piece;
		request.read.index = index;
		request.read.offset = at;
		request.read.len = len - at < sizeof(piece) ? len - at : sizeof(piece);
		ask(fd, &request, 40, "NVM_READ");
		requests++;
		if (fwrite(piece, 1, request.read.len, file) != request.read.len)
			die(path, strerror(errno));
	}
	if (fclose(file))
		die(path, strerror(errno));
	printf("%u bytes in %u requests\n", len, requests);
}

int main(int argc, char **argv)
{
	struct fwctl_info info = { .size = sizeof(info) };
	struct entry *entries;
	unsigned int count;
	int fd;

	if (argc != 2 && argc != 4) {
		fprintf(stderr, "usage: bnxt_nvm NODE [INDEX FILE]\n");
		return 2;
	}
	node = argv[1];
	fd = open(node, O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, FWCTL_INFO, &info))
		die("open", strerror(errno));
	if (info.out_device_type != FWCTL_DEVICE_TYPE_BNXT)
		die("open", "is no bnxt device");
	entries = directory(fd, &count);
	if (argc == 2) {
		list(entries, count);
	} else {
		unsigned long index = strtoul(argv[2], NULL, 0);

		if (index >= count)
			die(argv[2], "there is no such item");
		save(fd, index, entries[index].len, argv[3]);
	}
	free(entries);
	close(fd);
	return 0;
}
