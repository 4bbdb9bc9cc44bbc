/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what the steps of a plan share while they run: the registers. Inside launch/ alone.
 * Everything here happens in the child (or in the helper that precedes it): descriptors are not
 * closed one by one, they go before the program is executed.
 */
#pragma once

#include "base/err.h"
#include "launch/passwd.h"
#include "launch/steps.h"

#include <sys/types.h>

struct runner {
	const struct launch_plan *plan;
	const struct launch_slot *slots;
	int fds[LAUNCH_SLOTS_MAX]; /* the slots', bind sources replaced by detached copies */
	int report;		   /* socket to the caller */

	int at[LAUNCH_AT_COUNT]; /* enum launch_at; -1: not there (yet) */
	int null;		 /* the container's /dev/null, known to be one */
	int empty;		 /* a read-only empty directory that was attached once */

	struct passwd_identity identity;
	const struct launch_step_seccomp *seccomp;
	bool no_new_privs;
};

typedef int (*launch_step_fn)(struct runner *r, const struct launch_step *step, struct err *e);

/* What each step does is said at its definition. */
#define LAUNCH_STEP_PROTOTYPE(number, STEP, name, fields)                                      \
	int launch_run_##name(struct runner *r, const struct launch_step *step, struct err *e) \
		_must_check;
LAUNCH_STEPS(LAUNCH_STEP_PROTOTYPE)

/* Runs the steps from `step` (NULL: the first) up to, not including, `end` (NULL: all). */
int launch_run_steps(struct runner *r, const struct launch_step *step,
		     const struct launch_step *end, struct err *e) _must_check;

void launch_runner_init(struct runner *r, const struct launch_plan *plan,
			const struct launch_slot *slots, int report);

/* The slot's descriptor; ERR_INTERNAL when the caller left it empty. */
int launch_slot_fd(struct runner *r, uint64_t slot, int *ret, struct err *e) _must_check;

/* One byte over the report socket, with a descriptor (-1: none): enum launch_word. */
enum launch_word { LAUNCH_WORD_TTY = 't', LAUNCH_WORD_EXECUTES = 'x' };
int launch_say(int report, enum launch_word word, int fd) _must_check;

/*
 * An open place below a register: links are followed only below the container's root, where what is
 * missing is made.
 */
enum launch_place { LAUNCH_PLACE_DIR, LAUNCH_PLACE_FILE };
int launch_place_open(struct runner *r, enum launch_at at, const char *path,
		      enum launch_place place) _must_check;
