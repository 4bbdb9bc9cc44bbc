/* SPDX-License-Identifier: Apache-2.0 */
/* Owns look-ups in the plain lists, maps and sets of generated structs. */
#include "codec/json_type.h"

const char *string_map_get(const struct string_map *m, const char *key)
{
	for (size_t i = 0; i < m->len; i++)
		if (strcmp(m->items[i].key, key) == 0)
			return m->items[i].value;
	return NULL;
}

static bool has(const char *const *items, size_t len, const char *wanted)
{
	for (size_t i = 0; i < len; i++)
		if (strcmp(items[i], wanted) == 0)
			return true;
	return false;
}

bool string_set_has(const struct string_set *s, const char *key)
{
	return has((const char *const *)s->items, s->len, key);
}

bool string_list_has(const struct string_list *l, const char *item)
{
	return has((const char *const *)l->items, l->len, item);
}
