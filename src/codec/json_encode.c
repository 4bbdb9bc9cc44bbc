/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the walk from a struct to text. Nothing is allocated but the buffer's memory, and
 * room for sorting where a map's entries are not in order. */
#include "codec/json_text.h"
#include "codec/json_walk.h"

#include <inttypes.h>
#include <stdlib.h>

struct encoder {
	const struct json_schema *schema;
	unsigned version;
	enum json_style style;
	struct buf *out;
};

static void encode_value(struct encoder *e, const struct json_row *row, const void *p, bool filled);

/* Empty as Go's omitempty has it: a struct or a fixed array never is. */
static bool is_empty(const struct json_row *row, const void *p)
{
	switch ((enum json_kind)row->kind) {
	case JSON_KIND_BOOL:
	case JSON_KIND_OPT: /* `set` comes first */
		return !*(const bool *)p;
	case JSON_KIND_INT:
	case JSON_KIND_UINT:
		return json_uint_get(row, p) == 0;
	case JSON_KIND_FLOAT:
		return *(const double *)p == 0;
	case JSON_KIND_STRING:
	case JSON_KIND_RAW:
		return cstr_empty(json_text_at(p));
	case JSON_KIND_NULLABLE_STRING:
	case JSON_KIND_POINTER:
		return !*(void *const *)p;
	case JSON_KIND_NULLABLE_TIME:
		return *(const stamp_ns *)p == 0;
	case JSON_KIND_LIST:
	case JSON_KIND_MAP:
	case JSON_KIND_SET:
		return ((const struct json_run *)p)->len == 0;
	default:
		return false;
	}
}

static void encode_text(struct encoder *e, const char *text)
{
	json_text_string(e->out, str_slice(text), e->style);
}

static void encode_time(struct encoder *e, stamp_ns t)
{
	char text[STAMP_TEXT_MAX];

	buf_printf(e->out, "\"%s\"", stamp_format(t, text));
}

static void encode_struct(struct encoder *e, const struct json_row *row, const void *p)
{
	const char *separator = "";

	buf_char(e->out, '{');
	for (size_t i = 0; i < row->count; i++) {
		const struct json_field *f = &e->schema->fields[row->first + i];
		const struct json_row *type = &e->schema->rows[f->row];
		const void *at = json_at(p, f->offset);

		if (!json_field_shown(f, e->version) ||
		    (e->version >= f->omit_from && is_empty(type, at)))
			continue;
		buf_printf(e->out, "%s\"%s\":", separator, e->schema->names + f->name);
		encode_value(e, type, at, f->flags & JSON_FILLED);
		separator = ",";
	}
	buf_char(e->out, '}');
}

static void encode_items(struct encoder *e, const struct json_row *row, const void *items, size_t n)
{
	const struct json_row *inner = &e->schema->rows[row->first];

	buf_char(e->out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_char(e->out, ',');
		encode_value(e, inner, json_at(items, i * inner->size), false);
	}
	buf_char(e->out, ']');
}

/* ---- maps and sets: Go writes their keys in the order of their bytes ---- */

static int compare_pointers(const void *x, const void *y)
{
	return strcmp(json_text_at(*(void *const *)x), json_text_at(*(void *const *)y));
}

static bool is_sorted(const struct json_run *run, size_t entry_size)
{
	for (size_t i = 1; i < run->len; i++)
		if (strcmp(json_text_at(json_at(run->items, (i - 1) * entry_size)),
			   json_text_at(json_at(run->items, i * entry_size))) > 0)
			return false;
	return true;
}

/* Pointers to the entries in the order of their keys; NULL when memory is short. Caller frees. */
static void **sorted_entries(const struct json_run *run, size_t entry_size)
{
	void **sorted = calloc(run->len, sizeof(*sorted));

	for (size_t i = 0; sorted && i < run->len; i++)
		sorted[i] = json_at(run->items, i * entry_size);
	if (sorted)
		qsort(sorted, run->len, sizeof(*sorted), compare_pointers);
	return sorted;
}

