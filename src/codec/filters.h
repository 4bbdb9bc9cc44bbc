/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the `filters` parameter of lists: {"label": ["a=b"], "status": ["running"]}, and its other
 * form {"label": {"a=b": true}}. Keys match exactly. Any thread.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "codec/json_type.h"

struct filter {
	const char *key;
	struct string_list values; /* each once */
};

struct filters {
	struct filter *items;
	size_t len;
};

/* Empty text and null are no filters. Errors: ERR_BAD_PARAMETER ("invalid filter"), -ENOMEM. */
int filters_parse(struct str_slice text, struct arena *a, struct filters *ret, struct err *e)
	_must_check;

/* The values of a key: NULL when the key was not given. */
const struct string_list *filters_get(const struct filters *f, const char *key);

/* Has this value, or no values at that key at all? What most filters mean by matching. */
bool filters_match(const struct filters *f, const char *key, const char *value);

/* The same, where a value that is a prefix of `text` will do (ids). */
bool filters_match_prefix(const struct filters *f, const char *key, const char *text);

/* `label` and its kind: every value "k" or "k=v" must be in the map. True without values. */
bool filters_match_map(const struct filters *f, const char *key, const struct string_map *map);

/*
 * A yes or no ("true", "1", "false", "0"), `otherwise` when the key is absent. ERR_BAD_PARAMETER:
 * "invalid filter 'dangling=[x]'".
 */
int filters_bool(const struct filters *f, const char *key, bool otherwise, bool *ret, struct err *e)
	_must_check;

/* Refuses keys that are not in `accepted` (NULL ends it): "invalid filter 'x'". */
int filters_check(const struct filters *f, const char *const *accepted, struct err *e) _must_check;
