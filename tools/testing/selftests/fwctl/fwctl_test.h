/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fwctl tests share: nodes, RPCs, and the firmware's own view.
 *
 * A test asks the emulated firmware through its control port what arrived there.
 * On hardware there is no such port, and tests that need one are skipped.
 */
#ifndef FWCTL_TEST_H
#define FWCTL_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <fwctl/fwctl.h>

/* Where the kernel is, to a program of this size. */
#ifdef __LP64__
#define KERNEL_ADDRESS ((void *)0xffff888000000000)
#else
#define KERNEL_ADDRESS ((void *)0xffffe000)
#endif

/* Nodes at most. */
enum { NODES_MAX = 4096 };

/*
 * Whether all nodes are under test. With FWCTL_TEST_VENDOR=mlx5 or bnxt those of one
 * vendor are, counted from 0, and others are somebody else's.
 */
bool sole_vendor(void);
/* The PCI vendor ID of the node with a number among all; -1 if it is not there. */
long long node_vendor(unsigned int number);
/* The number of node N among all; NODES_MAX if it is not there. */
unsigned int node_number(unsigned int n);
/* Opens /dev/fwctl/fwctlN; a negative errno if that fails. */
int node_open(unsigned int n);
/* How many nodes there are. */
unsigned int node_count(void);
/*
 * Seconds that a machine may take at worst for what takes a moment, 250 unless
 * FWCTL_TEST_PATIENCE says less; and what a test may take that waits so. Nothing
 * passes or fails by how long it took below that.
 */
unsigned int patience(void);
enum { TEST_S = 900 };
/* Waits until @done; false if that takes longer than any patience. */
bool patient(bool (*done)(void *), void *arg);
/* Waits for the end of a child; false if there is none. */
bool child_wait(pid_t child, int *status);
/* Waits until there are @count nodes. */
bool node_wait(unsigned int count);
/* Name of the PCI function behind node N, or "". */
const char *node_function(unsigned int n);
/* Name of the auxiliary device of a PCI function, or "". */
const char *function_auxiliary(const char *function);

/* One ioctl; 0 or a negative errno. */
int call(int fd, unsigned long number, void *arg);
/* FWCTL_RPC; @out_len is in and out, as in struct fwctl_rpc. */
int rpc(int fd, uint32_t scope, const void *in, uint32_t in_len, void *out,
	uint32_t *out_len);
/* FWCTL_RSC_DESTROY of user memory; 0 or a negative errno. */
int rsc_destroy(int fd, uint32_t id);
/* Whether every call on a descriptor says that its device is gone. */
bool all_gone(int fd);
/* Waits until it does. */
bool all_gone_wait(int fd);

/* FWCTL_INFO without its data; 0 or a negative errno. */
int info_shortly(int fd, struct fwctl_info *info);

/* The control port of the device behind node N, opened; -1 on hardware. */
int control_open(unsigned int n);
/* Sends a request and returns the reply, valid until the next; NULL on failure. */
const char *control_ask(int control, const char *request);
/* A number of the reply by its key, the first one; -1 if it is not there. */
long long json_number(const char *json, const char *key);
/* How many objects of a kind ("uid", "pd" ...) the firmware holds. */
long long firmware_objects(int control, const char *kind);
/* Waits until it holds @count objects of a kind. */
bool firmware_objects_wait(int control, const char *kind, long long count);
/* Commands that arrived so far. */
long long firmware_commands(int control);
/* Arms a fault, given by the members of its JSON; false if the emulator does not take it. */
bool firmware_fault(int control, const char *members, ...)
	__attribute__((format(printf, 2, 3)));
/* Has it refuse the next command with @opcode, by a status of 9 and a syndrome of 0x1234. */
bool firmware_refuse(int control, uint16_t opcode);
/* Has it answer the next @times commands with @opcode so many milliseconds late. */
bool firmware_late(int control, uint16_t opcode, unsigned int times, unsigned int ms);
/*
 * Has the firmware carry out the next @times commands with @opcode and keep the
 * answers; false if it cannot. mlx5_core gives them up after a while, which the
 * emulator's --exec-timeout says.
 */
bool firmware_hold(int control, uint16_t opcode, unsigned int times);
/* Gives the answers that it keeps by now. */
void firmware_answer(int control);
/* Gives them, and keeps no more. A NetXtreme forgets them: late ones could hit others' memory. */
void firmware_release(int control);
/* Commands whose answers it keeps. */
long long firmware_pending(int control);
/* Waits until there are @count of them. */
bool firmware_pending_wait(int control, long long count);

/*
 * A child with a descriptor of its own, and without ours, that has come back from
 * @hold with 0 and waits to be killed; -1 if it has not.
 */
pid_t holding_child(int ours, int (*hold)(int fd));

/*
 * A child that @take, which is given a page whose first fault nobody answers, has
 * stalled; -1 if it has not. Memory as any other is before that page.
 */
enum { STALL = 4096, STALL_BEFORE = 63 * STALL };
pid_t stalled_child(void (*take)(void *page, void *arg), void *arg);

/* Writes a string to a file of sysfs or procfs; 0 or a negative errno. */
int write_file(const char *path, const char *text);
/* Reads a file's first number; -1 on failure. */
long long read_number(const char *path);
/* Whether firmware access has tainted the kernel: 0 or 1, -1 if it does not say. */
int tainted(void);
/* How many lines of the kernel's log match this basic regular expression; -1 on failure. */
int said(const char *what);
/* Loads or unloads modules; its exit status. */
int modprobe(const char *arguments);
/* Unloads one module and none that it needs; 0 or a negative errno. */
int module_remove(const char *name);

/* Whether a missing node or control port is a failure: in a VM made for the tests. */
bool device_required(void);

/* Whether the kernel's own C driver is under test. */
bool upstream_driver(void);

/* Whether the core under test has no drivers in Rust: the kernel's own. */
bool c_only(void);

/* Skips what that driver does not have. */
#define NOT_UPSTREAM(why)                                                      \
	do {                                                                   \
		if (upstream_driver())                                         \
			SKIP(return, "the kernel's C driver " why);            \
	} while (0)

/* Skips a test of a node that is not there. */
#define NODE_OPEN(n)                                                           \
	({                                                                     \
		int fd_ = node_open(n);                                        \
		if (fd_ == -ENOENT && !device_required())                      \
			SKIP(return, "no /dev/fwctl/fwctl%u", (unsigned int)(n)); \
		ASSERT_LE(0, fd_);                                             \
		fd_;                                                           \
	})

/* Skips a test that must see the firmware's side. */
#define CONTROL_OPEN(n)                                                        \
	({                                                                     \
		int fd_ = control_open(n);                                     \
		if (fd_ < 0 && !device_required())                             \
			SKIP(return, "no control port: not an emulated device"); \
		ASSERT_LE(0, fd_);                                             \
		fd_;                                                           \
	})

#endif
