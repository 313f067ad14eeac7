/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FWCTL_HELPERS_UMEM_H
#define FWCTL_HELPERS_UMEM_H

#include <linux/types.h>

struct device;
struct mm_struct;
struct page;
struct scatterlist;
struct user_struct;

struct user_struct *fwctl_helper_user_get(void);
unsigned int fwctl_helper_max_segment(struct device *dev);
struct mm_struct *fwctl_helper_mm_get(void);
bool fwctl_helper_has_pages(unsigned long addr, struct page *const *pages,
			    unsigned long count);
void fwctl_helper_mm_put(struct mm_struct *mm);
unsigned long fwctl_helper_memlock_limit(void);
bool fwctl_helper_charge(struct user_struct *user, struct mm_struct *mm,
			 unsigned long pages, unsigned long limit);
void fwctl_helper_uncharge(struct user_struct *user, struct mm_struct *mm,
			   unsigned long pages, bool limited);
struct scatterlist *fwctl_helper_sg_next(struct scatterlist *sg, dma_addr_t *addr,
					 unsigned int *len);
int fwctl_helper_bus_master(struct device *dev);

#endif
