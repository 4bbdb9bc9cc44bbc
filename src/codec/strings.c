/* SPDX-License-Identifier: Apache-2.0 */
/* Owns copy-on-growth of lists, maps and sets of text. */
#include "codec/strings.h"

#include <errno.h>

static void *grown(struct arena *a, const void *items, size_t len, size_t size)
{
	void *copy = arena_array(a, len + 1, size);

	if (copy && len)
		memcpy(copy, items, len * size);
	return copy;
}

int string_list_add(struct string_list *l, struct arena *a, const char *item)
{
	const char **items = grown(a, l->items, l->len, sizeof(*items));

	if (!items)
		return -ENOMEM;
	items[l->len++] = item;
	l->items = items;
	return 0;
}

int string_set_add(struct string_set *s, struct arena *a, const char *item)
{
	struct string_list l = { s->items, s->len };
	int r;

	if (string_set_has(s, item))
		return 0;
	r = string_list_add(&l, a, item);
	if (r == 0)
		*s = (struct string_set){ l.items, l.len };
	return r;
}

int string_map_set(struct string_map *m, struct arena *a, const char *key, const char *value)
{
	struct string_entry *items = grown(a, m->items, m->len, sizeof(*items));

	if (!items)
		return -ENOMEM;
	m->items = items;
	for (size_t i = 0; i < m->len; i++) {
		if (cstr_eq(items[i].key, key)) {
			items[i].value = value;
			return 0;
		}
	}
	items[m->len++] = (struct string_entry){ key, value };
	return 0;
}
