/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the JSON text of value trees, compact or indented as docker prints it. */
#include "cli/value.h"

enum { INDENT = 4 };

/* Length of the UTF-8 sequence at p, or 0 where there is none (RFC 3629). */
static size_t sequence(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0x80			  ? 1
		   : p[0] >= 0xc2 && p[0] <= 0xdf ? 2
		   : (p[0] & 0xf0) == 0xe0	  ? 3
		   : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4
						  : 0;

	if (!n || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static void write_ascii(unsigned char c, struct buf *out)
{
	static const char from[] = "\"\\\b\f\n\r\t", means[] = "\"\\bfnrt";
	const char *at = c ? memchr(from, c, sizeof(from) - 1) : NULL;

	if (at)
		buf_printf(out, "\\%c", means[at - from]);
	else if (c < 0x20)
		buf_printf(out, "\\u%04x", c);
	else
		buf_char(out, (char)c);
}

void value_write_string(struct str_slice s, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)s.ptr;

	buf_char(out, '"');
	for (size_t i = 0, n; i < s.len; i += n ? n : 1) {
		n = sequence(p + i, s.len - i);
		if (n == 1)
			write_ascii(p[i], out);
		else if (n == 0)
			buf_str(out, "\\ufffd");
		else if (n == 3 && p[i] == 0xe2 && p[i + 1] == 0x80 && (p[i + 2] & 0xfe) == 0xa8)
			buf_printf(out, "\\u202%c", p[i + 2] == 0xa8 ? '8' : '9');
		else
			buf_append(out, p + i, n);
	}
	buf_char(out, '"');
}

static void new_line(enum value_style style, unsigned depth, struct buf *out)
{
	if (style == VALUE_INDENTED)
		buf_printf(out, "\n%*s", (int)(depth * INDENT), "");
}

static void write_value(const struct value *v, enum value_style style, unsigned depth,
			struct buf *out)
{
	bool object = v->kind == VALUE_OBJECT;

	switch (v->kind) {
	case VALUE_NULL:
		buf_str(out, "null");
		return;
	case VALUE_BOOL:
		buf_str(out, v->boolean ? "true" : "false");
		return;
	case VALUE_NUMBER:
		buf_str(out, v->text);
		return;
	case VALUE_STRING:
		value_write_string((struct str_slice){ v->text, v->text_len }, out);
		return;
	case VALUE_ARRAY:
	case VALUE_OBJECT:
		break;
	}
	buf_char(out, object ? '{' : '[');
	value_for_each(item, v)
	{
		if (item != v->first)
			buf_char(out, ',');
		new_line(style, depth + 1, out);
		if (object) {
			value_write_string(str_slice(item->key), out);
			buf_str(out, style == VALUE_INDENTED ? ": " : ":");
		}
		write_value(item, style, depth + 1, out);
	}
	if (v->len)
		new_line(style, depth, out);
	buf_char(out, object ? '}' : ']');
}

void value_write(const struct value *v, enum value_style style, struct buf *out)
{
	write_value(v, style, 0, out);
}
