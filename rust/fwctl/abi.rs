// SPDX-License-Identifier: GPL-2.0

//! The table through which the core calls a Rust driver, and the trampolines that fill it.
//!
//! Both sides are built by one compiler against one copy of this crate, so the table may hold
//! Rust types. Drivers do not use this module by name.

use super::{
    Attachments,
    Completer,
    ContextPlace,
    Delivery,
    Device,
    DeviceType,
    Named,
    Operations,
    Reply,
    Request,
    Resource,
    ResourceId,
    ResourceType,
    Resources,
    Scope,
    Umem,
    UmemNumbers,
    UserContext, //
};
use crate::umem::UmemRequest;
use kernel::{
    bindings,
    prelude::*,
    transmute::AsBytes,
    types::Opaque, //
};

/// Operations of a Rust driver.
///
/// Every function wants a live `fwctl_uctx` that is the first member of `uctx_size` bytes, of a
/// device that was allocated with this table and is registered. All but `open` want one for which
/// `open` succeeded and `close` was not called; `open` and `close` want no other function to run
/// on it.
pub struct DriverOps {
    /// The number for FWCTL_INFO.
    pub device_type: DeviceType,
    /// See [`Operations::PARALLEL`].
    pub parallel: u16,
    /// See [`Operations::CONTEXT`].
    pub context: ContextPlace,
    /// See [`Operations::UMEM`].
    pub umem: bool,
    /// Bytes of a context, a zeroed `fwctl_uctx` included.
    pub uctx_size: usize,
    /// See [`Operations::open`].
    pub open: unsafe fn(*mut bindings::fwctl_uctx) -> Result,
    /// See [`Operations::close`]; destroys the resources first.
    pub close: unsafe fn(*mut bindings::fwctl_uctx),
    /// See [`Operations::start_open`].
    pub start_open: unsafe fn(*mut bindings::fwctl_uctx, Completer) -> bool,
    /// In place of `open`, after `start_open` was answered. See [`Operations::opened`].
    pub opened: unsafe fn(*mut bindings::fwctl_uctx, Result<Reply>) -> Result,
    /// See [`Operations::start_close`]; false if there are resources.
    pub start_close: unsafe fn(*mut bindings::fwctl_uctx, Completer) -> bool,
    /// In place of `close`, after `start_close` was answered. See [`Operations::closed`].
    pub closed: unsafe fn(*mut bindings::fwctl_uctx, Result<Reply>),
    /// See [`Operations::info`].
    pub info: unsafe fn(*mut bindings::fwctl_uctx) -> Result<InfoData>,
    /// See [`Operations::check`].
    pub check: unsafe fn(*mut bindings::fwctl_uctx, Scope, &Request) -> Result<Delivery>,
    /// See [`Operations::named`].
    pub named: unsafe fn(*mut bindings::fwctl_uctx, &Request) -> Result<Named>,
    /// See [`Operations::rpc`].
    pub rpc: unsafe fn(*mut bindings::fwctl_uctx, Scope, Request) -> Result<Reply>,
    /// See [`Operations::rpc_attached`].
    pub rpc_attached:
        unsafe fn(*mut bindings::fwctl_uctx, Scope, Request, &mut Attachments) -> Result<Reply>,
    /// See [`Operations::start`].
    pub start: unsafe fn(
        *mut bindings::fwctl_uctx,
        Scope,
        Request,
        Completer,
    ) -> core::result::Result<(), Request>,
    /// See [`Operations::destroy`]. `ENOENT` if the context does not own such a resource, of this
    /// type if one is given; `EBUSY` if something needs it.
    pub destroy: unsafe fn(*mut bindings::fwctl_uctx, ResourceId, Option<ResourceType>) -> Result,
    /// See [`Operations::register_umem`]; maps the memory first.
    pub register_umem: unsafe fn(*mut bindings::fwctl_uctx, UmemRequest) -> Result<UmemNumbers>,
}

/// The bytes of an [`Operations::Info`].
pub struct InfoData {
    bytes: [u8; Self::MAX_LEN],
    len: usize,
}

impl InfoData {
    /// Of whatever driver, at most.
    const MAX_LEN: usize = 64;

    fn new<T: AsBytes>(info: &T) -> Self {
        const { assert!(size_of::<T>() <= Self::MAX_LEN) };
        let mut bytes = [0; Self::MAX_LEN];
        let info = info.as_bytes();
        if let Some(room) = bytes.get_mut(..info.len()) {
            room.copy_from_slice(info);
        }
        Self {
            bytes,
            len: info.len(),
        }
    }

