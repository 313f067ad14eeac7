# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# enter_root ROOT CWD BIND... -- CMD ARG...
# Runs CMD in ROOT, with the kernel's file systems, /tmp and each BIND at its own path. The mounts live in a
# mount namespace of this one command: nothing is left behind, however it ends.
# With ENTER_DEV=private it sees a /dev of its own (some packages change owner and mode of /dev/kvm when installed)
# and processes of its own: apt starts dpkg in another session, which would outlive an interrupt.

enter_root()
{
	local root=$1 cwd=$2 binds=() own=()
	shift 2
	[ "${ENTER_DEV:-}" != private ] || own=(--pid --fork --kill-child)
	while [ "$1" != -- ]; do
		binds+=("$1")
		shift
	done
	shift
	# The quoted text is run by the inner shell, which is why nothing expands here.
	# shellcheck disable=SC2016
	unshare --mount --propagation unchanged "${own[@]}" -- /bin/bash -c '
		set -e
		root=$1 cwd=$2 n=$3 private=$4
		shift 4
		# In a chroot, "/" is often no mount point and cannot be made private; then the root alone is.
		mount --make-rprivate / 2>/dev/null || {
			mount --bind "$root" "$root"
			mount --make-rprivate "$root"
		}
		mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
		mount --rbind /sys "$root/sys"
		if [ "$private" = private ]; then
			mount -t tmpfs -o mode=755 tmpfs "$root/dev"
			for node in null zero full random urandom tty; do
				: >"$root/dev/$node"
				mount --bind "/dev/$node" "$root/dev/$node"
			done
			mkdir "$root/dev/pts" "$root/dev/shm"
			mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
			ln -s pts/ptmx "$root/dev/ptmx"
			ln -s /proc/self/fd "$root/dev/fd"
		else
			mount --rbind /dev "$root/dev"
			[ -d "$root/dev/shm" ] || { mkdir -p "$root/dev/shm" && mount -t tmpfs tmpfs "$root/dev/shm"; }
		fi
		mount --rbind /tmp "$root/tmp"
		[ ! -e /etc/resolv.conf ] || [ -L "$root/etc/resolv.conf" ] || {
			[ -e "$root/etc/resolv.conf" ] || : >"$root/etc/resolv.conf"
			mount --bind "$(realpath /etc/resolv.conf)" "$root/etc/resolv.conf"
		}
		[ ! -e /etc/hosts ] || {
			[ -e "$root/etc/hosts" ] || : >"$root/etc/hosts"
			mount --bind /etc/hosts "$root/etc/hosts"
		}
		while [ "$n" -gt 0 ]; do
			if [ -d "$1" ]; then
				mkdir -p "$root$1"
			else
				mkdir -p "$root${1%/*}"
				[ -e "$root$1" ] || : >"$root$1"
			fi
			mount --bind "$1" "$root$1"
			n=$((n - 1))
			shift
		done
		exec chroot "$root" /bin/bash -c '\''cd "$1" && shift && exec "$@"'\'' in-root "$cwd" "$@"
	' in-root "$root" "$cwd" "${#binds[@]}" "${ENTER_DEV:-host}" "${binds[@]}" "$@"
}
