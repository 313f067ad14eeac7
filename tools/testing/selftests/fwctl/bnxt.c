// SPDX-License-Identifier: GPL-2.0
/*
 * A NetXtreme node: what of a message is the caller's, what a request may name, and
 * what becomes of answers that come late. FWCTL_TEST_UPSTREAM_DRIVER says that the
 * kernel's own C driver is under test.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bnxt_test.h"
#include "kselftest_harness.h"
#include "pci_test.h"
#include "vendor_test.h"

#define READ_ONLY FWCTL_RPC_DEBUG_READ_ONLY

enum {
	/* PORT_QSTATS. */
	TX_STATS = 408,
	RX_STATS = 528,
	PAGE = 4096,
};

FIXTURE(bnxt)
{
	int fd, control;
	unsigned int nodes;
	struct response out;
	uint8_t *data;
};

FIXTURE_SETUP(bnxt)
{
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->nodes = node_count();
	self->data = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->data);
	memset(self->data, PATTERN, 32 * PAGE);
	ASSERT_NE(NULL, control_ask(self->control, "{\"op\":\"trace_clear\"}"));
}

FIXTURE_TEARDOWN(bnxt)
{
	firmware_release(self->control);
	/* What was not answered is given back once the device was reset. */
	EXPECT_EQ(0, function_reset(node_function(0)));
	close(self->fd);
	close(self->control);
}

static struct message stats(uint8_t *tx, uint8_t *rx)
{
	struct message ask = message(PORT_QSTATS);

	put(&ask, 24, 8, (uintptr_t)tx);
	put(&ask, 32, 8, (uintptr_t)rx);
	return ask;
}

/* The first item of the flash is a text. */
static struct message log_of(void *to, uint32_t len)
{
	struct message ask = message(NVM_READ);

	put(&ask, 16, 8, (uintptr_t)to);
	put(&ask, 32, 4, len);
	return ask;
}

/* Theory: INFO says whose device it is, and what the driver takes. */
TEST_F_TIMEOUT(bnxt, info, TEST_S)
{
	struct fwctl_info_bnxt data = { 0 };
	struct fwctl_info info = {
		.size = sizeof(info),
		.device_data_len = sizeof(data),
		.out_device_data = (uintptr_t)&data,
	};

	ASSERT_EQ(0, call(self->fd, FWCTL_INFO, &info));
	EXPECT_EQ(FWCTL_DEVICE_TYPE_BNXT, info.out_device_type);
	EXPECT_EQ(sizeof(data), info.device_data_len);
	EXPECT_EQ(0xf, data.uctx_caps);
}

/* Theory: the firmware's answer comes back, and how long it is. */
TEST_F_TIMEOUT(bnxt, answer, TEST_S)
{
	struct message ask = message(VER_GET);
	uint32_t len = sizeof(self->out);

	ASSERT_EQ(0, rpc(self->fd, READ_ONLY, &ask, 24, &self->out, &len));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(VER_GET, self->out.type);
	EXPECT_EQ(0, strcmp((char *)self->out.bytes + 80, "230.0.157.0"));
	EXPECT_EQ(0x16d7, got(&self->out, 112, 2));
	if (!upstream_driver())
		EXPECT_EQ(176, len);
	/* What there is no room for is left out. */
	memset(&self->out, PATTERN, sizeof(self->out));
	len = 24;
	ASSERT_EQ(0, rpc(self->fd, READ_ONLY, &ask, 24, &self->out, &len));
	EXPECT_EQ(176, self->out.len);
	EXPECT_TRUE(untouched(self->out.bytes + 24, 100));
}

/* Theory: requests are whole words within the window; nothing else is sent. */
TEST_F_TIMEOUT(bnxt, lengths, TEST_S)
{
	const uint32_t bad[] = { 0, 15, 17, 18, 19, 21, 22, 23, 126, 127, 129, 132, 4096 };
	uint8_t big[4096] = { [2] = 0xff, [3] = 0xff, [6] = 0xff, [7] = 0xff };
	uint32_t len;

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		len = sizeof(self->out);
		EXPECT_EQ(-EMSGSIZE, rpc(self->fd, READ_ONLY, big, bad[i], &self->out, &len));
	}
	len = 15;
	EXPECT_EQ(-EMSGSIZE, rpc(self->fd, READ_ONLY, big, 24, &self->out, &len));
	EXPECT_EQ(0, arrived(self->control, VER_GET));
	EXPECT_EQ(0, json_number(control_ask(self->control, "{\"op\":\"state\"}"), "violations_total"));
}

