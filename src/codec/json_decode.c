/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the walk from jansson's tree into a struct. Where the tree and Go's decoder differ, Go is
 * followed: keys are matched without regard to case, the last of several wins, null changes
 * nothing.
 */
#include "codec/json_hook.h"
#include "codec/json_walk.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>

/* One step of the path to the value at hand: a key, or an index where key is NULL. */
struct step {
	const char *key;
	size_t index;
};

struct json_decoder {
	const struct json_schema *schema;
	unsigned version;
	struct arena *arena;
	struct json_error *why;
	bool repeats; /* the text repeats a key, so the order of the tree is not the text's */
	unsigned depth;
	struct step path[JSON_DEPTH_MAX + 1];
};

struct arena *json_decoder_arena(struct json_decoder *d)
{
	return d->arena;
}

/* ---- saying what is wrong ---- */

static void put_path(const struct json_decoder *d, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < d->depth && n < size; i++) {
		const struct step *s = &d->path[i];

		if (s->key)
			n += snprintf(text + n, size - n, "%s%s", i ? "." : "", s->key);
		else
			n += snprintf(text + n, size - n, "[%zu]", s->index);
	}
	if (n < size && n)
		snprintf(text + n, size - n, ": ");
}

static int _printf(2, 3) refuse(struct json_decoder *d, const char *format, ...)
{
	va_list args;
	size_t n;

	if (!d->why)
		return -EINVAL;
	put_path(d, d->why->text, sizeof(d->why->text) - 128);
	n = strlen(d->why->text);
	va_start(args, format);
	vsnprintf(d->why->text + n, sizeof(d->why->text) - n, format, args);
	va_end(args);
	return -EINVAL;
}

static const char *describe(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return "null";
	}
}

int json_decode_wrong(struct json_decoder *d, const char *expected, const struct json_t *value)
{
	return refuse(d, "expected %s, got %s", expected, describe(value));
}

/* ---- scalars ---- */

static int decode_bool(struct json_decoder *d, const json_t *value, bool *ret)
{
	if (!json_is_boolean(value))
		return json_decode_wrong(d, "true or false", value);
	*ret = json_is_true(value);
	return 0;
}

static int decode_int(struct json_decoder *d, const struct json_row *row, const json_t *value,
		      void *ret)
{
	json_int_t number = json_integer_value(value);
	bool fits;

	if (json_is_real(value))
		return refuse(d, "expected a whole number, got %g", json_real_value(value));
	if (!json_is_integer(value))
		return json_decode_wrong(d, "a number", value);
	fits = row->kind == JSON_KIND_INT
		       ? json_int_set(row, ret, number)
		       : number >= 0 && json_uint_set(row, ret, (uint64_t)number);
	return fits ? 0 : refuse(d, "%lld is out of range", (long long)number);
}

static int decode_double(struct json_decoder *d, const json_t *value, double *ret)
{
	if (!json_is_number(value))
		return json_decode_wrong(d, "a number", value);
	*ret = json_number_value(value);
	return 0;
}

static int take_string(struct json_decoder *d, const json_t *value, const char **ret)
{
	struct str_slice text;
	char *copy;

	if (!json_is_string(value))
		return json_decode_wrong(d, "a string", value);
	text = (struct str_slice){ json_string_value(value), json_string_length(value) };
	if (memchr(text.ptr, '\0', text.len))
		return refuse(d, "a string may not hold a zero byte");
	copy = arena_slice(d->arena, text);
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

static int decode_time(struct json_decoder *d, const json_t *value, stamp_ns *ret)
{
	const char *text = json_string_value(value);

	if (!text)
		return json_decode_wrong(d, "a time", value);
	if (!*text) {
		*ret = 0;
		return 0;
	}
	if (stamp_parse(str_slice(text), ret) < 0)
		return refuse(d, "expected a time like 2006-01-02T15:04:05Z, got '%.60s'", text);
	return 0;
}

static int decode_raw(struct json_decoder *d, const json_t *value, const char **ret)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	char *copy = text ? arena_str(d->arena, text) : NULL;

	free(text);
	if (!copy)
		return -ENOMEM;
	*ret = copy;
	return 0;
}

