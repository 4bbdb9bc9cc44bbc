/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns streams of bytes that are pulled (struct source) or pushed (struct sink) and the
 * compressions laid over them. The libraries are loaded by name when they are asked for, so that a
 * job pays only for what it reads, and before its sandbox closes. One thread per stream.
 */
#pragma once

#include "base/own.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum compression {
	COMPRESSION_NONE,
	COMPRESSION_GZIP,
	COMPRESSION_ZSTD,
	COMPRESSION_XZ,
	COMPRESSION_BZIP2,
	COMPRESSION_LZ4,
	COMPRESSION_COUNT
};

enum {
	COMPRESSION_MAGIC_LEN = 10, /* bytes that compression_detect wants to see */
	COMPRESS_CHUNK = 128 << 10, /* what a source hands out at a time, at most */
};

const char *compression_name(enum compression c); /* "none", "gzip", … */

/* By the first bytes of a stream; anything unknown is COMPRESSION_NONE. */
enum compression compression_detect(struct str_slice first_bytes);

/*
 * Loads the library that reads c. 0, or -ELIBACC when it is not installed. Idempotent; before
 * threads start.
 */
int compression_load(enum compression c) _must_check;
const char *compression_library(enum compression c); /* file name, for messages */
int compression_load_writers(void) _must_check;	     /* zlib and zstd */

/*
 * A stream that is pulled. `next` gives the bytes that follow, borrowed until the next call; an
 * empty slice is the end. Negative errno: what reading returned, -EBADMSG where compressed bytes
 * are damaged, -ENODATA where they stop short.
 */
struct source {
	int (*next)(struct source *s, struct str_slice *ret_chunk);
};

/* A stream that is pushed. */
struct sink {
	int (*write)(struct sink *s, const void *data, size_t n);
};

/* Reads a descriptor from where it stands. The descriptor stays the caller's. */
struct source_fd {
	struct source source;
	int fd;
	char *buffer;
	uint64_t total;	       /* bytes read so far */
	struct str_slice held; /* bytes that were peeked at and not yet handed out */
};

int source_fd_init(struct source_fd *s, int fd) _must_check;
void source_fd_done(struct source_fd *s);
/* The first bytes, up to n (at most COMPRESS_CHUNK), without taking them. */
int source_fd_peek(struct source_fd *s, size_t n, struct str_slice *ret) _must_check;

/* Memory as a stream. */
struct source_memory {
	struct source source;
	struct str_slice rest;
};
void source_memory_init(struct source_memory *s, struct str_slice bytes);

/* Writes to a descriptor, whole, buffered by COMPRESS_CHUNK; call sink_fd_flush at the end. */
struct sink_fd {
	struct sink sink;
	int fd;
	char *buffer;
	size_t len;
	uint64_t total;
};
int sink_fd_init(struct sink_fd *s, int fd) _must_check;
int sink_fd_flush(struct sink_fd *s) _must_check;
void sink_fd_done(struct sink_fd *s);

/* The plain bytes of a compressed stream, as a source. `from` is borrowed for its life. */
struct decompressor;
int decompressor_new(enum compression c, struct source *from, struct decompressor **ret)
	_must_check;
struct source *decompressor_source(struct decompressor *d);
void decompressor_free(struct decompressor *d);
OWN_PTR(struct decompressor, decompressor_free);

/*
 * Compresses what is written to it into `to`. GZIP (deterministic: the same bytes give the same
 * stream on every machine and with any number of threads), ZSTD or NONE.
 */
struct compressor;
int compressor_new(enum compression c, struct sink *to, struct compressor **ret) _must_check;
struct sink *compressor_sink(struct compressor *c);
int compressor_end(struct compressor *c) _must_check; /* writes the trailer */
void compressor_free(struct compressor *c);
OWN_PTR(struct compressor, compressor_free);