static void encode_entry(struct encoder *e, const struct json_row *row, const void *entry)
{
	encode_text(e, json_text_at(entry));
	buf_char(e->out, ':');
	if (row->kind == JSON_KIND_SET)
		buf_str(e->out, "{}");
	else
		encode_value(e, &e->schema->rows[row->first], json_at(entry, row->value_at), false);
}

static void encode_entries(struct encoder *e, const struct json_row *row,
			   const struct json_run *run)
{
	size_t entry_size = row->kind == JSON_KIND_SET ? sizeof(char *) : row->count;
	auto_free void **sorted = NULL;

	if (!is_sorted(run, entry_size)) {
		sorted = sorted_entries(run, entry_size);
		if (!sorted) {
			e->out->error = e->out->error ? e->out->error : -ENOMEM;
			return;
		}
	}
	buf_char(e->out, '{');
	for (size_t i = 0; i < run->len; i++) {
		if (i)
			buf_char(e->out, ',');
		encode_entry(e, row, sorted ? sorted[i] : json_at(run->items, i * entry_size));
	}
	buf_char(e->out, '}');
}

static void encode_run(struct encoder *e, const struct json_row *row, const struct json_run *run,
		       bool filled)
{
	if (!run->items && !filled)
		buf_str(e->out, "null");
	else if (row->kind == JSON_KIND_LIST)
		encode_items(e, row, run->items, run->len);
	else
		encode_entries(e, row, run);
}

/* ---- any value ---- */

static void encode_nullable(struct encoder *e, const struct json_row *row, const void *p)
{
	if (is_empty(row, p))
		buf_str(e->out, "null");
	else if (row->kind == JSON_KIND_NULLABLE_STRING)
		encode_text(e, json_text_at(p));
	else if (row->kind == JSON_KIND_NULLABLE_TIME)
		encode_time(e, *(const stamp_ns *)p);
	else if (row->kind == JSON_KIND_POINTER)
		encode_value(e, &e->schema->rows[row->first], *(void *const *)p, false);
	else
		encode_value(e, &e->schema->rows[row->first], json_at(p, row->value_at), false);
}

static void encode_value(struct encoder *e, const struct json_row *row, const void *p, bool filled)
{
	switch ((enum json_kind)row->kind) {
	case JSON_KIND_BOOL:
		buf_str(e->out, *(const bool *)p ? "true" : "false");
		break;
	case JSON_KIND_INT:
		buf_printf(e->out, "%" PRId64, json_int_get(row, p));
		break;
	case JSON_KIND_UINT:
		buf_printf(e->out, "%" PRIu64, json_uint_get(row, p));
		break;
	case JSON_KIND_FLOAT:
		json_encode_double(e->out, *(const double *)p);
		break;
	case JSON_KIND_STRING:
		encode_text(e, json_text_at(p));
		break;
	case JSON_KIND_TIME:
		encode_time(e, *(const stamp_ns *)p);
		break;
	case JSON_KIND_RAW:
		buf_str(e->out, cstr_or(json_text_at(p), "null"));
		break;
	case JSON_KIND_STRUCT:
		encode_struct(e, row, p);
		break;
	case JSON_KIND_ARRAY:
		encode_items(e, row, p, row->count);
		break;
	case JSON_KIND_LIST:
	case JSON_KIND_MAP:
	case JSON_KIND_SET:
		encode_run(e, row, p, filled);
		break;
	default:
		encode_nullable(e, row, p);
	}
}

void json_encode(const struct json_type *t, const void *value, unsigned version, struct buf *out)
{
	struct encoder e = {
		.schema = t->schema,
		.version = version & ~(unsigned)JSON_PLAIN,
		.style = version & JSON_PLAIN ? JSON_STYLE_PLAIN : JSON_STYLE_HTML,
		.out = out,
	};

	encode_value(&e, &t->schema->rows[t->row], value, false);
}