/* ---- what holds other values ---- */

static int step_into(struct json_decoder *d, const char *key, size_t index)
{
	if (d->depth == ELEMENTS(d->path))
		return refuse(d, "nested too deep");
	d->path[d->depth++] = (struct step){ key, index };
	return 0;
}

static int decode_element(struct json_decoder *d, uint16_t row, const json_t *value, void *ret,
			  struct step step)
{
	int r = step_into(d, step.key, step.index);

	if (r < 0)
		return r;
	r = json_decode_value(d, row, value, ret);
	if (r == 0)
		d->depth--; /* after a failure the path stays for the message */
	return r;
}

static int decode_list(struct json_decoder *d, const struct json_row *row, const json_t *value,
		       struct json_run *ret)
{
	size_t item_size = d->schema->rows[row->first].size, n = json_array_size(value);
	void *items;
	int r;

	if (!json_is_array(value))
		return json_decode_wrong(d, "a list", value);
	items = arena_array(d->arena, n, item_size);
	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		r = decode_element(d, row->first, json_array_get(value, i),
				   json_at(items, i * item_size), (struct step){ NULL, i });
		if (r < 0)
			return r;
	}
	*ret = (struct json_run){ items, n };
	return 0;
}

/* A fixed number of elements: more are dropped, fewer leave zeros, as Go does. */
static int decode_array(struct json_decoder *d, const struct json_row *row, const json_t *value,
			void *ret)
{
	size_t item_size = d->schema->rows[row->first].size;
	int r = 0;

	if (!json_is_array(value))
		return json_decode_wrong(d, "a list", value);
	memset(ret, 0, row->size);
	for (size_t i = 0; i < row->count && i < json_array_size(value) && r == 0; i++)
		r = decode_element(d, row->first, json_array_get(value, i),
				   json_at(ret, i * item_size), (struct step){ NULL, i });
	return r;
}

static int compare_keys(const void *x, const void *y)
{
	return strcmp(json_text_at(x), json_text_at(y));
}

static int decode_entry(struct json_decoder *d, const struct json_row *row, const char *key,
			const json_t *value, void *entry)
{
	const char **entry_key = entry;

	*entry_key = arena_str(d->arena, key);
	if (!*entry_key)
		return -ENOMEM;
	return decode_element(d, row->first, value, json_at(entry, row->value_at),
			      (struct step){ *entry_key, 0 });
}

static int decode_map(struct json_decoder *d, const struct json_row *row, const json_t *value,
		      struct json_run *ret)
{
	size_t n = json_object_size(value), i = 0;
	void *entries, *it;
	int r;

	if (!json_is_object(value))
		return json_decode_wrong(d, "an object", value);
	entries = arena_array(d->arena, n, row->count);
	if (!entries)
		return -ENOMEM;
	for (it = json_object_iter((json_t *)(uintptr_t)value); it;
	     it = json_object_iter_next((json_t *)(uintptr_t)value, it), i++) {
		r = decode_entry(d, row, json_object_iter_key(it), json_object_iter_value(it),
				 json_at(entries, i * row->count));
		if (r < 0)
			return r;
	}
	if (n > 1)
		qsort(entries, n, row->count, compare_keys);
	*ret = (struct json_run){ entries, n };
	return 0;
}

static int check_set_value(struct json_decoder *d, const char *key, const json_t *value)
{
	if (json_is_object(value) || json_is_null(value))
		return 0;
	if (step_into(d, key, 0) < 0)
		return -EINVAL;
	return json_decode_wrong(d, "an empty object", value);
}

