/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the format of launch plans: a header, a table of slots, a list of steps and a list of undo
 * steps, flat and position-independent, so that a plan can be kept in a file, sent in a memfd and
 * run in place. Nothing here allocates or calls the kernel; the writer is launch/writer.h, the
 * runner launch/execute.h, the reader for people launch/dump.h.
 *
 * Integers are the host's own order: a plan never leaves its machine. A step's number never changes
 * its meaning; a new meaning is a new number. A shim tells the daemon its LAUNCH_VERSION and its
 * steps (launch_step_set), and the compiler writes nothing else.
 */
#pragma once

#include "base/compiler.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	LAUNCH_MAGIC = 0x314c5042, /* "BPL1" */
	LAUNCH_VERSION = 1,
	LAUNCH_PLAN_MAX = 8 << 20,
	LAUNCH_SLOTS_MAX = 512,
	LAUNCH_LOWERS_MAX = 128,
	LAUNCH_NO_SLOT = 0xffff,
};

/* What a slot is for; `index` tells those of one role apart. The daemon fills slots by role. */
#define LAUNCH_ROLES(X)                                                                  \
	X(LAUNCH_SLOT_LOWER, "lower") /* layer directory; index 0 is the top one */      \
	X(LAUNCH_SLOT_UPPER, "upper") /* writable layer of the container */              \
	X(LAUNCH_SLOT_WORK, "work")   /* overlay's work directory */                     \
	X(LAUNCH_SLOT_ROOT, "root")   /* a ready root directory, instead of the three */ \
	X(LAUNCH_SLOT_MOUNT, "mount") /* source of a bind mount; index: its mount */     \
	X(LAUNCH_SLOT_INIT, "init")   /* the berth-init program's file */                \
	X(LAUNCH_SLOT_NETNS, "netns") /* network namespace, or pidfd of its owner */     \
	X(LAUNCH_SLOT_PIDNS, "pidns") /* peer's pidfd, as the next three */              \
	X(LAUNCH_SLOT_IPCNS, "ipcns")                                                    \
	X(LAUNCH_SLOT_UTSNS, "utsns")                                                    \
	X(LAUNCH_SLOT_PEER, "peer")	/* pidfd of the container to exec in */          \
	X(LAUNCH_SLOT_CGROUP, "cgroup") /* directory; index: enum cgroup_hierarchy */    \
	X(LAUNCH_SLOT_STDIN, "stdin")	/* not with a terminal */                        \
	X(LAUNCH_SLOT_STDOUT, "stdout")                                                  \
	X(LAUNCH_SLOT_STDERR, "stderr")                                                  \
	X(LAUNCH_SLOT_TTY_SIZE, "tty-size") /* value: rows << 16 | columns */

enum launch_role {
#define LAUNCH_ROLE_ENUM(role, name) role,
	LAUNCH_ROLES(LAUNCH_ROLE_ENUM)
#undef LAUNCH_ROLE_ENUM
		LAUNCH_ROLE_COUNT
};

enum {
	LAUNCH_SLOT_IS_VALUE = 1, /* a number, not a descriptor */
	LAUNCH_SLOT_OPTIONAL = 2, /* may be left empty (fd -1, value 0) */
};

struct launch_slot_def {
	uint16_t role;	/* enum launch_role */
	uint16_t index; /* of its role */
	uint32_t flags;
};

/* What a slot holds at one start, in the order of the plan's table. */
struct launch_slot {
	int fd; /* borrowed; -1: empty */
	uint64_t value;
};

struct launch_header {
	uint32_t magic;
	uint16_t version;
	uint16_t flags; /* LAUNCH_IS_EXEC, LAUNCH_HAS_TTY */
	uint32_t size;	/* of the whole plan */
	uint32_t slot_count;
	uint32_t step_count, steps_offset;
	uint32_t undo_count, undo_offset;
	uint64_t generation; /* of the configuration it was compiled from */
	uint64_t step_set;   /* bit n: uses step n */
};

enum { LAUNCH_IS_EXEC = 1, LAUNCH_HAS_TTY = 2 };

/* A checked plan. Borrows the bytes. */
struct launch_plan {
	const struct launch_header *header;
	const struct launch_slot_def *slots;
};

/*
 * Checks everything that the runner relies on: sizes, offsets, texts that end in NUL, slot numbers,
 * known steps. 0; -EBADMSG (what is wrong is in *ret_why, static text); -EPROTONOSUPPORT for a
 * version or step that this program does not know. `bytes` must be aligned to 8.
 */
int launch_plan_check(struct str_slice bytes, struct launch_plan *ret, const char **ret_why)
	_must_check;

/* Position of the slot, or LAUNCH_NO_SLOT when the plan has none such. */
unsigned launch_plan_slot(const struct launch_plan *plan, enum launch_role role, unsigned index);

const char *launch_role_name(enum launch_role role);

/* Bits of the steps this program can run. */
uint64_t launch_step_set(void);
