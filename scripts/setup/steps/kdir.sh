# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# A KDIR for Rust modules: Debian's headers, plus the metadata of the kernel's crates, which the headers package
# lacks. It is built from the source of the same version, and compared with what the image exports.

TITLE="crates for the kernel headers, symbol check"
COUNT='^ +[A-Z]' COUNT_OF='files built'

CRATES=(libcore libcompiler_builtins libffi libpin_init libbuild_error libbindings libuapi libzerocopy libkernel)
MACROS=(libmacros libpin_init_internal libzerocopy_derive)

inputs()
{
	kver
	echo "${KDIR:-$FWCTL_TOOL_ROOT} $RUSTC_VERSION $BINDGEN_VERSION"
	cat "$(stamp_file kernel)"
	# The user's KDIR may have been rebuilt.
	[ -z "${KDIR:-}" ] || stat -L -c %Y%s "$KDIR/rust/libkernel.rmeta" "$KDIR/Module.symvers" 2>/dev/null || :
}

present() { [ -n "${KDIR:-}" ] || [ -s "$(kernel_dir)/kdir/rust/libkernel.rmeta" ]; }

# exported_by_build BUILD, exported_by_kernel SYMVERS: sorted names of Rust functions and C helpers
exported_by_build()
{
	sed -n 's/^EXPORT_SYMBOL_RUST_GPL(\(.*\));$/\1/p' "$1"/rust/exports_*_generated.h |
		grep -E '^(_R|rust_helper_)' | LC_ALL=C sort -u
}

exported_by_kernel() { awk '$3 == "vmlinux" && $2 ~ /^(_R|rust_helper_)/ { print $2 }' "$1" | LC_ALL=C sort -u; }

# MODVERSIONS is off: nothing but this comparison notices crates that are not those of the image.
check_symbols()
{
	local build=$1 symvers=$2 kernel same
	exported_by_build "$build" >"$build/names.build"
	exported_by_kernel "$symvers" >"$build/names.kernel"
	kernel=$(wc -l <"$build/names.kernel")
	same=$(LC_ALL=C comm -12 "$build/names.build" "$build/names.kernel" | wc -l)
	if [ "$kernel" -eq 0 ] || [ "$same" -ne "$kernel" ] || ! cmp -s "$build/names.build" "$build/names.kernel"; then
		fail "the crates are not this kernel's: $same of $kernel Rust symbols of Module.symvers match, $(wc -l <"$build/names.build") were built: source, headers and rustc must be of one version (scripts/setup/versions)"
	fi
	note "crates match the kernel: $same of $kernel Rust symbols"
}

# check_user_kdir: a KDIR= of the user has to bring everything.
check_user_kdir()
{
	grep -qs '^CONFIG_RUST=y' "$KDIR/.config" "$KDIR/include/config/auto.conf" ||
		fail "KDIR=$KDIR has no CONFIG_RUST=y: give a kernel that was built with Rust"
	local crate
	for crate in libcore libkernel libbindings; do
		[ -s "$KDIR/rust/$crate.rmeta" ] ||
			fail "KDIR=$KDIR has no rust/$crate.rmeta: its headers lack the crates' metadata; give the kernel's build directory"
	done
}

overlay()
{
	local headers=$1 build=$2 kdir=$3 final=$4 name target
	rm -rf "$kdir"
	mkdir -p "$kdir/scripts" "$kdir/rust"
	# Links that are right inside the tool root.
	for name in .config .kernelvariables Module.symvers arch include tools vmlinux; do
		ln -s "$headers/$name" "$kdir/$name"
	done
	target=$(in_root realpath "$headers/scripts")
	in_root ls "$target" | while read -r name; do
		ln -s "$target/$name" "$kdir/scripts/$name"
	done
	rm -f "$kdir/scripts/target.json"
	cp "$build/scripts/target.json" "$kdir/scripts/"
	for name in "${CRATES[@]/%/.rmeta}" "${MACROS[@]/%/.so}"; do
		[ -s "$build/rust/$name" ] || fail "the kernel build made no rust/$name: this source is laid out differently"
		cp -p "$build/rust/$name" "$kdir/rust/"
	done
	sed "s|^KBUILD_OUTPUT=.*|KBUILD_OUTPUT=$final|" "$FWCTL_TOOL_ROOT$headers/Makefile" >"$kdir/Makefile"
	grep -qxF "KBUILD_OUTPUT=$final" "$kdir/Makefile" || fail "$headers/Makefile sets no KBUILD_OUTPUT: this headers package is laid out differently"
}

run()
{
	local dir kver headers build options config
	if [ -n "${KDIR:-}" ]; then
		check_user_kdir
		return 0
	fi
	kver=$(kver) dir=$(kernel_dir)
	headers=/usr/src/linux-headers-$kver build=$dir/build
	config=$FWCTL_TOOL_ROOT$headers/.config
	[ -s "$config" ] || fail "$headers is not in the tool root: run make distclean, then make setup"
	mkdir -p "$build"
	cmp -s "$config" "$build/.config" || cp "$config" "$build/.config"
	options=(ARCH=x86 CROSS_COMPILE=x86_64-linux-gnu- CC=x86_64-linux-gnu-gcc-14
		"KERNELRELEASE=$kver" "O=$build" "-j$(nproc)")
	in_root env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u V make -C "$dir/source" "${options[@]}" olddefconfig
	cmp -s "$config" "$build/.config" ||
		fail "the kernel's .config changes with this compiler ($(diff "$config" "$build/.config" | grep -c '^[<>]') lines): rustc, gcc or pahole is not what the kernel was built with"
	in_root env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u V make -C "$dir/source" "${options[@]}" prepare
	check_symbols "$build" "$FWCTL_TOOL_ROOT$headers/Module.symvers"
	overlay "$headers" "$build" "$dir/kdir.tmp" "$dir/kdir"
	rm -rf "$dir/kdir"
	mv "$dir/kdir.tmp" "$dir/kdir"
}
