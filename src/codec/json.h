/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the way between JSON text and generated structs: one walker over the tables of
 * codec/json_type.h for decoding (parsed by jansson) and one for encoding. It reads and writes as
 * Go's encoding/json does, because that is what Docker's clients were written against. No I/O. Any
 * thread.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "codec/json_type.h"

enum {
	JSON_DEPTH_MAX = 64,	  /* nesting; deeper text is refused before it is parsed */
	JSON_VALUES_MAX = 200000, /* values in one text, which bounds what parsing it costs */

	JSON_VERSION_ANY = 254, /* every field there is: files, rows of the store */
	JSON_PLAIN = 1 << 8,	/* or'ed to a version: <, > and & are not escaped (replies) */
};

/* Why a text was refused, for the person who wrote it. */
struct json_error {
	char text[512]; /* "HostConfig.Memory: expected a number, got a string" */
};

/*
 * Decodes text into *ret (the struct of t), with everything it points to in the arena. `version` is
 * the minor version of the API that the text was written for: fields younger than it are ignored,
 * as are unknown ones; ended ones are still read. Keys match without regard to case, the last of
 * several wins. Null leaves a value as it was. *ret must be zeroed or hold what absent keys shall
 * leave in place; after a failure its content is undefined. `why` may be NULL.
 * Errors: -EINVAL (not JSON, a wrong type, a number out of range; *why says which), -ENOMEM.
 */
int json_decode(const struct json_type *t, struct str_slice text, unsigned version, struct arena *a,
		void *ret, struct json_error *why) _must_check;

/* Appends the value as version `version` of the API shows it. A failure is the buffer's. */
void json_encode(const struct json_type *t, const void *value, unsigned version, struct buf *out);

/* A deep copy into the arena: 0 or -ENOMEM. */
int json_clone(const struct json_type *t, const void *from, struct arena *a, void *ret) _must_check;

/* Do both say the same? The order of a map's entries does not matter. */
bool json_same(const struct json_type *t, const void *x, const void *y);

/* Appends text in quotes, with Go's escapes: <, >, & and control characters; bad UTF-8 as U+FFFD.
 */
void json_encode_string(struct buf *out, struct str_slice text);

/* Appends a number as Go writes a float64: shortest form that reads back the same. */
void json_encode_double(struct buf *out, double value);

/*
 * Refuses text nested too deep or with too many values, before anything is allocated for it;
 * whether it is JSON is not said. 0 or -EINVAL.
 */
int json_scan(struct str_slice text, struct json_error *why) _must_check;