/* Theory: of the header only the type is the caller's. */
TEST_F_TIMEOUT(bnxt, header, TEST_S)
{
	struct message ask = message(VER_GET);
	const char *trace;

	ask.cmpl_ring = 3;
	ask.seq_id = 0x7777;
	ask.target_id = 0xfffd;
	ask.resp_addr = 0x1000;
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 24, &self->out));
	EXPECT_EQ(0, self->out.error);
	trace = control_ask(self->control, "{\"op\":\"trace\",\"opcode\":0}");
	EXPECT_EQ(0xffff, json_number(trace, "cmpl_ring"));
	EXPECT_EQ(0xffff, json_number(trace, "target"));
	/* The word for a request that is elsewhere. */
	ask.cmpl_ring = 0x4321;
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 24, &self->out));
	EXPECT_EQ(0, self->out.error);
	/* Other functions, and processors. */
	const uint16_t others[] = { 1, 2, 0x1000, 0xfff8, 0xfff9, 0xfffa, 0xfffe };

	for (unsigned int i = 0; i < sizeof(others) / sizeof(*others); i++) {
		ask.target_id = others[i];
		EXPECT_EQ(-EBADMSG, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE, &ask, 24, &self->out));
	}
	/* What a later firmware may read there is not known. */
	ask = message(VER_GET);
	ask.bytes[24] = 1;
	EXPECT_EQ(-EBADMSG, hwrm(self->fd, READ_ONLY, &ask, 28, &self->out));
	EXPECT_EQ(2, arrived(self->control, VER_GET));
}

/* Theory: what a request names is copied, as much as it says, and only if it succeeds. */
TEST_F_TIMEOUT(bnxt, reads, TEST_S)
{
	/* Not aligned, and over the border of a page. */
	uint8_t *to = self->data + PAGE - 3;
	struct message ask = log_of(to, 16);

	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(0, memcmp(to, "1\tpackage\t230.0.", 16));
	EXPECT_TRUE(untouched(self->data, PAGE - 3));
	EXPECT_TRUE(untouched(to + 16, PAGE));
	/* The firmware's own word, and no data. */
	memset(self->data, PATTERN, 2 * PAGE);
	ask = log_of(to, 4000);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	EXPECT_EQ(HWRM_INVALID_PARAMS, self->out.error);
	EXPECT_TRUE(untouched(self->data, 2 * PAGE));
	/* Two places. */
	ask = stats(to, to + 1000);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_FALSE(untouched(to + TX_STATS - 8, 8));
	EXPECT_TRUE(untouched(to + TX_STATS, 1000 - TX_STATS));
	EXPECT_FALSE(untouched(to + 1000 + RX_STATS - 8, 8));
	EXPECT_TRUE(untouched(to + 1000 + RX_STATS, PAGE));
}

/* Theory: a bad place is noticed before anything is sent. */
TEST_F_TIMEOUT(bnxt, pointers, TEST_S)
{
	uint8_t *hole = self->data + 4 * PAGE, *read_only = self->data + 8 * PAGE;
	struct message ask;

	ASSERT_EQ(0, munmap(hole, PAGE));
	ASSERT_EQ(0, mprotect(read_only, PAGE, PROT_READ));
	uint8_t *bad[] = { NULL, (uint8_t *)8, hole, hole - 8, read_only, read_only - 8, KERNEL_ADDRESS,
			   (uint8_t *)-16 };

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		ask = log_of(bad[i], 16);
		EXPECT_EQ(-EFAULT, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
		ask = stats(self->data, bad[i]);
		EXPECT_EQ(-EFAULT, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	}
	EXPECT_TRUE(untouched(self->data, PAGE));
	/* To the device a page that can be read does. */
	ask = message(NVM_WRITE);
	put(&ask, 24, 2, 60);
	put(&ask, 32, 4, 16);
	put(&ask, 16, 8, (uintptr_t)hole);
	EXPECT_EQ(-EFAULT, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE, &ask, 56, &self->out));
	put(&ask, 16, 8, (uintptr_t)read_only);
	EXPECT_EQ(0, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE, &ask, 56, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(0, arrived(self->control, NVM_READ));
	EXPECT_EQ(0, arrived(self->control, PORT_QSTATS));
	EXPECT_EQ(1, arrived(self->control, NVM_WRITE));
	/* More than there may be. */
	ask = log_of(self->data, FWCTL_BNXT_MAX_DMABUF + 1);
	EXPECT_EQ(-EMSGSIZE, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	/* None at all. */
	ask = log_of((void *)8, 0);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	EXPECT_EQ(0, self->out.error);
}

/* Theory: the directory is as long as it is, whatever the room. */
TEST_F_TIMEOUT(bnxt, directory, TEST_S)
{
	struct message ask = message(NVM_GET_DIR_INFO);
	unsigned int len;

	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 16, &self->out));
	len = got(&self->out, 8, 4) * got(&self->out, 12, 4);
	ASSERT_LT(0, len);
	ASSERT_GT(PAGE, len);
	ask = message(NVM_GET_DIR_ENTRIES);
	put(&ask, 16, 8, (uintptr_t)self->data);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 24, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(1, got(self->data, 0, 2));
	EXPECT_TRUE(untouched(self->data + len, FWCTL_BNXT_MAX_DMABUF - len));
}

