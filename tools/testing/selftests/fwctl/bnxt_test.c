// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "bnxt_test.h"
#include "vendor_test.h"

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

bool untouched(const uint8_t *at, size_t len)
{
	while (len--)
		if (*at++ != PATTERN)
			return false;
	return true;
}

struct message registers_to(const void *to, unsigned int first, unsigned int words)
{
	enum { CHIP_REGISTERS = 0xb1000000 };
	struct message ask = message(DBG_READ_DIRECT);

	put(&ask, 16, 8, (uintptr_t)to);
	put(&ask, 24, 4, CHIP_REGISTERS + 4 * first);
	put(&ask, 28, 4, words);
	return ask;
}

bool are_registers(const uint8_t *at, unsigned int first, unsigned int words)
{
	for (unsigned int word = 0; word < words; word++)
		if (got(at, 4 * word, 4) != __builtin_bswap32((first + word) * 0x01010101))
			return false;
	return true;
}

long long arrived(int control, uint16_t type)
{
	char ask[64];

	snprintf(ask, sizeof(ask), "{\"op\":\"trace\",\"opcode\":%u}", type);
	return json_number(control_ask(control, ask), "matched");
}

struct arrival {
	int control;
	uint16_t type;
};

static bool has_arrived(void *arg)
{
	const struct arrival *arrival = arg;

	return arrived(arrival->control, arrival->type) == 1;
}

bool arrived_wait(int control, uint16_t type)
{
	return patient(has_arrived, &(struct arrival){ control, type });
}

bool lose(int control, uint16_t type)
{
	return firmware_fault(control, "\"kind\":\"lost\",\"opcode\":%u,\"execute\":true", type);
}

static bool info_is_right(const void *data)
{
	const struct fwctl_info_bnxt *info = data;

	return info->uctx_caps == (1 << FWCTL_BNXT_INLINE_COMMANDS | 1 << FWCTL_BNXT_QUERY_COMMANDS |
				   1 << FWCTL_BNXT_SEND_COMMANDS | 1 << FWCTL_BNXT_DMA_COMMANDS);
}

static void ask(void *in)
{
	const struct message version = message(VER_GET);

	memcpy(in, &version, VER_GET_LEN);
}

static bool answered(const void *out)
{
	enum { CHIP_NUM = 112, BCM57414 = 0x16d7 };
	const struct response *response = out;

	return !response->error && response->type == VER_GET && response->len == VER_GET_RESPONSE_LEN &&
	       got(out, CHIP_NUM, 2) == BCM57414;
}

static void ask_in_vain(void *in)
{
	const struct message unknown = message(PORT_MAC_QCFG);

	memcpy(in, &unknown, VER_GET_LEN);
}

static bool refused(const void *out)
{
	const struct response *response = out;

	return response->error && response->type == PORT_MAC_QCFG && response->len == HWRM_HEADER;
}

static void forbidden(void *in)
{
	const struct message config = message(FUNC_CFG);

	memcpy(in, &config, VER_GET_LEN);
}

const struct vendor vendor_bnxt = {
	.name = "bnxt",
	.pci = 0x14e4,
	.type = FWCTL_DEVICE_TYPE_BNXT,
	.module = "bnxt_fwctl",
	.driver = "/sys/bus/auxiliary/drivers/bnxt_fwctl.bnxt_fwctl",
	.device = "nx",
	.info_len = sizeof(struct fwctl_info_bnxt),
	.info_is_right = info_is_right,
	.ask = ask,
	.in_len = VER_GET_LEN,
	.out_len = VER_GET_RESPONSE_LEN,
	.opcode = VER_GET,
	.answered = answered,
	.ask_in_vain = ask_in_vain,
	.refused = refused,
	.forbidden = forbidden,
	.in_max = HWRM_MAX,
	.out_max = 2 << 20,
	/* The channel has room for one. */
	.parallel = 1,
	.late_ms = 1000,
	.longest_ms = 1000,
	.outlive_suspend = true,
};
