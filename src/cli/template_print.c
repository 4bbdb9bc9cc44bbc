/* SPDX-License-Identifier: Apache-2.0 */
/* Owns Go's ways of printing: %v of a value tree, and printf. */
#include "cli/template_functions.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static void print_inner(const struct value *v, struct buf *out);

static int compare_keys(const void *a, const void *b)
{
	return strcmp((*(struct value *const *)a)->key, (*(struct value *const *)b)->key);
}

/* Go prints maps sorted by key. */
static void print_map(const struct value *v, struct buf *out)
{
	auto_free struct value **members = calloc(v->len + 1, sizeof(*members));
	size_t n = 0;

	if (!members) {
		out->error = out->error ? out->error : -ENOMEM;
		return;
	}
	value_for_each(member, v) members[n++] = member;
	qsort(members, n, sizeof(*members), compare_keys);
	buf_str(out, "map[");
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%s%s:", i ? " " : "", members[i]->key);
		print_inner(members[i], out);
	}
	buf_char(out, ']');
}

static void print_array(const struct value *v, struct buf *out)
{
	buf_char(out, '[');
	value_for_each(item, v)
	{
		if (item != v->first)
			buf_char(out, ' ');
		print_inner(item, out);
	}
	buf_char(out, ']');
}

static void print_inner(const struct value *v, struct buf *out)
{
	switch (v->kind) {
	case VALUE_NULL:
		buf_str(out, "<nil>");
		return;
	case VALUE_BOOL:
		buf_str(out, v->boolean ? "true" : "false");
		return;
	case VALUE_NUMBER:
	case VALUE_STRING:
		buf_append(out, v->text, v->text_len);
		return;
	case VALUE_ARRAY:
		print_array(v, out);
		return;
	case VALUE_OBJECT:
		print_map(v, out);
		return;
	}
}

void template_print(const struct value *v, struct buf *out)
{
	if (!v || v->kind == VALUE_NULL)
		buf_str(out, "<no value>");
	else
		print_inner(v, out);
}

struct verb {
	bool minus, plus, zero, sharp, space;
	int width, precision; /* -1: none */
	char letter;
};

static const char *take_width(const char *at, int *ret)
{
	*ret = 0;
	for (; isdigit((unsigned char)*at); at++)
		*ret = MIN(*ret * 10 + (*at - '0'), 10000);
	return at;
}

static const char *take_verb(const char *at, struct verb *v)
{
	*v = (struct verb){ .width = -1, .precision = -1 };
	for (;; at++) {
		if (*at == '-')
			v->minus = true;
		else if (*at == '+')
			v->plus = true;
		else if (*at == '0')
			v->zero = true;
		else if (*at == '#')
			v->sharp = true;
		else if (*at == ' ')
			v->space = true;
		else
			break;
	}
	if (isdigit((unsigned char)*at))
		at = take_width(at, &v->width);
	if (*at == '.')
		at = take_width(at + 1, &v->precision);
	v->letter = *at;
	return *at ? at + 1 : at;
}

static size_t count_runes(struct str_slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
	return n;
}

static struct str_slice first_runes(struct str_slice s, size_t runes)
{
	size_t i = 0;

	for (; i < s.len; i++)
		if (((unsigned char)s.ptr[i] & 0xc0) != 0x80 && runes-- == 0)
			break;
	return str_first(s, i);
}

static void put_padded(const struct verb *v, struct str_slice s, struct buf *out)
{
	size_t runes = count_runes(s), pad = v->width > (long)runes ? (size_t)v->width - runes : 0;
	bool zero = v->zero && !v->minus;

	if (zero && pad && s.len && (s.ptr[0] == '-' || s.ptr[0] == '+')) {
		buf_char(out, s.ptr[0]);
		s = str_skip(s, 1);
	}
	for (size_t i = 0; !v->minus && i < pad; i++)
		buf_char(out, zero ? '0' : ' ');
	buf_slice(out, s);
	for (size_t i = 0; v->minus && i < pad; i++)
		buf_char(out, ' ');
}

static void format_integer(const struct verb *v, int64_t n, struct buf *out)
{
	uint64_t magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

	buf_str(out, n < 0 ? "-" : v->plus ? "+" : v->space ? " " : "");
	switch (v->letter) {
	case 'x':
		buf_printf(out, v->sharp ? "%#llx" : "%llx", (unsigned long long)magnitude);
		return;
	case 'X':
		buf_printf(out, v->sharp ? "%#llX" : "%llX", (unsigned long long)magnitude);
		return;
	case 'o':
		buf_printf(out, v->sharp ? "%#llo" : "%llo", (unsigned long long)magnitude);
		return;
	case 'b':
		for (int bit = 63 - __builtin_clzll(magnitude | 1); bit >= 0; bit--)
			buf_char(out, magnitude >> bit & 1 ? '1' : '0');
		return;
	default:
		buf_printf(out, "%llu", (unsigned long long)magnitude);
	}
}

