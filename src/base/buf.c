/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the growth of byte buffers: doubling, the ceiling, the sticking error. */
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>

static size_t ceiling(const struct buf *b)
{
	return b->max ? MIN(b->max, (size_t)PTRDIFF_MAX - 1) : (size_t)BUF_MAX_DEFAULT;
}

static int fail(struct buf *b, int error)
{
	if (!b->error)
		b->error = error;
	return b->error;
}

static int reserve(struct buf *b, size_t n)
{
	size_t want, cap;
	char *data;

	if (b->error)
		return b->error;
	if (n > ceiling(b) || b->len > ceiling(b) - n)
		return fail(b, -E2BIG);
	want = b->len + n + 1;
	if (want <= b->cap)
		return 0;
	cap = MAX(want, MAX(b->cap * 2, (size_t)64));
	data = realloc(b->data, cap);
	if (!data)
		return fail(b, -ENOMEM);
	b->data = data;
	b->data[b->len] = '\0';
	b->cap = cap;
	return 0;
}

void buf_done(struct buf *b)
{
	free(b->data);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->error = 0;
	if (b->data)
		b->data[0] = '\0';
}

char *buf_room(struct buf *b, size_t n)
{
	return reserve(b, n) < 0 ? NULL : b->data + b->len;
}

void buf_added(struct buf *b, size_t n)
{
	assert(b->len + n < b->cap);
	b->len += n;
	b->data[b->len] = '\0';
}

void buf_append(struct buf *b, const void *data, size_t n)
{
	char *to;

	if (n == 0)
		return;
	to = buf_room(b, n);
	if (!to)
		return;
	memcpy(to, data, n);
	buf_added(b, n);
}

void buf_str(struct buf *b, const char *s)
{
	if (s)
		buf_append(b, s, strlen(s));
}

void buf_slice(struct buf *b, struct str_slice s)
{
	buf_append(b, s.ptr, s.len);
}

void buf_char(struct buf *b, char c)
{
	buf_append(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
	va_list again;
	char *to;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n < 0) /* longer than INT_MAX */
		fail(b, -E2BIG);
	to = n < 0 ? NULL : buf_room(b, (size_t)n);
	if (to) {
		vsnprintf(to, (size_t)n + 1, format, again);
		buf_added(b, (size_t)n);
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(b, format, args);
	va_end(args);
}

void buf_hex(struct buf *b, const void *data, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = data;
	char *to = buf_room(b, 2 * n);

	if (!to)
		return;
	for (size_t i = 0; i < n; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	buf_added(b, 2 * n);
}

void buf_consume(struct buf *b, size_t n)
{
	assert(n <= b->len);
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	buf_truncate(b, b->len - n);
}

void buf_truncate(struct buf *b, size_t len)
{
	assert(len <= b->len);
	b->len = len;
	if (b->data)
		b->data[len] = '\0';
}

char *buf_take(struct buf *b)
{
	char *data;

	if (b->error || (!b->data && reserve(b, 0) < 0))
		return NULL;
	b->data[b->len] = '\0';
	data = b->data;
	*b = (struct buf){ .max = b->max };
	return data;
}
