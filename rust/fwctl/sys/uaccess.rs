// SPDX-License-Identifier: GPL-2.0

//! User memory: extensible structures and clearing.
//!
//! C header: [`include/linux/uaccess.h`](srctree/include/linux/uaccess.h)

use super::task;
use kernel::{
    bindings,
    error::to_result,
    page::PAGE_SIZE,
    prelude::*,
    transmute::{
        AsBytes,
        FromBytes, //
    },
    uaccess::{
        UserPtr,
        UserSlice, //
    }, //
};

extern "C" {
    fn fwctl_helper_clear_user(to: *mut c_void, len: usize) -> usize;
    fn fwctl_helper_check_writable(to: *const c_void, len: usize) -> c_int;
    fn fwctl_helper_get_words(to: *mut u64, from: *const c_void, words: usize) -> c_int;
    fn fwctl_helper_put_words(to: *mut c_void, from: *const u64, words: usize) -> c_int;
}

/// Bytes cleared between two looks at pending signals: far below what a user would notice.
const CLEAR_CHUNK: usize = 256 * 1024;

/// A structure in user memory whose first word is the size that the user knows it by.
pub struct UserStruct {
    ptr: UserPtr,
    size: usize,
}

impl UserStruct {
    /// Reads the structure `T` of which `min` bytes are the oldest version's. Bytes of `T` that the
    /// user does not have read as zero.
    ///
    /// `EFAULT` for a bad pointer, `EINVAL` for a size below `min`, `E2BIG` for one above a page or
    /// for a tail beyond `T` that is not zero. May sleep; never reads more than a page.
    pub fn read<T: FromBytes + AsBytes + Default>(ptr: UserPtr, min: usize) -> Result<(Self, T)> {
        let mut value = T::default();
        if const { Self::is_words::<T>() } {
            let to = core::ptr::from_mut(&mut value).cast();
            // SAFETY: `to` is aligned and has room for as many words, and any bytes are a `T`; the user
            // range is checked.
            let ret = unsafe {
                fwctl_helper_get_words(to, ptr.as_const_ptr(), size_of::<T>() / size_of::<u64>())
            };
            let size = value
                .as_bytes()
                .first_chunk()
                .map_or(0, |size| u32::from_ne_bytes(*size)) as usize;
            // The user knows it as we do. What else there is, another size or an unreadable end, is
            // looked into below.
            if ret == 0 && size == size_of::<T>() {
                return Ok((Self { ptr, size }, value));
            }
            value = T::default();
        }
        let size: u32 = UserSlice::new(ptr, 4).reader().read()?;
        let size = size as usize;
        if size < min {
            return Err(EINVAL);
        }
        if size > PAGE_SIZE {
            return Err(E2BIG);
        }
        let known = size.min(core::mem::size_of::<T>());
        if size > known {
            let tail = ptr.wrapping_byte_add(known);
            // SAFETY: It checks the user range itself.
            match unsafe { bindings::check_zeroed_user(tail.as_const_ptr(), size - known) } {
                0 => return Err(E2BIG),
                ret => to_result(ret.min(0))?,
            }
        }
        let bytes = value.as_bytes_mut().get_mut(..known).ok_or(EINVAL)?;
        UserSlice::new(ptr, known).reader().read_slice(bytes)?;
        Ok((Self { ptr, size }, value))
    }

    /// Whether it can be copied by words.
    const fn is_words<T>() -> bool {
        size_of::<T>() % size_of::<u64>() == 0 && align_of::<T>() % align_of::<u64>() == 0
    }

    /// Writes `value` back, as much of it as the user knows.
    pub fn write<T: AsBytes>(&self, value: &T) -> Result {
        if const { Self::is_words::<T>() } && self.size >= size_of::<T>() {
            let from = core::ptr::from_ref(value).cast();
            // SAFETY: `from` is aligned and has as many words, all initialised; the user range is checked.
            return to_result(unsafe {
                fwctl_helper_put_words(
                    self.ptr.as_mut_ptr(),
                    from,
                    size_of::<T>() / size_of::<u64>(),
                )
            });
        }
        let bytes = value.as_bytes();
        let bytes = bytes.get(..self.size).unwrap_or(bytes);
        write(self.ptr, bytes)
    }
}

/// Appends `len` bytes of user memory to `to`, which has room for them.
///
/// `EFAULT` for a bad pointer, or if there is no room. May sleep.
#[inline]
pub fn append(to: &mut KVVec<u8>, ptr: UserPtr, len: usize) -> Result {
    let room = to.spare_capacity_mut().get_mut(..len).ok_or(EFAULT)?;
    // SAFETY: There is room; it checks the user range itself.
    if unsafe { bindings::copy_from_user(room.as_mut_ptr().cast(), ptr.as_const_ptr(), len) } != 0 {
        return Err(EFAULT);
    }
    // SAFETY: As above, and all of them were written.
    unsafe { to.inc_len(len) };
    Ok(())
}

/// Writes `bytes` to user memory.
///
/// `EFAULT` for a bad pointer. May sleep.
#[inline]
pub fn write(ptr: UserPtr, bytes: &[u8]) -> Result {
    // SAFETY: The bytes are there; it checks the user range itself.
    let left =
        unsafe { bindings::copy_to_user(ptr.as_mut_ptr(), bytes.as_ptr().cast(), bytes.len()) };
    if left != 0 {
        return Err(EFAULT);
    }
    Ok(())
}

/// Looks whether `len` bytes of user memory can be written, and changes nothing there. They may not be
/// there any more when somebody does.
///
/// `EFAULT` if not. May sleep.
pub fn check_writable(ptr: UserPtr, len: usize) -> Result {
    // SAFETY: It checks the user range itself.
    to_result(unsafe { fwctl_helper_check_writable(ptr.as_const_ptr(), len) })
}

/// Fills `len` bytes of user memory with `data` and zeroes after it; what does not fit is left out.
///
/// `EFAULT` for a bad pointer, `EINTR` if the task is being killed. May sleep.
pub fn write_padded(ptr: UserPtr, len: usize, data: &[u8]) -> Result {
    let data = data.get(..len).unwrap_or(data);
    write(ptr, data)?;
    let mut done = data.len();
    while done < len {
        let chunk = (len - done).min(CLEAR_CHUNK);
        let to = ptr.wrapping_byte_add(done);
        // SAFETY: It checks the user range itself.
        if unsafe { fwctl_helper_clear_user(to.as_mut_ptr(), chunk) } != 0 {
            return Err(EFAULT);
        }
        done += chunk;
        if task::killed() {
            return Err(EINTR);
        }
        kernel::task::might_sleep();
    }
    Ok(())
}
