// SPDX-License-Identifier: GPL-2.0

//! FWCTL_RSC_UMEM_REG: user memory that the device may write.
//!
//! Pinning takes page faults, so it comes before the driver is entered; from then on the memory
//! belongs to the operation, and then to the context.

use crate::{
    context::Context,
    ffi,
    ioctl,
    operation::{
        Answer,
        Job,
        Operation, //
    }, //
};
use fwctl::{
    sys::{
        pin::PinnedPages,
        uaccess::UserStruct, //
    },
    umem::{
        UmemFlags,
        UmemRequest, //
    }, //
};
use kernel::{
    prelude::*,
    uaccess::UserPtr, //
};

/// Argument of FWCTL_RSC_UMEM_REG. Source: `struct fwctl_rsc_umem_reg` in
/// `include/uapi/fwctl/fwctl.h`.
type RscUmemReg = ffi::uapi::RscUmemReg;

fn mib(parameter: u32) -> usize {
    (parameter as usize) << 20
}

#[inline(never)]
pub(crate) fn register(context: &Context, arg: UserPtr) -> Result {
    let (user, mut command) = UserStruct::read::<RscUmemReg>(arg, RscUmemReg::MIN_SIZE)?;
    let flags = UmemFlags::try_from(command.flags)?;
    let device = &context.device;
    if !device.driver.enter()?.takes_umems() {
        return Err(EOPNOTSUPP);
    }
    let len = usize::try_from(command.len).map_err(|_| EINVAL)?;
    let addr = usize::try_from(command.addr).map_err(|_| EINVAL)?;
    let limits = &crate::module_parameters::max_umem_mb;
    if len == 0 || len > mib(*limits.value_ref()) {
        return Err(EINVAL);
    }

    let limit = mib(*crate::module_parameters::max_device_mb.value_ref());
    let addr = UserPtr::from_addr(addr);
    let share = device.budget.take(PinnedPages::span(addr, len)?, limit)?;
    let pages = PinnedPages::pin(addr, len)?;
    let operation = Operation::new(context.into())?;
    let request = UmemRequest {
        pages,
        share,
        flags,
    };
    operation.send(&*device.driver.enter()?, Job::Umem(request));
    let numbers = match operation.wait()? {
        Answer::Umem(numbers) => numbers,
        _ => return Err(EIO),
    };
    command.umem_id = numbers.umem_id;
    command.mkey_id = numbers.mkey_id;
    command.rsc_id = numbers.rsc_id.number();
    user.write(&command).inspect_err(|_| {
        // Nobody knows of it. Whether it works or not, it ends with the descriptor.
        let _ = ioctl::destroy(context, numbers.rsc_id, None);
    })
}
