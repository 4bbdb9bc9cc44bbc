/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns reading compressed streams: gzip by ISA-L (or zlib where that is missing), zstd by libzstd,
 * xz and bzip2 by libarchive's filters. Each is a row of functions that turns input into output a
 * step at a time.
 */
#include "codec/compress.h"
#include "codec/library.h"

#include <archive.h>
#include <errno.h>
#include <isa-l/igzip_lib.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct decompressor {
	struct source source;
	struct source *from;
	const struct reader *reader;
	void *state;
	struct str_slice in; /* taken from `from`, not yet consumed */
	char *out;
	bool input_ended, frame_open, done;
};

struct reader {
	int (*load)(void);
	int (*open)(struct decompressor *d);
	/* Consumes d->in, fills *ret from d->out; sets d->frame_open, d->done. */
	int (*step)(struct decompressor *d, struct str_slice *ret);
	void (*close)(struct decompressor *d);
};

/* ---- gzip, by ISA-L ---- */

static struct {
	void (*init)(struct inflate_state *);
	void (*reset)(struct inflate_state *);
	int (*inflate)(struct inflate_state *);
} isal;

static int isal_load(void)
{
	const struct library_symbol symbols[] = { { "isal_inflate_init", &isal.init },
						  { "isal_inflate_reset", &isal.reset },
						  { "isal_inflate", &isal.inflate } };

	return isal.inflate ? 0 : library_load("libisal.so.2", symbols, ELEMENTS(symbols));
}

static int isal_open(struct decompressor *d)
{
	struct inflate_state *z = malloc(sizeof(*z));

	if (!z)
		return -ENOMEM;
	isal.init(z);
	z->crc_flag = ISAL_GZIP;
	d->state = z;
	return 0;
}

/*
 * A gzip stream is a row of members. What follows the last one and does not begin like a member is
 * padding, which gzip(1) ignores too.
 */
static bool next_member(struct decompressor *d)
{
	return d->in.len && (uint8_t)d->in.ptr[0] == 0x1f;
}

static int isal_step(struct decompressor *d, struct str_slice *ret)
{
	struct inflate_state *z = d->state;
	int r;

	if (!d->frame_open) {
		if (!next_member(d)) {
			d->done = true;
			return 0;
		}
		isal.reset(z);
		d->frame_open = true;
	}
	z->next_in = (uint8_t *)d->in.ptr;
	z->avail_in = (uint32_t)d->in.len;
	z->next_out = (uint8_t *)d->out;
	z->avail_out = STREAM_CHUNK;
	r = isal.inflate(z);
	if (r < 0)
		return -EBADMSG;
	d->in = str_skip(d->in, d->in.len - z->avail_in);
	*ret = (struct str_slice){ d->out, STREAM_CHUNK - z->avail_out };
	if (z->block_state == ISAL_BLOCK_FINISH)
		d->frame_open = false;
	return 0;
}

static void state_free(struct decompressor *d)
{
	free(d->state);
}

/* ---- gzip, by zlib ---- */

static struct {
	int (*init)(z_stream *, int, const char *, int);
	int (*reset)(z_stream *);
	int (*inflate)(z_stream *, int);
	int (*end)(z_stream *);
} zlib;

static int zlib_load(void)
{
	const struct library_symbol symbols[] = { { "inflateInit2_", &zlib.init },
						  { "inflateReset", &zlib.reset },
						  { "inflate", &zlib.inflate },
						  { "inflateEnd", &zlib.end } };

	return zlib.inflate ? 0 : library_load("libz.so.1", symbols, ELEMENTS(symbols));
}

static int zlib_open(struct decompressor *d)
{
	z_stream *z = calloc(1, sizeof(*z));

	if (!z)
		return -ENOMEM;
	d->state = z;
	return zlib.init(z, 15 + 16, ZLIB_VERSION, (int)sizeof(*z)) == Z_OK ? 0 : -ENOMEM;
}

