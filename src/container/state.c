/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the table of states and events. */
#include "container/state.h"

#include <errno.h>

static const char *const names[] = {
	[CONTAINER_CREATED] = "created",   [CONTAINER_RUNNING] = "running",
	[CONTAINER_PAUSED] = "paused",	   [CONTAINER_RESTARTING] = "restarting",
	[CONTAINER_REMOVING] = "removing", [CONTAINER_EXITED] = "exited",
	[CONTAINER_DEAD] = "dead",
};
static_assert(ELEMENTS(names) == CONTAINER_STATE_COUNT, "a name for each state");

#define NONE	   CONTAINER_STATE_NONE
#define CREATED	   CONTAINER_CREATED
#define RUNNING	   CONTAINER_RUNNING
#define PAUSED	   CONTAINER_PAUSED
#define RESTARTING CONTAINER_RESTARTING
#define REMOVING   CONTAINER_REMOVING
#define EXITED	   CONTAINER_EXITED
#define DEAD	   CONTAINER_DEAD

/* clang-format off */
static const signed char after[CONTAINER_STATE_COUNT][CONTAINER_EVENT_COUNT] = {
	/*                started  start    died    will        frozen  thawed   removal   removal
	 *                         failed           restart                      began     failed  */
	[CREATED]    = { RUNNING, CREATED, NONE,   NONE,       NONE,   NONE,    REMOVING, NONE },
	[RUNNING]    = { NONE,    NONE,    EXITED, RESTARTING, PAUSED, NONE,    NONE,     NONE },
	[PAUSED]     = { NONE,    NONE,    EXITED, RESTARTING, NONE,   RUNNING, NONE,     NONE },
	[RESTARTING] = { RUNNING, EXITED,  EXITED, NONE,       NONE,   NONE,    REMOVING, NONE },
	[REMOVING]   = { NONE,    NONE,    NONE,   NONE,       NONE,   NONE,    NONE,     DEAD },
	[EXITED]     = { RUNNING, EXITED,  NONE,   RESTARTING, NONE,   NONE,    REMOVING, NONE },
	[DEAD]       = { NONE,    NONE,    NONE,   NONE,       NONE,   NONE,    REMOVING, NONE },
};
/* clang-format on */

enum container_state container_state_after(enum container_state state, enum container_event event)
{
	assert(state >= 0 && state < CONTAINER_STATE_COUNT && event < CONTAINER_EVENT_COUNT);
	return (enum container_state)after[state][event];
}

const char *container_state_name(enum container_state state)
{
	assert(state >= 0 && state < CONTAINER_STATE_COUNT);
	return names[state];
}

int container_state_parse(struct str_slice s, enum container_state *ret)
{
	for (int i = 0; i < CONTAINER_STATE_COUNT; i++) {
		if (str_is(s, names[i])) {
			*ret = (enum container_state)i;
			return 0;
		}
	}
	return -EINVAL;
}

bool container_state_is_running(enum container_state state)
{
	return state == RUNNING || state == PAUSED || state == RESTARTING;
}

bool container_state_has_process(enum container_state state)
{
	return state == RUNNING || state == PAUSED;
}
