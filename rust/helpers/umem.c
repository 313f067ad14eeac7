// SPDX-License-Identifier: GPL-2.0
/*
 * Inline functions and fields of the kernel that Rust cannot reach, for umems:
 * rust/fwctl/sys/{pin,dma}.rs and rust/fwctl/umem/.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/user.h>
#include <linux/string.h>

#include "umem.h"

unsigned int fwctl_helper_max_segment(struct device *dev)
{
	return dma_get_max_seg_size(dev);
}

struct user_struct *fwctl_helper_user_get(void)
{
	return get_uid(current_user());
}

struct mm_struct *fwctl_helper_mm_get(void)
{
	mmgrab(current->mm);
	return current->mm;
}

/*
 * Whether the task has just these pages, @count of them, from the page at @addr on,
 * and may write them. What is not there without a fault is none of them.
 */
bool fwctl_helper_has_pages(unsigned long addr, struct page *const *pages,
			    unsigned long count)
{
	struct page *now[16];

	while (count) {
		const int wanted = min_t(unsigned long, count, ARRAY_SIZE(now));
		const int got = get_user_pages_fast_only(addr, wanted, FOLL_WRITE, now);
		const bool same = got == wanted && !memcmp(now, pages, got * sizeof(*now));

		for (int i = 0; i < got; i++)
			put_page(now[i]);
		if (!same)
			return false;
		addr += (unsigned long)wanted << PAGE_SHIFT;
		pages += wanted;
		count -= wanted;
	}
	return true;
}

void fwctl_helper_mm_put(struct mm_struct *mm)
{
	mmdrop(mm);
}

/* RLIMIT_MEMLOCK in pages; all there are for who may lock without limit. */
unsigned long fwctl_helper_memlock_limit(void)
{
	if (capable(CAP_IPC_LOCK))
		return ULONG_MAX;
	return rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
}

bool fwctl_helper_charge(struct user_struct *user, struct mm_struct *mm,
			 unsigned long pages, unsigned long limit)
{
	if (limit != ULONG_MAX) {
		unsigned long locked = atomic_long_read(&user->locked_vm);

		do {
			if (pages > limit || locked > limit - pages)
				return false;
		} while (!atomic_long_try_cmpxchg(&user->locked_vm, &locked,
						  locked + pages));
	}
	atomic64_add(pages, &mm->pinned_vm);
	return true;
}

void fwctl_helper_uncharge(struct user_struct *user, struct mm_struct *mm,
			   unsigned long pages, bool limited)
{
	if (limited)
		atomic_long_sub(pages, &user->locked_vm);
	atomic64_sub(pages, &mm->pinned_vm);
}

struct scatterlist *fwctl_helper_sg_next(struct scatterlist *sg, dma_addr_t *addr,
					 unsigned int *len)
{
	*addr = sg_dma_address(sg);
	*len = sg_dma_len(sg);
	return sg_next(sg);
}

/* Whether the function can write to memory: 1, 0, or -1 where it does not answer. */
int fwctl_helper_bus_master(struct device *dev)
{
	u16 command;

	if (!dev_is_pci(dev))
		return 0;
	pci_read_config_word(to_pci_dev(dev), PCI_COMMAND, &command);
	if (PCI_POSSIBLE_ERROR(command))
		return -1;
	return !!(command & PCI_COMMAND_MASTER);
}
