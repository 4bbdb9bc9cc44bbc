/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the names the engine gives to containers that were created without one. */
#pragma once

#include "base/str.h"

#include <stdint.h>

enum { NAMES_TEXT_MAX = 48 };

/*
 * Writes a name like "calm_harbour" made from `random`; with attempt > 0 a digit follows, as more
 * tries are needed. At least NAMES_TEXT_MAX bytes. Any thread.
 */
char *names_pick(uint32_t random, unsigned attempt, char *text);

/* [a-zA-Z0-9][a-zA-Z0-9_.-]+, at least two characters. */
bool names_valid(struct str_slice name);
