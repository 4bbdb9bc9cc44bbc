/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the table of template functions and what each does. */
#include "cli/template_functions.h"

#include <ctype.h>
#include <stdlib.h>

bool template_truth(const struct value *v)
{
	return !value_is_empty(v);
}

static const struct value *refuse(struct template_call *c, const char *why)
{
	c->why = why;
	return NULL;
}

static struct str_slice text_of(const struct value *v)
{
	return v ? (struct str_slice){ v->text, v->text_len } : STR_EMPTY;
}

static const struct value *from_buf(struct template_call *c, struct buf *b)
{
	if (buf_error(b))
		return refuse(c, "the result is too large");
	return value_slice(c->tree, buf_view(b));
}

static bool is_text(const struct value *v)
{
	return v && v->kind == VALUE_STRING;
}

static const struct value *fn_not(struct template_call *c)
{
	return value_bool(c->tree, !template_truth(c->arguments[0]));
}

static const struct value *fn_len(struct template_call *c)
{
	const struct value *v = c->arguments[0];

	if (!v || v->kind == VALUE_NULL)
		return refuse(c, "len of nil pointer");
	if (v->kind != VALUE_STRING && v->kind != VALUE_ARRAY && v->kind != VALUE_OBJECT)
		return refuse(c, "len of type int");
	return value_number(c->tree, (int64_t)(v->kind == VALUE_STRING ? v->text_len : v->len));
}

/* Go gives the zero value of the map's type for a key that is not there. */
static const struct value *zero_of_map(struct template_call *c, const struct value *map)
{
	if (map->first && map->first->kind == VALUE_STRING)
		return value_string(c->tree, "");
	if (map->first && map->first->kind == VALUE_ARRAY)
		return value_new(c->tree, VALUE_ARRAY);
	return map->is_map && !map->len ? value_string(c->tree, "") : NULL;
}

static const struct value *index_one(struct template_call *c, const struct value *v,
				     const struct value *key)
{
	const struct value *found;

	if (!v || v->kind == VALUE_NULL)
		return refuse(c, "index of untyped nil");
	if (v->kind == VALUE_OBJECT) {
		if (!is_text(key))
			return refuse(c, "value has type int; should be string");
		found = value_get(v, key->text);
		return found ? found : zero_of_map(c, v);
	}
	if (v->kind != VALUE_ARRAY)
		return refuse(c, "can't index item of this type");
	if (!key || key->kind != VALUE_NUMBER)
		return refuse(c, "cannot index slice/array with type string");
	found = value_int(key) < 0 ? NULL : value_at(v, (size_t)value_int(key));
	return found ? found : refuse(c, "index out of range");
}

static const struct value *fn_index(struct template_call *c)
{
	const struct value *v = c->arguments[0];

	for (size_t i = 1; i < c->len && !c->why; i++)
		v = index_one(c, v, c->arguments[i]);
	return c->why ? NULL : v;
}

static const struct value *fn_slice(struct template_call *c)
{
	const struct value *v = c->arguments[0];
	size_t len, from, to;
	struct value *part;

	if (!v || (v->kind != VALUE_STRING && v->kind != VALUE_ARRAY))
		return refuse(c, "can't slice item of this type");
	len = v->kind == VALUE_STRING ? v->text_len : v->len;
	from = c->len > 1 ? (size_t)value_int(c->arguments[1]) : 0;
	to = c->len > 2 ? (size_t)value_int(c->arguments[2]) : len;
	if (from > to || to > len)
		return refuse(c, "index out of range");
	if (v->kind == VALUE_STRING)
		return value_slice(c->tree, str_first(str_skip(text_of(v), from), to - from));
	part = value_new(c->tree, VALUE_ARRAY);
	for (size_t i = from; i < to; i++)
		value_add(part, value_copy(c->tree, value_at(v, i)));
	return part;
}

static const struct value *fn_printf(struct template_call *c)
{
	auto_(buf_done) struct buf b = BUF_INIT_MAX(1 << 20);

	if (!is_text(c->arguments[0]))
		return refuse(c, "wrong type for value; expected string");
	template_printf(c, &b);
	return from_buf(c, &b);
}

