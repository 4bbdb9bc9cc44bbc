/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what each job of berth-worker is asked and what it answers: one struct a job for both, and
 * the shapes that carry them in JOB and RESULT messages (rpc/message.h). A descriptor says what may
 * be touched: a job reaches nothing but what it was handed. Descriptors that are not given are -1:
 * start from JOB_X_INIT. Lists that may be long travel as a descriptor of a file (usually a memfd)
 * of texts, each ended by a NUL: job_texts_write and job_texts_read.
 *
 * Digests are texts "sha256:HEX". Trees are directory descriptors.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "rpc/message.h"

#include <stdint.h>

enum job_kind {
	JOB_IMPORT,  /* stream -> layer tree + blob */
	JOB_UNPACK,  /* blob -> layer tree, verified */
	JOB_DIFF,    /* a container's changes, or a layer tree -> blob */
	JOB_CHANGES, /* a container's changes -> list */
	JOB_LOAD,    /* archive -> blobs */
	JOB_SAVE,    /* blobs -> archive */
	JOB_EXPORT,  /* a root -> tar */
	JOB_CONTEXT, /* build context -> spool + index */
	JOB_INDEX,   /* an image's root -> index */
	JOB_COPY,    /* context, tree or file -> a root */
	JOB_FETCH,   /* URL -> file */
	JOB_KIND_COUNT
};

/* A row of the table of jobs: both sides read it. */
struct job_row {
	const char *name; /* berth-worker's argument */
	const struct rpc_shape *params, *result;
	size_t params_size, result_size;
};
extern const struct job_row job_rows[JOB_KIND_COUNT];

/* JOB_KIND_COUNT when there is none of that name. */
enum job_kind job_kind_find(const char *name);

/*
 * A root as storage hands it out. Overlay: `lowers` (lowest first), and `upper`, `work` unless it
 * is only to be read. A plain directory: `dir`. The job mounts it for itself alone.
 */
struct job_root {
	struct rpc_fds lowers;
	int upper, work;
	int dir;
};
#define JOB_ROOT_INIT                              \
	{                                          \
		.upper = -1, .work = -1, .dir = -1 \
	}

/* What a layer turned out to be. */
struct job_layer_result {
	struct str_slice diff_id; /* digest of the plain tar */
	struct str_slice blob;	  /* digest of the bytes as stored; empty when none were written */
	struct str_slice media_type; /* of the blob */
	uint64_t blob_size;
	uint64_t size;	  /* bytes on disk of the tree, as du counts */
	uint64_t entries; /* members read or written */
};

/*
 * Reads a tar stream, in any compression, from where `input` stands. The tree gets overlay's own
 * marks: a character device 0:0 for a deleted name, `user.overlay.opaque`. `tree` must be empty.
 * With `blob` (a writable file) the layer's blob is written there: gzip and zstd as they came, all
 * else compressed with gzip at the house's fixed level.
 */
struct job_unpack_params {
	int input, tree, blob;
	struct str_slice expect_blob, expect_diff; /* refuse anything else; empty: whatever comes */
	uint64_t max_bytes; /* of the unpacked tree; 0: no limit of its own */
};
#define JOB_UNPACK_INIT                             \
	{                                           \
		.input = -1, .tree = -1, .blob = -1 \
	}

/*
 * The canonical tar of an overlay upper or layer tree (`root.upper` alone, or a tree in `root.dir`
 * and no lowers), or of what makes the plain directory `root.dir` differ from `root.lowers`.
 */
struct job_diff_params {
	struct job_root root;
	int blob;	      /* writable file */
	uint32_t compression; /* enum compression: NONE, GZIP, ZSTD */
};
#define JOB_DIFF_INIT                                               \
	{                                                           \
		.root = JOB_ROOT_INIT, .blob = -1, .compression = 1 \
	}

/* docker diff: texts "A/path", "C/path", "D/path" into `output`, sorted. */
struct job_changes_params {
	struct job_root root;
	int output;
};
#define JOB_CHANGES_INIT                            \
	{                                           \
		.root = JOB_ROOT_INIT, .output = -1 \
	}

