/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the form of a converter: a field that says `via NAME` in the schema is read by
 * json_hook_NAME instead of by its type alone. Converters live in types/hooks.c; this header is for
 * them and for codec/json.c.
 */
#pragma once

#include "base/arena.h"
#include "codec/json_type.h"

struct json_t; /* jansson */
struct json_decoder;

struct json_hook {
	/* As json_decode_value, for the row of the field's type. */
	int (*decode)(struct json_decoder *d, uint16_t row, const struct json_t *value, void *ret);
};

struct arena *json_decoder_arena(struct json_decoder *d);

/* The generic way; 0, -EINVAL or -ENOMEM. A null leaves *ret as it is. */
int json_decode_value(struct json_decoder *d, uint16_t row, const struct json_t *value, void *ret)
	_must_check;

/* Records "PATH: expected EXPECTED, got a …" for the value at hand; returns -EINVAL. */
int json_decode_wrong(struct json_decoder *d, const char *expected, const struct json_t *value);
