/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FWCTL_HELPERS_H
#define FWCTL_HELPERS_H

#include <linux/types.h>

struct completion;
struct mem_cgroup;
struct semaphore;

size_t fwctl_helper_clear_user(void __user *to, size_t len);
int fwctl_helper_check_writable(const char __user *to, size_t len);
int fwctl_helper_get_words(u64 *to, const u64 __user *from, size_t words);
int fwctl_helper_put_words(u64 __user *to, const u64 *from, size_t words);
bool fwctl_helper_fatal_signal_pending(void);
void fwctl_helper_current_comm(char *buf);
bool fwctl_helper_unattended(void);
int fwctl_helper_wait_killable(struct completion *done);
void fwctl_helper_sema_init(struct semaphore *semaphore, int count);
bool fwctl_helper_message_allowed(void);
void *fwctl_helper_kzalloc(size_t len);
void *fwctl_helper_kvmalloc(size_t len);
struct mem_cgroup *fwctl_helper_memcg_current(void);
void fwctl_helper_memcg_put(struct mem_cgroup *memcg);
struct mem_cgroup *fwctl_helper_memcg_enter(struct mem_cgroup *memcg);

#endif