/* fmt.Sprint: blanks only between two neighbours that are both no strings. */
static const struct value *fn_print(struct template_call *c)
{
	auto_(buf_done) struct buf b = BUF_INIT_MAX(1 << 20);

	for (size_t i = 0; i < c->len; i++) {
		if (i && !is_text(c->arguments[i]) && !is_text(c->arguments[i - 1]))
			buf_char(&b, ' ');
		template_print(c->arguments[i], &b);
	}
	return from_buf(c, &b);
}

static const struct value *fn_println(struct template_call *c)
{
	auto_(buf_done) struct buf b = BUF_INIT_MAX(1 << 20);

	for (size_t i = 0; i < c->len; i++) {
		buf_str(&b, i ? " " : "");
		template_print(c->arguments[i], &b);
	}
	buf_char(&b, '\n');
	return from_buf(c, &b);
}

/* Bytes that HTML, JavaScript or a query must not see as they are. */
static void put_html(unsigned char ch, struct buf *b)
{
	switch (ch) {
	case '\0':
		buf_str(b, "\ufffd");
		return;
	case '"':
		buf_str(b, "&#34;");
		return;
	case '\'':
		buf_str(b, "&#39;");
		return;
	case '&':
		buf_str(b, "&amp;");
		return;
	case '<':
		buf_str(b, "&lt;");
		return;
	case '>':
		buf_str(b, "&gt;");
		return;
	default:
		buf_char(b, (char)ch);
	}
}

static void put_js(unsigned char ch, struct buf *b)
{
	if (strchr("\\'\"", ch) && ch)
		buf_printf(b, "\\%c", ch);
	else if (ch < 0x20 || strchr("<>&=", ch))
		buf_printf(b, "\\u%04X", ch);
	else
		buf_char(b, (char)ch);
}

static void put_query(unsigned char ch, struct buf *b)
{
	if (isalnum(ch) || (ch && strchr("-_.~", ch)))
		buf_char(b, (char)ch);
	else if (ch == ' ')
		buf_char(b, '+');
	else
		buf_printf(b, "%%%02X", ch);
}

static const struct value *escape(struct template_call *c, void (*put)(unsigned char, struct buf *))
{
	auto_(buf_done) struct buf from = BUF_INIT_MAX(1 << 20), to = BUF_INIT_MAX(8 << 20);

	for (size_t i = 0; i < c->len; i++)
		template_print(c->arguments[i], &from);
	for (size_t i = 0; i < from.len; i++)
		put((unsigned char)from.data[i], &to);
	return from_buf(c, &to);
}

static const struct value *fn_html(struct template_call *c)
{
	return escape(c, put_html);
}

static const struct value *fn_js(struct template_call *c)
{
	return escape(c, put_js);
}

static const struct value *fn_urlquery(struct template_call *c)
{
	return escape(c, put_query);
}

/* <0, 0, >0; -2 when the two cannot be compared. */
static int compare(const struct value *a, const struct value *b)
{
	double x, y;

	if (!a || !b || a->kind == VALUE_NULL || b->kind == VALUE_NULL)
		return (!a || a->kind == VALUE_NULL) == (!b || b->kind == VALUE_NULL) ? 0 : 1;
	if (a->kind != b->kind || a->kind == VALUE_ARRAY || a->kind == VALUE_OBJECT)
		return -2;
	if (a->kind == VALUE_BOOL)
		return a->boolean != b->boolean;
	if (a->kind == VALUE_STRING) {
		int order = str_compare(text_of(a), text_of(b));

		return (order > 0) - (order < 0);
	}
	if (!strpbrk(a->text, ".eE") && !strpbrk(b->text, ".eE"))
		return (value_int(a) > value_int(b)) - (value_int(a) < value_int(b));
	x = strtod(a->text, NULL);
	y = strtod(b->text, NULL);
	return (x > y) - (x < y);
}

static const struct value *fn_eq(struct template_call *c)
{
	for (size_t i = 1; i < c->len; i++) {
		int order = compare(c->arguments[0], c->arguments[i]);

		if (order == -2)
			return refuse(c, "incompatible types for comparison");
		if (order == 0)
			return value_bool(c->tree, true);
	}
	return value_bool(c->tree, false);
}

