// SPDX-License-Identifier: GPL-2.0
/*
 * Umems on a NetXtreme: memory of its caller's that the device reads and writes itself
 * where a request names a part of one, and what becomes of it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bnxt_test.h"
#include "kselftest_harness.h"
#include "pci_test.h"
#include "umem_test.h"
#include "vendor_test.h"

#define READ_ONLY FWCTL_RPC_DEBUG_READ_ONLY

enum {
	PAGES = 32,
	/* Room for PORT_QSTATS_EXT. */
	EXT_STATS = 256,
};

FIXTURE(bnxt_umem)
{
	int fd, control;
	long long pinned;
	uint8_t *room;
	struct fwctl_rsc_umem_reg umem;
	struct response out;
};

FIXTURE_SETUP(bnxt_umem)
{
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->pinned = pinned_pages();
	self->room = memory(PAGES * PAGE);
	ASSERT_NE(NULL, self->room);
	memset(self->room, PATTERN, PAGES * PAGE);
	ASSERT_EQ(0, umem_register(self->fd, 0, self->room, PAGES * PAGE, &self->umem));
	EXPECT_EQ(self->pinned + PAGES, pinned_pages());
	ASSERT_NE(NULL, control_ask(self->control, "{\"op\":\"trace_clear\"}"));
}

/* Nothing stays pinned, once the device was reset. */
FIXTURE_TEARDOWN(bnxt_umem)
{
	firmware_release(self->control);
	close(self->fd);
	EXPECT_EQ(0, function_reset(node_function(0)));
	EXPECT_TRUE(pinned_wait(self->pinned));
	close(self->control);
}

/* Where in a page the memory begins that the last request of a type names, by its address at @at. */
static unsigned int place_told(int control, uint16_t type, size_t at)
{
	char ask[96], byte[3] = {};
	unsigned int told = 0;
	const char *input;

	snprintf(ask, sizeof(ask), "{\"op\":\"trace\",\"opcode\":%u,\"last\":1,\"input\":true}", type);
	input = control_ask(control, ask);
	input = input ? strstr(input, "\"input\":\"") : NULL;
	if (!input)
		return UINT32_MAX;
	input += strlen("\"input\":\"") + 2 * at;
	for (int i = 0; i < 2; i++) {
		memcpy(byte, input + 2 * i, 2);
		told |= strtoul(byte, NULL, 16) << (8 * i);
	}
	return told % PAGE;
}

/* Theory: what is in a umem is written there by the device, without a copy; a copy begins with a page. */
TEST_F_TIMEOUT(bnxt_umem, in_place, TEST_S)
{
	uint8_t *to = self->room + 5 * PAGE + 72;
	struct message ask = registers_to(to, 0, 200);

	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 32, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(72, place_told(self->control, DBG_READ_DIRECT, 16));
	EXPECT_TRUE(are_registers(to, 0, 200));
	EXPECT_TRUE(untouched(self->room, to - self->room));
	EXPECT_TRUE(untouched(to + 800, PAGES * PAGE - (to + 800 - self->room)));
	/* Not of the umem. */
	uint8_t *beyond = memory(2 * PAGE);

	ASSERT_NE(NULL, beyond);
	ask = registers_to(beyond + 72, 0, 200);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 32, &self->out));
	EXPECT_EQ(0, place_told(self->control, DBG_READ_DIRECT, 16));
	EXPECT_TRUE(are_registers(beyond + 72, 0, 200));
	/* And after its end. */
	ASSERT_EQ(0, rsc_destroy(self->fd, self->umem.rsc_id));
	EXPECT_EQ(self->pinned, pinned_pages());
	ask = registers_to(to, 0, 100);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 32, &self->out));
	EXPECT_EQ(0, place_told(self->control, DBG_READ_DIRECT, 16));
}

/* Theory: over pages it is in place where the device has them in one piece, and else copied; it is right. */
TEST_F_TIMEOUT(bnxt_umem, over_pages, TEST_S)
{
	uint8_t *to = self->room + PAGE + 40;
	struct message ask = registers_to(to, 0, 0x3000);
	unsigned int told;

	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 32, &self->out));
	EXPECT_EQ(0, self->out.error);
	told = place_told(self->control, DBG_READ_DIRECT, 16);
	TH_LOG("%s", told ? "in place" : "copied");
	EXPECT_TRUE(told == 40 || (told == 0 && !has_iommu()));
	EXPECT_TRUE(are_registers(to, 0, 0x3000));
	EXPECT_TRUE(untouched(self->room, PAGE + 40));
	EXPECT_TRUE(untouched(to + 0xc000, PAGE));
}

