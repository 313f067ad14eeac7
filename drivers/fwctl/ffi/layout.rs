// SPDX-License-Identifier: GPL-2.0

//! Asserts that the C headers of this tree, the kernel crate's bindings and this module's own
//! structures say the same. `rust/bindings/layout.c` has the C side.

use super::uapi;
use crate::ioctl;
use core::mem::{
    offset_of,
    size_of, //
};
use fwctl::{
    DeviceType,
    ResourceType,
    Scope, //
};
use kernel::bindings::{
    fwctl_device,
    fwctl_ops,
    fwctl_uctx, //
};

// Used by assertions only, which the lint does not count.
#[allow(dead_code)]
mod c {
    include!(env!("FWCTL_LAYOUT"));
}

const _: () = {
    assert!(size_of::<fwctl_ops>() == c::OPS_SIZE);
    assert!(offset_of!(fwctl_ops, device_type) == c::OPS_DEVICE_TYPE);
    assert!(offset_of!(fwctl_ops, uctx_size) == c::OPS_UCTX_SIZE);
    assert!(offset_of!(fwctl_ops, open_uctx) == c::OPS_OPEN_UCTX);
    assert!(offset_of!(fwctl_ops, close_uctx) == c::OPS_CLOSE_UCTX);
    assert!(offset_of!(fwctl_ops, info) == c::OPS_INFO);
    assert!(offset_of!(fwctl_ops, fw_rpc) == c::OPS_FW_RPC);

    assert!(size_of::<fwctl_device>() == c::DEVICE_SIZE);
    assert!(offset_of!(fwctl_device, dev) == c::DEVICE_DEV);
    // The core takes one for the other.
    assert!(c::DEVICE_DEV == 0);
    assert!(offset_of!(fwctl_device, ops) == c::DEVICE_OPS);

    assert!(size_of::<fwctl_uctx>() == c::UCTX_SIZE);
    assert!(offset_of!(fwctl_uctx, fwctl) == c::UCTX_FWCTL);
    assert!(offset_of!(fwctl_uctx, uctx_list_entry) == c::UCTX_LIST_ENTRY);

    assert!(size_of::<uapi::Info>() == c::INFO_SIZE && c::INFO_SIZE == 24);
    assert!(offset_of!(uapi::Info, flags) == c::INFO_FLAGS && c::INFO_FLAGS == 4);
    assert!(offset_of!(uapi::Info, out_device_type) == c::INFO_OUT_DEVICE_TYPE);
    assert!(offset_of!(uapi::Info, device_data_len) == c::INFO_DEVICE_DATA_LEN);
    assert!(offset_of!(uapi::Info, out_device_data) == c::INFO_OUT_DEVICE_DATA);
    assert!(c::INFO_OUT_DEVICE_TYPE == 8 && c::INFO_DEVICE_DATA_LEN == 12);
    assert!(c::INFO_OUT_DEVICE_DATA == 16);
    assert!(ioctl::FWCTL_INFO as usize == c::INFO_NUMBER && c::INFO_NUMBER == 0x9a00);

    assert!(size_of::<uapi::Rpc>() == c::RPC_SIZE && c::RPC_SIZE == 32);
    assert!(offset_of!(uapi::Rpc, scope) == c::RPC_SCOPE && c::RPC_SCOPE == 4);
    assert!(offset_of!(uapi::Rpc, in_len) == c::RPC_IN_LEN && c::RPC_IN_LEN == 8);
    assert!(offset_of!(uapi::Rpc, out_len) == c::RPC_OUT_LEN && c::RPC_OUT_LEN == 12);
    assert!(offset_of!(uapi::Rpc, in_) == c::RPC_IN && c::RPC_IN == 16);
    assert!(offset_of!(uapi::Rpc, out) == c::RPC_OUT && c::RPC_OUT == 24);
    assert!(ioctl::FWCTL_RPC as usize == c::RPC_NUMBER && c::RPC_NUMBER == 0x9a01);

    assert!(size_of::<uapi::RscDestroy>() == c::RSC_DESTROY_SIZE && c::RSC_DESTROY_SIZE == 24);
    assert!(offset_of!(uapi::RscDestroy, flags) == c::RSC_DESTROY_FLAGS);
    assert!(c::RSC_DESTROY_FLAGS == 8);
    assert!(offset_of!(uapi::RscDestroy, kind) == c::RSC_DESTROY_TYPE);
    assert!(c::RSC_DESTROY_TYPE == 16);
    assert!(offset_of!(uapi::RscDestroy, rsc_id) == c::RSC_DESTROY_RSC_ID);
    assert!(c::RSC_DESTROY_RSC_ID == 20);
    assert!(ioctl::FWCTL_RSC_DESTROY as usize == c::RSC_DESTROY_NUMBER);
    assert!(c::RSC_DESTROY_NUMBER == 0x9a02);

    assert!(size_of::<uapi::RscUmemReg>() == c::UMEM_REG_SIZE && c::UMEM_REG_SIZE == 48);
    assert!(offset_of!(uapi::RscUmemReg, flags) == c::UMEM_REG_FLAGS && c::UMEM_REG_FLAGS == 8);
    assert!(offset_of!(uapi::RscUmemReg, addr) == c::UMEM_REG_ADDR && c::UMEM_REG_ADDR == 16);
    assert!(offset_of!(uapi::RscUmemReg, len) == c::UMEM_REG_LEN && c::UMEM_REG_LEN == 24);
    assert!(offset_of!(uapi::RscUmemReg, umem_id) == c::UMEM_REG_UMEM_ID);
    assert!(offset_of!(uapi::RscUmemReg, mkey_id) == c::UMEM_REG_MKEY_ID);
    assert!(offset_of!(uapi::RscUmemReg, rsc_id) == c::UMEM_REG_RSC_ID);
    assert!(c::UMEM_REG_UMEM_ID == 32 && c::UMEM_REG_MKEY_ID == 36 && c::UMEM_REG_RSC_ID == 40);
    assert!(ioctl::FWCTL_RSC_UMEM_REG as usize == c::UMEM_REG_NUMBER);
    assert!(c::UMEM_REG_NUMBER == 0x9a03);

    assert!(ResourceType::Umem as usize == c::RSC_TYPE_UMEM && c::RSC_TYPE_UMEM == 0);
    assert!(DeviceType::Mlx5 as usize == c::TYPE_MLX5);
    assert!(DeviceType::Cxl as usize == c::TYPE_CXL);
    assert!(DeviceType::Bnxt as usize == c::TYPE_BNXT);
    assert!(DeviceType::Pds as usize == c::TYPE_PDS);
    assert!(Scope::Configuration as usize == c::SCOPE_CONFIGURATION);
    assert!(Scope::DebugReadOnly as usize == c::SCOPE_DEBUG_READ_ONLY);
    assert!(Scope::DebugWrite as usize == c::SCOPE_DEBUG_WRITE);
    assert!(Scope::DebugWriteFull as usize == c::SCOPE_DEBUG_WRITE_FULL);
};
