# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# enter_root ROOT CWD BIND... -- CMD ARG...
# Runs CMD in ROOT, with the kernel's file systems, /tmp and each BIND at its own path. The mounts live in a
# mount namespace of this one command: nothing is left behind, however it ends.

enter_root()
{
	local root=$1 cwd=$2 binds=()
	shift 2
	while [ "$1" != -- ]; do
		binds+=("$1")
		shift
	done
	shift
	# The quoted text is run by the inner shell, which is why nothing expands here.
	# shellcheck disable=SC2016
	unshare --mount --propagation unchanged -- /bin/bash -c '
		set -e
		root=$1 cwd=$2 n=$3
		shift 3
		# In a chroot, "/" is often no mount point and cannot be made private; then the root alone is.
		mount --make-rprivate / 2>/dev/null || {
			mount --bind "$root" "$root"
			mount --make-rprivate "$root"
		}
		# Of /dev only what exists on the host is seen: /dev/kvm as well as pts and shm.
		for dir in proc sys dev; do
			mount --rbind "/$dir" "$root/$dir"
		done
		[ -d "$root/dev/shm" ] || { mkdir -p "$root/dev/shm" && mount -t tmpfs tmpfs "$root/dev/shm"; }
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
	' in-root "$root" "$cwd" "${#binds[@]}" "${binds[@]}" "$@"
}
