// SPDX-License-Identifier: GPL-2.0
/*
 * Inline functions of the kernel that Rust cannot call, for rust/fwctl/sys.
 */
#include <linux/memcontrol.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
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

bool fwctl_helper_exiting(void)
{
	return current->flags & PF_EXITING;
}

/*
 * Fails where the allocator would have to kill somebody, and without a word: the
 * size is the user's.
 */
void *fwctl_helper_kvmalloc(size_t len)
{
	return kvmalloc(len, GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
}

struct mem_cgroup *fwctl_helper_memcg_current(void)
{
	return get_mem_cgroup_from_mm(current->mm);
}

void fwctl_helper_memcg_put(struct mem_cgroup *memcg)
{
	if (memcg)
		mem_cgroup_put(memcg);
}

struct mem_cgroup *fwctl_helper_memcg_enter(struct mem_cgroup *memcg)
{
	return set_active_memcg(memcg);
}

bool fwctl_helper_message_allowed(void)
{
	static DEFINE_RATELIMIT_STATE(limit, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);

	return __ratelimit(&limit);
}