enum { LESS = 1, EQUAL = 2, GREATER = 4 };

static const struct value *ordered(struct template_call *c, int wanted)
{
	int order = compare(c->arguments[0], c->arguments[1]);

	if (order == -2)
		return refuse(c, "incompatible types for comparison");
	return value_bool(c->tree, (order < 0 ? LESS : order > 0 ? GREATER : EQUAL) & wanted);
}

static const struct value *fn_ne(struct template_call *c)
{
	return ordered(c, LESS | GREATER);
}

static const struct value *fn_lt(struct template_call *c)
{
	return ordered(c, LESS);
}

static const struct value *fn_le(struct template_call *c)
{
	return ordered(c, LESS | EQUAL);
}

static const struct value *fn_gt(struct template_call *c)
{
	return ordered(c, GREATER);
}

static const struct value *fn_ge(struct template_call *c)
{
	return ordered(c, GREATER | EQUAL);
}

static const struct value *fn_json(struct template_call *c)
{
	auto_(buf_done) struct buf b = BUF_INIT;

	if (c->arguments[0])
		value_write(c->arguments[0], VALUE_COMPACT, &b);
	else
		buf_str(&b, "null");
	return from_buf(c, &b);
}

static const struct value *fn_join(struct template_call *c)
{
	auto_(buf_done) struct buf b = BUF_INIT;

	if (!c->arguments[0] || c->arguments[0]->kind == VALUE_NULL)
		return value_string(c->tree, "");
	if (c->arguments[0]->kind != VALUE_ARRAY)
		return refuse(c, "wrong type for value; expected []string");
	value_for_each(item, c->arguments[0])
	{
		if (item != c->arguments[0]->first)
			buf_slice(&b, text_of(c->arguments[1]));
		template_print(item, &b);
	}
	return from_buf(c, &b);
}

static const struct value *fn_split(struct template_call *c)
{
	struct value *parts = value_new(c->tree, VALUE_ARRAY);
	struct str_slice rest = text_of(c->arguments[0]), by = text_of(c->arguments[1]);
	const char *at;

	if (!is_text(c->arguments[0]) || !is_text(c->arguments[1]))
		return refuse(c, "wrong type for value; expected string");
	while (by.len && rest.len && (at = memmem(rest.ptr, rest.len, by.ptr, by.len))) {
		value_add(parts, value_slice(c->tree, str_range(rest.ptr, at)));
		rest = str_skip(rest, (size_t)(at - rest.ptr) + by.len);
	}
	if (by.len) {
		value_add(parts, value_slice(c->tree, rest));
		return parts;
	}
	for (; rest.len; rest = str_skip(rest, 1)) /* an empty separator: characters */
		value_add(parts, value_slice(c->tree, str_first(rest, 1)));
	return parts;
}

enum letter_case { LOWER, UPPER, TITLE };

static const struct value *change_case(struct template_call *c, enum letter_case to)
{
	auto_(buf_done) struct buf b = BUF_INIT;
	struct str_slice s = text_of(c->arguments[0]);
	bool inside = false;

	if (!is_text(c->arguments[0]))
		return refuse(c, "wrong type for value; expected string");
	for (size_t i = 0; i < s.len; i++) {
		unsigned char ch = (unsigned char)s.ptr[i];
		bool raise = to == UPPER || (to == TITLE && !inside);

		inside = isalnum(ch) || ch == '_' || ch == '\'' || ch >= 0x80;
		buf_char(&b, (char)(raise ? toupper(ch) : to == LOWER ? tolower(ch) : ch));
	}
	return from_buf(c, &b);
}

static const struct value *fn_lower(struct template_call *c)
{
	return change_case(c, LOWER);
}

static const struct value *fn_upper(struct template_call *c)
{
	return change_case(c, UPPER);
}

static const struct value *fn_title(struct template_call *c)
{
	return change_case(c, TITLE);
}