    /// Them.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

extern "C" {
    /// Allocates a `fwctl_device` as the first member of `size` zeroed bytes, for a driver with
    /// the [`DriverOps`] at `ops`; null if memory or minor numbers ran out. Defined by the core.
    ///
    /// # Safety
    ///
    /// `parent` must be a valid `struct device`. `ops` must point to a [`DriverOps`] that stays valid until the
    /// device is unregistered, and `size` must be at least that of a `fwctl_device`.
    pub(crate) fn fwctl_alloc_owned(
        parent: *mut c_void,
        ops: *const c_void,
        size: usize,
    ) -> *mut c_void;
}

/// The context of one descriptor: the core's part first, then that of this crate, then the
/// driver's.
#[repr(C)]
struct Context<T: Operations> {
    uctx: Opaque<bindings::fwctl_uctx>,
    resources: Resources<T::Resource>,
    inner: T,
}

/// The table of `T`.
pub(crate) const fn ops<T: Operations>() -> DriverOps {
    const {
        // kmalloc() promises no more for an arbitrary size.
        assert!(core::mem::align_of::<Context<T>>() <= core::mem::align_of::<u64>());
    }
    DriverOps {
        device_type: T::DEVICE_TYPE,
        parallel: T::PARALLEL,
        context: T::CONTEXT,
        umem: T::UMEM,
        uctx_size: core::mem::size_of::<Context<T>>(),
        open: open::<T>,
        close: close::<T>,
        start_open: start_open::<T>,
        opened: opened::<T>,
        start_close: start_close::<T>,
        closed: closed::<T>,
        info: info::<T>,
        check: check::<T>,
        named: named::<T>,
        rpc: rpc::<T>,
        rpc_attached: rpc_attached::<T>,
        start: start::<T>,
        destroy: destroy::<T>,
        register_umem: register_umem::<T>,
    }
}

/// # Safety
///
/// As [`DriverOps`] says; `uctx` is one of `T`'s.
unsafe fn device<'a, T: Operations>(uctx: *mut bindings::fwctl_uctx) -> &'a Device<T> {
    // SAFETY: The core set `fwctl` when it made the context, to a device of this table, which is
    // registered while the core calls.
    unsafe { Device::from_raw((*uctx).fwctl) }
}

/// Calls `f` with an open context.
///
/// # Safety
///
/// As [`DriverOps`] says; `uctx` is one of `T`'s and open.
unsafe fn with_context<T: Operations, R>(
    uctx: *mut bindings::fwctl_uctx,
    f: impl for<'a> FnOnce(&UserContext<'_, T>, &T::RegistrationData<'a>) -> R,
) -> R {
    // SAFETY: As required of the caller.
    let device = unsafe { device::<T>(uctx) };
    // SAFETY: `open` initialised the context, and nobody has it by an exclusive reference.
    let context = unsafe { &*uctx.cast::<Context<T>>() };
    // SAFETY: It stays where it is until it is freed.
    let inner = unsafe { Pin::new_unchecked(&context.inner) };
    let context = UserContext::new(inner, device, &context.resources);
    // SAFETY: The core calls the driver now.
    unsafe { device.with_data(|_, data| f(&context, data)) }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn open<T: Operations>(uctx: *mut bindings::fwctl_uctx) -> Result {
    // SAFETY: As required of the caller.
    unsafe {
        init::<T>(uctx, |slot, device, data| {
            pin_init::raw_try_init(slot, T::open(device, data))
        })
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn start_open<T: Operations>(uctx: *mut bindings::fwctl_uctx, completer: Completer) -> bool {
    // SAFETY: As required of the caller, which also means that the core calls the driver now.
    unsafe { device::<T>(uctx).with_data(|device, data| T::start_open(device, data, completer)) }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn opened<T: Operations>(uctx: *mut bindings::fwctl_uctx, reply: Result<Reply>) -> Result {
    let reply = reply.as_ref().map(Reply::as_bytes).map_err(|e| *e);
    // SAFETY: As required of the caller.
    unsafe {
        init::<T>(uctx, |slot, device, data| {
            pin_init::raw_try_init(slot, T::opened(device, data, reply))
        })
    }
}

/// Initialises a context, whose driver's part `f` does.
///
/// # Safety
///
/// As [`DriverOps`] says of `open`; `f` must initialise its slot unless it fails.
unsafe fn init<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    f: impl for<'a> FnOnce(*mut T, &Device<T>, &T::RegistrationData<'a>) -> Result,
) -> Result {
    // SAFETY: As required of the caller.
    let device = unsafe { device::<T>(uctx) };
    let context = uctx.cast::<Context<T>>();
    // SAFETY: The core calls the driver now. The fields are memory of this allocation, which does
    // not move; nobody uses them before this returns.
    unsafe {
        let resources = &raw mut (*context).resources;
        resources.write(Resources::new());
        device
            .with_data(|device, data| f(&raw mut (*context).inner, device, data))
            .inspect_err(|_| core::ptr::drop_in_place(resources))
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn close<T: Operations>(uctx: *mut bindings::fwctl_uctx) {
    // SAFETY: As required of the caller.
    let kept = unsafe {
        with_context::<T, _>(uctx, |context, data| {
            let mut kept = 0;
            while let Some(resource) = context.resources().take_last() {
                // The driver has reported what went wrong; there is nobody to try again.
                if T::destroy(context, data, &resource).is_err() {
                    kept += 1;
                }
                resource.gone();
            }
            kept
        })
    };
    // SAFETY: As required of the caller.
    unsafe {
        end::<T>(uctx, |this, device, data| {
            T::close(this, device, data, kept)
        })
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn start_close<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    completer: Completer,
) -> bool {
    // SAFETY: As required of the caller.
    unsafe {
        with_context::<T, _>(uctx, |context, data| {
            context.resources().is_empty() && T::start_close(context, data, completer)
        })
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn closed<T: Operations>(uctx: *mut bindings::fwctl_uctx, reply: Result<Reply>) {
    let reply = reply.as_ref().map(Reply::as_bytes).map_err(|e| *e);
    // SAFETY: As required of the caller.
    unsafe {
        end::<T>(uctx, |this, device, data| {
            T::closed(this, device, data, reply)
        })
    }
}

/// Ends a context after `f`.
///
/// # Safety
///
/// As [`DriverOps`] says of `close`.
unsafe fn end<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    f: impl for<'a> FnOnce(Pin<&mut T>, &Device<T>, &T::RegistrationData<'a>),
) {
    // SAFETY: As required of the caller.
    let device = unsafe { device::<T>(uctx) };
    // SAFETY: The core calls the driver now. Nothing else runs on this context, and `open`
    // initialised it; it is not used after this.
    unsafe {
        let context = uctx.cast::<Context<T>>();
        let inner = &raw mut (*context).inner;
        device.with_data(|device, data| f(Pin::new_unchecked(&mut *inner), device, data));
        core::ptr::drop_in_place(inner);
        core::ptr::drop_in_place(&raw mut (*context).resources);
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn info<T: Operations>(uctx: *mut bindings::fwctl_uctx) -> Result<InfoData> {
    // SAFETY: As required of the caller.
    let info = unsafe { with_context::<T, _>(uctx, |context, data| T::info(context, data)) }?;
    Ok(InfoData::new(&info))
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn check<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    scope: Scope,
    request: &Request,
) -> Result<Delivery> {
    // SAFETY: As required of the caller.
    unsafe {
        with_context::<T, _>(uctx, |context, data| {
            T::check(context, data, scope, request)
        })
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn named<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    request: &Request,
) -> Result<Named> {
    // SAFETY: As required of the caller.
    unsafe { with_context::<T, _>(uctx, |context, _| T::named(context, request)) }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn rpc<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    scope: Scope,
    request: Request,
) -> Result<Reply> {
    // SAFETY: As required of the caller.
    unsafe { with_context::<T, _>(uctx, |context, data| T::rpc(context, data, scope, request)) }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn rpc_attached<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    scope: Scope,
    request: Request,
    attachments: &mut Attachments,
) -> Result<Reply> {
    // SAFETY: As required of the caller.
    unsafe {
        with_context::<T, _>(uctx, |context, data| {
            T::rpc_attached(context, data, scope, request, attachments)
        })
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn start<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    scope: Scope,
    request: Request,
    completer: Completer,
) -> core::result::Result<(), Request> {
    // SAFETY: As required of the caller.
    unsafe {
        with_context::<T, _>(uctx, |context, data| {
            T::start(context, data, scope, request, completer)
        })
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn destroy<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    id: ResourceId,
    kind: Option<ResourceType>,
) -> Result {
    let wanted = |resource: &T::Resource| match kind {
        Some(_) if resource.resource_type() != kind => Err(ENOENT),
        _ => Ok(()),
    };
    // SAFETY: As required of the caller.
    unsafe {
        with_context::<T, _>(uctx, |context, data| {
            let resource = context.resources().take(id, wanted)?;
            T::destroy(context, data, &resource)?;
            resource.gone();
            Ok(())
        })
    }
}

/// # Safety
///
/// As [`DriverOps`] says.
unsafe fn register_umem<T: Operations>(
    uctx: *mut bindings::fwctl_uctx,
    request: UmemRequest,
) -> Result<UmemNumbers> {
    // SAFETY: As required of the caller, which also means that the core calls the driver now.
    unsafe {
        with_context::<T, _>(uctx, |context, data| {
            let parent = context.device().parent();
            let umem = Umem::new(request.pages, request.share, parent)?;
            T::register_umem(context, data, umem, request.flags)
        })
    }
}
