/* SPDX-License-Identifier: GPL-2.0 */
/* What the guest executes to say where a profile begins and ends: a nop with a number in it. */
#ifndef MARK_H
#define MARK_H

#define MARK_BEGIN 1
#define MARK_END 2
/* nopl 0x6677630N(%rax,%rax,1) */
#define MARK_BYTES(number) { 0x0f, 0x1f, 0x84, 0x00, (number), 0x63, 0x77, 0x66 }
#define MARK_ASM(number) \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00, %c0, 0x63, 0x77, 0x66" : : "i"(number) : "memory")

#endif
