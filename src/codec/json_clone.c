/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the deep copy of a generated struct and the comparison of two. */
#include "codec/json_walk.h"

#include <errno.h>

struct copier {
	const struct json_schema *schema;
	struct arena *arena;
};

static int copy_inside(struct copier *c, const struct json_row *row, void *p);

static int copy_text(struct copier *c, const char **p)
{
	const char *copy = arena_str(c->arena, *p);

	if (*p && !copy)
		return -ENOMEM;
	*p = copy;
	return 0;
}

static int copy_pointer(struct copier *c, const struct json_row *row, void **p)
{
	const struct json_row *inner = &c->schema->rows[row->first];

	if (!*p)
		return 0;
	*p = arena_dup(c->arena, *p, inner->size);
	return *p ? copy_inside(c, inner, *p) : -ENOMEM;
}

static size_t item_size(const struct copier *c, const struct json_row *row)
{
	if (row->kind == JSON_KIND_MAP)
		return row->count;
	return row->kind == JSON_KIND_SET ? sizeof(char *) : c->schema->rows[row->first].size;
}

static int copy_item(struct copier *c, const struct json_row *row, void *item)
{
	int r;

	if (row->kind == JSON_KIND_LIST)
		return copy_inside(c, &c->schema->rows[row->first], item);
	r = copy_text(c, item);
	if (r < 0 || row->kind == JSON_KIND_SET)
		return r;
	return copy_inside(c, &c->schema->rows[row->first], json_at(item, row->value_at));
}

static int copy_run(struct copier *c, const struct json_row *row, struct json_run *run)
{
	size_t size = item_size(c, row);
	int r = 0;

	if (!run->items)
		return 0;
	run->items = arena_dup(c->arena, run->items, run->len * size);
	if (!run->items)
		return -ENOMEM;
	for (size_t i = 0; i < run->len && r == 0; i++)
		r = copy_item(c, row, json_at(run->items, i * size));
	return r;
}

static int copy_fields(struct copier *c, const struct json_row *row, void *p)
{
	int r = 0;

	for (size_t i = 0; i < row->count && r == 0; i++) {
		const struct json_field *f = &c->schema->fields[row->first + i];

		r = copy_inside(c, &c->schema->rows[f->row], json_at(p, f->offset));
	}
	return r;
}

/* p is a flat copy already; what it points to becomes a copy too. */
static int copy_inside(struct copier *c, const struct json_row *row, void *p)
{
	int r = 0;

	switch ((enum json_kind)row->kind) {
	case JSON_KIND_STRING:
	case JSON_KIND_NULLABLE_STRING:
	case JSON_KIND_RAW:
		return copy_text(c, p);
	case JSON_KIND_STRUCT:
		return copy_fields(c, row, p);
	case JSON_KIND_POINTER:
		return copy_pointer(c, row, p);
	case JSON_KIND_LIST:
	case JSON_KIND_MAP:
	case JSON_KIND_SET:
		return copy_run(c, row, p);
	case JSON_KIND_ARRAY:
		for (size_t i = 0; i < row->count && r == 0; i++)
			r = copy_inside(c, &c->schema->rows[row->first],
					json_at(p, i * c->schema->rows[row->first].size));
		return r;
	default:
		return 0; /* no pointer inside */
	}
}

int json_clone(const struct json_type *t, const void *from, struct arena *a, void *ret)
{
	struct copier c = { t->schema, a };
	const struct json_row *row = &t->schema->rows[t->row];
	void *copy = arena_dup(a, from, row->size);
	int r;

	if (!copy)
		return -ENOMEM;
	r = copy_inside(&c, row, copy);
	if (r == 0)
		memcpy(ret, copy, row->size);
	return r;
}

/* Comparing is writing both down: it is asked rarely, and says the same as what a client would see.
 */
bool json_same(const struct json_type *t, const void *x, const void *y)
{
	auto_(buf_done) struct buf text_x = BUF_INIT, text_y = BUF_INIT;

	json_encode(t, x, JSON_VERSION_ANY, &text_x);
	json_encode(t, y, JSON_VERSION_ANY, &text_y);
	return !buf_error(&text_x) && !buf_error(&text_y) &&
	       str_eq(buf_view(&text_x), buf_view(&text_y));
}
