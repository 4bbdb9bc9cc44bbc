/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the walks over slices: cutting, trimming, comparing. */
#include "base/str.h"

#include <stdlib.h>
#include <strings.h>

struct str_slice str_slice(const char *s)
{
	return s ? (struct str_slice){ s, strlen(s) } : STR_EMPTY;
}

struct str_slice str_range(const char *begin, const char *end)
{
	assert(end >= begin);
	return (struct str_slice){ begin, (size_t)(end - begin) };
}

bool str_eq(struct str_slice a, struct str_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_eq_nocase(struct str_slice a, struct str_slice b)
{
	return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_is(struct str_slice a, const char *b)
{
	return str_eq(a, str_slice(b));
}

bool str_starts_with(struct str_slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return n == 0 || (s.len >= n && memcmp(s.ptr, prefix, n) == 0);
}

bool str_ends_with(struct str_slice s, const char *suffix)
{
	size_t n = strlen(suffix);

	return n == 0 || (s.len >= n && memcmp(s.ptr + s.len - n, suffix, n) == 0);
}

bool str_take_prefix(struct str_slice *s, const char *prefix)
{
	if (!str_starts_with(*s, prefix))
		return false;
	*s = str_skip(*s, strlen(prefix));
	return true;
}

bool str_cut(struct str_slice *rest, char separator, struct str_slice *ret_head)
{
	ptrdiff_t at = str_index(*rest, separator);

	if (at < 0)
		return false;
	*ret_head = str_first(*rest, (size_t)at);
	*rest = str_skip(*rest, (size_t)at + 1);
	return true;
}

bool str_cut_last(struct str_slice *rest, char separator, struct str_slice *ret_head)
{
	const char *at = rest->len ? memrchr(rest->ptr, separator, rest->len) : NULL;

	if (!at)
		return false;
	*ret_head = str_range(rest->ptr, at);
	*rest = str_range(at + 1, rest->ptr + rest->len);
	return true;
}

bool str_next(struct str_slice *rest, char separator, struct str_slice *ret_field)
{
	if (!rest->ptr)
		return false;
	if (!str_cut(rest, separator, ret_field)) {
		*ret_field = *rest;
		*rest = (struct str_slice){ NULL, 0 };
	}
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool str_next_word(struct str_slice *rest, struct str_slice *ret_word)
{
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->len && !is_blank(rest->ptr[n]))
		n++;
	*ret_word = str_first(*rest, n);
	*rest = str_skip(*rest, n);
	return n > 0;
}

struct str_slice str_trim(struct str_slice s)
{
	while (s.len && is_blank(s.ptr[0]))
		s = str_skip(s, 1);
	while (s.len && is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct str_slice str_skip(struct str_slice s, size_t n)
{
	assert(n <= s.len);
	return (struct str_slice){ s.ptr ? s.ptr + n : NULL, s.len - n };
}

struct str_slice str_first(struct str_slice s, size_t n)
{
	assert(n <= s.len);
	return (struct str_slice){ s.ptr, n };
}

ptrdiff_t str_index(struct str_slice s, char c)
{
	const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;

	return at ? at - s.ptr : -1;
}

bool str_contains(struct str_slice s, struct str_slice part)
{
	if (part.len == 0)
		return true;
	return s.len && memmem(s.ptr, s.len, part.ptr, part.len);
}

int str_compare(struct str_slice a, struct str_slice b)
{
	size_t n = MIN(a.len, b.len);
	int r = n ? memcmp(a.ptr, b.ptr, n) : 0;

	return r ? r : (a.len > b.len) - (a.len < b.len);
}

char *str_dup(struct str_slice s)
{
	char *copy = malloc(s.len + 1);

	if (!copy)
		return NULL;
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

bool cstr_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}
