/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the walk from the pairs of a query string into a struct. */
#include "codec/query.h"

#include "base/num.h"
#include "base/vec.h"
#include "codec/json.h"
#include "codec/json_walk.h"
#include "codec/url.h"

#include <errno.h>
#include <strings.h>

struct pair {
	const char *key, *value;
};

struct decoder {
	const struct query_type *type;
	unsigned version;
	struct arena *arena;
	struct pair *pairs;
	size_t len;
	struct err *e;
};

enum { PAIRS_MAX = 4096 };

/* ---- the pairs ---- */

static int split(struct decoder *d, struct str_slice query)
{
	struct url_param param;
	VEC(struct pair) pairs = VEC_INIT;
	int r = 0, error = 0;

	while (r == 0 && url_next_param(&query, d->arena, &param, &error)) {
		r = pairs.len < PAIRS_MAX
			    ? vec_push(&pairs, ((struct pair){ param.name.ptr, param.value.ptr }))
			    : -E2BIG;
	}
	if (r == 0 && error == 0) {
		d->pairs = arena_dup(d->arena, pairs.items, pairs.len * sizeof(*pairs.items));
		d->len = pairs.len;
		r = d->pairs ? 0 : -ENOMEM;
	}
	vec_done(&pairs);
	if (r == -E2BIG)
		return err_set(d->e, ERR_BAD_PARAMETER, "too many query parameters: at most %d",
			       PAIRS_MAX);
	if (error == -EINVAL)
		return err_set(d->e, ERR_BAD_PARAMETER, "invalid URL escape in query");
	return r < 0 || error < 0 ? err_no_memory(d->e) : 0;
}

static const char *param_name(const struct decoder *d, const struct query_param *p)
{
	return d->type->schema->names + p->name;
}

/* The first value given, or NULL. */
static const char *first_value(const struct decoder *d, const struct query_param *p)
{
	for (size_t i = 0; i < d->len; i++)
		if (strcmp(d->pairs[i].key, param_name(d, p)) == 0)
			return d->pairs[i].value;
	return NULL;
}

static size_t count_values(const struct decoder *d, const struct query_param *p)
{
	size_t n = 0;

	for (size_t i = 0; i < d->len; i++)
		n += strcmp(d->pairs[i].key, param_name(d, p)) == 0;
	return n;
}

/* ---- the kinds ---- */

bool query_is_true(const char *text)
{
	static const char *const no[] = { "", "0", "no", "false", "none" };
	struct str_slice word = str_trim(str_slice(text));

	for (size_t i = 0; i < ELEMENTS(no); i++)
		if (str_eq_nocase(word, str_slice(no[i])))
			return false;
	return true;
}

static int decode_bool(struct decoder *d, const struct query_param *p, bool *ret)
{
	const char *value = first_value(d, p);

	*ret = value ? query_is_true(value) : p->flags & QUERY_TRUE;
	return 0;
}

/* Reads a decimal number into the C type that the row tells. 0, -EINVAL, -ERANGE. */
static int set_number(const struct json_row *row, void *at, const char *text)
{
	struct str_slice s = str_slice(text);
	int64_t number;
	int r;

	if (row->kind == JSON_KIND_UINT && str_starts_with(s, "-")) {
		r = num_parse_i64(s, INT64_MIN, INT64_MAX, &number);
		return r == -EINVAL ? r : -ERANGE;
	}
	r = num_parse_i64(s, INT64_MIN, INT64_MAX, &number);
	if (r < 0)
		return r;
	if (row->kind == JSON_KIND_UINT)
		return json_uint_set(row, at, (uint64_t)number) ? 0 : -ERANGE;
	return json_int_set(row, at, number) ? 0 : -ERANGE;
}

static int refuse_number(struct decoder *d, const struct query_param *p, const char *value, int r)
{
	const char *called = d->type->schema->names + p->called;
	const char *why = r == -ERANGE ? "value out of range" : "invalid syntax";

	if (*called)
		return err_set(d->e, ERR_BAD_PARAMETER, "invalid %s \"%.200s\": %s", called, value,
			       why);
	return err_set(d->e, ERR_BAD_PARAMETER, "invalid value \"%.200s\" for parameter '%s': %s",
		       value, param_name(d, p), why);
}

