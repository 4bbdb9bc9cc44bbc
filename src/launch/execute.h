/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the running of a launch plan: from descriptors in slots to a process, by system calls alone.
 * The new process is a direct child of the caller. One thread; the caller is not dumpable (the
 * children inherit that until they execute) and has SIGCHLD at its default or handled.
 */
#pragma once

#include "base/err.h"
#include "launch/plan.h"

#include <sys/types.h>

/* A launch under way: the child exists and is working through its steps. */
struct launch {
	pid_t pid;
	int pidfd;  /* readable when the process has ended */
	int report; /* readable when the child executed (or failed) */
	int tty; /* the terminal's master once launch_finish returned 0 and the plan has one; or -1
		  */
};
#define LAUNCH_INIT ((struct launch){ .pid = -1, .pidfd = -1, .report = -1, .tty = -1 })

/*
 * Starts the child. slots: one for each of plan->header->slot_count, borrowed until launch_finish.
 * On failure nothing is left running.
 */
int launch_begin(const struct launch_plan *plan, const struct launch_slot *slots,
		 struct launch *ret, struct err *e) _must_check;

/*
 * Waits (when launch->report is not yet readable) until the child has executed its program: 0, and
 * `report` is closed. Otherwise its error, with docker's text and exit code (127 not found, 126 not
 * executable) in e->exit_code; the child is then reaped and every descriptor closed.
 */
int launch_finish(struct launch *launch, struct err *e) _must_check;

/* launch_begin and launch_finish in one. */
int launch_execute(const struct launch_plan *plan, const struct launch_slot *slots,
		   struct launch *ret, struct err *e) _must_check;

/* Runs the plan's undo steps: after a failed start, and when the container has ended. */
void launch_undo(const struct launch_plan *plan, const struct launch_slot *slots);

/* Kills and reaps what is left, closes the descriptors. */
void launch_done(struct launch *launch);
