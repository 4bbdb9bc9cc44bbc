/* SPDX-License-Identifier: Apache-2.0 */
/* Owns how text and floating-point numbers are written in JSON, byte for byte as Go writes them. */
#include "codec/json_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * The length of the well-formed UTF-8 sequence at s, or 0. No surrogates, no overlong forms,
 * nothing beyond U+10FFFF. RFC 3629, section 4.
 */
static size_t utf8_length(const unsigned char *s, size_t room)
{
	static const struct {
		unsigned char first, last, low, high, length;
	} rows[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		if (s[0] < rows[i].first || s[0] > rows[i].last)
			continue;
		if (room < rows[i].length || s[1] < rows[i].low || s[1] > rows[i].high)
			return 0;
		for (size_t n = 2; n < rows[i].length; n++)
			if ((s[n] & 0xc0) != 0x80)
				return 0;
		return rows[i].length;
	}
	return 0;
}

/* The escape of an ASCII character, or NULL: it stands for itself. `hex` is room for one. */
static const char *escape(unsigned char c, enum json_style style, char hex[8])
{
	switch (c) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\b':
		return "\\b";
	case '\f':
		return "\\f";
	case '\n':
		return "\\n";
	case '\r':
		return "\\r";
	case '\t':
		return "\\t";
	case '<':
	case '>':
	case '&':
		if (style == JSON_STYLE_PLAIN)
			return NULL;
		break;
	default:
		if (c >= 0x20)
			return NULL;
	}
	snprintf(hex, 8, "\\u%04x", c);
	return hex;
}

/* U+2028 and U+2029 end a line in JavaScript: Go always escapes them. */
static const char *escape_separator(const unsigned char *s, size_t length)
{
	if (length != 3 || s[0] != 0xe2 || s[1] != 0x80)
		return NULL;
	return s[2] == 0xa8 ? "\\u2028" : s[2] == 0xa9 ? "\\u2029" : NULL;
}

/* How many bytes the character at s takes, and what to write for it (NULL: itself). */
static size_t one_character(const unsigned char *s, size_t room, enum json_style style, char hex[8],
			    const char **ret_escape)
{
	size_t length;

	if (s[0] < 0x80) {
		*ret_escape = escape(s[0], style, hex);
		return 1;
	}
	length = utf8_length(s, room);
	*ret_escape = length ? escape_separator(s, length) : "\\ufffd";
	return MAX(length, (size_t)1);
}

void json_text_string(struct buf *out, struct str_slice text, enum json_style style)
{
	const unsigned char *s = (const unsigned char *)text.ptr;
	size_t plain = 0, at = 0, length;
	const char *instead;
	char hex[8];

	buf_char(out, '"');
	while (at < text.len) {
		length = one_character(s + at, text.len - at, style, hex, &instead);
		if (instead) {
			buf_append(out, text.ptr + plain, at - plain);
			buf_str(out, instead);
			plain = at + length;
		}
		at += length;
	}
	buf_append(out, text.ptr + plain, at - plain);
	buf_char(out, '"');
}

void json_encode_string(struct buf *out, struct str_slice text)
{
	json_text_string(out, text, JSON_STYLE_HTML);
}

/* Fewest digits that read back as the same number (17 always do, IEEE 754): "-1.25e+02". */
static void shortest(double value, char *text, size_t size)
{
	for (int digits = 1; digits <= 17; digits++) {
		snprintf(text, size, "%.*e", digits - 1, value);
		if (strtod(text, NULL) == value)
			return;
	}
}

/* Writes digits with the point behind the first `whole` of them, and zeros where there are none. */
static void write_plain(struct buf *out, const char *digits, int whole)
{
	int n = (int)strlen(digits);

	if (whole <= 0)
		buf_str(out, "0.");
	for (int i = whole; i < 0; i++)
		buf_char(out, '0');
	for (int i = 0; i < MAX(n, whole); i++) {
		if (i && i == whole)
			buf_char(out, '.');
		buf_char(out, i < n ? digits[i] : '0');
	}
}

void json_encode_double(struct buf *out, double value)
{
	char text[40], digits[20];
	int exponent, n = 0;

	if (!isfinite(value)) {
		buf_str(out, "null"); /* JSON has no word for it */
		return;
	}
	if (value == 0) {
		buf_str(out, signbit(value) ? "-0" : "0");
		return;
	}
	shortest(fabs(value), text, sizeof(text));
	for (const char *c = text; *c != 'e'; c++)
		if (*c != '.')
			digits[n++] = *c;
	digits[n] = '\0';
	exponent = atoi(strchr(text, 'e') + 1);

	if (value < 0)
		buf_char(out, '-');
	if (exponent >= -6 && exponent < 21)
		write_plain(out, digits, exponent + 1);
	else
		buf_printf(out, "%c%s%se%c%0*d", digits[0], n > 1 ? "." : "", digits + 1,
			   exponent < 0 ? '-' : '+', exponent < 0 ? 1 : 2, abs(exponent));
}
