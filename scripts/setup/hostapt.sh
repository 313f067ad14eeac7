# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the host's own apt configuration says: mirror, keys, settings, proxies. Nothing about a place is known here.

# host_entries: URI|suite|component|file:entry of each package index; apt itself reads both source formats.
host_entries()
{
	# shellcheck disable=SC2016
	apt-get indextargets --no-release-info \
		--format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SOURCESENTRY)' 'Identifier: Packages' | sort -u
}

# host_entry SUITE...: the first of these suites that the host has with Debian main.
host_entry()
{
	local suite
	for suite; do
		if host_entries | awk -F'|' -v s="$suite" '$2 == s && $3 == "main" && $1 !~ /-security\/?$/ { print; f = 1; exit } END { exit !f }'; then
			return 0
		fi
	done
	return 1
}

# plain_uri URI: apt's mirror lists name their mirrors in a file; the first one is taken.
plain_uri()
{
	local uri=$1 list
	uri=${uri#tor+}
	case $uri in
	mirror+file:*)
		list=${uri#mirror+file:}
		list=/${list##+(/)}
		list=${list%/}
		uri=$(awk '!/^[[:space:]]*(#|$)/ { print $1; exit }' "$list") ;;
	esac
	printf '%s\n' "${uri%/}"
}

# signed_by FILE:N: value of Signed-By of one entry, several lines for a key that is embedded.
signed_by()
{
	local file=${1%:*} n=${1##*:}
	case $file in
	*.sources)
		awk -v n="$n" '
			/^[[:space:]]*$/ { if (seen) { stanza++; seen = 0 } key = 0; next }
			/^#/ { next }
			{ seen = 1 }
			/^[^[:space:]]/ { key = 0 }
			stanza + 1 == n && tolower($1) == "signed-by:" { key = 1; sub(/^[^:]*:[[:space:]]*/, ""); if ($0 != "") print; next }
			stanza + 1 == n && key { sub(/^ /, ""); print }
		' "$file" ;;
	*)
		sed -n "${n}s/.*[][ ]signed-by=\([^] ]*\).*/\1/p" "$file" | tr , '\n' ;;
	esac
}

# add_key FILE: copies a keyring to $APT/keys under a name that apt takes.
add_key()
{
	local name
	[ -s "$1" ] || return 0
	# keybox files are read by neither apt nor gpgv's callers here
	[ "$(head -c 12 "$1" | tail -c 4 | tr -d '\0')" != KBXf ] || return 0
	name=$(printf '%s' "$1" | tr -c 'A-Za-z0-9\n' _)
	if grep -q -a '^-----BEGIN PGP' "$1"; then
		cp -L "$1" "$APT/keys/$name.asc"
	else
		cp -L "$1" "$APT/keys/$name.gpg"
	fi
}

# add_keys FILE:N: all that the host trusts for this entry, and the Debian keys that it has installed.
add_keys()
{
	local value file
	value=$(signed_by "$1" | sed 's/^\.$//')
	case $value in
	*-----BEGIN*)
		printf '%s\n' "$value" | sed 's/^[[:space:]]*//' >"$APT/keys/embedded.asc" ;;
	*/*)
		for file in $value; do
			add_key "$file"
		done ;;
	*)
		for file in /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/*.gpg /etc/apt/trusted.gpg.d/*.asc; do
			add_key "$file"
		done ;;
	esac
	for file in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
		if [ -s "$file" ]; then
			add_key "$file"
			break
		fi
	done
}

# one_keyring OUT: the same keys in the one binary file that debootstrap wants, made without gpg.
one_keyring()
{
	local file
	for file in "$APT"/keys/*.gpg; do
		[ ! -e "$file" ] || cat "$file"
	done >"$1"
	for file in "$APT"/keys/*.asc; do
		[ -e "$file" ] || continue
		awk '/^-----BEGIN/ { header = 1; next } /^-----END/ { body = 0; print ""; next }
			header && /^[[:space:]]*$/ { header = 0; body = 1; next }
			body && !/^=/ { printf "%s", $1 }' "$file" |
			while read -r block; do
				printf '%s' "$block" | base64 -d
			done >>"$1"
	done
}

# host_settings: the host's Acquire settings. Not: index details that are apt's own defaults, programs that the
# root does not have, and anything that would let unsigned packages in.
host_settings()
{
	local line key file
	apt-config dump | grep -i '^Acquire::' |
		grep -viE '^Acquire::(IndexTargets|cdrom|Changelogs|CompressionTypes|Languages|GzipIndexes|AllowInsecure|AllowWeak|AllowDowngrade|[^ ]*Proxy-Auto-Detect|[^ ]*ProxyAutoDetect)' |
		grep -v ' "";$' |
		while IFS= read -r line; do
			key=${line%% *}
			file=${line#* \"}
			file=${file%\";}
			shopt -s nocasematch
			case $key in
			*::CaInfo | *::SslCert | *::SslKey | *::IssuerCert | *::CrlFile)
				# The root sees only copies.
				if [ -r "$file" ]; then
					install -m 600 "$file" "$APT/tls/${file##*/}"
					line="$key \"$APT/tls/${file##*/}\";"
				fi ;;
			esac
			shopt -u nocasematch
			printf '%s\n' "$line"
		done
}

# host_setting NAME: one value.
host_setting()
{
	local value=''
	eval "$(apt-config shell value "$1")"
	printf '%s' "$value"
}

# host_proxy SCHEME URI: the proxy apt would use for URI, or nothing.
host_proxy()
{
	local scheme=$1 uri=$2 host proxy='' detect
	host=${uri#*://}
	host=${host%%/*}
	host=${host##*@}
	proxy=$(host_setting "Acquire::$scheme::Proxy::${host%%:*}")
	[ -n "$proxy" ] || proxy=$(host_setting "Acquire::$scheme::Proxy")
	if [ -z "$proxy" ]; then
		detect=$(host_setting "Acquire::$scheme::Proxy-Auto-Detect")
		[ -n "$detect" ] || detect=$(host_setting "Acquire::$scheme::ProxyAutoDetect")
		[ -z "$detect" ] || [ ! -x "$detect" ] || proxy=$("$detect" "$uri" 2>/dev/null | head -n 1) || proxy=''
	fi
	[ "$proxy" != DIRECT ] || proxy=''
	printf '%s' "$proxy"
}

# host_ca: the bundle of certificate authorities that this host's programs are told to trust.
host_ca()
{
	local file
	for file in "${SSL_CERT_FILE:-}" "${CARGO_HTTP_CAINFO:-}" "${CURL_CA_BUNDLE:-}" /etc/ssl/certs/ca-certificates.crt; do
		if [ -n "$file" ] && [ -s "$file" ]; then
			printf '%s\n' "$file"
			return 0
		fi
	done
	return 0
}
