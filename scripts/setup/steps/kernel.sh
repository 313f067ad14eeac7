# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# The stock image and modules, and the source of the same package version.

TITLE="kernel image, modules, source"

inputs()
{
	echo "$(kver) $(resolved KERNEL_VERSION) $KERNEL_SERIES ${KDIR:-}"
	[ -z "${KDIR:-}" ] || echo "${VMLINUZ:-} ${MODULES:-}"
}

present()
{
	local dir
	dir=$(kernel_dir)
	[ -n "${KDIR:-}" ] || { [ -s "$dir/vmlinuz" ] && [ -s "$dir/modules/modules.dep" ] && [ -e "$dir/source/Makefile" ]; }
}

# deb_of PACKAGE: the downloaded file, in the version that was resolved.
deb_of()
{
	local debs=("$APT/debs/$1"_*.deb)
	[ -s "${debs[0]}" ] || fail "$1 is not in $APT/debs: run make distclean, then make setup"
	# Its version is in its name, with ":" and "~" as apt writes them.
	printf '%s\n' "${debs[@]}" | grep -F "_$(resolved KERNEL_VERSION)_" | head -n 1
}

# The kernel is the user's: its image and modules are those of this host, where it has them.
from_host()
{
	local dir=$1 kver=$2 image modules
	image=${VMLINUZ:-/boot/vmlinuz-$kver} modules=${MODULES:-/lib/modules/$kver}
	[ ! -s "$dir/vmlinuz" ] || [ ! -s "$dir/modules/modules.dep" ] || return 0
	if [ ! -r "$image" ] || [ ! -r "$modules/modules.dep" ]; then
		note "no VM for $kver: $image or $modules/modules.dep is missing (VMLINUZ= and MODULES= name others); modules can be built"
		return 0
	fi
	mkdir -p "$dir"
	rm -rf "$dir/modules.tmp" "$dir/modules"
	mkdir "$dir/modules.tmp"
	(cd "$modules" && cp -a kernel modules.* "$dir/modules.tmp/")
	mv "$dir/modules.tmp" "$dir/modules"
	cp "$image" "$dir/vmlinuz.tmp"
	mv "$dir/vmlinuz.tmp" "$dir/vmlinuz"
}

run()
{
	local dir kver new name
	kver=$(kver) dir=$(kernel_dir) new=$(kernel_dir)/new.tmp
	if [ -n "${KDIR:-}" ]; then
		from_host "$dir" "$kver"
		return 0
	fi
	rm -rf "$new"
	mkdir -p "$new/image" "$new/root" "$new/source"

	dpkg-deb -x "$(deb_of "linux-binary-unsigned-$kver")" "$new/image"
	find "$new/image" -name 'vmlinuz*' -type f -exec mv {} "$new/vmlinuz" \;
	[ -s "$new/vmlinuz" ] || fail "linux-binary-unsigned-$kver has no vmlinuz"

	dpkg-deb -x "$(deb_of "linux-modules-$kver")" "$new/root"
	# The package leaves this index to the machine it is installed on.
	mkdir -p "$new/depmod/lib/modules"
	if [ -d "$new/root/usr/lib/modules/$kver" ]; then
		mv "$new/root/usr/lib/modules/$kver" "$new/depmod/lib/modules/"
	else
		mv "$new/root/lib/modules/$kver" "$new/depmod/lib/modules/"
	fi
	# These three are in linux-base-KVER, which the headers of the same version pulled in.
	for name in modules.builtin modules.builtin.modinfo modules.order; do
		cp -p "$FWCTL_TOOL_ROOT/usr/lib/modules/$kver/$name" "$new/depmod/lib/modules/$kver/" ||
			fail "$name of $kver is not in the tool root: linux-base-$kver should have it"
	done
	# depmod of the tool root: the host may have none, or one that cannot read these files.
	in_root depmod -b "$new/depmod" "$kver"

	# By far the longest part: not done again for the same package.
	if [ "$(cat "$dir/source.version" 2>/dev/null)" != "$(resolved KERNEL_VERSION)" ] || [ ! -e "$dir/source/Makefile" ]; then
		dpkg-deb --fsys-tarfile "$(deb_of "linux-source-$KERNEL_SERIES")" |
			tar -xO "./usr/src/linux-source-$KERNEL_SERIES.tar.xz" |
			in_root tar -xJ --strip-components=1 -C "$new/source"
		rm -rf "$dir/source" "$dir/source.version"
		mv "$new/source" "$dir/source"
		resolved KERNEL_VERSION >"$dir/source.version"
	fi
	rm -rf "$dir/modules"
	mv "$new/vmlinuz" "$dir/vmlinuz"
	mv "$new/depmod/lib/modules/$kver" "$dir/modules"
	rm -rf "$new"
}