static int zlib_step(struct decompressor *d, struct str_slice *ret)
{
	z_stream *z = d->state;
	int r;

	if (!d->frame_open) {
		if (!next_member(d)) {
			d->done = true;
			return 0;
		}
		zlib.reset(z);
		d->frame_open = true;
	}
	z->next_in = (unsigned char *)d->in.ptr;
	z->avail_in = (unsigned)d->in.len;
	z->next_out = (unsigned char *)d->out;
	z->avail_out = STREAM_CHUNK;
	r = zlib.inflate(z, Z_NO_FLUSH);
	if (r == Z_MEM_ERROR)
		return -ENOMEM;
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return -EBADMSG;
	d->in = str_skip(d->in, d->in.len - z->avail_in);
	*ret = (struct str_slice){ d->out, STREAM_CHUNK - z->avail_out };
	d->frame_open = r != Z_STREAM_END;
	return 0;
}

static void zlib_close(struct decompressor *d)
{
	if (d->state)
		zlib.end(d->state);
	free(d->state);
}

static const struct reader gzip_by_zlib = { zlib_load, zlib_open, zlib_step, zlib_close };

/* ---- zstd ---- */

static struct {
	ZSTD_DStream *(*create)(void);
	size_t (*release)(ZSTD_DStream *);
	size_t (*step)(ZSTD_DStream *, ZSTD_outBuffer *, ZSTD_inBuffer *);
	unsigned (*is_error)(size_t);
} zstd;

static int zstd_load(void)
{
	const struct library_symbol symbols[] = { { "ZSTD_createDStream", &zstd.create },
						  { "ZSTD_freeDStream", &zstd.release },
						  { "ZSTD_decompressStream", &zstd.step },
						  { "ZSTD_isError", &zstd.is_error } };

	return zstd.step ? 0 : library_load("libzstd.so.1", symbols, ELEMENTS(symbols));
}

static int zstd_open(struct decompressor *d)
{
	d->state = zstd.create();
	return d->state ? 0 : -ENOMEM;
}

/* Windows beyond 128 MB are refused by the library's own default (ZSTD_d_windowLogMax 27). */
static int zstd_step(struct decompressor *d, struct str_slice *ret)
{
	ZSTD_inBuffer in = { d->in.ptr, d->in.len, 0 };
	ZSTD_outBuffer out = { d->out, STREAM_CHUNK, 0 };
	size_t r;

	if (!d->in.len && d->input_ended && !d->frame_open) {
		d->done = true;
		return 0;
	}
	r = zstd.step(d->state, &out, &in);
	if (zstd.is_error(r))
		return -EBADMSG;
	d->in = str_skip(d->in, in.pos);
	*ret = (struct str_slice){ d->out, out.pos };
	d->frame_open = r != 0;
	return 0;
}

static void zstd_close(struct decompressor *d)
{
	if (d->state)
		zstd.release(d->state);
}

/* ---- xz and bzip2, by libarchive ---- */

static struct {
	struct archive *(*create)(void);
	int (*release)(struct archive *);
	int (*raw)(struct archive *);
	int (*xz)(struct archive *);
	int (*bzip2)(struct archive *);
	int (*open)(struct archive *, void *, archive_open_callback *, archive_read_callback *,
		    archive_close_callback *);
	int (*next_header)(struct archive *, struct archive_entry **);
	ssize_t (*read)(struct archive *, void *, size_t);
	int (*error)(struct archive *);
} la;

static int archive_load(void)
{
	const struct library_symbol symbols[] = {
		{ "archive_read_new", &la.create },
		{ "archive_read_free", &la.release },
		{ "archive_read_support_format_raw", &la.raw },
		{ "archive_read_support_filter_xz", &la.xz },
		{ "archive_read_support_filter_bzip2", &la.bzip2 },
		{ "archive_read_open", &la.open },
		{ "archive_read_next_header", &la.next_header },
		{ "archive_read_data", &la.read },
		{ "archive_errno", &la.error },
	};

	return la.create ? 0 : library_load("libarchive.so.13", symbols, ELEMENTS(symbols));
}

static ssize_t archive_pull(struct archive *a, void *ctx, const void **ret)
{
	struct decompressor *d = ctx;
	struct str_slice chunk = d->in;
	int r = 0;

	d->in = STR_EMPTY;
	if (!chunk.len)
		r = d->from->next(d->from, &chunk);
	if (r < 0)
		return -1;
	*ret = chunk.ptr;
	return (ssize_t)chunk.len;
}

