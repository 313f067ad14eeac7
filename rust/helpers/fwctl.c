// SPDX-License-Identifier: GPL-2.0
/*
 * Inline functions of the kernel that Rust cannot call, for rust/fwctl/sys.
 */
#include <linux/completion.h>
#include <linux/memcontrol.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

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

bool fwctl_helper_unattended(void)
{
	return current->flags & (PF_EXITING | PF_KTHREAD);
}

/* A suspend freezes who waits here: it need not fail for firmware that is slow. */
int fwctl_helper_wait_killable(struct completion *done)
{
	return wait_for_completion_state(done, TASK_KILLABLE | TASK_FREEZABLE);
}

/*
 * Fails where the allocator would have to kill somebody, and without a word: the
 * size is the user's. It need not be contiguous: no memory is moved about for it,
 * and the user is charged for its pages, not for a power of two.
 */
void *fwctl_helper_kvmalloc(size_t len)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;

	if (len > PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER)
		return __vmalloc(len, gfp);
	return kvmalloc(len, gfp);
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
