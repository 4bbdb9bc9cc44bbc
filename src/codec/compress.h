/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the compressions that archives and layers come in. Their libraries are loaded by name when
 * they are asked for, so that a job pays only for what it reads, and before its sandbox closes.
 */
#pragma once

#include "codec/stream.h"

enum compression {
	COMPRESSION_NONE,
	COMPRESSION_GZIP,
	COMPRESSION_ZSTD,
	COMPRESSION_XZ,
	COMPRESSION_BZIP2,
	COMPRESSION_COUNT
};

enum { COMPRESSION_MAGIC_LEN = 10 }; /* bytes that compression_detect wants to see */

const char *compression_name(enum compression c); /* "none", "gzip", … */

/* By the first bytes of a stream; anything unknown is COMPRESSION_NONE. */
enum compression compression_detect(struct str_slice first_bytes);

/*
 * Loads the library that reads c, or that writes it (GZIP and ZSTD). 0, or -ELIBACC when it is not
 * installed. Idempotent; before threads start.
 */
int compression_load_reader(enum compression c) _must_check;
int compression_load_writer(enum compression c) _must_check;

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
