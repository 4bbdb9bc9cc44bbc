/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the escaping of log text inside a JSON string exactly as Docker's json-file driver does it:
 * \" \\ \n \r, \u00XX for other control characters and for < > &, \u2028 and \u2029, and \ufffd for
 * every byte that is not UTF-8. Hot: sixteen plain bytes at a time where the processor can.
 */
#pragma once

#include "base/str.h"

enum { LOG_ESCAPE_GROWTH = 6 }; /* an escaped text is at most this many times longer */

/* Writes the escaped text to `out` (LOG_ESCAPE_GROWTH times text.len, and 16) and returns its end.
 */
char *log_escape(struct str_slice text, char *out);

/* First newline of the text, or NULL. */
const char *log_find_newline(struct str_slice text);

/*
 * Undoes the escapes of a JSON string in place: `at` is behind the opening quote. Returns what is
 * behind the closing quote and puts the end of the text in *ret_end; NULL when the string is not
 * closed before `end`, has a bare control character or an unknown escape. Half a surrogate pair
 * becomes U+FFFD.
 */
char *log_unescape(char *at, char *end, char **ret_end);
