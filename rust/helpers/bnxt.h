/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FWCTL_HELPERS_BNXT_H
#define FWCTL_HELPERS_BNXT_H

struct auxiliary_device;
struct bnxt_en_dev;

struct bnxt_en_dev *fwctl_helper_bnxt_edev(struct auxiliary_device *adev);
int fwctl_helper_bnxt_send(struct bnxt_en_dev *edev, void *msg, int msg_len,
			   void *resp, int resp_len, int timeout);

#endif
