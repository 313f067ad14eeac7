// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for QEMU's TCG: counts the guest's instructions by where they are, between
 * two marks that the guest executes (guest/mark.h). Written where out=FILE says, a
 * line for each block of code: its address and how many instructions ran there.
 *
 * The declarations are those of QEMU's plugin interface, version 7, of which its
 * packages have no header.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../guest/mark.h"

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t qemu_plugin_id_t;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*tb_trans_fn)(struct qemu_plugin_tb *tb, void *data);
typedef void (*exec_fn)(unsigned int cpu, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_fn fn, void *data);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, exec_fn fn,
					  enum qemu_plugin_cb_flags flags, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_fn fn,
					    enum qemu_plugin_cb_flags flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to, size_t len);

__attribute__((visibility("default"))) int qemu_plugin_version = 7;

/* Code that was translated; the same may be more than once. */
struct block {
	struct block *next;
	uint64_t address;
	uint64_t instructions;
	uint64_t ran;
};

static struct block *blocks;
static bool counting;
static const char *out_path;

static void block_ran(unsigned int cpu, void *data)
{
	struct block *block = data;

	if (counting)
		block->ran += block->instructions;
}

static void write_out(void)
{
	FILE *out = fopen(out_path, "w");

	if (!out) {
		perror(out_path);
		return;
	}
	for (const struct block *block = blocks; block; block = block->next)
		if (block->ran)
			fprintf(out, "%" PRIx64 " %" PRIu64 "\n", block->address, block->ran);
	fclose(out);
}

static void begins(unsigned int cpu, void *data)
{
	for (struct block *block = blocks; block; block = block->next)
		block->ran = 0;
	counting = true;
}

static void ends(unsigned int cpu, void *data)
{
	counting = false;
	write_out();
}

static void translated(struct qemu_plugin_tb *tb, void *data)
{
	static const uint8_t begin[] = MARK_BYTES(MARK_BEGIN), end[] = MARK_BYTES(MARK_END);
	struct block *block = calloc(1, sizeof(*block));
	uint8_t bytes[sizeof(begin)];

	if (!block)
		abort();
	block->instructions = qemu_plugin_tb_n_insns(tb);
	block->address = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(tb, 0));
	block->next = blocks;
	blocks = block;
	for (size_t i = 0; i < block->instructions; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (qemu_plugin_insn_data(insn, bytes, sizeof(bytes)) != sizeof(bytes))
			continue;
		if (!memcmp(bytes, begin, sizeof(bytes)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begins, QEMU_PLUGIN_CB_NO_REGS, NULL);
		if (!memcmp(bytes, end, sizeof(bytes)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, ends, QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_ran, QEMU_PLUGIN_CB_NO_REGS, block);
}

__attribute__((visibility("default"))) int qemu_plugin_install(qemu_plugin_id_t id, const void *info,
							       int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out_path = strdup(argv[i] + 4);
	if (!out_path) {
		fprintf(stderr, "profile: out=FILE is missing\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated, NULL);
	return 0;
}
