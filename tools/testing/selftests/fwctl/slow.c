// SPDX-License-Identifier: GPL-2.0
/*
 * Firmware that takes its time to open, to answer and to close: who waits for it,
 * and who does not.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "mlx5_test.h"
#include "vendor_test.h"

FIXTURE(slow)
{
	int fd;
	int control;
	unsigned int nodes;
	char auxiliary[256];
};

FIXTURE_SETUP(slow)
{
	self->fd = NODE_OPEN(0);
	self->control = CONTROL_OPEN(0);
	self->nodes = node_count();
	snprintf(self->auxiliary, sizeof(self->auxiliary), "%s",
		 function_auxiliary(node_function(0)));
	ASSERT_STRNE("", self->auxiliary);
	/* That of this descriptor, and none of before. */
	ASSERT_TRUE(firmware_objects_wait(self->control, "uid", 1));
}

FIXTURE_TEARDOWN(slow)
{
	firmware_release(self->control);
	close(self->fd);
	close(self->control);
	EXPECT_TRUE(node_wait(self->nodes));
}

/* A child that has nothing of this test and does not outlive it. */
static pid_t apart(FIXTURE_DATA(slow) *self)
{
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(self->fd);
		close(self->control);
	}
	return child;
}

/* Opens, asks, closes. 0 or an errno. */
static int use(void)
{
	int fd = node_open(0), ret;

	if (fd < 0)
		return -fd;
	ret = read_mgir(fd);
	close(fd);
	return -ret;
}

/* A child whose command with @opcode the firmware has and does not answer. */
static pid_t stuck(FIXTURE_DATA(slow) *self, uint16_t opcode)
{
	long long before = firmware_pending(self->control);
	pid_t child;

	if (!firmware_hold(self->control, opcode, 1))
		return -1;
	child = apart(self);
	if (!child)
		_exit(use());
	return firmware_pending_wait(self->control, before + 1) ? child : -1;
}

/* Whether other descriptors get all that the device has to give. */
static bool others_go_on(FIXTURE_DATA(slow) *self)
{
	struct fwctl_info_mlx5 data;
	pid_t child = fork();
	int status;

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(self->control);
		_exit(info_mlx5(self->fd, &data) || read_mgir(self->fd) || use());
	}
	return child_wait(child, &status) && status == 0;
}

/* A child that unbinds the driver, and has begun to. */
static pid_t unbinder(FIXTURE_DATA(slow) *self)
{
	pid_t child = apart(self);

	if (!child)
		_exit(-driver_unbind(self->auxiliary));
	return all_gone_wait(self->fd) ? child : -1;
}

/*
 * Theory: who is killed inside of open(2), an RPC or close(2) dies while the
 * firmware still works, and its UID is given back when the firmware is done.
 */
TEST_F_TIMEOUT(slow, kill, TEST_S)
{
	static const uint16_t opcodes[] = { OP_CREATE_UCTX, OP_ACCESS_REG,
					    OP_DESTROY_UCTX };

	NOT_UPSTREAM("waits for the firmware in its caller");
	for (int i = 0; i < 3; i++) {
		long long left = opcodes[i] == OP_DESTROY_UCTX ? 1 : 2;
		pid_t child = stuck(self, opcodes[i]);
		int status;

		ASSERT_LT(0, child);
		ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_TRUE(child_wait(child, &status)) {
			TH_LOG("opcode %#x", opcodes[i]);
		}
		EXPECT_TRUE(WIFSIGNALED(status));
		EXPECT_EQ(1, firmware_pending(self->control));
		EXPECT_EQ(left, firmware_objects(self->control, "uid"));
		firmware_release(self->control);
		EXPECT_TRUE(firmware_objects_wait(self->control, "uid", 1));
		EXPECT_TRUE(firmware_pending_wait(self->control, 0));
	}
}

/*
 * Theory: neither does the exit of a process wait, whether it ends by itself or
 * is killed; its descriptors close all at a time.
 */
