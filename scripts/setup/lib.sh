# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What every set-up step shares: places, messages, stamps, the step runner.

FWCTL_CACHE=${FWCTL_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/fwctl}
case $FWCTL_CACHE in
/*) ;;
*) FWCTL_CACHE=$PWD/$FWCTL_CACHE ;;
esac
# One spelling of the path, links resolved: it has to be the same inside the tool root.
FWCTL_CACHE=$(realpath -m -- "$FWCTL_CACHE")
FWCTL_TOOL_ROOT=${FWCTL_TOOL_ROOT:-$FWCTL_CACHE/root}
APT=$FWCTL_CACHE/apt

# The last words, for the trap that makes sure there are some.
export SAID=''

say()
{
	SAID=$*
	printf 'setup: %s\n' "$*" >&2
}

# One line for people; kept aside too, because the steps' own stderr goes to a log.
fail()
{
	if [ -n "${REASON_FILE:-}" ]; then
		printf '%s\n' "$*" >"$REASON_FILE"
	else
		say "$*"
	fi
	exit 1
}

# A note that has to reach the terminal even from within a step.
note()
{
	if [ -n "${NOTE_FILE:-}" ]; then
		printf '%s\n' "$*" >>"$NOTE_FILE"
	else
		say "$*"
	fi
}

hash_of() { sha256sum | cut -c1-32; }

# Runs a command inside of ROOT, with only apt's directory of the cache in view. Used for the guest and the tool root.
apt_in()
{
	local root=$1 extra=() clean
	local -x ENTER_DEV=private
	shift
	clean=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LANG=C.UTF-8
		DEBIAN_FRONTEND=noninteractive APT_CONFIG="$APT/apt.conf"
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"}
		${no_proxy:+no_proxy="$no_proxy"})
	if [ "$root" = / ]; then
		"${clean[@]}" "$@"
		return
	fi
	[ ! -s "$APT/binds" ] || mapfile -t extra <"$APT/binds"
	enter_root "$root" / "$APT" "${extra[@]}" -- "${clean[@]}" "$@"
}

# apt_reason STEP: what apt said last, for the one line of a failure.
apt_reason() { grep '^E: ' "$FWCTL_CACHE/log/$1.log" | tail -n 1 || echo "see the log"; }

# resolved NAME: what was found in the archive for a pin (steps/resolve.sh), or nothing.
resolved() { sed -n "s/^$1=//p" "$(resolved_file)" 2>/dev/null || :; }

# With KDIR= some steps do other things. They are kept apart, so that going back costs nothing.
resolved_file() { printf '%s/resolved%s' "$FWCTL_CACHE" "${KDIR:+.user}"; }

stamp_file()
{
	case $1 in
	resolve | packages | kernel | kdir) printf '%s/stamp/%s%s' "$FWCTL_CACHE" "$1" "${KDIR:+.user}" ;;
	*) printf '%s/stamp/%s' "$FWCTL_CACHE" "$1" ;;
	esac
}

# kver: the release of the kernel that modules are built for.
kver()
{
	if [ -n "${KDIR:-}" ]; then
		cat "$KDIR/include/config/kernel.release"
	else
		resolved KVER
	fi
}

kernel_dir() { printf '%s/kernel/%s' "$FWCTL_CACHE" "$(kver)"; }

in_root() { "$SCRIPTS/in-root" "$@"; }

step_hash()
{
	local step=$1
	{
		cat "$SETUP/steps/$step.sh"
		inputs
	} | hash_of
}

progress()
{
	local count=''
	[ -z "$COUNT" ] || count="$(grep -cE -- "$COUNT" "$2" 2>/dev/null || :) $COUNT_OF"
	printf '\r\033[Ksetup: %-9s %4d s  %s' "$1" "$((SECONDS - $3))" "$count" >&2
}

# The process group of the step that runs, for whoever interrupts it.
export STEP_GROUP=''

# run_step NAME: skipped when its stamp holds the hash of its inputs and what it makes is there.
run_step()
{
	local step=$1 hash start pid rc=0 log=$FWCTL_CACHE/log/$1.log stamp
	stamp=$(stamp_file "$1")
	COUNT='' COUNT_OF=lines TITLE=$step
	# Every step file defines these anew.
	unset -f inputs present run
	# shellcheck source=/dev/null
	. "$SETUP/steps/$step.sh"
	hash=$(step_hash "$step")
	if [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && present; then
		return 0
	fi
	rm -f "$stamp"
	say "$(printf '%-9s %s' "$step" "$TITLE")"
	SAID=''
	start=$SECONDS
	REASON_FILE=$FWCTL_CACHE/log/$step.reason NOTE_FILE=$FWCTL_CACHE/log/$step.note
	rm -f "$REASON_FILE" "$NOTE_FILE"
	# A process group of its own, so that an interrupt reaches all of it. It keeps the lock (fd 9)
	# for as long as it lives, even when this script is killed.
	set -m
	(
		set +m
		set -eEuo pipefail
		cd /
		trap 'echo "setup: $step: failed at: $BASH_COMMAND"' ERR
		run
	) </dev/null >"$log" 2>&1 &
	pid=$!
	set +m
	STEP_GROUP=$pid
	while [ -t 2 ] && kill -0 "$pid" 2>/dev/null; do
		progress "$step" "$log" "$start"
		sleep 1
	done
	wait "$pid" || rc=$?
	STEP_GROUP=''
	[ ! -t 2 ] || printf '\r\033[K' >&2
	[ ! -s "$NOTE_FILE" ] || while read -r line; do say "$line"; done <"$NOTE_FILE"
	if [ "$rc" -ne 0 ]; then
		local reason
		reason=$(cat "$REASON_FILE" 2>/dev/null) || reason=''
		[ -n "$reason" ] || reason=$(grep -E '^(E:|W: Fail|dpkg: error|.*[Ee]rror[ :])' "$log" | tail -n 1) || reason=''
		say "$step failed after $((SECONDS - start)) s: ${reason:-exit status $rc} (log: $log)"
		exit 1
	fi
	# A step may change what its own hash is made of (the resolved versions), so it is taken again.
	step_hash "$step" >"$stamp.tmp"
	mv "$stamp.tmp" "$stamp"
	say "$(printf '%-9s done, %d s' "$step" "$((SECONDS - start))")"
	SAID=''
	REASON_FILE='' NOTE_FILE=''
}