/* The header is read with the first step, when there is input. */
static int archive_open(struct decompressor *d, int (*filter)(struct archive *))
{
	d->state = la.create();
	if (!d->state)
		return -ENOMEM;
	if (la.raw(d->state) != ARCHIVE_OK || filter(d->state) != ARCHIVE_OK)
		return -ENOTSUP;
	return 0;
}

static int xz_open(struct decompressor *d)
{
	return archive_open(d, la.xz);
}

static int bzip2_open(struct decompressor *d)
{
	return archive_open(d, la.bzip2);
}

static int archive_failure(struct archive *a)
{
	return la.error(a) == ENOMEM ? -ENOMEM : -EBADMSG;
}

static int archive_step(struct decompressor *d, struct str_slice *ret)
{
	struct archive_entry *entry;
	ssize_t n;

	if (!d->frame_open) {
		if (la.open(d->state, d, NULL, archive_pull, NULL) != ARCHIVE_OK ||
		    la.next_header(d->state, &entry) != ARCHIVE_OK)
			return archive_failure(d->state);
		d->frame_open = true;
	}
	n = la.read(d->state, d->out, STREAM_CHUNK);
	if (n < 0)
		return archive_failure(d->state);
	d->done = n == 0;
	*ret = (struct str_slice){ d->out, (size_t)n };
	return 0;
}

static void archive_close(struct decompressor *d)
{
	if (d->state)
		la.release(d->state);
}

/* ---- the stream ---- */

static const struct reader readers[COMPRESSION_COUNT] = {
	[COMPRESSION_GZIP] = { isal_load, isal_open, isal_step, state_free },
	[COMPRESSION_ZSTD] = { zstd_load, zstd_open, zstd_step, zstd_close },
	[COMPRESSION_XZ] = { archive_load, xz_open, archive_step, archive_close },
	[COMPRESSION_BZIP2] = { archive_load, bzip2_open, archive_step, archive_close },
};

static const struct reader *reader_of(enum compression c)
{
	if (c == COMPRESSION_GZIP && !isal.inflate && isal_load() < 0)
		return &gzip_by_zlib;
	return &readers[c];
}

int compression_load_reader(enum compression c)
{
	return c == COMPRESSION_NONE ? 0 : reader_of(c)->load();
}

/* libarchive pulls for itself; the others are fed here. */
static int feed(struct decompressor *d)
{
	int r;

	if (d->in.len || d->input_ended || d->reader->load == archive_load)
		return 0;
	r = d->from->next(d->from, &d->in);
	if (r < 0)
		return r;
	d->input_ended = d->in.len == 0;
	return 0;
}

static int decompressor_next(struct source *source, struct str_slice *ret)
{
	struct decompressor *d = CONTAINER_OF(source, struct decompressor, source);
	int r;

	*ret = STR_EMPTY;
	while (!d->done && !ret->len) {
		bool ended;

		if ((r = feed(d)) < 0)
			return r;
		ended = d->input_ended && !d->in.len;
		if ((r = d->reader->step(d, ret)) < 0)
			return r;
		if (ended && !d->done && !ret->len && d->frame_open)
			return -ENODATA;
	}
	return 0;
}

static int plain_next(struct source *source, struct str_slice *ret)
{
	struct decompressor *d = CONTAINER_OF(source, struct decompressor, source);

	return d->from->next(d->from, ret);
}

int decompressor_new(enum compression c, struct source *from, struct decompressor **ret)
{
	auto_(decompressor_freep) struct decompressor *d = calloc(1, sizeof(*d));
	int r;

	if (!d)
		return -ENOMEM;
	d->source.next = plain_next;
	d->from = from;
	d->in = STR_EMPTY;
	if (c != COMPRESSION_NONE) {
		if ((r = compression_load_reader(c)) < 0)
			return r;
		d->source.next = decompressor_next;
		d->reader = reader_of(c);
		if (!(d->out = malloc(STREAM_CHUNK)) || (r = d->reader->open(d)) < 0)
			return d->out ? r : -ENOMEM;
	}
	*ret = TAKE_PTR(d);
	return 0;
}

struct source *decompressor_source(struct decompressor *d)
{
	return &d->source;
}

void decompressor_free(struct decompressor *d)
{
	if (!d)
		return;
	if (d->reader)
		d->reader->close(d);
	free(d->out);
	free(d);
}
