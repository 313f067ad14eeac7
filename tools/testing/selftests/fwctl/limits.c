// SPDX-License-Identifier: GPL-2.0
/*
 * The largest of what there is: INFO's room, and the number of devices.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "sample_test.h"

#define PIECE (2u << 20)

FIXTURE(room)
{
	int fd;
	unsigned int node;
	/* What a child maps over and over, and what it maps last. */
	uint8_t *body, *end;
	int body_fd, end_fd;
	/* Its call has returned. */
	bool *returned;
};

FIXTURE_VARIANT(room)
{
	const struct sample_driver *driver;
};

FIXTURE_VARIANT_ADD(room, c)
{
	.driver = &sample_in_c,
};

FIXTURE_VARIANT_ADD(room, rust)
{
	.driver = &sample_in_rust,
};

static uint8_t *shared(int fd, size_t len)
{
	return mmap(NULL, len, PROT_READ | PROT_WRITE,
		    fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
}

FIXTURE_SETUP(room)
{
	self->fd = SAMPLE_LOAD(variant->driver, &self->node);
	self->body_fd = memfd_create("body", MFD_CLOEXEC);
	self->end_fd = memfd_create("end", MFD_CLOEXEC);
	ASSERT_EQ(0, ftruncate(self->body_fd, PIECE));
	ASSERT_EQ(0, ftruncate(self->end_fd, PIECE));
	self->body = shared(self->body_fd, PIECE);
	self->end = shared(self->end_fd, PIECE);
	self->returned = (bool *)shared(-1, sizeof(*self->returned));
	ASSERT_NE(MAP_FAILED, self->body);
	ASSERT_NE(MAP_FAILED, self->end);
	ASSERT_NE(MAP_FAILED, (void *)self->returned);
}

FIXTURE_TEARDOWN(room)
{
	close(self->fd);
	EXPECT_EQ(0, sample_unload(variant->driver));
}

/* 4 GiB of room in 4 MiB of memory. */
static uint8_t *room_map(int body_fd, int end_fd)
{
	const size_t len = 4ull << 30;
	uint8_t *room = mmap(NULL, len + PIECE, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED)
		return NULL;
	/* Huge pages want to be aligned. */
	room = (uint8_t *)(((uintptr_t)room + PIECE - 1) & ~(uintptr_t)(PIECE - 1));
	for (size_t at = 0; at < len; at += PIECE) {
		if (mmap(room + at, PIECE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
			 at < len - PIECE ? body_fd : end_fd, 0) == MAP_FAILED)
			return NULL;
	}
	return room;
}

/* INFO with all of that but a byte. */
static int info_all(int fd, uint8_t *room, struct fwctl_info *arg)
{
	*arg = (struct fwctl_info){
		.size = sizeof(*arg),
		.device_data_len = UINT32_MAX,
		.out_device_data = (uintptr_t)room,
	};
	return call(fd, FWCTL_INFO, arg);
}

static pid_t info_child(FIXTURE_DATA(room) *self)
{
	pid_t child;

	*self->returned = false;
	memset(self->body, 0, PIECE);
	memset(self->end, 0xa5, PIECE);
	child = fork();
	if (!child) {
		struct fwctl_info arg;

		info_all(node_open(self->node), room_map(self->body_fd, self->end_fd),
			 &arg);
		__atomic_store_n(self->returned, true, __ATOMIC_RELEASE);
		_exit(0);
	}
	return child;
}

static bool is_returned(FIXTURE_DATA(room) *self)
{
	return __atomic_load_n(self->returned, __ATOMIC_ACQUIRE);
}

/* A byte that was written to the body is zero again: the room is being filled. */
static bool is_cleared(void *arg)
{
	FIXTURE_DATA(room) *self = arg;

	return !__atomic_load_n(self->body + PIECE / 2, __ATOMIC_RELAXED) ||
	       is_returned(self);
}

static bool is_filling(FIXTURE_DATA(room) *self)
{
	__atomic_store_n(self->body + PIECE / 2, 1, __ATOMIC_RELAXED);
	return patient(is_cleared, self) && !is_returned(self);
}

/*
 * Theory: while a caller has its huge room filled, others are served, the driver
 * can go, and the caller can be killed.
 */
TEST_F_TIMEOUT(room, huge, TEST_S)
{
	bool seen = false;

	/* A call that is over before all was tried gets another chance. */
	for (int round = 0; !seen && round < 50; round++) {
		struct fwctl_sample_info data;
		int status, own;
		pid_t child = info_child(self);

		seen = is_filling(self);
		EXPECT_EQ(0, sample_info(self->fd, &data));
		EXPECT_EQ(0, sample_rpc(self->fd, READ_ONLY, SAMPLE_SLEEP, 1, NULL,
					NULL));
		own = node_open(self->node);
		EXPECT_EQ(0, sample_rpc(own, READ_ONLY, SAMPLE_SLEEP, 1, NULL, NULL));
		EXPECT_EQ(0, close(own));
		if (variant->driver->owned)
			EXPECT_EQ(0, rsc_destroy(self->fd, sample_create(self->fd, 0)));
		seen = seen && is_filling(self);
		ASSERT_EQ(0, sample_unload(variant->driver));
		EXPECT_EQ(-ENODEV, sample_info(self->fd, &data));
		seen = seen && is_filling(self);

		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_EQ(child, waitpid(child, &status, 0));
		seen = seen && !is_returned(self);
		if (seen) {
			EXPECT_TRUE(WIFSIGNALED(status));
			/* The last byte: it did not wait until all was done. */
			EXPECT_EQ(0xa5, self->end[PIECE - 2]);
		}
		close(self->fd);
		self->fd = sample_load(variant->driver, &self->node);
		ASSERT_LE(0, self->fd);
	}
	EXPECT_TRUE(seen);
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, len - 1);
}

