/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns .dockerignore: the file's grammar and the matching of paths. The client leaves excluded
 * files out of a build context, the engine takes them for absent. Rules: the last pattern that
 * names a path or one of its parents decides; '!' makes it an exception. '*' and '?' stop at '/',
 * '**' does not, [a-z] is one character, '\' takes a meaning away. Source: Docker's documentation
 * of .dockerignore.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>

enum {
	IGNORE_FILE_MAX = 1 << 20, /* bytes of a file */
	IGNORE_PATTERN_MAX = 4096, /* bytes of a pattern, and of a path that is matched */
};

struct ignore_pattern;

struct ignore {
	struct arena arena;
	struct ignore_pattern *first, **last;
	size_t n_patterns;
	bool has_exceptions;
};

#define IGNORE_INIT ((struct ignore){ .arena = ARENA_INIT })
void ignore_done(struct ignore *ig);

/*
 * Adds the patterns of a file: one a line, '#' in the first column makes a comment, blanks around
 * do not count. 0, -ENOMEM, -E2BIG, or -EINVAL (a malformed pattern: "[a", "\", "!"), with the line
 * in *ret_line.
 */
int ignore_parse(struct ignore *ig, struct str_slice text, unsigned *ret_line) _must_check;

/* Adds one pattern, as a line of the file would. Errors as above. */
int ignore_add(struct ignore *ig, struct str_slice pattern) _must_check;

/* Is this path left out? No leading '/', no "." or ".."; the root ("") never is. */
bool ignore_excludes(const struct ignore *ig, struct str_slice path);

/*
 * May anything below an excluded directory be included again? When not, a walk need not go in.
 */
bool ignore_may_include_below(const struct ignore *ig, struct str_slice dir);
