# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# Our own apt configuration in the cache, made from the host's. The host's /etc/apt is only read.

TITLE="apt settings from this host's own"

host_files()
{
	find /etc/apt -type f 2>/dev/null | sort
	host_ca
	local home=${CARGO_HOME:-${HOME:-/root}/.cargo}
	[ ! -d "$home" ] || find "$home" -maxdepth 1 -name 'config*' -type f | sort
}

inputs()
{
	echo "$FWCTL_CACHE $TOOL_SUITE $BACKPORTS_SUITE $MSTFLINT_SUITE ${FWCTL_MIRROR:-}"
	cat "$SETUP/hostapt.sh"
	host_files | while IFS= read -r file; do
		sha256sum "$file"
	done
}

present() { [ -s "$APT/apt.conf" ] && [ -s "$APT/keyring.gpg" ] && [ -e "$APT/sources.list.d/fwctl.sources" ]; }

stanza()
{
	printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: amd64\n\n' "$1" "$2"
}

# The tables of the user's cargo configuration that say where crates come from, and no other.
cargo_config()
{
	local home=${CARGO_HOME:-${HOME:-/root}/.cargo} file
	[ "$home" != "$FWCTL_CACHE/cargo" ] || return 0
	mkdir -p "$FWCTL_CACHE/cargo"
	for file in "$home/config.toml" "$home/config"; do
		[ -s "$file" ] || continue
		awk '/^[[:space:]]*\[/ { keep = $0 ~ /^[[:space:]]*\[(source|registries|registry|net|http)[].]/ } keep && !/^[[:space:]]*cainfo/' \
			"$file" >"$FWCTL_CACHE/cargo/config.toml"
		return 0
	done
	rm -f "$FWCTL_CACHE/cargo/config.toml"
}

run()
{
	local codename entry uri backports later proxy scheme file
	mkdir -p "$APT"/{keys,tls,none,lists/partial,cache/archives/partial,sources.list.d,preferences.d,auth.conf.d}
	find "$APT/keys" -type f ! -name base.gpg -delete
	rm -f "$APT"/tls/* "$APT"/auth.conf.d/* "$APT/auth.conf"
	chmod 700 "$APT/tls" "$APT/auth.conf.d"
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	entry=$(host_entry "$codename" stable oldstable testing unstable sid) || entry=''
	if [ -n "${FWCTL_MIRROR:-}" ]; then
		uri=${FWCTL_MIRROR%/}
	elif [ -n "$entry" ]; then
		uri=$(plain_uri "${entry%%|*}")
	else
		fail "no entry for Debian main of \"$codename\" in /etc/apt: add one, or name a mirror with FWCTL_MIRROR=URI"
	fi
	echo "mirror: $uri"
	add_keys "${entry##*|}"

	# A host that already has one of the other suites knows best where it is.
	backports=$(host_entry "$BACKPORTS_SUITE" "$codename-backports") || backports=''
	later=$(host_entry "$MSTFLINT_SUITE") || later=''
	[ -z "$backports" ] || add_keys "${backports##*|}"
	[ -z "$later" ] || add_keys "${later##*|}"
	backports=$(plain_uri "${backports%%|*}")
	later=$(plain_uri "${later%%|*}")
	[ -z "${FWCTL_MIRROR:-}" ] || backports='' later=''
	{
		stanza "$uri" "$TOOL_SUITE"
		stanza "${backports:-$uri}" "$BACKPORTS_SUITE"
		stanza "${later:-$uri}" "$MSTFLINT_SUITE"
	} >"$APT/sources.list.d/fwctl.sources"
	printf 'Package: *\nPin: release n=%s\nPin-Priority: -10\n' "$MSTFLINT_SUITE" >"$APT/preferences.d/fwctl"

	for file in /etc/apt/auth.conf /etc/apt/auth.conf.d/*.conf; do
		[ ! -s "$file" ] || install -m 600 "$file" "$APT/auth.conf.d/${file##*/}"
	done
	{
		host_settings
		scheme=${uri%%:*}
		proxy=$(host_proxy "$scheme" "$uri")
		[ -z "$proxy" ] || printf 'Acquire::%s::Proxy "%s";\n' "$scheme" "$proxy"
		# Before ca-certificates is in the root, https has only the host's bundle.
		file=$(host_ca)
		if [ -n "$file" ]; then
			cp -L "$file" "$FWCTL_CACHE/ca.crt.tmp"
			mv "$FWCTL_CACHE/ca.crt.tmp" "$FWCTL_CACHE/ca.crt"
			cp "$FWCTL_CACHE/ca.crt" "$APT/ca.crt"
			[ -n "$(host_setting Acquire::https::CaInfo)" ] || printf 'Acquire::https::CaInfo "%s";\n' "$APT/ca.crt"
		fi
		cat <<-END
			Acquire::Languages "none";
			Acquire::AllowInsecureRepositories "false";
			Acquire::AllowWeakRepositories "false";
			Acquire::AllowDowngradeToInsecureRepositories "false";
			APT::Get::AllowUnauthenticated "false";
			APT::Install-Recommends "false";
			APT::Sandbox::User "root";
			Dir::Etc::parts "$APT/none";
			Dir::Etc::main "/dev/null";
			Dir::Etc::sourcelist "/dev/null";
			Dir::Etc::sourceparts "$APT/sources.list.d";
			Dir::Etc::preferences "/dev/null";
			Dir::Etc::preferencesparts "$APT/preferences.d";
			Dir::Etc::trustedparts "$APT/keys";
			Dir::Etc::netrc "/dev/null";
			Dir::Etc::netrcparts "$APT/auth.conf.d";
			Dir::State::lists "$APT/lists";
			Dir::Cache "$APT/cache";
			DPkg::Lock::Timeout "600";
			DPkg::Options { "--force-unsafe-io"; "--force-confdef"; "--force-confold"; };
		END
	} >"$APT/apt.conf.tmp"
	: >"$APT/binds"
	case $uri in
	file:* | copy:*) uri=${uri#*:} && printf '/%s\n' "${uri##+(/)}" >"$APT/binds" ;;
	esac
	one_keyring "$APT/keyring.gpg"
	[ -s "$APT/keyring.gpg" ] || fail "no archive key found on this host: apt-get install debian-archive-keyring"
	cargo_config
	mv "$APT/apt.conf.tmp" "$APT/apt.conf"
}
