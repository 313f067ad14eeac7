# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# The root file system of the VMs, with the one mstflint that works.

TITLE="guest system with mstflint"
COUNT='^(Get:|Unpacking |Setting up )' COUNT_OF='packages fetched, unpacked, set up'

inputs()
{
	echo "${GUEST_PACKAGES[*]} $TOOL_SUITE $(resolved MSTFLINT_VERSION)"
	cat "$FWCTL_CACHE/stamp/base"
}

present() { [ -e "$FWCTL_CACHE/guest/root/usr/bin/mstflint" ]; }

run()
{
	local guest=$FWCTL_CACHE/guest/root version dir
	version=$(resolved MSTFLINT_VERSION)
	mkdir -p "$FWCTL_CACHE/guest"
	rm -rf --one-file-system "$guest.tmp"
	cp -a "$FWCTL_CACHE/base" "$guest.tmp"
	apt_in "$guest.tmp" apt-get install -y -t "$TOOL_SUITE" "${GUEST_PACKAGES[@]}" ||
		fail "the guest's packages could not be installed ($(apt_reason guest)): when that is mended, run make setup again"
	# Only itself comes from the later suite, which is pinned below zero: apt refuses when its Depends are not in ours.
	apt_in "$guest.tmp" apt-get install -y "mstflint=$version" ||
		fail "mstflint $version does not install on $TOOL_SUITE ($(apt_reason guest)): pin another in scripts/setup/versions"
	# shellcheck disable=SC2016 # expanded inside
	apt_in "$guest.tmp" /bin/sh -c 'for f in /usr/bin/mst*; do ldd "$f" 2>/dev/null; done' | grep 'not found' &&
		fail "mstflint $version needs libraries that $TOOL_SUITE does not have: pin another in scripts/setup/versions"
	apt_in "$guest.tmp" mstflint --version
	# The mount point of apt's directory, which is of no use in there.
	dir=$APT
	while [ "$dir" != / ] && [ -n "$dir" ]; do
		rmdir "$guest.tmp$dir" 2>/dev/null || break
		dir=${dir%/*}
	done
	rm -f "$guest.tmp"/var/cache/debconf/*-old "$guest.tmp"/var/lib/dpkg/*-old
	: >"$guest.tmp/etc/resolv.conf"
	: >"$guest.tmp/etc/fstab"
	echo fwctl >"$guest.tmp/etc/hostname"
	printf '127.0.0.1 localhost fwctl\n' >"$guest.tmp/etc/hosts"
	rm -rf --one-file-system "$guest"
	mv "$guest.tmp" "$guest"
}