/* The fewest digits that read back as the same number. */
static void put_shortest(double d, struct buf *out)
{
	char text[40];

	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, d);
		if (strtod(text, NULL) == d)
			break;
	}
	buf_str(out, text);
}

static void format_float(const struct verb *v, double d, struct buf *out)
{
	int precision = v->precision < 0 ? 6 : v->precision;

	buf_str(out, v->plus && d >= 0 ? "+" : "");
	if (v->letter == 'e')
		buf_printf(out, "%.*e", precision, d);
	else if (v->letter == 'f' || v->letter == 'F')
		buf_printf(out, "%.*f", precision, d);
	else if (v->precision >= 0)
		buf_printf(out, "%.*g", precision, d);
	else
		put_shortest(d, out);
}

static const char *type_name(const struct value *v)
{
	static const char *const names[] = {
		[VALUE_NULL] = "<nil>",		  [VALUE_BOOL] = "bool",
		[VALUE_NUMBER] = "int",		  [VALUE_STRING] = "string",
		[VALUE_ARRAY] = "[]interface {}", [VALUE_OBJECT] = "map[string]interface {}",
	};

	return v ? names[v->kind] : "<nil>";
}

static void format_text(const struct verb *v, struct str_slice s, struct buf *out)
{
	if (v->precision >= 0)
		s = first_runes(s, (size_t)v->precision);
	if (v->letter == 'q')
		value_write_string(s, out);
	else if (v->letter == 'x' || v->letter == 'X')
		buf_hex(out, s.ptr, s.len);
	else
		buf_slice(out, s);
}

/* What the verb says about the value, before padding; false: the verb does not fit. */
static bool format_one(const struct verb *v, const struct value *value, struct buf *out)
{
	bool number = value && value->kind == VALUE_NUMBER,
	     integer = number && !strpbrk(value->text, ".eE");

	if (v->letter == 'T') {
		buf_str(out, number && !integer ? "float64" : type_name(value));
	} else if (strchr("vs", v->letter) && !number) {
		auto_(buf_done) struct buf text = BUF_INIT;

		if (value && value->kind != VALUE_NULL)
			template_print(value, &text);
		else
			buf_str(&text, v->letter == 'v' ? "<nil>" : "%!s(<nil>)");
		format_text(v, buf_view(&text), out);
	} else if (strchr("qsxX", v->letter) && value && value->kind == VALUE_STRING) {
		format_text(v, (struct str_slice){ value->text, value->text_len }, out);
	} else if (integer && strchr("vdxXob", v->letter)) {
		format_integer(v, value_int(value), out);
	} else if (number && !integer && strchr("vfFgeG", v->letter)) {
		format_float(v, strtod(value->text, NULL), out);
	} else if (integer && v->letter == 'c') {
		buf_char(out, (char)value_int(value));
	} else if (v->letter == 't' && value && value->kind == VALUE_BOOL) {
		buf_str(out, value->boolean ? "true" : "false");
	} else {
		return false;
	}
	return true;
}

static void put_one(const struct verb *v, const struct value *value, struct buf *out)
{
	auto_(buf_done) struct buf text = BUF_INIT;

	if (format_one(v, value, &text)) {
		put_padded(v, buf_view(&text), out);
		return;
	}
	buf_printf(out, "%%!%c(%s=", v->letter, type_name(value));
	if (value)
		template_print(value, out);
	buf_char(out, ')');
}

void template_printf(struct template_call *call, struct buf *out)
{
	const char *at = value_text(call->arguments[0]);
	size_t used = 1;

	while (*at) {
		struct verb v;

		if (*at != '%') {
			buf_char(out, *at++);
			continue;
		}
		at = take_verb(at + 1, &v);
		if (v.letter == '%')
			buf_char(out, '%');
		else if (!v.letter)
			buf_str(out, "%!(NOVERB)");
		else if (used >= call->len)
			buf_printf(out, "%%!%c(MISSING)", v.letter);
		else
			put_one(&v, call->arguments[used++], out);
	}
	for (size_t i = used; i < call->len; i++) {
		buf_printf(out, "%s%s=", i == used ? "%!(EXTRA " : ", ",
			   type_name(call->arguments[i]));
		template_print(call->arguments[i], out);
	}
	if (used < call->len)
		buf_char(out, ')');
}
