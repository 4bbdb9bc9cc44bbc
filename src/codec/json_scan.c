/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the look at a text's bytes that bounds what parsing it may cost. */
#include "codec/json.h"

#include <errno.h>
#include <stdio.h>

static int refuse(struct json_error *why, const char *text)
{
	if (why)
		snprintf(why->text, sizeof(why->text), "%s", text);
	return -EINVAL;
}

/* The offset behind the string that begins at `at`. */
static size_t skip_string(struct str_slice text, size_t at)
{
	for (at++; at < text.len && text.ptr[at] != '"'; at++)
		if (text.ptr[at] == '\\')
			at++;
	return at + 1;
}

int json_scan(struct str_slice text, struct json_error *why)
{
	size_t depth = 0, values = 1;

	for (size_t at = 0; at < text.len; at++) {
		switch (text.ptr[at]) {
		case '"':
			at = skip_string(text, at) - 1;
			break;
		case '{':
		case '[':
			if (++depth > JSON_DEPTH_MAX)
				return refuse(why, "nested too deep: at most 64 levels are read");
			values++;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			break;
		case ',':
			if (++values > JSON_VALUES_MAX)
				return refuse(why, "too many values: at most 200000 are read");
		}
	}
	return 0;
}
static_assert(JSON_DEPTH_MAX == 64 && JSON_VALUES_MAX == 200000, "the messages name the limits");
