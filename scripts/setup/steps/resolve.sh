# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# Package lists, and the versions that the archive really has for the pins.

TITLE="package lists and versions"

inputs()
{
	echo "$KERNEL_SERIES $KERNEL_VERSION $KERNEL_FLAVOUR $QEMU_SERIES $QEMU_OLDEST $QEMU_VERSION"
	echo "$MSTFLINT_SERIES $MSTFLINT_OLDEST $MSTFLINT_VERSION ${KDIR:-}"
	cat "$APT/sources.list.d/fwctl.sources" "$FWCTL_CACHE/stamp/root"
}

present() { [ -s "$(resolved_file)" ]; }

madison() { apt_in "$FWCTL_TOOL_ROOT" apt-cache madison "$@" | sed 's/[[:space:]]//g'; }

# versions_of PACKAGE SUITE: newest first.
versions_of() { madison "$1" | awk -F'|' -v s="$2/main" 'index($3, s) { print $2 }' | newest_first; }

newest_first()
{
	local sorted=() new old v placed
	while read -r new; do
		placed='' old=("${sorted[@]}") sorted=()
		for v in "${old[@]}"; do
			if [ -z "$placed" ] && apt_in "$FWCTL_TOOL_ROOT" dpkg --compare-versions "$new" gt "$v"; then
				sorted+=("$new")
				placed=1
			fi
			sorted+=("$v")
		done
		[ -n "$placed" ] || sorted+=("$new")
	done
	[ ${#sorted[@]} -eq 0 ] || printf '%s\n' "${sorted[@]}"
}

# kernel_names VERSION: the KVER for which headers, modules and image are all of this package version.
kernel_name()
{
	local version=$1 headers kver package
	for headers in $(apt_in "$FWCTL_TOOL_ROOT" apt-cache pkgnames "linux-headers-${version%%-*}" |
		grep -E "^linux-headers-[0-9.]+(\+deb[0-9]+)?-$KERNEL_FLAVOUR\$" | sort); do
		kver=${headers#linux-headers-}
		for package in "$headers" "linux-modules-$kver" "linux-binary-unsigned-$kver"; do
			versions_of "$package" "$BACKPORTS_SUITE" | grep -qxF -- "$version" || continue 2
		done
		printf '%s\n' "$kver"
		return 0
	done
	return 1
}

resolve_kernel()
{
	local version kver versions
	versions=$(versions_of "linux-source-$KERNEL_SERIES" "$BACKPORTS_SUITE")
	for version in $(printf '%s\n' "$versions" | grep -xF -- "$KERNEL_VERSION" || :) $versions; do
		if kver=$(kernel_name "$version"); then
			[ "$version" = "$KERNEL_VERSION" ] ||
				note "the archive has no kernel $KERNEL_VERSION any more: taking $version"
			printf 'KERNEL_VERSION=%s\nKVER=%s\n' "$version" "$kver"
			return 0
		fi
	done
	fail "no $KERNEL_SERIES kernel in $BACKPORTS_SUITE with headers, source, modules and image of one version: pin another series in scripts/setup/versions, or give KDIR="
}

# resolve NAME PACKAGE SUITE PINNED SERIES OLDEST
resolve()
{
	local name=$1 package=$2 suite=$3 pinned=$4 series=$5 oldest=$6 versions version
	versions=$(versions_of "$package" "$suite")
	for version in $(printf '%s\n' "$versions" | grep -xF -- "$pinned" || :) $versions; do
		case ${version#*:} in
		"$series".*) ;;
		*) continue ;;
		esac
		apt_in "$FWCTL_TOOL_ROOT" dpkg --compare-versions "$version" ge "$oldest" || continue
		[ "$version" = "$pinned" ] || note "the archive has no $package $pinned any more: taking $version"
		printf '%s=%s\n' "$name" "$version"
		return 0
	done
	fail "no $package $series.x from $oldest on in $suite: see apt-cache madison $package, and pin what is there in scripts/setup/versions"
}

run()
{
	local file
	# The keys of later suites come with the keyring package of the base, which has been verified.
	for file in "$FWCTL_CACHE"/base/usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
		[ ! -s "$file" ] || cp -L "$file" "$APT/keys/base.gpg"
	done
	apt_in "$FWCTL_TOOL_ROOT" apt-get update -o APT::Update::Error-Mode=any ||
		fail "the package lists of $TOOL_SUITE, $BACKPORTS_SUITE and $MSTFLINT_SUITE could not be fetched ($(apt_reason resolve)): the mirror in /etc/apt, or FWCTL_MIRROR=, must carry all three"
	{
		[ -n "${KDIR:-}" ] || resolve_kernel
		resolve QEMU_VERSION "${QEMU_PACKAGES[0]}" "$BACKPORTS_SUITE" "$QEMU_VERSION" "$QEMU_SERIES" "$QEMU_OLDEST"
		resolve MSTFLINT_VERSION mstflint "$MSTFLINT_SUITE" "$MSTFLINT_VERSION" "$MSTFLINT_SERIES" "$MSTFLINT_OLDEST"
	} >"$FWCTL_CACHE/resolved.tmp"
	mv "$FWCTL_CACHE/resolved.tmp" "$(resolved_file)"
}