static int decode_set(struct json_decoder *d, const json_t *value, struct json_run *ret)
{
	size_t n = json_object_size(value), i = 0;
	const char **items;
	void *it;
	int r;

	if (!json_is_object(value))
		return json_decode_wrong(d, "an object", value);
	items = arena_array(d->arena, n, sizeof(*items));
	if (!items)
		return -ENOMEM;
	for (it = json_object_iter((json_t *)(uintptr_t)value); it;
	     it = json_object_iter_next((json_t *)(uintptr_t)value, it), i++) {
		r = check_set_value(d, json_object_iter_key(it), json_object_iter_value(it));
		if (r < 0)
			return r;
		items[i] = arena_str(d->arena, json_object_iter_key(it));
		if (!items[i])
			return -ENOMEM;
	}
	if (n > 1)
		qsort(items, n, sizeof(*items), compare_keys);
	*ret = (struct json_run){ items, n };
	return 0;
}

static int decode_pointer(struct json_decoder *d, const struct json_row *row, const json_t *value,
			  void **ret)
{
	if (!*ret)
		*ret = arena_alloc(d->arena, d->schema->rows[row->first].size);
	if (!*ret)
		return -ENOMEM;
	return json_decode_value(d, row->first, value, *ret);
}

static int decode_opt(struct json_decoder *d, const struct json_row *row, const json_t *value,
		      void *ret)
{
	*(bool *)ret = true; /* `set` comes first in every struct opt_x */
	return json_decode_value(d, row->first, value, json_at(ret, row->value_at));
}
static_assert(offsetof(struct opt_bool, set) == 0 && offsetof(struct opt_double, set) == 0,
	      "set comes first");

/* ---- structs ---- */

/* The field that a key means in this version, or NULL. Exact spelling goes first. */
static const struct json_field *find_field(const struct json_decoder *d, const struct json_row *row,
					   const char *key)
{
	const struct json_field *fields = d->schema->fields + row->first, *folded = NULL;

	for (size_t i = 0; i < row->count; i++) {
		const char *name = d->schema->names + fields[i].name;

		if (fields[i].since > d->version)
			continue;
		if (strcmp(name, key) == 0)
			return &fields[i];
		if (!folded && json_key_same(name, key))
			folded = &fields[i];
	}
	return folded;
}

/*
 * In a text that repeats a key, the tree has it where it first stood; "A", "a", "A" would then end
 * with the wrong one of the two spellings. Such a text is refused rather than misread.
 */
static int check_spelling(struct json_decoder *d, const struct json_row *row, json_t *object,
			  const struct json_field *field, const char *key)
{
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const char *other = json_object_iter_key(it);

		if (strcmp(other, key) != 0 && find_field(d, row, other) == field)
			return refuse(d, "'%.60s' and '%.60s' are the same key: give it once",
				      other, key);
	}
	return 0;
}

static int decode_field(struct json_decoder *d, const struct json_field *f, const json_t *value,
			void *object)
{
	const struct json_hook *hook = f->hook ? d->schema->hooks[f->hook] : NULL;
	void *at = json_at(object, f->offset);
	int r;

	if (json_is_null(value))
		return 0;
	r = step_into(d, d->schema->names + f->name, 0);
	if (r < 0)
		return r;
	r = hook ? hook->decode(d, f->row, value, at) : json_decode_value(d, f->row, value, at);
	if (r == 0)
		d->depth--;
	return r;
}

static int set_default(struct json_decoder *d, const struct json_default *def, void *object)
{
	const struct json_field *f = &d->schema->fields[def->field];
	json_t *value = json_loads(d->schema->names + def->text, JSON_DECODE_ANY, NULL);
	int r;

	assert(value); /* the generator has read it */
	r = decode_field(d, f, value, object);
	json_decref(value);
	return r;
}

static int set_defaults(struct json_decoder *d, const struct json_row *row, void *object)
{
	int r = 0;

	for (size_t i = 0; i < d->schema->n_defaults && r == 0; i++) {
		const struct json_default *def = &d->schema->defaults[i];

		if (def->field >= row->first && def->field < row->first + row->count &&
		    d->version <= def->until)
			r = set_default(d, def, object);
	}
	return r;
}