TEST_F_TIMEOUT(slow, exit, TEST_S)
{
	enum { MANY = 8 };

	NOT_UPSTREAM("waits for the firmware in its caller");
	for (int killed = 0; killed < 2; killed++) {
		pid_t child;
		int status;

		ASSERT_TRUE(firmware_hold(self->control, OP_DESTROY_UCTX, MANY));
		child = apart(self);
		if (!child) {
			for (int i = 0; i < MANY; i++)
				if (node_open(0) < 0)
					_exit(1);
			while (killed)
				pause();
			_exit(0);
		}
		ASSERT_TRUE(!killed || firmware_objects_wait(self->control, "uid",
							     MANY + 1));
		if (killed)
			ASSERT_EQ(0, kill(child, SIGKILL));
		ASSERT_TRUE(child_wait(child, &status));
		EXPECT_EQ(killed ? SIGKILL : 0, status);
		EXPECT_TRUE(firmware_pending_wait(self->control, MANY));
		EXPECT_TRUE(others_go_on(self));
		EXPECT_EQ(MANY, firmware_pending(self->control));
		firmware_release(self->control);
		EXPECT_TRUE(firmware_objects_wait(self->control, "uid", 1));
		EXPECT_TRUE(firmware_pending_wait(self->control, 0));
	}
}

/*
 * Theory: what killed callers leave behind takes nothing from others, however
 * long its closing takes.
 */
TEST_F_TIMEOUT(slow, left_behind, TEST_S)
{
	/* As many RPCs as the driver has under way. */
	enum { ALL = 16 };
	pid_t children[ALL];
	int status;

	NOT_UPSTREAM("waits for the firmware in its caller");
	for (int i = 0; i < ALL; i++) {
		children[i] = stuck(self, OP_ACCESS_REG);
		ASSERT_LT(0, children[i]);
	}
	for (int i = 0; i < ALL; i++) {
		ASSERT_EQ(0, kill(children[i], SIGKILL));
		ASSERT_TRUE(child_wait(children[i], &status));
	}
	ASSERT_TRUE(firmware_hold(self->control, OP_DESTROY_UCTX, ALL));
	firmware_answer(self->control);
	EXPECT_TRUE(firmware_objects_wait(self->control, "uid", 1));
	EXPECT_EQ(ALL, firmware_pending(self->control));
	EXPECT_TRUE(others_go_on(self));
	firmware_release(self->control);
	EXPECT_TRUE(firmware_pending_wait(self->control, 0));
}

/* Leaves a descriptor to the kernel, in a socket that is under way to itself. */
static bool leave_to_kernel(int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(2 * sizeof(int))];
	} rights = {
		.header = {
			.cmsg_len = CMSG_LEN(2 * sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		},
	};
	struct iovec byte = { "x", 1 };
	struct msghdr message = {
		.msg_iov = &byte,
		.msg_iovlen = 1,
		.msg_control = &rights,
		.msg_controllen = sizeof(rights),
	};
	int ends[2];
	bool sent;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return false;
	memcpy(CMSG_DATA(&rights.header), (int[]){ ends[1], fd }, 2 * sizeof(int));
	sent = sendmsg(ends[0], &message, 0) == 1;
	close(ends[1]);
	close(fd);
	/* The end of a socket is when the kernel looks for such. */
	close(ends[0]);
	return sent;
}

/*
 * Theory: a descriptor that the kernel closes by itself does not hold up what
 * else it closes so.
 */
TEST_F_TIMEOUT(slow, kernel_thread, TEST_S)
{
	struct pollfd end = { .events = POLLIN };
	int fds[2], fd;

	NOT_UPSTREAM("closes in its caller");
	ASSERT_TRUE(firmware_hold(self->control, OP_DESTROY_UCTX, 1));
	fd = node_open(0);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(leave_to_kernel(fd));
	ASSERT_TRUE(firmware_pending_wait(self->control, 1));
	ASSERT_EQ(0, pipe(fds));
	ASSERT_TRUE(leave_to_kernel(fds[1]));
	end.fd = fds[0];
	EXPECT_EQ(1, poll(&end, 1, patience() * 1000));
	EXPECT_EQ(POLLHUP, end.revents);
	EXPECT_EQ(1, firmware_pending(self->control));
	close(fds[0]);
	firmware_release(self->control);
	EXPECT_TRUE(firmware_pending_wait(self->control, 0));
}

