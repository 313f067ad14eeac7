# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034  # TITLE, COUNT: read by the step runner
# The stock modules that the VMs see: unmodified files, so that their signatures hold.

TITLE="stock modules for the guest"

inputs()
{
	kver
	echo "${GUEST_MODULES[*]}"
	cat "$(stamp_file kernel)"
}

present() { [ ! -s "$(kernel_dir)/vmlinuz" ] || [ -s "$FWCTL_CACHE/guest/root/lib/modules/$(kver)/modules.dep" ]; }

# files_for DIR NAME...: paths below DIR of the modules and all they need; what is built in is left out.
files_for()
{
	local dir=$1
	shift
	awk -v names="$*" '
		function plain(path) { sub(/.*\//, "", path); sub(/\.ko.*/, "", path); gsub(/-/, "_", path); return path }
		BEGIN { n = split(names, want, " ") }
		FILENAME ~ /modules\.builtin$/ { builtin[plain($1)] = 1; next }
		{ file = $1; sub(/:$/, "", file); path[plain(file)] = file; $1 = ""; needs[file] = $0 }
		END {
			for (i = 1; i <= n; i++) {
				name = plain(want[i])
				if (name in path) {
					print path[name]
					m = split(needs[path[name]], more, " ")
					for (j = 1; j <= m; j++) print more[j]
				} else if (!(name in builtin)) {
					print "missing " want[i]
				}
			}
		}' "$dir/modules.builtin" "$dir/modules.dep" | sort -u
}

run()
{
	local kver from to new files missing
	kver=$(kver) from=$(kernel_dir)/modules
	[ -s "$(kernel_dir)/vmlinuz" ] || return 0
	to=$FWCTL_CACHE/guest/root/lib/modules/$kver new=$FWCTL_CACHE/guest/modules.tmp
	files=$(files_for "$from" "${GUEST_MODULES[@]}")
	missing=$(printf '%s\n' "$files" | sed -n 's/^missing //p' | tr '\n' ' ')
	[ -z "$missing" ] || fail "kernel $kver has no module ${missing% }: take it out of GUEST_MODULES in scripts/setup/versions"
	rm -rf "$new"
	mkdir -p "$new/lib/modules/$kver"
	(
		cd "$from" || exit
		printf '%s\n' "$files" | xargs cp -p --parents -t "$new/lib/modules/$kver"
		cp -p modules.builtin modules.builtin.modinfo modules.order "$new/lib/modules/$kver/"
	)
	in_root depmod -b "$new" "$kver"
	mkdir -p "${to%/*}"
	rm -rf "$to"
	mv "$new/lib/modules/$kver" "$to"
	rm -rf "$new"
}
