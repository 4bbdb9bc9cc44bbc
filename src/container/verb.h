/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns who may do what to a container while something else is being done to it: one table,
 * verb x pending verb -> enter, join, preempt or conflict.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>

enum container_verb {
	VERB_NONE, /* nothing pending */
	VERB_START,
	VERB_STOP,
	VERB_RESTART,
	VERB_KILL,
	VERB_PAUSE,
	VERB_UNPAUSE,
	VERB_REMOVE,
	VERB_FORCE_REMOVE,
	VERB_RENAME,
	VERB_UPDATE,
	VERB_COMMIT,
	VERB_EXPORT,
	VERB_EXEC,
	VERB_CLEAN_UP, /* after the process ended: addresses, volumes, cgroups go back */
	VERB_COUNT
};

enum verb_meeting {
	MEET_ENTER,    /* goes on beside the pending one, takes no token */
	MEET_JOIN,     /* waits until the pending one has ended, then looks again */
	MEET_PREEMPT,  /* cancels the pending one, waits until it has ended, then looks again */
	MEET_CONFLICT, /* is refused with 409 */
};

enum verb_meeting verb_meets(enum container_verb verb, enum container_verb pending);

/* Some verbs only pass: they never hold the token themselves (kill, exec). */
bool verb_holds_token(enum container_verb verb);

/* "start", "stop" …, as inspection shows a pending operation. */
const char *verb_name(enum container_verb verb);