/* Has one descriptor stuck in @opcode, and looks whether others are as well. */
static void alone(struct __test_metadata *_metadata, FIXTURE_DATA(slow) *self,
		  uint16_t opcode)
{
	pid_t child = stuck(self, opcode);
	int status;

	ASSERT_LT(0, child);
	EXPECT_TRUE(others_go_on(self));
	EXPECT_EQ(1, firmware_pending(self->control));
	EXPECT_EQ(0, waitpid(child, &status, WNOHANG));
	firmware_release(self->control);
	EXPECT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(firmware_objects_wait(self->control, "uid", 1));
}

/* Theory: a descriptor whose opening takes long holds up no other. */
TEST_F_TIMEOUT(slow, open, TEST_S)
{
	alone(_metadata, self, OP_CREATE_UCTX);
}

/* Theory: nor does one whose RPC takes long. */
TEST_F_TIMEOUT(slow, rpc, TEST_S)
{
	alone(_metadata, self, OP_ACCESS_REG);
}

/* Theory: nor does one whose closing takes long. */
TEST_F_TIMEOUT(slow, close, TEST_S)
{
	alone(_metadata, self, OP_DESTROY_UCTX);
}

/*
 * Theory: unbind waits for all that is with the firmware, whoever still waits for
 * it, gives those the answers, and leaves no UID.
 */
TEST_F_TIMEOUT(slow, unbind, TEST_S)
{
	/* An open that comes back has a descriptor of no device. */
	static const struct {
		uint16_t opcode;
		int end;
	} kinds[] = {
		{ OP_CREATE_UCTX, ENODEV },
		{ OP_ACCESS_REG, 0 },
		{ OP_DESTROY_UCTX, 0 },
	};
	enum { KINDS = 3, EACH = 4, ALL = KINDS * EACH };
	pid_t children[ALL], child;
	int status;

	for (int i = 0; i < ALL; i++) {
		children[i] = stuck(self, kinds[i % KINDS].opcode);
		ASSERT_LT(0, children[i]);
	}
	/* The first half of each kind, where that does anything. */
	for (int i = 0; i < ALL / 2 && !upstream_driver(); i++) {
		ASSERT_EQ(0, kill(children[i], SIGKILL));
		ASSERT_TRUE(child_wait(children[i], &status));
	}
	child = unbinder(self);
	ASSERT_LT(0, child);
	EXPECT_EQ(self->nodes - 1, node_count());
	EXPECT_EQ(ALL, firmware_pending(self->control));
	EXPECT_EQ(0, waitpid(child, &status, WNOHANG));
	firmware_release(self->control);
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, firmware_pending(self->control));
	EXPECT_EQ(0, firmware_objects(self->control, "uid"));
	for (int i = upstream_driver() ? 0 : ALL / 2; i < ALL; i++) {
		ASSERT_TRUE(child_wait(children[i], &status));
		EXPECT_TRUE(WIFEXITED(status));
		EXPECT_EQ(kinds[i % KINDS].end, WEXITSTATUS(status));
	}
	EXPECT_EQ(0, driver_bind(self->auxiliary));
}

/* Theory: unbind closes all descriptors at a time, not one after the other. */
TEST_F_TIMEOUT(slow, unbind_many, TEST_S)
{
	enum { MANY = 16 };
	int fds[MANY], status;
	pid_t child;

	NOT_UPSTREAM("closes in its caller");
	for (int i = 0; i < MANY; i++) {
		fds[i] = node_open(0);
		ASSERT_LE(0, fds[i]);
	}
	ASSERT_TRUE(firmware_hold(self->control, OP_DESTROY_UCTX, MANY + 1));
	child = unbinder(self);
	ASSERT_LT(0, child);
	EXPECT_TRUE(firmware_pending_wait(self->control, MANY + 1));
	EXPECT_EQ(0, waitpid(child, &status, WNOHANG));
	firmware_release(self->control);
	ASSERT_TRUE(child_wait(child, &status));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, firmware_objects(self->control, "uid"));
	for (int i = 0; i < MANY; i++) {
		EXPECT_TRUE(all_gone(fds[i]));
		EXPECT_EQ(0, close(fds[i]));
	}
	EXPECT_EQ(0, driver_bind(self->auxiliary));
}

TEST_HARNESS_MAIN
