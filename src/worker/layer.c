/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the jobs that make a layer's tree of a tar stream: unpack (a blob that is known) and import
 * (whatever comes, of which the blob is made on the way). The stream passes once through: digest of
 * the bytes as they come, decompression, digest of the plain tar, members, files.
 */
#include "codec/compress.h"
#include "os/caps.h"
#include "worker/job.h"
#include "worker/tree_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>

/* What a blob may be stored as; all else is compressed anew. */
static const char *const media_types[COMPRESSION_COUNT] = {
	[COMPRESSION_NONE] = "application/vnd.oci.image.layer.v1.tar",
	[COMPRESSION_GZIP] = "application/vnd.oci.image.layer.v1.tar+gzip",
	[COMPRESSION_ZSTD] = "application/vnd.oci.image.layer.v1.tar+zstd",
};

/* The streams of one job, from the input to the members. */
struct layer_streams {
	struct source_fd input;
	enum compression as_read, as_stored;
	struct source_tap raw, plain;
	struct decompressor *decompressor;
	struct sink_fd file;	/* the blob's file */
	struct sink_tap stored; /* its digest, when it is compressed here */
	struct compressor *compressor;
};

static struct layer_streams streams;

static bool keeps_form(enum compression c)
{
	return c == COMPRESSION_GZIP || c == COMPRESSION_ZSTD;
}

static int prepare(struct job *job, struct err *e)
{
	const struct job_unpack *p = job->params;
	struct str_slice first;
	int r;

	digest_load_fast();
	if (source_fd_init(&streams.input, p->input) < 0)
		return err_no_memory(e);
	if ((r = source_fd_peek(&streams.input, COMPRESSION_MAGIC_LEN, &first)) < 0)
		return err_sys(e, -r, "cannot read the layer");
	streams.as_read = streams.as_stored = compression_detect(first);
	if (compression_load_reader(streams.as_read) < 0)
		return err_set(e, ERR_NOT_IMPLEMENTED,
			       "cannot read %s: its library is not installed",
			       compression_name(streams.as_read));
	if (p->blob < 0 || keeps_form(streams.as_read))
		return 0;
	streams.as_stored = COMPRESSION_GZIP;
	return compression_load_writer(COMPRESSION_GZIP) < 0
		       ? err_set(e, ERR_NOT_IMPLEMENTED, "cannot write gzip: zlib is not installed")
		       : 0;
}

/* The blob is a copy of what comes, or what is made of the plain tar. */
static int lay_streams(const struct job_unpack *p, struct err *e)
{
	struct layer_streams *s = &streams;
	struct sink *copy = NULL, *packed = NULL;
	int r;

	if (p->blob >= 0 && (r = sink_fd_init(&s->file, p->blob)) < 0)
		return err_no_memory(e);
	if (p->blob >= 0 && s->as_stored == s->as_read)
		copy = &s->file.sink;
	source_tap_init(&s->raw, &s->input.source, copy);
	if (decompressor_new(s->as_read, &s->raw.source, &s->decompressor) < 0)
		return err_no_memory(e);
	if (p->blob >= 0 && !copy) {
		sink_tap_init(&s->stored, &s->file.sink);
		if (compressor_new(s->as_stored, &s->stored.sink, &s->compressor) < 0)
			return err_no_memory(e);
		packed = compressor_sink(s->compressor);
	}
	source_tap_init(&s->plain, decompressor_source(s->decompressor), packed);
	return 0;
}

/* What follows the archive belongs to the digests too. */
static int read_members(const struct job_unpack *p, struct job_layer_result *result, struct err *e)
{
	auto_(tree_writer_done) struct tree_writer w = { .root = -1 };
	auto_(tar_reader_done) struct tar_reader reader;
	int r;

	tar_reader_init(&reader, &streams.plain.source);
	if ((r = tree_writer_init(&w, p->tree, TREE_LAYER, e)) < 0)
		return r;
	w.max_bytes = p->max_bytes;
	if ((r = tree_writer_archive(&w, &reader, e)) < 0)
		return r;
	if ((r = tar_reader_drain(&reader)) < 0 || (r = source_drain(&streams.raw.source)) < 0)
		return tree_archive_error(&reader, r, e);
	result->size = w.size;
	result->entries = w.entries;
	return 0;
}

static int finish_blob(const struct job_unpack *p, struct err *e)
{
	int r = 0;

	if (p->blob < 0)
		return 0;
	if (streams.compressor)
		r = compressor_end(streams.compressor);
	if (r == 0)
		r = sink_fd_flush(&streams.file);
	return r < 0 ? err_sys(e, -r, "cannot write the layer's blob") : 0;
}

static int check(struct str_slice expected, struct str_slice found, const char *what, struct err *e)
{
	if (!expected.len || str_eq(expected, found))
		return 0;
	return err_set(e, ERR_DATA_LOSS, "cannot use the layer: its %s is %.*s, expected %.*s",
		       what, STR_ARG(found), STR_ARG(expected));
}

static int digest_text(struct arena *a, const struct digest *d, struct str_slice *ret)
{
	char text[DIGEST_TEXT_MAX];
	const char *copy = arena_str(a, digest_format(d, text));

	*ret = str_slice(copy);
	return copy ? 0 : -ENOMEM;
}

static int describe(struct job *job, struct err *e)
{
	struct job_layer_result *result = job->result;
	const struct job_unpack *p = job->params;
	struct digest plain, raw;
	int r;

	source_tap_end(&streams.plain, &plain);
	source_tap_end(&streams.raw, &raw);
	result->blob_size = streams.raw.total;
	if (streams.compressor) {
		sink_tap_end(&streams.stored, &raw);
		result->blob_size = streams.stored.total;
	}
	if (digest_text(job->arena, &plain, &result->diff_id) < 0 ||
	    digest_text(job->arena, &raw, &result->blob) < 0)
		return err_no_memory(e);
	if (media_types[streams.as_stored])
		result->media_type = str_slice(media_types[streams.as_stored]);
	if ((r = check(p->expect_blob, result->blob, "digest", e)) < 0)
		return r;
	return check(p->expect_diff, result->diff_id, "diff id", e);
}

static int run(struct job *job, struct err *e)
{
	int r;

	if ((r = lay_streams(job->params, e)) < 0 ||
	    (r = read_members(job->params, job->result, e)) < 0 ||
	    (r = finish_blob(job->params, e)) < 0)
		return r;
	return describe(job, e);
}

static void reach(const struct job *job, struct sandbox_reach *reach)
{
	const struct job_unpack *p = job->params;

	sandbox_may_write(reach, p->tree);
}

#define UNPACK_CAPS                                                                \
	(CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_DAC_OVERRIDE) | CAPS_BIT(CAP_FOWNER) | \
	 CAPS_BIT(CAP_FSETID) | CAPS_BIT(CAP_MKNOD) | CAPS_BIT(CAP_SETFCAP))

const struct worker_row job_import = {
	.kind = JOB_IMPORT,
	.prepare = prepare,
	.run = run,
	.reach = reach,
	.rule = { SANDBOX_READ_TREE | SANDBOX_WRITE_TREE, UNPACK_CAPS, 2ull << 30 },
};

const struct worker_row job_unpack_row = {
	.kind = JOB_UNPACK,
	.prepare = prepare,
	.run = run,
	.reach = reach,
	.rule = { SANDBOX_READ_TREE | SANDBOX_WRITE_TREE, UNPACK_CAPS, 2ull << 30 },
};