#define HUGE_PAGES "/proc/sys/vm/nr_hugepages"

/* Theory: all of it is filled, and nothing beyond. */
TEST_F_TIMEOUT(room, filled, TEST_S)
{
	long long before = read_number(HUGE_PAGES);
	char wanted[32];
	int body_fd, end_fd;
	uint8_t *body, *end, *room;
	struct fwctl_info arg;

	/* A million page faults are not what this is about. */
	snprintf(wanted, sizeof(wanted), "%lld", before + 2);
	write_file(HUGE_PAGES, wanted);
	if (read_number(HUGE_PAGES) < before + 2 && !device_required())
		SKIP(return, "no huge pages");
	ASSERT_EQ(before + 2, read_number(HUGE_PAGES));
	body_fd = memfd_create("body", MFD_CLOEXEC | MFD_HUGETLB);
	end_fd = memfd_create("end", MFD_CLOEXEC | MFD_HUGETLB);
	ASSERT_EQ(0, ftruncate(body_fd, PIECE));
	ASSERT_EQ(0, ftruncate(end_fd, PIECE));
	body = shared(body_fd, PIECE);
	end = shared(end_fd, PIECE);
	ASSERT_NE(MAP_FAILED, body);
	ASSERT_NE(MAP_FAILED, end);
	memset(body, 0xa5, PIECE);
	memset(end, 0xa5, PIECE);
	room = room_map(body_fd, end_fd);
	ASSERT_NE(NULL, room);
	ASSERT_EQ(0, info_all(self->fd, room, &arg));
	EXPECT_EQ(sizeof(struct fwctl_sample_info), arg.device_data_len);
	EXPECT_TRUE(is_zero(body, PIECE));
	EXPECT_TRUE(is_zero(end, PIECE - 1));
	EXPECT_EQ(0xa5, end[PIECE - 1]);

	munmap(room, 4ull << 30);
	munmap(body, PIECE);
	munmap(end, PIECE);
	close(body_fd);
	close(end_fd);
	snprintf(wanted, sizeof(wanted), "%lld", before);
	EXPECT_EQ(0, write_file(HUGE_PAGES, wanted));
}

FIXTURE(minors) {
};

/* Thousands of devices are too much for udev, which has no part in this. */
FIXTURE_SETUP(minors)
{
	if (device_required())
		EXPECT_EQ(0, system("udevadm control --exit"));
}

FIXTURE_TEARDOWN(minors)
{
	sample_unload(&sample_in_rust);
	sample_unload(&sample_in_c);
	if (device_required())
		EXPECT_EQ(0, system("/usr/lib/systemd/systemd-udevd --daemon"));
}

/*
 * Theory: there are 4,096 numbers. A device for which there is none is not made,
 * and all numbers come back.
 */
TEST_F_TIMEOUT(minors, all, TEST_S)
{
	const unsigned int others = node_count();
	struct fwctl_sample_info data;
	unsigned int node, lowest;
	char arguments[64];
	int fd = SAMPLE_LOAD(&sample_in_rust, &lowest);

	close(fd);
	ASSERT_EQ(0, sample_unload(&sample_in_rust));

	snprintf(arguments, sizeof(arguments), "fwctl_c_sample devices=%u",
		 NODES_MAX - others);
	ASSERT_EQ(0, modprobe(arguments));
	EXPECT_EQ(NODES_MAX, node_count());
	fd = node_open(NODES_MAX - 1);
	EXPECT_EQ(0, sample_info(fd, &data));
	EXPECT_EQ(1, data.contexts);
	EXPECT_NE(0, modprobe("fwctl_rust_sample 2>/dev/null"));
	EXPECT_NE(0, access("/sys/module/fwctl_rust_sample", F_OK));
	EXPECT_EQ(NODES_MAX, node_count());
	EXPECT_EQ(0, sample_info(fd, &data));

	/* Thousands of devices are no matter of a moment. */
	ASSERT_EQ(0, modprobe("-r fwctl_c_sample"));
	EXPECT_EQ(others, node_count());
	EXPECT_EQ(-ENODEV, sample_info(fd, &data));
	/* Who still has a descriptor does not keep the number. */
	close(SAMPLE_LOAD(&sample_in_rust, &node));
	EXPECT_EQ(lowest, node);
	close(fd);
}

TEST_HARNESS_MAIN
