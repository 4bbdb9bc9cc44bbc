/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the --flags that instructions take, and the refusal of those they do not. */
#pragma once

#include "build/dockerfile.h"

#include <stdbool.h>

enum flag {
	FLAG_CHMOD,
	FLAG_CHOWN,
	FLAG_FROM,
	FLAG_INTERVAL,
	FLAG_LINK, /* accepted: every step of this builder is a layer of its own already */
	FLAG_PLATFORM,
	FLAG_RETRIES,
	FLAG_START_INTERVAL,
	FLAG_START_PERIOD,
	FLAG_TIMEOUT,
	FLAG_COUNT,
};

struct flags {
	const char *value[FLAG_COUNT]; /* NULL: not given */
};

/* Reads the flags of a line. Errors: ERR_BAD_PARAMETER with the line. */
int flags_parse(const struct dockerfile_line *line, struct flags *ret, struct err *e) _must_check;
