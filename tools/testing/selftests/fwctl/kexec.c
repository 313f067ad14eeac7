// SPDX-License-Identifier: GPL-2.0
/*
 * Another kernel takes over, with calls in flight. This program is started once in
 * the kernel that goes and once in the one that comes. FWCTL_TEST_KEXEC is a folder
 * with what to boot: kernel and initrd.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "vendor_test.h"

/* In the command line of the second kernel. */
#define SECOND " fwctl_kexec"

FIXTURE(kexec)
{
	char line[2048];
};

FIXTURE_SETUP(kexec)
{
	FILE *file = fopen("/proc/cmdline", "re");

	ASSERT_NE(NULL, file);
	ASSERT_NE(NULL, fgets(self->line, sizeof(self->line) - sizeof(SECOND), file));
	fclose(file);
	self->line[strcspn(self->line, "\n")] = 0;
}

FIXTURE_TEARDOWN(kexec)
{
}

static int image(const char *folder, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/*
 * Theory: calls in flight do not keep another kernel from taking over, and the
 * device is whole for it.
 */
TEST_F_TIMEOUT(kexec, in_flight, TEST_S)
{
	const char *folder = getenv("FWCTL_TEST_KEXEC");
	int fd, control, kernel, initrd;

	if (strstr(self->line, SECOND)) {
		fd = NODE_OPEN(0);
		control = CONTROL_OPEN(0);
		EXPECT_EQ(0, ask_shortly(fd));
		EXPECT_EQ(0, firmware_pending(control));
		EXPECT_TRUE(contexts_are(control, 1));
		close(fd);
		close(control);
		return;
	}

	if (!folder)
		SKIP(return, "no FWCTL_TEST_KEXEC");
	kernel = image(folder, "kernel");
	initrd = image(folder, "initrd");
	ASSERT_LE(0, kernel);
	ASSERT_LE(0, initrd);
	strcat(self->line, SECOND);
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(self->line) + 1,
		    self->line, 0)) {
		if (errno == ENOSYS)
			SKIP(return, "the kernel has no kexec");
		ASSERT_EQ(0, errno);
	}
	ASSERT_TRUE(calls_in_flight());
	reboot(RB_KEXEC);
	ASSERT_EQ(0, errno);
}

TEST_HARNESS_MAIN