/* Theory: the length of a variable counts bits, and so do its bytes. */
TEST_F_TIMEOUT(bnxt, variables, TEST_S)
{
	struct message ask = message(NVM_GET_VARIABLE);

	put(&ask, 16, 8, (uintptr_t)self->data);
	put(&ask, 24, 2, 10);
	put(&ask, 26, 2, 108);
	ASSERT_EQ(0, hwrm(self->fd, FWCTL_RPC_CONFIGURATION, &ask, 40, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(128, got(self->data, 0, 2));
	EXPECT_TRUE(untouched(self->data + 2, PAGE));
	/* The last bytes that there are. */
	ASSERT_EQ(0, munmap(self->data + PAGE, PAGE));
	put(self->data, PAGE - 2, 2, 77);
	ask.type = NVM_SET_VARIABLE;
	put(&ask, 16, 8, (uintptr_t)self->data + PAGE - 2);
	ASSERT_EQ(0, hwrm(self->fd, FWCTL_RPC_CONFIGURATION, &ask, 40, &self->out));
	EXPECT_EQ(0, self->out.error);
	ask.type = NVM_GET_VARIABLE;
	put(&ask, 16, 8, (uintptr_t)self->data);
	ASSERT_EQ(0, hwrm(self->fd, FWCTL_RPC_CONFIGURATION, &ask, 40, &self->out));
	EXPECT_EQ(77, got(self->data, 0, 2));
	/* The factory's own. */
	ask.type = NVM_SET_VARIABLE;
	put(&ask, 38, 1, 0x80);
	EXPECT_EQ(-EBADMSG, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE, &ask, 40, &self->out));
}

/* Theory: of a batch its own part is transferred, and no more. */
TEST_F_TIMEOUT(bnxt, batch, TEST_S)
{
	struct message ask = message(NVM_WRITE);

	memcpy(self->data, "whole words", 11);
	put(&ask, 16, 8, (uintptr_t)self->data);
	put(&ask, 24, 2, 61);
	put(&ask, 32, 4, 11);
	ASSERT_EQ(0, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE, &ask, 56, &self->out));
	ASSERT_EQ(0, self->out.error);
	/* A megabyte after what is named, says the request. */
	put(&ask, 38, 2, 2);
	put(&ask, 48, 4, 1 << 20);
	EXPECT_EQ(-EMSGSIZE, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE, &ask, 56, &self->out));
	memcpy(self->data, "parts", 5);
	put(&ask, 44, 4, 6);
	put(&ask, 48, 4, 5);
	ASSERT_EQ(0, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE, &ask, 56, &self->out));
	EXPECT_EQ(0, self->out.error);
	ask = message(NVM_READ);
	put(&ask, 16, 8, (uintptr_t)self->data);
	put(&ask, 24, 2, got(&self->out, 12, 2));
	put(&ask, 32, 4, 11);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	EXPECT_EQ(0, memcmp(self->data, "whole parts", 11));
}