static int decode_struct(struct json_decoder *d, const struct json_row *row, json_t *value,
			 void *ret)
{
	int r;

	if (!json_is_object(value))
		return json_decode_wrong(d, "an object", value);
	r = set_defaults(d, row, ret);
	for (void *it = json_object_iter(value); it && r == 0;
	     it = json_object_iter_next(value, it)) {
		const char *key = json_object_iter_key(it);
		const struct json_field *f = find_field(d, row, key);

		if (f && d->repeats)
			r = check_spelling(d, row, value, f, key);
		if (f && r == 0)
			r = decode_field(d, f, json_object_iter_value(it), ret);
	}
	return r;
}

int json_decode_value(struct json_decoder *d, uint16_t row_index, const struct json_t *value,
		      void *ret)
{
	const struct json_row *row = &d->schema->rows[row_index];

	if (json_is_null(value))
		return 0;
	switch ((enum json_kind)row->kind) {
	case JSON_KIND_BOOL:
		return decode_bool(d, value, ret);
	case JSON_KIND_INT:
	case JSON_KIND_UINT:
		return decode_int(d, row, value, ret);
	case JSON_KIND_FLOAT:
		return decode_double(d, value, ret);
	case JSON_KIND_STRING:
	case JSON_KIND_NULLABLE_STRING:
		return take_string(d, value, ret);
	case JSON_KIND_TIME:
	case JSON_KIND_NULLABLE_TIME:
		return decode_time(d, value, ret);
	case JSON_KIND_RAW:
		return decode_raw(d, value, ret);
	case JSON_KIND_STRUCT:
		return decode_struct(d, row, (json_t *)(uintptr_t)value, ret);
	case JSON_KIND_POINTER:
		return decode_pointer(d, row, value, ret);
	case JSON_KIND_OPT:
		return decode_opt(d, row, value, ret);
	case JSON_KIND_LIST:
		return decode_list(d, row, value, ret);
	case JSON_KIND_ARRAY:
		return decode_array(d, row, value, ret);
	case JSON_KIND_MAP:
		return decode_map(d, row, value, ret);
	case JSON_KIND_SET:
		return decode_set(d, value, ret);
	case JSON_KIND_COUNT:
		break;
	}
	assert(!"a row of no kind");
	return -EINVAL;
}

/* ---- from text ---- */

static int parse_failed(const json_error_t *error, struct json_error *why)
{
	if (json_error_code(error) == json_error_out_of_memory)
		return -ENOMEM;
	if (why)
		snprintf(why->text, sizeof(why->text), "line %d, column %d: %s", error->line,
			 error->column, error->text);
	return -EINVAL;
}

/*
 * A tree keeps keys in the order in which they first stood, which is the text's own unless one is
 * repeated: so repeated keys are refused first, and only then taken, with *ret_repeats set.
 */
static int parse(struct str_slice text, json_t **ret, bool *ret_repeats, struct json_error *why)
{
	size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
	json_error_t error;

	*ret_repeats = false;
	*ret = json_loadb(text.ptr, text.len, flags | JSON_REJECT_DUPLICATES, &error);
	if (*ret)
		return 0;
	if (json_error_code(&error) != json_error_duplicate_key)
		return parse_failed(&error, why);
	*ret_repeats = true;
	*ret = json_loadb(text.ptr, text.len, flags, &error);
	return *ret ? 0 : parse_failed(&error, why);
}

int json_decode(const struct json_type *t, struct str_slice text, unsigned version, struct arena *a,
		void *ret, struct json_error *why)
{
	struct json_decoder d = { .schema = t->schema, .version = version, .arena = a, .why = why };
	json_t *tree;
	int r;

	r = json_scan(text, why);
	if (r < 0)
		return r;
	r = parse(text, &tree, &d.repeats, why);
	if (r < 0)
		return r;
	r = json_decode_value(&d, t->row, tree, ret);
	json_decref(tree);
	return r;
}
