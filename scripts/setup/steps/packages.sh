# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# Compiler, QEMU and kernel headers in the tool root; the packages that are only unpacked are fetched here too.

TITLE="compiler, QEMU, kernel packages"
COUNT='^(Get:|Unpacking |Setting up )' COUNT_OF='packages fetched, unpacked, set up'

inputs()
{
	echo "${TOOL_PACKAGES[*]} ${QEMU_PACKAGES[*]} $TOOL_SUITE $FWCTL_TOOL_ROOT $(resolved QEMU_VERSION) $(resolved KERNEL_VERSION)"
	echo "$RUSTC_VERSION $BINDGEN_VERSION"
	cat "$FWCTL_CACHE/stamp/root"
}

present() { [ -x "$FWCTL_TOOL_ROOT/usr/bin/rustc" ] && [ -x "$FWCTL_TOOL_ROOT/usr/bin/qemu-system-x86_64" ]; }

install_packages()
{
	apt_in "$FWCTL_TOOL_ROOT" apt-get install -y --allow-downgrades "$@" ||
		fail "packages could not be installed in $FWCTL_TOOL_ROOT ($(apt_reason packages)): when that is mended, run make setup again"
}

# version_is NAME PINNED COMMAND
version_is()
{
	local got
	got=$(apt_in "$FWCTL_TOOL_ROOT" "$3" --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)
	[ "$got" = "$2" ] || fail "$1 in $FWCTL_TOOL_ROOT is $got, the kernel needs $2: $TOOL_SUITE has it"
}

run()
{
	local version kver qemu=() p
	# A run that was cut off leaves packages unpacked.
	apt_in "$FWCTL_TOOL_ROOT" dpkg --configure -a --force-confold
	install_packages -t "$TOOL_SUITE" "${TOOL_PACKAGES[@]}"
	for p in "${QEMU_PACKAGES[@]}"; do
		qemu+=("$p=$(resolved QEMU_VERSION)")
	done
	install_packages -t "$BACKPORTS_SUITE" "${qemu[@]}"
	version=$(resolved KERNEL_VERSION)
	if [ -n "$version" ]; then
		kver=$(resolved KVER)
		install_packages -t "$BACKPORTS_SUITE" "linux-headers-$kver=$version"
		mkdir -p "$APT/debs"
		# apt checks what it downloads against the signed lists.
		# shellcheck disable=SC2016 # expanded inside
		apt_in "$FWCTL_TOOL_ROOT" /bin/sh -c 'cd "$1" && shift && apt-get download "$@"' sh "$APT/debs" \
			"linux-source-$KERNEL_SERIES=$version" "linux-modules-$kver=$version" "linux-binary-unsigned-$kver=$version" ||
			fail "the kernel packages of $version could not be downloaded ($(apt_reason packages)): run make setup again"
	fi
	version_is rustc "$RUSTC_VERSION" rustc
	version_is bindgen "$BINDGEN_VERSION" bindgen
}
