// SPDX-License-Identifier: GPL-2.0
/*
 * Devices of two vendors in one machine: whatever befalls those of one is nothing to
 * the other's. FWCTL_TEST_PROGRAMS is a folder with the test programs.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "callers_test.h"
#include "kselftest_harness.h"
#include "pci_test.h"
#include "vendor_test.h"

enum { VENDORS = 2, CALLERS = 4, SOME = 100 };

static const struct vendor *const vendors[VENDORS] = { &vendor_mlx5, &vendor_bnxt };

FIXTURE(together)
{
	/* By vendor. */
	unsigned int node[VENDORS];
	int fd[VENDORS];
};

/* Whose node has which number is a matter of who was bound first. */
FIXTURE_SETUP(together)
{
	for (int n = 0; n < VENDORS; n++) {
		const int i = node_vendor(n) == vendors[1]->pci;

		self->node[i] = n;
		self->fd[i] = NODE_OPEN(n);
	}
	ASSERT_NE(self->node[0], self->node[1]);
}

FIXTURE_TEARDOWN(together)
{
	for (int i = 0; i < VENDORS; i++)
		close(self->fd[i]);
}

/* Theory: each node is of its own vendor, with all that this means to a tool. */
TEST_F_TIMEOUT(together, types, TEST_S)
{
	uint8_t in[ASK_MAX], out[ASK_MAX];

	for (int i = 0; i < VENDORS; i++) {
		const struct vendor *other = vendors[!i];
		uint32_t out_len = other->out_len;
		struct fwctl_info info;

		ASSERT_EQ(0, info_shortly(self->fd[i], &info));
		EXPECT_EQ(vendors[i]->type, info.out_device_type);
		EXPECT_EQ(vendors[i]->info_len, info.device_data_len);
		EXPECT_EQ(0, ask_shortly(self->fd[i]));
		/* What is for the other is nothing here. */
		memset(in, 0, sizeof(in));
		other->ask(in);
		EXPECT_NE(0, rpc(self->fd[i], FWCTL_RPC_DEBUG_WRITE, in, other->in_len, out, &out_len));
	}
}

/* What runs on one vendor's device while the other's has its own. */
static const char *const suites[VENDORS][8] = {
	{ "info", "rpc", "mailbox", "lifetime", "stress", "umem", "objects" },
	{ "info", "rpc", "lifetime", "stress", "bnxt" },
};

static void log_path(char *path, size_t len, const char *vendor, const char *program)
{
	snprintf(path, len, "/tmp/together-%s-%s.log", vendor, program);
}

/* Runs one program on the devices of a vendor; its exit status. */
static int run(const struct vendor *vendor, const char *program)
{
	const char *folder = getenv("FWCTL_TEST_PROGRAMS");
	char path[256], log[128];
	int status, out;
	pid_t child;

	snprintf(path, sizeof(path), "%s/%s", folder, program);
	log_path(log, sizeof(log), vendor->name, program);
	child = fork();
	if (!child) {
		out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		setenv("FWCTL_TEST_VENDOR", vendor->name, 1);
		dup2(out, STDOUT_FILENO);
		dup2(out, STDERR_FILENO);
		execl(path, program, NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Has what a program printed in the log of this one. */
static void show(const struct vendor *vendor, const char *program)
{
	char path[128], line[256];
	FILE *log;

	log_path(path, sizeof(path), vendor->name, program);
	log = fopen(path, "re");
	while (log && fgets(line, sizeof(line), log))
		printf("# %s %s: %s", vendor->name, program, line);
	if (log)
		fclose(log);
}

/* Theory: what passes alone passes beside the other vendor's. */
TEST_F_TIMEOUT(together, suites, 3 * TEST_S)
{
	pid_t children[VENDORS];
	int status;

	if (!getenv("FWCTL_TEST_PROGRAMS"))
		SKIP(return, "no FWCTL_TEST_PROGRAMS");
	/* They look at what firmware holds of descriptors. */
	for (int i = 0; i < VENDORS; i++)
		close(self->fd[i]);
	for (int i = 0; i < VENDORS; i++) {
		children[i] = fork();
		if (children[i])
			continue;
		int failed = 0;

		for (const char *const *program = suites[i]; *program; program++) {
			if (run(vendors[i], *program)) {
				show(vendors[i], *program);
				failed++;
			}
		}
		fflush(stdout);
		_exit(failed);
	}
	for (int i = 0; i < VENDORS; i++) {
		ASSERT_EQ(children[i], waitpid(children[i], &status, 0));
		EXPECT_EQ(0, status) {
			TH_LOG("%s", vendors[i]->name);
		}
	}
	for (int i = 0; i < VENDORS; i++) {
		self->fd[i] = node_open(i);
		EXPECT_LE(0, self->fd[i]);
	}
}

/* Theory: while one function is pulled, the calls of the other's users go on, each one of them. */
TEST_F_TIMEOUT(together, unplug, TEST_S)
{
	const unsigned int nodes = node_count();

	for (int gone = 0; gone < VENDORS; gone++) {
		struct callers callers[VENDORS], *others = &callers[!gone];
		char function[64];

		snprintf(function, sizeof(function), "%s", node_function(self->node[gone]));
		for (int i = 0; i < VENDORS; i++)
			ASSERT_TRUE(callers_start(&callers[i], self->fd[i], CALLERS));
		for (int i = 0; i < VENDORS; i++)
			ASSERT_TRUE(callers_answered(&callers[i], SOME));
		ASSERT_EQ(0, function_remove(function));
		EXPECT_EQ(nodes - 1, node_count());
		EXPECT_TRUE(all_gone(self->fd[gone]));
		EXPECT_TRUE(callers_answered(others, SOME));
		for (int i = 0; i < VENDORS; i++) {
			EXPECT_TRUE(callers_stop(&callers[i]));
			EXPECT_EQ(0, callers[i].counts->silent);
			EXPECT_EQ(0, callers[i].counts->unexpected);
		}
		EXPECT_LT(0, callers[gone].counts->gone);
		EXPECT_EQ(0, others->counts->gone);
		EXPECT_EQ(0, ask_shortly(self->fd[!gone]));

		/* It is there again, by the number that was free. */
		ASSERT_EQ(0, pci_rescan());
		ASSERT_TRUE(node_wait(nodes));
		close(self->fd[gone]);
		self->fd[gone] = node_open(self->node[gone]);
		ASSERT_LE(0, self->fd[gone]);
		EXPECT_STREQ(function, node_function(self->node[gone]));
		EXPECT_EQ(0, ask_shortly(self->fd[gone]));
	}
}

TEST_HARNESS_MAIN