static int decode_int(struct decoder *d, const struct query_param *p, void *ret)
{
	const struct json_row *row = &d->type->schema->rows[p->row];
	const char *value = first_value(d, p);
	bool required = d->type->schema->names[p->called];
	void *number = ret;
	int r;

	if (cstr_empty(value) && !required)
		return 0;
	if (row->kind == JSON_KIND_OPT) {
		number = json_at(ret, row->value_at);
		row = &d->type->schema->rows[row->first];
	}
	r = set_number(row, number, value ? value : "");
	if (r < 0 && !(p->flags & QUERY_LENIENT))
		return refuse_number(d, p, value ? value : "", r);
	if (number != ret)
		*(bool *)ret = true; /* `set` comes first */
	return 0;
}

static int decode_strings(struct decoder *d, const struct query_param *p, struct string_list *ret)
{
	size_t n = count_values(d, p);

	if (!n)
		return 0;
	ret->items = arena_array(d->arena, n, sizeof(*ret->items));
	if (!ret->items)
		return err_no_memory(d->e);
	for (size_t i = 0; i < d->len; i++)
		if (strcmp(d->pairs[i].key, param_name(d, p)) == 0)
			ret->items[ret->len++] = d->pairs[i].value;
	return 0;
}

static int decode_filters(struct decoder *d, const struct query_param *p, struct filters *ret)
{
	return filters_parse(str_slice(first_value(d, p)), d->arena, ret, d->e);
}

static int decode_json(struct decoder *d, const struct query_param *p, const char *value, void *ret)
{
	struct json_type type = { d->type->schema, p->row };
	struct json_error why;
	int r;

	if (cstr_empty(value))
		return 0;
	r = json_decode(&type, str_slice(value), d->version, d->arena, ret, &why);
	if (r == -ENOMEM)
		return err_no_memory(d->e);
	if (r < 0)
		return err_set(d->e, ERR_BAD_PARAMETER, "cannot read parameter '%s': %s",
			       param_name(d, p), why.text);
	return 0;
}

static int decode_jsons(struct decoder *d, const struct query_param *p, struct json_run *ret)
{
	size_t n = count_values(d, p), size = d->type->schema->rows[p->row].size;
	int r = 0;

	if (!n)
		return 0;
	ret->items = arena_array(d->arena, n, size);
	if (!ret->items)
		return err_no_memory(d->e);
	for (size_t i = 0; i < d->len && r == 0; i++)
		if (strcmp(d->pairs[i].key, param_name(d, p)) == 0)
			r = decode_json(d, p, d->pairs[i].value,
					json_at(ret->items, ret->len++ * size));
	return r;
}

static int decode_param(struct decoder *d, const struct query_param *p, void *at)
{
	switch ((enum query_kind)p->kind) {
	case QUERY_BOOL:
		return decode_bool(d, p, at);
	case QUERY_INT:
		return decode_int(d, p, at);
	case QUERY_STRING:
		*(const char **)at = first_value(d, p);
		return 0;
	case QUERY_STRINGS:
		return decode_strings(d, p, at);
	case QUERY_FILTERS:
		return decode_filters(d, p, at);
	case QUERY_JSON:
		return decode_json(d, p, first_value(d, p), at);
	case QUERY_JSONS:
		return decode_jsons(d, p, at);
	case QUERY_KIND_COUNT:
		break;
	}
	assert(!"a parameter of no kind");
	return -EINVAL;
}

static bool is_alive(const struct query_param *p, unsigned version)
{
	return p->since <= version;
}

int query_decode(const struct query_type *t, struct str_slice query, unsigned version,
		 struct arena *a, void *ret, struct err *e)
{
	struct decoder d = { .type = t, .version = version, .arena = a, .e = e };
	int r = split(&d, query);

	for (size_t i = 0; i < t->count && r == 0; i++) {
		const struct query_param *p = &t->params[i];

		if (is_alive(p, version))
			r = decode_param(&d, p, json_at(ret, p->offset));
		else if (p->flags & QUERY_TRUE)
			*(bool *)json_at(ret, p->offset) = true;
	}
	return r;
}
