#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests that must fail on the kernel's own core. Prints TAP.

# shellcheck source=defects.sh
. "$(dirname "$0")/defects.sh"

printf 'TAP version 13\n'
printf '1..15\n'
fails 2 'who is killed waits for the firmware' lifetime.kill_in_flight 'child_wait(child, &status)' \
	lifetime -t kill_in_flight
fails 2 'in open(2), too' slow.kill 'child_wait(child, &status)' slow -t kill
fails 2 'an exit waits for the firmware' slow.exit 'child_wait(child, &status)' slow -t exit
fails 4 '32-bit callers are turned away' core.c.compat 'call32(self->fd, FWCTL_INFO, &low->info)' core -t compat
fails 5 'a huge tail is read' abi.sizes 'call(fd, commands[i].number, arg)' abi -t sizes
fails 7 'INFO without room says 0' core.c.info 'arg.device_data_len' core -t info
fails 7 'INFO without room says 0' info.room 'arg.device_data_len' info -t room
fails 8 'one close holds up the others' slow.close 'others_go_on(self)' slow -t close
fails 8 'one close holds up the others' core.c.slow_close 'data.contexts' core -t slow_close
fails 9 'replies are charged to nobody' memcg.in_flight 'patient(usage_above, &usage)' memcg -t in_flight
fails 9 'who asks for too much is killed' memcg_sample.c.limit 'WIFEXITED(status)' memcg -t limit
# These leave something behind: a driver that cannot go for a while, and lockdown.
fails 1 'a page fault holds up the end of the driver' core.c.stalled_page_fault unloaded core -t stalled_page_fault
fails 6 'refused RPCs taint' lockdown.refused 'tainted()' lockdown -t refused
fails 6 'one warning for all devices' lockdown.named 'system(command)' lockdown -t named
fails 3 'lockdown does not bar the full scope' lockdown.integrity 'sample(fds[i], 3, SAMPLE_EVERYTHING)' \
	lockdown -t integrity