/* Theory: what resets, erases or reads the host needs more, or never passes. */
TEST_F_TIMEOUT(bnxt, scopes, TEST_S)
{
	const uint16_t full[] = { FUNC_RESET, FW_RESET, DBG_ERASE_NVM, NVM_FACTORY_DEFAULTS };
	const uint16_t never[] = { FUNC_CFG, EXEC_FWD_RESP, 0xd2, 0xff12, 0xff13, 0xff1a, 0x8000, 0x7777 };
	struct message ask;

	for (unsigned int i = 0; i < sizeof(full) / sizeof(*full); i++) {
		ask = message(full[i]);
		for (uint32_t scope = 0; scope < FWCTL_RPC_DEBUG_WRITE_FULL; scope++)
			EXPECT_EQ(-EBADMSG, hwrm(self->fd, scope, &ask, 24, &self->out));
		EXPECT_EQ(0, arrived(self->control, full[i]));
	}
	for (unsigned int i = 0; i < sizeof(never) / sizeof(*never); i++) {
		ask = message(never[i]);
		for (uint32_t scope = 0; scope <= FWCTL_RPC_DEBUG_WRITE_FULL; scope++)
			EXPECT_EQ(-EBADMSG, hwrm(self->fd, scope, &ask, 24, &self->out));
		EXPECT_EQ(0, arrived(self->control, never[i]));
	}
	ask = message(NVM_FACTORY_DEFAULTS);
	EXPECT_EQ(0, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL, &ask, 24, &self->out));
	EXPECT_EQ(0, self->out.error);
	/* Another function's reset. */
	ask = message(FUNC_RESET);
	put(&ask, 16, 4, 1);
	EXPECT_EQ(-EBADMSG, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL, &ask, 24, &self->out));
	ask = message(DBG_READ_INDIRECT);
	put(&ask, 16, 8, (uintptr_t)self->data);
	put(&ask, 24, 4, 64);
	put(&ask, 28, 1, 0x14);
	put(&ask, 36, 4, 16);
	EXPECT_EQ(-EBADMSG, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL, &ask, 80, &self->out));
	put(&ask, 28, 1, 0);
	EXPECT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 80, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(1, arrived(self->control, DBG_READ_INDIRECT));
}

/* Theory: of all requests that there are those of the table pass, to firmware that refuses none. */
TEST_F_TIMEOUT(bnxt, walk, TEST_S)
{
	const unsigned int wanted[] = { 13, 77, 7, 7 };
	unsigned int from[4] = { 0 };
	struct message ask = message(0);

	ASSERT_TRUE(firmware_fault(self->control, "\"kind\":\"permissive\""));
	for (unsigned int type = 0; type <= UINT16_MAX; type++) {
		int least = -1;

		ask.type = type;
		for (uint32_t scope = 0; scope <= FWCTL_RPC_DEBUG_WRITE_FULL; scope++) {
			int ret = hwrm(self->fd, scope, &ask, 16, &self->out);

			if (ret == -EBADMSG) {
				ASSERT_EQ(-1, least);
				continue;
			}
			/* Some name memory, which is not there. */
			ASSERT_TRUE(!ret || ret == -EFAULT);
			if (least < 0)
				least = scope;
			if (!ret)
				break;
		}
		if (least >= 0)
			from[least]++;
	}
	for (int scope = 0; scope < 4; scope++)
		EXPECT_EQ(wanted[scope], from[scope]);
}

/* Answers that it has given late so far. */
static long long late_answers(int control)
{
	return json_number(control_ask(control, "{\"op\":\"state\"}"), "late");
}

