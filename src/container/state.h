/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what a container can be and what can happen to it: one table, state x event -> state. Every
 * change of a container's state goes through container_state_after.
 */
#pragma once

#include "base/compiler.h"
#include "base/str.h"

enum container_state {
	CONTAINER_CREATED,
	CONTAINER_RUNNING,
	CONTAINER_PAUSED,
	CONTAINER_RESTARTING,
	CONTAINER_REMOVING,
	CONTAINER_EXITED,
	CONTAINER_DEAD,
	CONTAINER_STATE_COUNT,
	CONTAINER_STATE_NONE = -1 /* in the table: cannot happen */
};

enum container_event {
	CONTAINER_STARTED,
	CONTAINER_START_FAILED,
	CONTAINER_DIED,
	CONTAINER_WILL_RESTART, /* died, and the restart policy starts it again after a while */
	CONTAINER_FROZEN,
	CONTAINER_THAWED,
	CONTAINER_REMOVAL_BEGAN,
	CONTAINER_REMOVAL_FAILED,
	CONTAINER_EVENT_COUNT
};

/* The state that follows, or CONTAINER_STATE_NONE where the event cannot happen. */
enum container_state container_state_after(enum container_state state, enum container_event event);

/* "created", "running" …: the words of State.Status in the Engine API. */
const char *container_state_name(enum container_state state);
int container_state_parse(struct str_slice s, enum container_state *ret) _must_check;

/* Docker's notion: a paused container and one that waits for its restart count as running. */
bool container_state_is_running(enum container_state state);
/* A process of the container exists now. */
bool container_state_has_process(enum container_state state);
