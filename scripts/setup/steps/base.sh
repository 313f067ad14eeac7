# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# A minimal Debian that both the tool root and the guest start from.

TITLE="debootstrap of $TOOL_SUITE"
COUNT='^I: (Retrieving|Unpacking|Configuring)' COUNT_OF='packages fetched, unpacked, configured'

inputs() { echo "$TOOL_SUITE"; }

present() { [ -e "$FWCTL_CACHE/base/etc/debian_version" ]; }

host_packages()
{
	local need=()
	command -v debootstrap >/dev/null || need+=(debootstrap)
	command -v gpgv >/dev/null || command -v sqv >/dev/null || need+=(gpgv)
	# An older keyring package lacks the key that signs this suite; the host's own archive has the update.
	ls /usr/share/keyrings/debian-archive-"$TOOL_SUITE"-* >/dev/null 2>&1 || need+=(debian-archive-keyring)
	[ ${#need[@]} -gt 0 ] || return 0
	export DEBIAN_FRONTEND=noninteractive
	apt-get update || fail "apt-get update fails on this host: its own package sources must work first"
	apt-get install -y --no-install-recommends "${need[@]}" ||
		fail "cannot install ${need[*]} on this host: apt-get install ${need[*]} says why"
}

run()
{
	local uri home log proxy options=()
	host_packages
	uri=$(awk '/^URIs:/ { print $2; exit }' "$APT/sources.list.d/fwctl.sources")
	rm -rf --one-file-system "$FWCTL_CACHE/base.tmp"
	# debootstrap fetches with wget, which gets its proxy and logins from elsewhere than apt.
	case $uri in
	http:*)
		proxy=$(host_proxy http "$uri")
		[ -z "$proxy" ] || export http_proxy=$proxy ;;
	https:*)
		proxy=$(host_proxy https "$uri")
		[ -z "$proxy" ] || export https_proxy=$proxy
		proxy=$(host_setting Acquire::https::SslCert)
		[ -z "$proxy" ] || options+=(--certificate="$proxy")
		proxy=$(host_setting Acquire::https::SslKey)
		[ -z "$proxy" ] || options+=(--private-key="$proxy") ;;
	esac
	home=$(mktemp -d "$FWCTL_CACHE/wget.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -rf '$home'" EXIT
	(
		umask 077
		cat "$APT"/auth.conf.d/*.conf 2>/dev/null | sed -E 's#machine +([a-z+]+://)?([^/ ]+)[^ ]*#machine \2#' >"$home/.netrc" || :
		# wget wants the file that WGETRC names, be it empty.
		: >"$home/.wgetrc"
		[ ! -s "$FWCTL_CACHE/ca.crt" ] || echo "ca_certificate = $FWCTL_CACHE/ca.crt" >"$home/.wgetrc"
	)
	log=$FWCTL_CACHE/log/debootstrap-target.log
	if ! HOME=$home WGETRC=$home/.wgetrc DEBOOTSTRAP_DIR=${DEBOOTSTRAP_DIR:-} \
		bootstrap "${options[@]}" "$uri"; then
		cp "$FWCTL_CACHE/base.tmp/debootstrap/debootstrap.log" "$log" 2>/dev/null || :
		fail "debootstrap of $TOOL_SUITE from $uri failed: does apt-get update work on this host, and is debian-archive-keyring up to date?"
	fi
	mkdir -p "$FWCTL_CACHE/base.tmp/etc/dpkg/dpkg.cfg.d"
	printf 'path-exclude=%s\n' '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*' '/usr/share/info/*' \
		>"$FWCTL_CACHE/base.tmp/etc/dpkg/dpkg.cfg.d/fwctl"
	printf '#!/bin/sh\nexit 101\n' >"$FWCTL_CACHE/base.tmp/usr/sbin/policy-rc.d"
	chmod 755 "$FWCTL_CACHE/base.tmp/usr/sbin/policy-rc.d"
	rm -rf "$FWCTL_CACHE"/base.tmp/var/cache/apt/archives/*.deb
	rm -rf --one-file-system "$FWCTL_CACHE/base"
	mv "$FWCTL_CACHE/base.tmp" "$FWCTL_CACHE/base"
}

# In a mount namespace of its own: debootstrap mounts proc and sys, and would leave them when interrupted.
bootstrap()
{
	[ -n "$DEBOOTSTRAP_DIR" ] || unset DEBOOTSTRAP_DIR
	unshare --mount --propagation unchanged -- /bin/sh -c \
		'mount --make-rprivate / 2>/dev/null; exec "$@"' sh \
		debootstrap --variant=minbase --arch=amd64 --force-check-gpg --keyring="$APT/keyring.gpg" "${@:1:$#-1}" \
		"$TOOL_SUITE" "$FWCTL_CACHE/base.tmp" "${@:$#}"
}
