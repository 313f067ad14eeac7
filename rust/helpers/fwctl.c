// SPDX-License-Identifier: GPL-2.0
/*
 * Inline functions of the kernel that Rust cannot call, for rust/fwctl/sys.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "fwctl.h"

size_t fwctl_helper_clear_user(void __user *to, size_t len)
{
	size_t left = clear_user(to, len);

	cond_resched();
	return left;
}

bool fwctl_helper_fatal_signal_pending(void)
{
	return fatal_signal_pending(current);
}

void fwctl_helper_current_comm(char *buf)
{
	get_task_comm(*(char (*)[TASK_COMM_LEN])buf, current);
}
