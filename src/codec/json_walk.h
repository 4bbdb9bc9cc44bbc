/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what every walker over the tables needs: which fields are alive, and where the parts of a
 * list or map lie. A list, map and set all begin with {items, len}.
 */
#pragma once

#include "codec/json.h"

struct json_run {
	void *items;
	size_t len;
};

static_assert(sizeof(struct json_run) == sizeof(struct string_list) &&
		      offsetof(struct string_map, len) == offsetof(struct json_run, len) &&
		      offsetof(struct string_set, len) == offsetof(struct json_run, len),
	      "lists, maps and sets have one form");

static inline bool json_field_shown(const struct json_field *f, unsigned version)
{
	return version == JSON_VERSION_ANY || (f->since <= version && version <= f->until);
}

/* Where a struct's field, a list's element, a map's entry lie. */
static inline void *json_at(const void *base, size_t offset)
{
	return (char *)(uintptr_t)base + offset;
}

static inline const char *json_text_at(const void *p)
{
	return *(const char *const *)p;
}

/* Do two keys mean the same field? */
bool json_key_same(const char *x, const char *y);

/* Reads and writes integers of any size by their row. */
int64_t json_int_get(const struct json_row *row, const void *p);
uint64_t json_uint_get(const struct json_row *row, const void *p);

/* False: out of range, nothing written. */
bool json_int_set(const struct json_row *row, void *p, int64_t v);
bool json_uint_set(const struct json_row *row, void *p, uint64_t v);
