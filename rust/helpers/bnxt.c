// SPDX-License-Identifier: GPL-2.0
/*
 * Structures of bnxt_en that Rust cannot reach, for drivers/fwctl/bnxt/ffi.rs.
 */
#include <linux/auxiliary_bus.h>
#include <linux/bnxt/ulp.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "bnxt.h"

struct bnxt_en_dev *fwctl_helper_bnxt_edev(struct auxiliary_device *adev)
{
	/* Only bnxt_en's own devices are embedded in a struct bnxt_aux_priv. */
	if (!strstarts(dev_name(&adev->dev), "bnxt_en.fwctl."))
		return NULL;
	return container_of(adev, struct bnxt_aux_priv, aux_dev)->edev;
}

/*
 * Sends a message and waits for the response, @timeout ms. ESHUTDOWN if bnxt_en
 * has stopped its users, as during recovery.
 */
int fwctl_helper_bnxt_send(struct bnxt_en_dev *edev, void *msg, int msg_len,
			   void *resp, int resp_len, int timeout)
{
	struct bnxt_fw_msg fw_msg = {
		.msg = msg,
		.msg_len = msg_len,
		.resp = resp,
		.resp_max_len = resp_len,
		.timeout = timeout,
	};
	int ret = -ESHUTDOWN;

	/* What stops users waits for this lock, and so for the response. */
	mutex_lock(&edev->en_dev_lock);
	if (!(edev->flags & BNXT_EN_FLAG_ULP_STOPPED))
		ret = bnxt_send_msg(edev, &fw_msg);
	mutex_unlock(&edev->en_dev_lock);
	return ret;
}
