/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the HWRM interface, for tests of a NetXtreme node.
 */
#ifndef BNXT_TEST_H
#define BNXT_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fwctl/bnxt.h>

/* Requests, from include/linux/bnxt/hsi.h. */
enum {
	VER_GET = 0x0,
	FUNC_RESET = 0x11,
	FUNC_CFG = 0x17,
	PORT_QSTATS = 0x23,
	PORT_MAC_QCFG = 0x28,
	PORT_QSTATS_EXT = 0xb4,
	FW_RESET = 0xc0,
	EXEC_FWD_RESP = 0xd0,
	DBG_READ_DIRECT = 0xff10,
	DBG_READ_INDIRECT = 0xff11,
	DBG_ERASE_NVM = 0xff15,
	NVM_FACTORY_DEFAULTS = 0xffee,
	NVM_GET_VARIABLE = 0xfff1,
	NVM_SET_VARIABLE = 0xfff2,
	NVM_GET_DIR_ENTRIES = 0xfffa,
	NVM_GET_DIR_INFO = 0xfffb,
	NVM_READ = 0xfffd,
	NVM_WRITE = 0xfffe,

	HWRM_HEADER = 16,
	HWRM_MAX = 128,
	VER_GET_LEN = 24,
	VER_GET_RESPONSE_LEN = 176,
	/* Error codes. */
	HWRM_INVALID_PARAMS = 2,
};

/* A request, little endian like the machine. */
struct message {
	union {
		struct {
			uint16_t type, cmpl_ring, seq_id, target_id;
			uint64_t resp_addr;
		};
		uint8_t bytes[HWRM_MAX];
	};
};

/* The head of a response, and its most common words. */
struct response {
	union {
		struct {
			uint16_t error, type, seq_id, len;
		};
		uint8_t bytes[512];
	};
};

/* Fields of a message or a response. */
void put(void *message, size_t at, size_t width, uint64_t value);
uint64_t got(const void *message, size_t at, size_t width);

/* A request with nothing in it. */
struct message message(uint16_t type);
/* Sends @len bytes of it with room for a whole response; 0 or a negative errno. */
int hwrm(int fd, uint32_t scope, const struct message *message, uint32_t len, struct response *response);

/* What memory is filled with, and whether nobody has written there. */
enum { PATTERN = 0xee };
bool untouched(const uint8_t *at, size_t len);

/* Has registers of the chip read to a place; the first one by its number. */
struct message registers_to(const void *to, unsigned int first, unsigned int words);
/* Whether they are what the emulated chip has there; no two are the same. */
bool are_registers(const uint8_t *at, unsigned int first, unsigned int words);

/* Requests of a type that have arrived since the trace was cleared. */
long long arrived(int control, uint16_t type);
/* Waits until there is one. */
bool arrived_wait(int control, uint16_t type);
/* Has the firmware carry out the next request of a type, and keep its answer and the data. */
bool lose(int control, uint16_t type);

#endif
