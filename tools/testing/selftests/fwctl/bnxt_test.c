// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "bnxt_test.h"
#include "fwctl_test.h"

void put(void *message, size_t at, size_t width, uint64_t value)
{
	memcpy((uint8_t *)message + at, &value, width);
}

uint64_t got(const void *message, size_t at, size_t width)
{
	uint64_t value = 0;

	memcpy(&value, (const uint8_t *)message + at, width);
	return value;
}

struct message message(uint16_t type)
{
	struct message empty = { .type = type };

	/* As tools have it. */
	empty.cmpl_ring = 0xffff;
	empty.target_id = 0xffff;
	return empty;
}

int hwrm(int fd, uint32_t scope, const struct message *message, uint32_t len, struct response *response)
{
	uint32_t out_len = sizeof(*response);

	memset(response, 0, sizeof(*response));
	return rpc(fd, scope, message, len, response, &out_len);
}

int read_version(int fd)
{
	struct message ask = message(VER_GET);
	struct response version;

	return hwrm(fd, FWCTL_RPC_DEBUG_READ_ONLY, &ask, 24, &version);
}
