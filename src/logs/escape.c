/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the escaping of log text; see escape.h for the rules and their source. */
#include "logs/escape.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>

enum { BLOCK = 16 };

static __m128i load(const char *at)
{
	return _mm_loadu_si128((const __m128i *)at);
}

/* Bit n: byte n is below 0x20, above 0x7f, or one of " \ < > &. */
static unsigned special_bits(__m128i v)
{
	/* Signed comparison: bytes from 0x80 up are negative, so below 0x20 as well. */
	__m128i bad = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));

	bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
	bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8('&')));
	/* '<' is 0x3c and '>' is 0x3e: one comparison with bit 1 set in both. */
	bad = _mm_or_si128(bad,
			   _mm_cmpeq_epi8(_mm_or_si128(v, _mm_set1_epi8(2)), _mm_set1_epi8('>')));
	return (unsigned)_mm_movemask_epi8(bad);
}

/* Copies plain bytes; both pointers stop at the first special one. Writes up to BLOCK bytes more.
 */
static void copy_plain(const char **at, const char *end, char **out)
{
	unsigned bits;

	while (end - *at >= BLOCK) {
		__m128i v = load(*at);

		_mm_storeu_si128((__m128i *)*out, v);
		bits = special_bits(v);
		if (bits) {
			*at += __builtin_ctz(bits);
			*out += __builtin_ctz(bits);
			return;
		}
		*at += BLOCK;
		*out += BLOCK;
	}
}

const char *log_find_newline(struct str_slice text)
{
	const char *at = text.ptr, *end = text.ptr + text.len;
	unsigned bits;

	for (; end - at >= BLOCK; at += BLOCK) {
		bits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(load(at), _mm_set1_epi8('\n')));
		if (bits)
			return at + __builtin_ctz(bits);
	}
	return memchr(at, '\n', (size_t)(end - at));
}

/* Length of the run without quote, backslash and control characters; may stop short of `end`. */
static size_t plain_run(const char *at, const char *end)
{
	const char *begin = at;
	unsigned bits;

	for (; end - at >= BLOCK; at += BLOCK) {
		__m128i v = load(at), bad;

		bad = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)), v);
		bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
		bad = _mm_or_si128(bad, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
		bits = (unsigned)_mm_movemask_epi8(bad);
		if (bits)
			return (size_t)(at - begin) + __builtin_ctz(bits);
	}
	return (size_t)(at - begin);
}
#else
static size_t plain_run(const char *at, const char *end)
{
	return 0;
}

static void copy_plain(const char **at, const char *end, char **out)
{
}

const char *log_find_newline(struct str_slice text)
{
	return memchr(text.ptr, '\n', text.len);
}
#endif

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&';
}

static char *put(char *out, const char *text, size_t n)
{
	memcpy(out, text, n);
	return out + n;
}

static char *escape_ascii(uint8_t c, char *out)
{
	static const char hex[] = "0123456789abcdef";

	*out++ = '\\';
	switch (c) {
	case '"':
	case '\\':
		*out++ = (char)c;
		return out;
	case '\n':
		*out++ = 'n';
		return out;
	case '\r':
		*out++ = 'r';
		return out;
	default:
		out = put(out, "u00", 3);
		*out++ = hex[c >> 4];
		*out++ = hex[c & 15];
		return out;
	}
}

/* Shortest forms only, no surrogates, up to U+10FFFF: RFC 3629 §4. 0: not UTF-8. */
static size_t utf8_length(const uint8_t *p, size_t n)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t want;

	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		want = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		want = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		want = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	if (p[0] == 0xed)
		high = 0x9f;
	if (p[0] == 0xf0)
		low = 0x90;
	if (p[0] == 0xf4)
		high = 0x8f;
	if (n < want || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < want; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return want;
}

static char *escape_rune(const char **at, const char *end, char *out)
{
	const uint8_t *p = (const uint8_t *)*at;
	size_t n = utf8_length(p, (size_t)(end - *at));

	if (n == 0) {
		++*at;
		return put(out, "\\ufffd", 6);
	}
	*at += n;
	if (n == 3 && p[0] == 0xe2 && p[1] == 0x80 && (p[2] & 0xfe) == 0xa8)
		return put(out, p[2] == 0xa8 ? "\\u2028" : "\\u2029", 6);
	return put(out, (const char *)p, n);
}

char *log_escape(struct str_slice text, char *out)
{
	const char *at = text.ptr, *end = text.ptr + text.len;

	while (at < end) {
		copy_plain(&at, end, &out);
		if (at == end)
			break;
		if (is_plain((uint8_t)*at))
			*out++ = *at++;
		else if ((uint8_t)*at < 0x80)
			out = escape_ascii((uint8_t)*at++, out);
		else
			out = escape_rune(&at, end, out);
	}
	return out;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The four digits of \uXXXX, or -1. */
static int take_unit(const char *at, const char *end)
{
	int value = 0, digit;

	if (end - at < 4)
		return -1;
	for (unsigned i = 0; i < 4; i++) {
		if ((digit = hex_value(at[i])) < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

static char *put_rune(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* `at` is behind "\u". The text is never longer than its escape, so it may be written in place. */
static char *unescape_unit(char *at, const char *end, char **out)
{
	int unit = take_unit(at, end), low;

	if (unit < 0)
		return NULL;
	at += 4;
	if (unit < 0xd800 || unit > 0xdfff) {
		*out = put_rune(*out, (uint32_t)unit);
		return at;
	}
	low = unit < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u'
		      ? take_unit(at + 2, end)
		      : -1;
	if (low < 0xdc00 || low > 0xdfff) {
		*out = put_rune(*out, 0xfffd);
		return at;
	}
	*out = put_rune(*out,
			0x10000 + ((uint32_t)(unit - 0xd800) << 10 | (uint32_t)(low - 0xdc00)));
	return at + 6;
}

/* `at` is behind the backslash. */
static char *unescape_one(char *at, const char *end, char **out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (at == end)
		return NULL;
	if (*at == 'u')
		return unescape_unit(at + 1, end, out);
	found = *at ? strchr(from, *at) : NULL;
	if (!found)
		return NULL;
	*(*out)++ = to[found - from];
	return at + 1;
}

char *log_unescape(char *at, char *end, char **ret_end)
{
	char *out = at;
	size_t n;

	while (at < end) {
		n = plain_run(at, end);
		if (out != at)
			memmove(out, at, n);
		at += n;
		out += n;
		if (at == end)
			break;
		if (*at == '"') {
			*ret_end = out;
			return at + 1;
		}
		if ((uint8_t)*at < 0x20)
			return NULL;
		if (*at != '\\')
			*out++ = *at++;
		else if (!(at = unescape_one(at + 1, end, &out)))
			return NULL;
	}
	return NULL;
}
