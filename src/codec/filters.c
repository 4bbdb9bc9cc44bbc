/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the parsing of filters and what matching them means. */
#include "codec/filters.h"

#include "base/own.h"
#include "codec/json.h"

#include <errno.h>
#include <jansson.h>

/* ---- parsing ---- */

static int add_value(struct arena *a, struct string_list *values, const char *value)
{
	if (string_list_has(values, value))
		return 0;
	values->items[values->len] = arena_str(a, value);
	return values->items[values->len++] ? 0 : -ENOMEM;
}

/* {"a=b": true}: a value that is false asks for nothing. */
static int add_object(struct arena *a, json_t *object, struct string_list *values)
{
	int r = 0;

	for (void *it = json_object_iter(object); it && r == 0;
	     it = json_object_iter_next(object, it)) {
		if (!json_is_boolean(json_object_iter_value(it)))
			return -EINVAL;
		if (json_is_true(json_object_iter_value(it)))
			r = add_value(a, values, json_object_iter_key(it));
	}
	return r;
}

static int add_array(struct arena *a, json_t *array, struct string_list *values)
{
	int r = 0;

	for (size_t i = 0; i < json_array_size(array) && r == 0; i++) {
		const char *text = json_string_value(json_array_get(array, i));

		r = text ? add_value(a, values, text) : -EINVAL;
	}
	return r;
}

static int read_filter(struct arena *a, const char *key, json_t *value, struct filter *ret)
{
	size_t n = json_is_object(value) ? json_object_size(value) : json_array_size(value);

	ret->key = arena_str(a, key);
	ret->values.items = arena_array(a, n, sizeof(char *));
	if (!ret->key || !ret->values.items)
		return -ENOMEM;
	if (json_is_object(value))
		return add_object(a, value, &ret->values);
	if (json_is_array(value))
		return add_array(a, value, &ret->values);
	return json_is_null(value) ? 0 : -EINVAL;
}

static int read_filters(struct arena *a, json_t *tree, struct filters *ret)
{
	struct filters f = { NULL, 0 };
	int r = 0;

	if (json_is_null(tree))
		return 0;
	if (!json_is_object(tree))
		return -EINVAL;
	f.items = arena_array(a, json_object_size(tree), sizeof(*f.items));
	if (!f.items)
		return -ENOMEM;
	for (void *it = json_object_iter(tree); it && r == 0; it = json_object_iter_next(tree, it))
		r = read_filter(a, json_object_iter_key(it), json_object_iter_value(it),
				&f.items[f.len++]);
	if (r == 0)
		*ret = f;
	return r;
}

int filters_parse(struct str_slice text, struct arena *a, struct filters *ret, struct err *e)
{
	json_t *tree;
	int r;

	if (!text.len)
		return 0;
	tree = json_scan(text, NULL) < 0 ? NULL
					 : json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL);
	r = tree ? read_filters(a, tree, ret) : -EINVAL;
	json_decref(tree);
	if (r == -ENOMEM)
		return err_no_memory(e);
	return r < 0 ? err_set(e, ERR_BAD_PARAMETER, "invalid filter") : 0;
}

/* ---- matching ---- */

const struct string_list *filters_get(const struct filters *f, const char *key)
{
	for (size_t i = 0; i < f->len; i++)
		if (strcmp(f->items[i].key, key) == 0)
			return &f->items[i].values;
	return NULL;
}

bool filters_match(const struct filters *f, const char *key, const char *value)
{
	const struct string_list *values = filters_get(f, key);

	return !values || values->len == 0 || string_list_has(values, value);
}

bool filters_match_prefix(const struct filters *f, const char *key, const char *text)
{
	const struct string_list *values = filters_get(f, key);

	for (size_t i = 0; values && i < values->len; i++)
		if (str_starts_with(str_slice(text), values->items[i]))
			return true;
	return !values || values->len == 0;
}

static bool map_has(const struct string_map *map, const char *wanted)
{
	struct str_slice rest = str_slice(wanted), key = rest;
	bool with_value = str_cut(&rest, '=', &key);

	for (size_t i = 0; i < map->len; i++)
		if (str_is(key, map->items[i].key))
			return !with_value || str_is(rest, map->items[i].value);
	return false;
}

bool filters_match_map(const struct filters *f, const char *key, const struct string_map *map)
{
	const struct string_list *values = filters_get(f, key);

	for (size_t i = 0; values && i < values->len; i++)
		if (!map_has(map, values->items[i]))
			return false;
	return true;
}

static int refuse_values(const char *key, const struct string_list *values, struct err *e)
{
	auto_(buf_done) struct buf text = BUF_INIT_MAX(512);

	for (size_t i = 0; i < values->len; i++)
		buf_printf(&text, "%s%s", i ? " " : "", values->items[i]);
	if (values->len == 0)
		return err_set(e, ERR_BAD_PARAMETER, "invalid filter '%.200s'", key);
	return err_set(e, ERR_BAD_PARAMETER, "invalid filter '%.200s=[%s]'", key, buf_cstr(&text));
}

int filters_bool(const struct filters *f, const char *key, bool otherwise, bool *ret, struct err *e)
{
	const struct string_list *values = filters_get(f, key);
	bool yes, no;

	if (!values) {
		*ret = otherwise;
		return 0;
	}
	yes = string_list_has(values, "1") || string_list_has(values, "true");
	no = string_list_has(values, "0") || string_list_has(values, "false");
	if (yes == no)
		return refuse_values(key, values, e);
	*ret = yes;
	return 0;
}

int filters_check(const struct filters *f, const char *const *accepted, struct err *e)
{
	for (size_t i = 0; i < f->len; i++) {
		const char *const *name = accepted;

		while (*name && strcmp(*name, f->items[i].key) != 0)
			name++;
		if (!*name)
			return err_set(e, ERR_BAD_PARAMETER, "invalid filter '%.200s'",
				       f->items[i].key);
	}
	return 0;
}