static const struct value *fn_pad(struct template_call *c)
{
	auto_(buf_done) struct buf b = BUF_INIT;
	int64_t before = value_int(c->arguments[1]), after = value_int(c->arguments[2]);

	if (!is_text(c->arguments[0]) || before < 0 || after < 0 || before > 4096 || after > 4096)
		return refuse(c, "wrong type for value; expected string");
	if (c->arguments[0]->text_len)
		buf_printf(&b, "%*s%s%*s", (int)before, "", c->arguments[0]->text, (int)after, "");
	return from_buf(c, &b);
}

static const struct value *fn_truncate(struct template_call *c)
{
	struct str_slice s = text_of(c->arguments[0]);
	int64_t runes = value_int(c->arguments[1]);
	size_t i = 0;

	if (!is_text(c->arguments[0]))
		return refuse(c, "wrong type for value; expected string");
	for (; i < s.len; i++)
		if (((unsigned char)s.ptr[i] & 0xc0) != 0x80 && runes-- <= 0)
			break;
	return value_slice(c->tree, str_first(s, i));
}

static const struct template_function functions[] = {
	{ "and", TEMPLATE_FUNCTION_AND, 1, TEMPLATE_ARGUMENTS_MAX, NULL },
	{ "or", TEMPLATE_FUNCTION_OR, 1, TEMPLATE_ARGUMENTS_MAX, NULL },
	{ "not", TEMPLATE_FUNCTION_PLAIN, 1, 1, fn_not },
	{ "len", TEMPLATE_FUNCTION_PLAIN, 1, 1, fn_len },
	{ "index", TEMPLATE_FUNCTION_PLAIN, 1, TEMPLATE_ARGUMENTS_MAX, fn_index },
	{ "slice", TEMPLATE_FUNCTION_PLAIN, 1, 3, fn_slice },
	{ "print", TEMPLATE_FUNCTION_PLAIN, 0, TEMPLATE_ARGUMENTS_MAX, fn_print },
	{ "printf", TEMPLATE_FUNCTION_PLAIN, 1, TEMPLATE_ARGUMENTS_MAX, fn_printf },
	{ "println", TEMPLATE_FUNCTION_PLAIN, 0, TEMPLATE_ARGUMENTS_MAX, fn_println },
	{ "html", TEMPLATE_FUNCTION_PLAIN, 1, TEMPLATE_ARGUMENTS_MAX, fn_html },
	{ "js", TEMPLATE_FUNCTION_PLAIN, 1, TEMPLATE_ARGUMENTS_MAX, fn_js },
	{ "urlquery", TEMPLATE_FUNCTION_PLAIN, 1, TEMPLATE_ARGUMENTS_MAX, fn_urlquery },
	{ "eq", TEMPLATE_FUNCTION_PLAIN, 2, TEMPLATE_ARGUMENTS_MAX, fn_eq },
	{ "ne", TEMPLATE_FUNCTION_PLAIN, 2, 2, fn_ne },
	{ "lt", TEMPLATE_FUNCTION_PLAIN, 2, 2, fn_lt },
	{ "le", TEMPLATE_FUNCTION_PLAIN, 2, 2, fn_le },
	{ "gt", TEMPLATE_FUNCTION_PLAIN, 2, 2, fn_gt },
	{ "ge", TEMPLATE_FUNCTION_PLAIN, 2, 2, fn_ge },
	{ "json", TEMPLATE_FUNCTION_TEXT, 1, 1, fn_json },
	{ "join", TEMPLATE_FUNCTION_TEXT, 2, 2, fn_join },
	{ "split", TEMPLATE_FUNCTION_TEXT, 2, 2, fn_split },
	{ "lower", TEMPLATE_FUNCTION_TEXT, 1, 1, fn_lower },
	{ "upper", TEMPLATE_FUNCTION_TEXT, 1, 1, fn_upper },
	{ "title", TEMPLATE_FUNCTION_TEXT, 1, 1, fn_title },
	{ "pad", TEMPLATE_FUNCTION_PLAIN, 3, 3, fn_pad },
	{ "truncate", TEMPLATE_FUNCTION_TEXT, 2, 2, fn_truncate },
};

const struct template_function *template_function_find(struct str_slice name)
{
	for (size_t i = 0; i < ELEMENTS(functions); i++)
		if (str_is(name, functions[i].name))
			return &functions[i];
	return NULL;
}
