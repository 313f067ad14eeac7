#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests that must fail with the kernel's own C driver for bnxt, on our core. Prints TAP.

# shellcheck source=defects.sh
. "$(dirname "$0")/defects.sh"

pages='untouched(self->data, 2 * PAGE)'
printf 'TAP version 13\n'
printf '1..11\n'
fails 1 'odd lengths are written past the window' bnxt.lengths 'arrived(self->control, VER_GET)' bnxt -t lengths
fails 2 'the completion ring is the caller'\''s, who waits for it' bnxt.header 'self->out.error' bnxt -t header
fails 3 'late data is of nobody' bnxt.late 'said("of memory of a command stay pinned")' bnxt -t late
fails 4 'a bad place is noticed afterwards' bnxt.pointers 'arrived(self->control, NVM_READ)' bnxt -t pointers
fails 4 'an error zeroes the caller'\''s memory' bnxt.reads "$pages" bnxt -t reads
fails 4 'a directory is always 64 KiB' bnxt.directory 'untouched(self->data + len, FWCTL_BNXT_MAX_DMABUF - len)' \
	bnxt -t directory
fails 5 'resets and erasing pass everywhere' bnxt.scopes 'hwrm(self->fd, scope, &ask, 24, &self->out)' bnxt -t scopes
fails 5 'the host can be read' bnxt.scopes 'hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE_FULL, &ask, 80, &self->out)' \
	bnxt -t scopes
fails 6 'who is killed waits for the firmware' bnxt.kill 'arrived(self->control, VER_GET)' bnxt -t kill
fails 7 'variables of bits fill bytes' bnxt.variables 'untouched(self->data + 2, PAGE)' bnxt -t variables
fails 8 'a batch is read past its buffer' bnxt.batch 'hwrm(self->fd, FWCTL_RPC_DEBUG_WRITE, &ask, 56, &self->out)' \
	bnxt -t batch