/* Theory: what goes to the device is read there. */
TEST_F_TIMEOUT(bnxt_umem, to_device, TEST_S)
{
	struct message ask = message(NVM_WRITE);
	uint8_t *from = self->room + 3 * PAGE + 8;

	memcpy(from, "of the user's own", 18);
	put(&ask, 16, 8, (uintptr_t)from);
	put(&ask, 24, 2, 62);
	put(&ask, 32, 4, 18);
	ASSERT_EQ(0, hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE, &ask, 56, &self->out));
	ASSERT_EQ(0, self->out.error);
	EXPECT_EQ(8, place_told(self->control, NVM_WRITE, 16));
	ask = message(NVM_READ);
	put(&ask, 16, 8, (uintptr_t)self->room);
	put(&ask, 24, 2, got(&self->out, 12, 2));
	put(&ask, 32, 4, 18);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(0, memcmp(self->room, "of the user's own", 18));
}

/* Theory: where the firmware is not told how much there is room for, nothing but a copy will do. */
TEST_F_TIMEOUT(bnxt_umem, of_unknown_length, TEST_S)
{
	struct message ask = message(NVM_GET_DIR_ENTRIES);
	static uint8_t same[FWCTL_BNXT_MAX_DMABUF];

	put(&ask, 16, 8, (uintptr_t)same);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 24, &self->out));
	put(&ask, 16, 8, (uintptr_t)self->room + 8);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 24, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(0, place_told(self->control, NVM_GET_DIR_ENTRIES, 16));
	EXPECT_EQ(0, memcmp(self->room + 8, same, 24));

	ask = message(PORT_QSTATS);
	put(&ask, 24, 8, (uintptr_t)self->room + 8);
	put(&ask, 32, 8, (uintptr_t)self->room + PAGE + 8);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(0, place_told(self->control, PORT_QSTATS, 24));
	EXPECT_FALSE(untouched(self->room + PAGE + 8, 528));
}

/* Theory: what was mapped over a umem is other memory than that. */
TEST_F_TIMEOUT(bnxt_umem, mapped_anew, TEST_S)
{
	uint8_t *to = self->room + 4 * PAGE + 72;
	struct message ask = registers_to(to, 0, 100);

	ASSERT_NE(MAP_FAILED, mmap(self->room + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	for (int touched = 0; touched < 2; touched++) {
		ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 32, &self->out));
		EXPECT_EQ(0, place_told(self->control, DBG_READ_DIRECT, 16));
		EXPECT_TRUE(are_registers(to, 0, 100));
		memset(self->room + 4 * PAGE, PATTERN, PAGE);
	}
	/* Nor is what may not be written a place to write to. */
	ASSERT_EQ(0, mprotect(self->room + 5 * PAGE, PAGE, PROT_READ));
	ask = registers_to(self->room + 5 * PAGE, 0, 100);
	EXPECT_EQ(-EFAULT, hwrm(self->fd, READ_ONLY, &ask, 32, &self->out));
	EXPECT_TRUE(untouched(self->room + 5 * PAGE, PAGE));
	/* The page before it is what it was. */
	ask = registers_to(to - PAGE, 0, 100);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 32, &self->out));
	EXPECT_EQ(72, place_told(self->control, DBG_READ_DIRECT, 16));
}

/* Theory: there are no keys, and no memory of nothing. */
TEST_F_TIMEOUT(bnxt_umem, flags, TEST_S)
{
	struct fwctl_rsc_umem_reg umem;

	EXPECT_EQ(-EOPNOTSUPP, umem_register(self->fd, FWCTL_UMEM_MKEY, self->room, PAGE, &umem));
	EXPECT_EQ(-EOPNOTSUPP, umem_register(self->fd, FWCTL_UMEM_MCDD, self->room, PAGE, &umem));
	EXPECT_EQ(-EOPNOTSUPP, umem_register(self->fd, 1 << 7, self->room, PAGE, &umem));
	EXPECT_EQ(-EINVAL, umem_register(self->fd, 0, self->room, 0, &umem));
	EXPECT_EQ(-EFAULT, umem_register(self->fd, 0, (void *)8, PAGE, &umem));
	EXPECT_EQ(0, self->umem.umem_id);
	EXPECT_EQ(0, self->umem.mkey_id);
	EXPECT_EQ(self->pinned + PAGES, pinned_pages());
}

/* Theory: an address is that of who asks; another process that has the descriptor has other memory there. */
TEST_F_TIMEOUT(bnxt_umem, other_process, TEST_S)
{
	uint8_t *to = self->room + 2 * PAGE + 16;
	int status;
	pid_t child = fork();

	if (!child) {
		struct message ask = registers_to(to, 0, 64);

		if (hwrm(self->fd, READ_ONLY, &ask, 32, &self->out))
			_exit(1);
		_exit(are_registers(to, 0, 64) ? 0 : 2);
	}
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, place_told(self->control, DBG_READ_DIRECT, 16));
	EXPECT_TRUE(untouched(self->room, PAGES * PAGE));
}

struct asked {
	int fd, ret;
	struct message ask;
	uint32_t rsc_id;
	bool done;
};

static void *asking(void *arg)
{
	struct asked *call = arg;
	struct response out;

	call->ret = hwrm(call->fd, READ_ONLY, &call->ask, 40, &out);
	return NULL;
}

