/* SPDX-License-Identifier: Apache-2.0 */
/* Owns pulled and pushed streams over descriptors and memory, and the taps that digest them. */
#include "codec/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static ssize_t read_some(int fd, void *data, size_t n)
{
	ssize_t r;

	do {
		r = read(fd, data, n);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static int source_fd_next(struct source *source, struct str_slice *ret)
{
	struct source_fd *s = CONTAINER_OF(source, struct source_fd, source);
	ssize_t n;

	if (s->held.len) {
		*ret = s->held;
		s->held = STR_EMPTY;
		return 0;
	}
	n = read_some(s->fd, s->buffer, STREAM_CHUNK);
	if (n < 0)
		return (int)n;
	*ret = (struct str_slice){ s->buffer, (size_t)n };
	return 0;
}

int source_fd_init(struct source_fd *s, int fd)
{
	*s = (struct source_fd){ .source = { source_fd_next }, .fd = fd, .held = STR_EMPTY };
	s->buffer = malloc(STREAM_CHUNK);
	return s->buffer ? 0 : -ENOMEM;
}

void source_fd_done(struct source_fd *s)
{
	free(s->buffer);
	s->buffer = NULL;
}

int source_fd_peek(struct source_fd *s, size_t n, struct str_slice *ret)
{
	assert(n <= STREAM_CHUNK);
	if (!s->held.len)
		s->held.ptr = s->buffer;
	assert(s->held.ptr == s->buffer);
	while (s->held.len < n) {
		ssize_t got = read_some(s->fd, s->buffer + s->held.len, STREAM_CHUNK - s->held.len);

		if (got < 0)
			return (int)got;
		if (got == 0)
			break;
		s->held.len += (size_t)got;
	}
	*ret = str_first(s->held, MIN(n, s->held.len));
	return 0;
}

static int source_memory_next(struct source *source, struct str_slice *ret)
{
	struct source_memory *s = CONTAINER_OF(source, struct source_memory, source);

	*ret = s->rest;
	s->rest = STR_EMPTY;
	return 0;
}

void source_memory_init(struct source_memory *s, struct str_slice bytes)
{
	*s = (struct source_memory){ .source = { source_memory_next }, .rest = bytes };
}

static int source_tap_next(struct source *source, struct str_slice *ret)
{
	struct source_tap *t = CONTAINER_OF(source, struct source_tap, source);
	int r = t->from->next(t->from, ret);

	if (r < 0)
		return r;
	t->total += ret->len;
	if (t->limit && t->total > t->limit)
		return -EFBIG;
	digest_add(&t->digest, ret->ptr, ret->len);
	return t->copy && ret->len ? t->copy->write(t->copy, ret->ptr, ret->len) : 0;
}

void source_tap_init(struct source_tap *t, struct source *from, struct sink *copy)
{
	*t = (struct source_tap){ .source = { source_tap_next }, .from = from, .copy = copy };
	digest_begin(&t->digest);
}

void source_tap_end(struct source_tap *t, struct digest *ret)
{
	digest_end(&t->digest, ret);
}

int source_drain(struct source *s)
{
	struct str_slice chunk;
	int r;

	do {
		r = s->next(s, &chunk);
	} while (r == 0 && chunk.len);
	return r;
}

static int write_whole(int fd, const char *data, size_t n)
{
	while (n) {
		ssize_t r = write(fd, data, n);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		data += r;
		n -= (size_t)r;
	}
	return 0;
}

int sink_fd_flush(struct sink_fd *s)
{
	size_t n = s->len;

	s->len = 0;
	return write_whole(s->fd, s->buffer, n);
}

static int sink_fd_write(struct sink *sink, const void *data, size_t n)
{
	struct sink_fd *s = CONTAINER_OF(sink, struct sink_fd, sink);
	int r;

	if (s->len + n > STREAM_CHUNK && (r = sink_fd_flush(s)) < 0)
		return r;
	if (n >= STREAM_CHUNK)
		return write_whole(s->fd, data, n);
	memcpy(s->buffer + s->len, data, n);
	s->len += n;
	return 0;
}

int sink_fd_init(struct sink_fd *s, int fd)
{
	*s = (struct sink_fd){ .sink = { sink_fd_write }, .fd = fd };
	s->buffer = malloc(STREAM_CHUNK);
	return s->buffer ? 0 : -ENOMEM;
}

void sink_fd_done(struct sink_fd *s)
{
	free(s->buffer);
	s->buffer = NULL;
}

static int sink_tap_write(struct sink *sink, const void *data, size_t n)
{
	struct sink_tap *t = CONTAINER_OF(sink, struct sink_tap, sink);

	t->total += n;
	digest_add(&t->digest, data, n);
	return t->to ? t->to->write(t->to, data, n) : 0;
}

void sink_tap_init(struct sink_tap *t, struct sink *to)
{
	*t = (struct sink_tap){ .sink = { sink_tap_write }, .to = to };
	digest_begin(&t->digest);
}

void sink_tap_end(struct sink_tap *t, struct digest *ret)
{
	digest_end(&t->digest, ret);
}

static int sink_buf_write(struct sink *sink, const void *data, size_t n)
{
	struct sink_buf *s = CONTAINER_OF(sink, struct sink_buf, sink);

	buf_append(s->out, data, n);
	return buf_error(s->out);
}

void sink_buf_init(struct sink_buf *s, struct buf *out)
{
	*s = (struct sink_buf){ .sink = { sink_buf_write }, .out = out };
}
