/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FWCTL_HELPERS_H
#define FWCTL_HELPERS_H

#include <linux/types.h>

size_t fwctl_helper_clear_user(void __user *to, size_t len);
bool fwctl_helper_fatal_signal_pending(void);
void fwctl_helper_current_comm(char *buf);

#endif
