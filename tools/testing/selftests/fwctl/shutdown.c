// SPDX-License-Identifier: GPL-2.0
/*
 * Theory: calls in flight do not keep a machine from going down. This ends the VM,
 * so who started it has to look how that went; an exit says that it was not tried.
 */
#include <stdio.h>
#include <sys/reboot.h>

#include "vendor_test.h"

int main(void)
{
	if (!calls_in_flight()) {
		printf("no calls in flight\n");
		return 1;
	}
	reboot(RB_AUTOBOOT);
	perror("reboot");
	return 1;
}
