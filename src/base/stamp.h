/* SPDX-License-Identifier: Apache-2.0 */
/* Owns points in time as nanoseconds since 1970 (UTC), and their RFC 3339 text. */
#pragma once

#include "base/str.h"

#include <stdint.h>

typedef int64_t stamp_ns;

enum { STAMP_TEXT_MAX = 40 };
#define NS_PER_SEC 1000000000ll
#define NS_PER_MS  1000000ll

stamp_ns stamp_now(void);      /* CLOCK_REALTIME */
int64_t stamp_monotonic(void); /* CLOCK_MONOTONIC, for spans and deadlines */

/*
 * RFC3339Nano as Go prints it: trailing zeros of the fraction cut, 'Z' for UTC. 0 gives Go's zero
 * time, "0001-01-01T00:00:00Z", which is what Docker's API says for "never".
 * Returns `text`, at least STAMP_TEXT_MAX bytes.
 */
char *stamp_format(stamp_ns t, char *text);

/* Fixed nine digits, as in log lines; sorts by bytes. */
char *stamp_format_fixed(stamp_ns t, char *text);

/* Reads RFC 3339 with any offset and up to nine digits; "0001-01-01T00:00:00Z" gives 0. -EINVAL. */
int stamp_parse(struct str_slice s, stamp_ns *ret) _must_check;
