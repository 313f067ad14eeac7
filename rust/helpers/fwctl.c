// SPDX-License-Identifier: GPL-2.0
/*
 * Inline functions of the kernel that Rust cannot call, for rust/fwctl/sys.
 */
#include <linux/completion.h>
#include <linux/gfp.h>
#include <linux/math.h>
#include <linux/memcontrol.h>
#include <linux/pagemap.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/semaphore.h>
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

int fwctl_helper_check_writable(const char __user *to, size_t len)
{
	if (!access_ok(to, len) || fault_in_safe_writeable(to, len))
		return -EFAULT;
	return 0;
}

/*
 * Structures of a fixed size, which are whole words on our side. Nothing is to be
 * known of where they are: their size is no user's.
 */
int fwctl_helper_get_words(u64 *to, const u64 __user *from, size_t words)
{
	might_fault();
	if (!user_read_access_begin(from, words * sizeof(*from)))
		return -EFAULT;
	for (size_t i = 0; i < words; i++)
		unsafe_get_user(to[i], &from[i], fault);
	user_read_access_end();
	return 0;
fault:
	user_read_access_end();
	return -EFAULT;
}

int fwctl_helper_put_words(u64 __user *to, const u64 *from, size_t words)
{
	might_fault();
	if (!user_write_access_begin(to, words * sizeof(*to)))
		return -EFAULT;
	for (size_t i = 0; i < words; i++)
		unsafe_put_user(from[i], &to[i], fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
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

void fwctl_helper_sema_init(struct semaphore *semaphore, int count)
{
	sema_init(semaphore, count);
}

void *fwctl_helper_kzalloc(size_t len)
{
	return kzalloc(len, GFP_KERNEL_ACCOUNT);
}

/*
 * Fails where the allocator would have to kill somebody, and without a word: the
 * size is the user's. Contiguous if that can be had at once, and made of pages if
 * not: nothing is moved about or given up for it.
 *
 * Not by kvmalloc(): vmalloc() gives back later, on a worker, what it had when it
 * fails. A memory cgroup is at its limit until then, and who comes next is killed
 * for it.
 */
void *fwctl_helper_kvmalloc(size_t len)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	unsigned int count = DIV_ROUND_UP(len, PAGE_SIZE), had = 0;
	struct page **pages;
	void *memory;

	if (count <= 1 << PAGE_ALLOC_COSTLY_ORDER)
		return kmalloc(len, gfp);
	memory = kmalloc(len, gfp & ~__GFP_DIRECT_RECLAIM & ~__GFP_RETRY_MAYFAIL);
	if (memory)
		return memory;
	pages = kmalloc_array(count, sizeof(*pages), gfp);
	if (!pages)
		return NULL;
	while (had < count) {
		pages[had] = alloc_page(gfp);
		if (!pages[had])
			goto free;
		had++;
	}
	/* They and the array go with it. */
	memory = vmap(pages, count, VM_MAP | VM_MAP_PUT_PAGES, PAGE_KERNEL);
	if (memory)
		return memory;
free:
	while (had--)
		__free_page(pages[had]);
	kfree(pages);
	return NULL;
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
