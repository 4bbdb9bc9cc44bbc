/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the patterns of ${name#pattern} and its kin: '*' is any text, '?' one character, '\' takes
 * the special meaning of what follows. No brackets.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>

/* False: the pattern escapes something that needs no escape. */
bool pattern_is_valid(struct str_slice pattern);

enum pattern_length { PATTERN_SHORTEST, PATTERN_LONGEST };

/* How much of the start (end) of `text` the pattern names; -1 when it does not match there. */
ptrdiff_t pattern_at_start(struct str_slice pattern, struct str_slice text,
			   enum pattern_length which);
ptrdiff_t pattern_at_end(struct str_slice pattern, struct str_slice text,
			 enum pattern_length which);
