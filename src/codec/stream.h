/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns streams of bytes that are pulled (struct source) or pushed (struct sink), over descriptors
 * and memory. Other streams are laid over them: compressions, digests, archives. One thread a
 * stream.
 */
#pragma once

#include "base/buf.h"
#include "base/own.h"
#include "base/str.h"
#include "codec/digest.h"

#include <stdbool.h>
#include <stdint.h>

enum { STREAM_CHUNK = 128 << 10 }; /* what a source hands out at a time, at most */

/*
 * A stream that is pulled. `next` gives the bytes that follow, borrowed until the next call; an
 * empty slice is the end. Negative errno: what reading returned, -EBADMSG where compressed bytes
 * are damaged, -ENODATA where they stop short.
 */
struct source {
	int (*next)(struct source *s, struct str_slice *ret_chunk);
};

/* A stream that is pushed: takes all of it or fails. */
struct sink {
	int (*write)(struct sink *s, const void *data, size_t n);
};

/* Reads a descriptor from where it stands. The descriptor stays the caller's. */
struct source_fd {
	struct source source;
	int fd;
	char *buffer;
	struct str_slice held; /* bytes that were peeked at and not yet handed out */
};

int source_fd_init(struct source_fd *s, int fd) _must_check;
void source_fd_done(struct source_fd *s);
/* The first bytes, up to n (at most STREAM_CHUNK), without taking them; fewer: the end. */
int source_fd_peek(struct source_fd *s, size_t n, struct str_slice *ret) _must_check;

/* Memory as a stream. */
struct source_memory {
	struct source source;
	struct str_slice rest;
};
void source_memory_init(struct source_memory *s, struct str_slice bytes);

/*
 * Passes a stream on, and computes its digest and length on the way. With `copy`, the bytes are
 * also written there. source_tap_end gives the digest of all that was read.
 */
struct source_tap {
	struct source source;
	struct source *from;
	struct sink *copy;
	struct digest_ctx digest;
	uint64_t total;
	uint64_t limit; /* -EFBIG beyond; 0: none */
};
void source_tap_init(struct source_tap *t, struct source *from, struct sink *copy);
void source_tap_end(struct source_tap *t, struct digest *ret);

/* Writes to a descriptor, whole, gathered by STREAM_CHUNK; call sink_fd_flush at the end. */
struct sink_fd {
	struct sink sink;
	int fd;
	char *buffer;
	size_t len;
};
int sink_fd_init(struct sink_fd *s, int fd) _must_check;
int sink_fd_flush(struct sink_fd *s) _must_check;
void sink_fd_done(struct sink_fd *s);

/* Passes on what is written, and computes its digest and length. `to` may be NULL. */
struct sink_tap {
	struct sink sink;
	struct sink *to;
	struct digest_ctx digest;
	uint64_t total;
};
void sink_tap_init(struct sink_tap *t, struct sink *to);
void sink_tap_end(struct sink_tap *t, struct digest *ret);

/* Appends to a buf. */
struct sink_buf {
	struct sink sink;
	struct buf *out;
};
void sink_buf_init(struct sink_buf *s, struct buf *out);

/* Reads a source to its end. */
int source_drain(struct source *s) _must_check;