/* Has the port's counters written to two places. */
static struct message stats_to(uint8_t *room)
{
	struct message ask = message(PORT_QSTATS_EXT);

	put(&ask, 18, 2, EXT_STATS);
	put(&ask, 20, 2, EXT_STATS);
	put(&ask, 24, 8, (uintptr_t)room + 8);
	put(&ask, 32, 8, (uintptr_t)room + 2 * PAGE + 8);
	return ask;
}

static void *destroying(void *arg)
{
	struct asked *call = arg;

	call->ret = rsc_destroy(call->fd, call->rsc_id);
	__atomic_store_n(&call->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Theory: a umem does not go while the firmware works on a part of it: its end waits in line. */
TEST_F_TIMEOUT(bnxt_umem, busy, TEST_S)
{
	struct asked call = { .fd = self->fd, .ask = message(NVM_READ) };
	struct asked end = { .fd = self->fd, .rsc_id = self->umem.rsc_id };
	static uint8_t same[16];
	pthread_t threads[2];

	put(&call.ask, 32, 4, sizeof(same));
	put(&call.ask, 16, 8, (uintptr_t)same);
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &call.ask, 40, &self->out));
	ASSERT_NE(NULL, control_ask(self->control, "{\"op\":\"trace_clear\"}"));
	put(&call.ask, 16, 8, (uintptr_t)self->room + 24);
	/* For which the driver waits for minutes. */
	ASSERT_TRUE(firmware_hold(self->control, NVM_READ, 1));
	/* Threads, as another process would have other memory. */
	ASSERT_EQ(0, pthread_create(&threads[0], NULL, asking, &call));
	ASSERT_TRUE(arrived_wait(self->control, NVM_READ));
	ASSERT_EQ(0, pthread_create(&threads[1], NULL, destroying, &end));
	/* For one that would not wait, time to do so. */
	sleep(1);
	EXPECT_FALSE(__atomic_load_n(&end.done, __ATOMIC_ACQUIRE));
	EXPECT_EQ(self->pinned + PAGES, pinned_pages());
	firmware_answer(self->control);
	for (int i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
	EXPECT_EQ(0, call.ret);
	EXPECT_EQ(0, end.ret);
	EXPECT_EQ(self->pinned, pinned_pages());
	EXPECT_EQ(0, memcmp(self->room + 24, same, sizeof(same)));
}

/* Theory: what was not answered keeps its umem pinned, destroyed or not, until the device was reset. */
TEST_F_TIMEOUT(bnxt_umem, lost, TEST_S)
{
	struct message ask = stats_to(self->room);
	int before = said("of user memory stay pinned");

	ASSERT_TRUE(lose(self->control, PORT_QSTATS_EXT));
	EXPECT_EQ(-ETIMEDOUT, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	/* One that is answered does not give it back. */
	struct message other = registers_to(self->room + 3 * PAGE, 0, 4);

	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &other, 32, &self->out));
	EXPECT_TRUE(are_registers(self->room + 3 * PAGE, 0, 4));
	ASSERT_EQ(0, rsc_destroy(self->fd, self->umem.rsc_id));
	EXPECT_EQ(-ENOENT, rsc_destroy(self->fd, self->umem.rsc_id));
	EXPECT_EQ(self->pinned + PAGES, pinned_pages());
	EXPECT_EQ(before + 1, said("of user memory stay pinned"));
	EXPECT_TRUE(untouched(self->room, PAGE));
	firmware_answer(self->control);
	EXPECT_EQ(0, ask_shortly(self->fd));
	/* It is the user's own memory that the late answer was for. */
	EXPECT_FALSE(untouched(self->room + 8, EXT_STATS));
	EXPECT_FALSE(untouched(self->room + 2 * PAGE + 8, EXT_STATS));
	EXPECT_EQ(self->pinned + PAGES, pinned_pages());
	ASSERT_EQ(0, function_reset(node_function(0)));
	EXPECT_TRUE(pinned_wait(self->pinned));
}

/* Theory: after a reset the same umem is as good as any. */
TEST_F_TIMEOUT(bnxt_umem, lost_and_reset, TEST_S)
{
	struct message ask = stats_to(self->room);
	int before = said("of user memory stay pinned");

	ASSERT_TRUE(firmware_fault(self->control, "\"kind\":\"lost\",\"opcode\":%u", PORT_QSTATS_EXT));
	EXPECT_EQ(-ETIMEDOUT, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	ASSERT_EQ(0, function_reset(node_function(0)));
	ASSERT_EQ(0, hwrm(self->fd, READ_ONLY, &ask, 40, &self->out));
	EXPECT_EQ(0, self->out.error);
	EXPECT_EQ(8, place_told(self->control, PORT_QSTATS_EXT, 24));
	ASSERT_EQ(0, rsc_destroy(self->fd, self->umem.rsc_id));
	EXPECT_EQ(self->pinned, pinned_pages());
	EXPECT_EQ(before, said("of user memory stay pinned"));
}

TEST_HARNESS_MAIN