/*
 * Reads `docker save` archives, old and new, and OCI layout archives, in any compression. Every
 * blob becomes the file HEX in `blobs`, its digest computed; an archive without manifests gets
 * canonical ones, with its layers as stored. Nothing is unpacked: that is JOB_UNPACK's work, layer
 * by layer.
 */
struct job_load_params {
	int input;
	int blobs;  /* an empty directory */
	int output; /* gets the list: for each image "DIGEST", its names, then an empty text */
};
#define JOB_LOAD_INIT                                  \
	{                                              \
		.input = -1, .blobs = -1, .output = -1 \
	}
struct job_load_result {
	uint64_t images, blobs, bytes;
};

/*
 * Writes an archive: `members` holds pairs of texts, the member's name and what it holds: "=TEXT"
 * (that text), "@HEX" (the blob HEX), "/" (a directory).
 */
struct job_save_params {
	int members, blobs, output;
};
#define JOB_SAVE_INIT                                    \
	{                                                \
		.members = -1, .blobs = -1, .output = -1 \
	}

struct job_export_params {
	struct job_root root;
	int output;
};
#define JOB_EXPORT_INIT                             \
	{                                           \
		.root = JOB_ROOT_INIT, .output = -1 \
	}

/* Streams written: bytes and members. */
struct job_stream_result {
	uint64_t bytes, entries;
};

/*
 * Takes a build context in: a tar stream in any compression (or, when it is none, one plain file,
 * which becomes the entry "Dockerfile"). The plain tar goes to `spool`, the index
 * (codec/tree_index) to `index`, whose `data` are offsets in the spool.
 */
struct job_context_params {
	int input, spool, index;
	uint64_t max_bytes; /* of the spool; 0: no limit of its own */
};
#define JOB_CONTEXT_INIT                              \
	{                                             \
		.input = -1, .spool = -1, .index = -1 \
	}

/* The index of an image's root, or of the parts below `paths`; `data` is 0 in it. */
struct job_index_params {
	struct job_root root;
	int index;
	int paths; /* texts; -1: everything */
};
#define JOB_INDEX_INIT                                          \
	{                                                       \
		.root = JOB_ROOT_INIT, .index = -1, .paths = -1 \
	}

/*
 * COPY, ADD and WORKDIR: puts files into `root` (mounted by the job, writable). What is copied
 * comes from one of: a context (`spool`, `index`), another root (`from`), a file (`file`, put under
 * `file_name`); without any, only `dest` is made. Semantics are those of struct build_copy in
 * build/build.h, in whose words `dest` is written.
 */
struct job_copy_params {
	struct job_root root;
	int spool, index;
	struct job_root from;
	int file;
	struct str_slice file_name;
	int64_t file_mtime_ns;
	int sources;  /* texts: paths in the index or in `from`, "" is the whole */
	int excluded; /* bitmap over the index's entries, or -1 */
	struct str_slice dest;
	struct str_slice chown; /* "user[:group]" resolved inside root; empty: 0:0 */
	struct str_slice chmod; /* octal; empty: as they are */
	uint32_t unpack;	/* ADD: archives are unpacked */
};
#define JOB_COPY_INIT                                                                   \
	{                                                                               \
		.root = JOB_ROOT_INIT, .spool = -1, .index = -1, .from = JOB_ROOT_INIT, \
		.file = -1, .sources = -1, .excluded = -1                               \
	}

/* Fetches http and https URLs; the only job with a network. */
struct job_fetch_params {
	struct str_slice url;
	int output;	    /* writable file */
	uint64_t max_bytes; /* 0: no limit of its own */
	uint32_t timeout_s; /* without a byte; 0: 60 */
	uint32_t redirects; /* at most; 0: 10 */
};
#define JOB_FETCH_INIT       \
	{                    \
		.output = -1 \
	}
struct job_fetch_result {
	uint64_t size;
	int64_t mtime_ns; /* Last-Modified, 0 when not told */
	struct str_slice digest, media_type, file_name, final_url;
};

/* Texts into a descriptor, from its beginning, and back. `count` texts, none holding a NUL. */
int job_texts_write(int fd, const char *const *texts, size_t count) _must_check;
/* At most max_bytes; -E2BIG beyond, -EBADMSG when the last text does not end. */
int job_texts_read(int fd, size_t max_bytes, struct arena *a, struct str_slice **ret,
		   size_t *ret_count) _must_check;
