/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the table of meetings between verbs. */
#include "container/verb.h"

static const struct {
	const char *name;
	bool holds_token;
} verbs[] = {
	[VERB_NONE] = { "none", false },	  [VERB_START] = { "start", true },
	[VERB_STOP] = { "stop", true },		  [VERB_RESTART] = { "restart", true },
	[VERB_KILL] = { "kill", false },	  [VERB_PAUSE] = { "pause", true },
	[VERB_UNPAUSE] = { "unpause", true },	  [VERB_REMOVE] = { "remove", true },
	[VERB_FORCE_REMOVE] = { "remove", true }, [VERB_RENAME] = { "rename", true },
	[VERB_UPDATE] = { "update", true },	  [VERB_COMMIT] = { "commit", true },
	[VERB_EXPORT] = { "export", false },	  [VERB_EXEC] = { "exec", false },
	[VERB_CLEAN_UP] = { "clean-up", true },
};
static_assert(ELEMENTS(verbs) == VERB_COUNT, "a row for each verb");

#define E MEET_ENTER
#define J MEET_JOIN
#define P MEET_PREEMPT
#define X MEET_CONFLICT

/* clang-format off */
static const unsigned char meetings[VERB_COUNT][VERB_COUNT] = {
	/* pending:            none start stop restart kill pause unpause remove force rename update commit export exec clean */
	[VERB_START]        = { E,  J,    J,   J,      E,   J,    J,      X,     X,    J,     J,     J,     E,     E,   J },
	[VERB_STOP]         = { E,  J,    J,   P,      E,   J,    J,      X,     X,    J,     J,     E,     E,     E,   J },
	[VERB_RESTART]      = { E,  J,    J,   J,      E,   J,    J,      X,     X,    J,     J,     J,     E,     E,   J },
	[VERB_KILL]         = { E,  J,    E,   E,      E,   E,    E,      X,     E,    E,     E,     E,     E,     E,   J },
	[VERB_PAUSE]        = { E,  J,    X,   X,      E,   J,    J,      X,     X,    J,     J,     J,     E,     E,   J },
	[VERB_UNPAUSE]      = { E,  J,    E,   E,      E,   J,    J,      X,     X,    J,     J,     J,     E,     E,   J },
	[VERB_REMOVE]       = { E,  J,    J,   J,      E,   J,    J,      X,     X,    J,     J,     J,     E,     E,   J },
	[VERB_FORCE_REMOVE] = { E,  J,    P,   P,      E,   J,    J,      X,     X,    J,     J,     P,     E,     E,   J },
	[VERB_RENAME]       = { E,  J,    J,   J,      E,   J,    J,      X,     X,    J,     J,     J,     E,     E,   J },
	[VERB_UPDATE]       = { E,  J,    J,   J,      E,   J,    J,      X,     X,    J,     J,     J,     E,     E,   J },
	[VERB_COMMIT]       = { E,  J,    J,   J,      E,   J,    J,      X,     X,    J,     J,     J,     E,     E,   J },
	[VERB_EXPORT]       = { E,  J,    E,   E,      E,   E,    E,      X,     X,    E,     E,     E,     E,     E,   J },
	[VERB_EXEC]         = { E,  J,    E,   E,      E,   J,    J,      X,     X,    E,     E,     E,     E,     E,   J },
	[VERB_CLEAN_UP]     = { E,  J,    E,   E,      E,   E,    E,      E,     E,    J,     J,     J,     E,     E,   J },
};
/* clang-format on */

enum verb_meeting verb_meets(enum container_verb verb, enum container_verb pending)
{
	assert(verb > VERB_NONE && verb < VERB_COUNT && pending < VERB_COUNT);
	return (enum verb_meeting)meetings[verb][pending];
}

bool verb_holds_token(enum container_verb verb)
{
	assert(verb < VERB_COUNT);
	return verbs[verb].holds_token;
}

const char *verb_name(enum container_verb verb)
{
	assert(verb < VERB_COUNT);
	return verbs[verb].name;
}
