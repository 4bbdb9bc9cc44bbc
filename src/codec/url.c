/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the percent-encoding of RFC 3986 and the walk over a query's parameters. */
#include "codec/url.h"

#include <errno.h>

struct url_target url_split(struct str_slice target)
{
	struct url_target t = { .path = target, .query = STR_EMPTY };
	struct str_slice fragment_free;

	if (str_cut(&target, '#', &fragment_free))
		target = t.path = fragment_free;
	if (str_cut(&target, '?', &t.path))
		t.query = target;
	return t;
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

/* The byte that "%xy" at s[i] stands for, or -EINVAL. */
static int escaped_byte(struct str_slice s, size_t i)
{
	int high, low;

	if (s.len - i < 3)
		return -EINVAL;
	high = hex_value(s.ptr[i + 1]);
	low = hex_value(s.ptr[i + 2]);
	if (high < 0 || low < 0 || high + low == 0)
		return -EINVAL;
	return high << 4 | low;
}

int url_decode(struct str_slice s, enum url_plus plus, struct arena *a, struct str_slice *ret)
{
	char *text = arena_alloc(a, s.len + 1);
	size_t n = 0;
	int byte;

	if (!text)
		return -ENOMEM;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '%') {
			if ((byte = escaped_byte(s, i)) < 0)
				return byte;
			text[n++] = (char)byte;
			i += 2;
		} else if (s.ptr[i] == '\0') {
			return -EINVAL;
		} else {
			text[n++] = s.ptr[i] == '+' && plus == URL_PLUS_SPACE ? ' ' : s.ptr[i];
		}
	}
	*ret = (struct str_slice){ text, n };
	return 0;
}

bool url_next_param(struct str_slice *query, struct arena *a, struct url_param *ret, int *ret_error)
{
	struct url_param param;
	struct str_slice pair, name;
	int r;

	do {
		if (!str_next(query, '&', &pair))
			return false;
	} while (pair.len == 0);

	if (!str_cut(&pair, '=', &name)) {
		name = pair;
		pair = STR_EMPTY;
	}
	if ((r = url_decode(name, URL_PLUS_SPACE, a, &param.name)) < 0 ||
	    (r = url_decode(pair, URL_PLUS_SPACE, a, &param.value)) < 0) {
		*ret_error = r;
		*query = STR_EMPTY;
		return false;
	}
	*ret = param;
	return true;
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void url_encode(struct buf *b, struct str_slice s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (is_unreserved(s.ptr[i])) {
			buf_char(b, s.ptr[i]);
		} else {
			buf_char(b, '%');
			buf_char(b, digits[c >> 4]);
			buf_char(b, digits[c & 15]);
		}
	}
}

void url_add_param(struct buf *b, const char *name, struct str_slice value)
{
	buf_char(b, str_index(buf_view(b), '?') < 0 ? '?' : '&');
	url_encode(b, str_slice(name));
	buf_char(b, '=');
	url_encode(b, value);
}
