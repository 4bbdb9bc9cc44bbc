/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the reading and building of value trees; parsing is value_parse.c, writing value_write.c. */
#include "cli/value.h"

#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void value_tree_done(struct value_tree *t)
{
	arena_done(&t->arena);
	*t = VALUE_TREE_INIT;
}

int value_tree_error(const struct value_tree *t, struct err *e)
{
	return t->error ? err_no_memory(e) : 0;
}

struct value *value_get(const struct value *object, const char *key)
{
	if (!object || object->kind != VALUE_OBJECT)
		return NULL;
	value_for_each(member, object) if (strcmp(member->key, key) == 0) return member;
	return NULL;
}

struct value *value_at(const struct value *array, size_t i)
{
	struct value *item = array && array->kind == VALUE_ARRAY ? array->first : NULL;

	while (item && i--)
		item = item->next;
	return item;
}

struct value *value_path(const struct value *object, const char *dotted)
{
	struct str_slice rest = str_slice(dotted), name;
	struct value *v = (struct value *)object;

	while (v && str_next(&rest, '.', &name)) {
		struct value *member = v->kind == VALUE_OBJECT ? v->first : NULL;

		while (member && !str_is(name, member->key))
			member = member->next;
		v = member;
	}
	return v;
}

const char *value_text(const struct value *v)
{
	return v && (v->kind == VALUE_STRING || v->kind == VALUE_NUMBER) ? v->text : "";
}

int64_t value_int(const struct value *v)
{
	int64_t n = 0;

	if (!v || v->kind != VALUE_NUMBER)
		return 0;
	if (num_parse_i64(str_slice(v->text), INT64_MIN, INT64_MAX, &n) < 0) {
		double d = strtod(v->text, NULL);

		n = d >= 9.2e18 ? INT64_MAX : d <= -9.2e18 ? INT64_MIN : (int64_t)d;
	}
	return n;
}

bool value_true(const struct value *v)
{
	return v && v->kind == VALUE_BOOL && v->boolean;
}

bool value_is_empty(const struct value *v)
{
	if (!v)
		return true;
	switch (v->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
		return !v->boolean;
	case VALUE_NUMBER:
		return strtod(v->text, NULL) == 0;
	case VALUE_STRING:
		return v->text_len == 0;
	case VALUE_ARRAY:
	case VALUE_OBJECT:
		return v->len == 0;
	}
	return true;
}

struct value *value_new(struct value_tree *t, enum value_kind kind)
{
	struct value *v = arena_new(&t->arena, struct value);

	if (!v) {
		t->error = -ENOMEM;
		v = &t->sink;
		*v = (struct value){ 0 };
	}
	v->kind = kind;
	v->text = "";
	return v;
}

struct value *value_slice(struct value_tree *t, struct str_slice s)
{
	struct value *v = value_new(t, VALUE_STRING);
	char *copy = arena_slice(&t->arena, s);

	if (!copy) {
		t->error = -ENOMEM;
		return v;
	}
	v->text = copy;
	v->text_len = s.len;
	return v;
}

struct value *value_string(struct value_tree *t, const char *s)
{
	return value_slice(t, str_slice(s));
}

struct value *value_printf(struct value_tree *t, const char *format, ...)
{
	auto_(buf_done) struct buf b = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_vprintf(&b, format, args);
	va_end(args);
	if (buf_error(&b))
		t->error = -ENOMEM;
	return value_slice(t, buf_view(&b));
}

struct value *value_number_text(struct value_tree *t, const char *text)
{
	struct value *v = value_string(t, text);

	v->kind = VALUE_NUMBER;
	return v;
}

struct value *value_number(struct value_tree *t, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	return value_number_text(t, text);
}

struct value *value_bool(struct value_tree *t, bool b)
{
	struct value *v = value_new(t, VALUE_BOOL);

	v->boolean = b;
	return v;
}

static void append(struct value *parent, struct value *child)
{
	child->next = NULL;
	if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->len++;
}

struct value *value_add(struct value *array, struct value *child)
{
	append(array, child);
	return child;
}

/* The new child takes the place of the old one in the order. */
static void replace(struct value *object, struct value *old, struct value *child)
{
	struct value *next = old->next, **at = &object->first;

	while (*at != old)
		at = &(*at)->next;
	*at = child;
	child->next = next;
	if (object->last == old)
		object->last = child;
}

struct value *value_put(struct value_tree *t, struct value *object, const char *key,
			struct value *child)
{
	struct value *old = value_get(object, key);

	if (t->error)
		return child;
	child->key = arena_str(&t->arena, key);
	if (!child->key) {
		t->error = -ENOMEM;
		child->key = "";
	}
	if (old)
		replace(object, old, child);
	else
		append(object, child);
	return child;
}

struct value *value_copy(struct value_tree *t, const struct value *v)
{
	struct value *copy = value_new(t, v->kind);

	copy->boolean = v->boolean;
	copy->is_map = v->is_map;
	copy->is_lookup = v->is_lookup;
	if (v->kind == VALUE_STRING || v->kind == VALUE_NUMBER) {
		copy = value_slice(t, (struct str_slice){ v->text, v->text_len });
		copy->kind = v->kind;
	}
	value_for_each(item, v)
	{
		if (v->kind == VALUE_OBJECT)
			value_put(t, copy, item->key, value_copy(t, item));
		else
			value_add(copy, value_copy(t, item));
	}
	return copy;
}

/* The object that holds the last name of the path; *ret_name gets that name, in the arena. */
static struct value *walk_to(struct value_tree *t, struct value *root, const char *dotted,
			     char **ret_name)
{
	struct str_slice rest = str_slice(dotted), name;

	*ret_name = NULL;
	while (str_next(&rest, '.', &name)) {
		struct value *child;

		*ret_name = arena_slice(&t->arena, name);
		if (!*ret_name) {
			t->error = -ENOMEM;
			return NULL;
		}
		if (!rest.ptr)
			break;
		child = value_get(root, *ret_name);
		if (!child || child->kind != VALUE_OBJECT)
			child = value_put(t, root, *ret_name, value_new(t, VALUE_OBJECT));
		root = child;
	}
	return root;
}

struct value *value_put_path(struct value_tree *t, struct value *root, const char *dotted,
			     struct value *child)
{
	char *name;
	struct value *object = walk_to(t, root, dotted, &name);

	return object ? value_put(t, object, name, child) : child;
}

struct value *value_need(struct value_tree *t, struct value *root, const char *dotted,
			 enum value_kind kind)
{
	struct value *v = value_path(root, dotted);

	if (v && v->kind == kind)
		return v;
	return value_put_path(t, root, dotted, value_new(t, kind));
}
