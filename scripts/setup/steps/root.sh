# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# The tool root, as yet without tools.

TITLE="tool root"

inputs() { cat "$FWCTL_CACHE/stamp/base"; }

present() { [ "$FWCTL_TOOL_ROOT" = / ] || [ -e "$FWCTL_TOOL_ROOT/etc/debian_version" ]; }

run()
{
	if [ "$FWCTL_TOOL_ROOT" = / ]; then
		local codename
		codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
		[ "$codename" = "$TOOL_SUITE" ] ||
			fail "FWCTL_TOOL_ROOT=/ needs a $TOOL_SUITE host, this is \"$codename\": leave it unset, and a root is made"
		return 0
	fi
	[ "$FWCTL_TOOL_ROOT" = "$FWCTL_CACHE/root" ] || {
		[ -e "$FWCTL_TOOL_ROOT/etc/debian_version" ] || fail "FWCTL_TOOL_ROOT=$FWCTL_TOOL_ROOT holds no Debian"
		return 0
	}
	rm -rf --one-file-system "$FWCTL_CACHE/root.tmp" "$FWCTL_CACHE/root"
	cp -a "$FWCTL_CACHE/base" "$FWCTL_CACHE/root.tmp"
	mv "$FWCTL_CACHE/root.tmp" "$FWCTL_CACHE/root"
}
