/* SPDX-License-Identifier: Apache-2.0 */
/* Owns HEALTHCHECK: its options and command, and how the history shows it. */
#pragma once

#include "base/buf.h"
#include "build/dockerfile.h"

/* Errors: ERR_BAD_PARAMETER with the line. */
int health_parse(const struct dockerfile_line *line, struct arena *a, struct build_health *ret,
		 struct err *e) _must_check;

/* As Go's %q shows the engine's struct: &{["CMD-SHELL" "true"] "30s" "0s" "0s" "0s" '\x03'} */
void health_quote(const struct build_health *h, struct buf *out);
