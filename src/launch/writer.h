/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the writing of launch plans. Like buf: adding never fails, the first failure sticks and
 * launch_writer_finish tells. The caller gives the fields of a step in the order of launch/steps.h;
 * a wrong kind or number of them is a bug and stops the program.
 */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "launch/steps.h"

VEC_DEFINE(launch_slot_defs, struct launch_slot_def);

struct launch_writer {
	struct buf steps, undo;
	uint32_t step_count, undo_count;
	uint64_t step_set;
	struct launch_slot_defs slots;
	int error;
};

#define LAUNCH_WRITER_INIT                                               \
	((struct launch_writer){ .steps = BUF_INIT_MAX(LAUNCH_PLAN_MAX), \
				 .undo = BUF_INIT_MAX(LAUNCH_PLAN_MAX) })
void launch_writer_done(struct launch_writer *w);

/* The position of the slot, which is added to the table when it is not there yet. */
uint64_t launch_writer_slot(struct launch_writer *w, enum launch_role role, unsigned index,
			    unsigned flags);

struct launch_arg {
	enum launch_field_kind kind;
	uint64_t number;
	const void *data; /* text, bytes, or const char *const * */
	size_t count;
};

#define LAUNCH_NUMBER(n) ((struct launch_arg){ .kind = LAUNCH_FIELD_NUMBER, .number = (n) })
#define LAUNCH_SLOT(n)	 ((struct launch_arg){ .kind = LAUNCH_FIELD_SLOT, .number = (n) })
#define LAUNCH_TEXT(s) \
	((struct launch_arg){ .kind = LAUNCH_FIELD_TEXT, .data = (s) }) /* NULL: "" */
#define LAUNCH_TEXTS(list, n) \
	((struct launch_arg){ .kind = LAUNCH_FIELD_TEXTS, .data = (list), .count = (n) })
#define LAUNCH_BYTES(p, n) \
	((struct launch_arg){ .kind = LAUNCH_FIELD_BYTES, .data = (p), .count = (n) })

void launch_writer_append(struct launch_writer *w, enum launch_step_type type, unsigned flags,
			  const struct launch_arg *args, size_t n);
void launch_writer_append_undo(struct launch_writer *w, enum launch_step_type type,
			       const struct launch_arg *args, size_t n);

#define LAUNCH_ARGS(...) \
	(struct launch_arg[]){ __VA_ARGS__ }, ELEMENTS(((struct launch_arg[]){ __VA_ARGS__ }))
#define launch_add(w, STEP, ...) \
	launch_writer_append((w), LAUNCH_STEP_##STEP, 0, LAUNCH_ARGS(__VA_ARGS__))
#define launch_add_optional(w, STEP, ...)                                   \
	launch_writer_append((w), LAUNCH_STEP_##STEP, LAUNCH_STEP_OPTIONAL, \
			     LAUNCH_ARGS(__VA_ARGS__))
#define launch_add_bare(w, STEP) launch_writer_append((w), LAUNCH_STEP_##STEP, 0, NULL, 0)
#define launch_add_undo(w, STEP, ...) \
	launch_writer_append_undo((w), LAUNCH_STEP_##STEP, LAUNCH_ARGS(__VA_ARGS__))

/* The whole plan. flags: LAUNCH_IS_EXEC, LAUNCH_HAS_TTY. -ENOMEM, or -E2BIG beyond a limit. */
int launch_writer_finish(struct launch_writer *w, unsigned flags, uint64_t generation,
			 struct buf *ret_plan) _must_check;