/* Theory: data that comes late is nobody else's, and it is kept for it. */
TEST_F_TIMEOUT(bnxt, late, TEST_S)
{
	struct message ask = stats(self->data, self->data + PAGE);
	struct message other = stats(self->data + 2 * PAGE, self->data + 3 * PAGE);
	static uint8_t before[2 * PAGE];
	int fd = NODE_OPEN(0), before_it = said("of memory of a command stay pinned");
	long long late = late_answers(self->control);
	struct response out;

	ASSERT_EQ(0, hwrm(fd, READ_ONLY, &other, 40, &out));
	memcpy(before, self->data + 2 * PAGE, sizeof(before));
	ASSERT_TRUE(lose(self->control, PORT_QSTATS));
	EXPECT_EQ(-ETIMEDOUT, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	EXPECT_TRUE(untouched(self->data, 2 * PAGE));
	EXPECT_EQ(before_it + 2, said("of memory of a command stay pinned"));
	/* The next ones go on, before the answer comes and after. */
	for (int i = 0; i < 4; i++) {
		if (i == 2)
			firmware_answer(self->control);
		memset(self->data + 2 * PAGE, PATTERN, 2 * PAGE);
		ASSERT_EQ(0, hwrm(fd, READ_ONLY, &other, 40, &out));
		EXPECT_EQ(0, out.error);
		EXPECT_EQ(PORT_QSTATS, out.type);
		EXPECT_EQ(0, memcmp(before, self->data + 2 * PAGE, sizeof(before)));
	}
	EXPECT_EQ(late + 1, late_answers(self->control));
	EXPECT_TRUE(untouched(self->data, 2 * PAGE));
	close(fd);
}

static void ask_and_die(int fd, uint8_t *data)
{
	struct message ask = stats(data, data + PAGE);
	struct response out;

	_exit(hwrm(fd, READ_ONLY, &ask, 40, &out) ? 1 : 0);
}

/* Theory: who waits for firmware that is silent can be killed, and who comes after it is served. */
TEST_F_TIMEOUT(bnxt, kill, TEST_S)
{
	int status;
	pid_t child;

	ASSERT_TRUE(lose(self->control, PORT_QSTATS));
	child = fork();
	if (!child)
		ask_and_die(self->fd, self->data);
	ASSERT_TRUE(arrived_wait(self->control, PORT_QSTATS));
	/* One in line behind it. */
	pid_t second = fork();

	if (!second)
		_exit(ask_shortly(self->fd) ? 1 : 0);
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_TRUE(WIFSIGNALED(status));
	/* The firmware was not heard of meanwhile. */
	EXPECT_EQ(0, arrived(self->control, VER_GET));
	ASSERT_TRUE(child_wait(second, &status));
	EXPECT_EQ(0, status);
	/* Its own, and the question before it. */
	EXPECT_EQ(2, arrived(self->control, VER_GET));
}

/* Theory: the end of the driver waits for the transport, and for nothing else. */
TEST_F_TIMEOUT(bnxt, unbind, TEST_S)
{
	char name[64];
	int status;
	pid_t child;

	snprintf(name, sizeof(name), "%s", function_auxiliary(node_function(0)));
	ASSERT_TRUE(lose(self->control, PORT_QSTATS));
	child = fork();
	if (!child)
		ask_and_die(self->fd, self->data);
	ASSERT_TRUE(arrived_wait(self->control, PORT_QSTATS));
	EXPECT_EQ(0, driver_unbind(name));
	EXPECT_TRUE(all_gone(self->fd));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(1 << 8, status);
	EXPECT_EQ(0, driver_bind(name));
	EXPECT_TRUE(node_wait(self->nodes));
}

static void read_there(void *page, void *arg)
{
	struct message ask = log_of(page, 16);
	struct response out;

	hwrm(*(int *)arg, READ_ONLY, &ask, 40, &out);
}

/* Theory: a page fault that never ends, in memory that a request names, holds up its own caller only. */
TEST_F_TIMEOUT(bnxt, stalled, TEST_S)
{
	char name[64];
	int status;
	pid_t child = stalled_child(read_there, &self->fd);

	ASSERT_LT(0, child);
	EXPECT_EQ(0, ask_shortly(self->fd));
	snprintf(name, sizeof(name), "%s", function_auxiliary(node_function(0)));
	EXPECT_EQ(0, driver_unbind(name));
	EXPECT_TRUE(all_gone(self->fd));
	EXPECT_EQ(0, driver_bind(name));
	EXPECT_TRUE(node_wait(self->nodes));
	ASSERT_EQ(0, kill(child, SIGKILL));
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, arrived(self->control, NVM_READ));
}

/* Theory: callers from everywhere, resets between them: nobody has another's answer. */
TEST_F_TIMEOUT(bnxt, storm, TEST_S)
{
	enum { CALLERS = 12, ROUNDS = 60, RESETS = 2 };
	int status;

	for (int i = 0; i < CALLERS; i++) {
		if (fork())
			continue;
		for (unsigned int round = 0; round < ROUNDS; round++) {
			unsigned int first = 16 * (i + CALLERS * round), words = 4 + 4 * i;
			uint8_t *to = self->data + PAGE * i;
			struct message ask = registers_to(to, first, words);
			struct response out;
			int ret;

			memset(to, PATTERN, PAGE);
			ret = hwrm(self->fd, READ_ONLY, &ask, 40, &out);
			/* One that a reset has hit, and those that found the firmware silent. */
			if (ret == -ETIMEDOUT && untouched(to, PAGE))
				continue;
			if (ret || out.error || out.type != DBG_READ_DIRECT)
				_exit(1);
			if (!are_registers(to, first, words))
				_exit(2);
			if (!untouched(to + 4 * words, PAGE - 4 * words))
				_exit(3);
		}
		_exit(0);
	}
	for (int i = 0; i < RESETS; i++) {
		usleep(200000);
		EXPECT_EQ(0, function_reset(node_function(0)));
	}
	for (int i = 0; i < CALLERS; i++) {
		ASSERT_LT(0, wait(&status));
		EXPECT_EQ(0, status);
	}
	EXPECT_EQ(0, ask_shortly(self->fd));
}

TEST_HARNESS_MAIN
