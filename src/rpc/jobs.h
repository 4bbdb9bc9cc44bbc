/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what each job of berth-worker is asked and what it answers: further fields of the messages
 * JOB and RESULT of rpc/worker.h. A descriptor says what may be touched: a job reaches nothing but
 * what it was handed. Descriptors that are not given are -1: start from JOB_X_INIT. The input and
 * output of worker_job are not used; each job names its own.
 *
 * Lists that may be long travel as a descriptor of a file (usually a memfd) of texts, each ended by
 * a NUL: job_texts_write and job_texts_read. Digests are texts "sha256:HEX". Trees are directory
 * descriptors.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "rpc/shape.h"

#include <stdint.h>

enum job_kind {
	JOB_IMPORT,  /* job_unpack -> job_layer_result: stream -> layer tree + blob */
	JOB_UNPACK,  /* job_unpack -> job_layer_result: blob -> layer tree, verified */
	JOB_DIFF,    /* job_diff -> job_layer_result: a container's changes, or a layer -> blob */
	JOB_CHANGES, /* job_changes -> job_stream_result: a container's changes -> list */
	JOB_LOAD,    /* job_load -> job_load_result: archive -> blobs */
	JOB_SAVE,    /* job_save -> job_stream_result: blobs -> archive */
	JOB_EXPORT,  /* job_export -> job_stream_result: a root -> tar */
	JOB_CONTEXT, /* job_context -> job_stream_result: build context -> spool + index */
	JOB_INDEX,   /* job_index -> job_stream_result: an image's root -> index */
	JOB_COPY,    /* job_copy -> job_stream_result: context, tree or file -> a root */
	JOB_FETCH,   /* job_fetch -> job_fetch_result: URL -> file */
	JOB_KIND_COUNT
};

/* A row of the table of jobs: both sides read it. */
struct job_row {
	const char *name; /* berth-worker's argument and worker_job.name */
	const struct rpc_shape *params, *result;
	size_t params_size, result_size;
};
extern const struct job_row job_rows[JOB_KIND_COUNT];

/* JOB_KIND_COUNT when there is none of that name. */
enum job_kind job_kind_find(const char *name);

/*
 * A root as storage hands it out. Overlay: `lowers` (lowest first), and `upper`, `work` unless it
 * is only to be read. A plain directory: `dir`. The job mounts it for itself alone. Tags from `n`
 * on.
 */
#define JOB_ROOT_FIELDS(F, S, n, prefix)           \
	F(S, (n), FDS, prefix##lowers, OPTIONAL)   \
	F(S, (n) + 1, FD, prefix##upper, OPTIONAL) \
	F(S, (n) + 2, FD, prefix##work, OPTIONAL)  \
	F(S, (n) + 3, FD, prefix##dir, OPTIONAL)

/* The same four as a value, to be carried about. */
struct job_root {
	struct rpc_fds lowers;
	int upper, work, dir;
};
#define JOB_ROOT_INIT	      ((struct job_root){ .upper = -1, .work = -1, .dir = -1 })
#define JOB_ROOT_NONE(prefix) .prefix##upper = -1, .prefix##work = -1, .prefix##dir = -1
#define JOB_ROOT_SET(params, prefix, root)                                                   \
	((params)->prefix##lowers = (root)->lowers, (params)->prefix##upper = (root)->upper, \
	 (params)->prefix##work = (root)->work, (params)->prefix##dir = (root)->dir)
#define JOB_ROOT_GET(params, prefix)                                           \
	((struct job_root){ (params)->prefix##lowers, (params)->prefix##upper, \
			    (params)->prefix##work, (params)->prefix##dir })

/*
 * Reads a tar stream, in any compression, from where `input` stands. The tree gets overlay's own
 * marks: a character device 0:0 for a deleted name, `user.overlay.opaque`. `tree` must be empty.
 * With `blob` (a writable file) the layer's blob is written there: gzip and zstd as they came, all
 * else compressed with gzip at the house's fixed level.
 */
#define JOB_UNPACK_FIELDS(F, S)                                                                 \
	F(S, 64, FD, input, REQUIRED)                                                           \
	F(S, 65, FD, tree, REQUIRED)                                                            \
	F(S, 66, FD, blob, OPTIONAL)                                                            \
	F(S, 67, TEXT, expect_blob, OPTIONAL) /* refuse anything else; empty: whatever comes */ \
	F(S, 68, TEXT, expect_diff, OPTIONAL)                                                   \
	F(S, 69, U64, max_bytes, OPTIONAL) /* of the unpacked tree; 0: no limit of its own */
RPC_STRUCT(job_unpack, JOB_UNPACK_FIELDS);
#define JOB_UNPACK_INIT ((struct job_unpack){ .input = -1, .tree = -1, .blob = -1 })

/* What a layer turned out to be. */
#define JOB_LAYER_RESULT_FIELDS(F, S)                                                    \
	F(S, 64, TEXT, diff_id, REQUIRED) /* digest of the plain tar */                  \
	F(S, 65, TEXT, blob, OPTIONAL)	  /* digest of the bytes as stored or as read */ \
	F(S, 66, TEXT, media_type, OPTIONAL)                                             \
	F(S, 67, U64, blob_size, OPTIONAL)                                               \
	F(S, 68, U64, size, OPTIONAL)	 /* bytes on disk of the tree, as du counts */   \
	F(S, 69, U64, entries, OPTIONAL) /* members read or written */
RPC_STRUCT(job_layer_result, JOB_LAYER_RESULT_FIELDS);

/*
 * The canonical tar of an overlay upper or layer tree (`upper` alone), or of what makes the plain
 * directory `dir` differ from `lowers`.
 */
#define JOB_DIFF_FIELDS(F, S)                                    \
	JOB_ROOT_FIELDS(F, S, 64, )                              \
	F(S, 68, FD, blob, REQUIRED)	     /* writable file */ \
	F(S, 69, U32, compression, OPTIONAL) /* enum compression: NONE, GZIP, ZSTD */
RPC_STRUCT(job_diff, JOB_DIFF_FIELDS);
#define JOB_DIFF_INIT ((struct job_diff){ JOB_ROOT_NONE(), .blob = -1, .compression = 1 })

/* docker diff: texts "A/path", "C/path", "D/path" into `output`, sorted by path. */
#define JOB_CHANGES_FIELDS(F, S)    \
	JOB_ROOT_FIELDS(F, S, 64, ) \
	F(S, 68, FD, output, REQUIRED)
RPC_STRUCT(job_changes, JOB_CHANGES_FIELDS);
#define JOB_CHANGES_INIT ((struct job_changes){ JOB_ROOT_NONE(), .output = -1 })

/* Streams written: bytes and members. */
#define JOB_STREAM_RESULT_FIELDS(F, S) \
	F(S, 64, U64, bytes, OPTIONAL) \
	F(S, 65, U64, entries, OPTIONAL)
RPC_STRUCT(job_stream_result, JOB_STREAM_RESULT_FIELDS);

/*
 * Reads `docker save` archives, old and new, and OCI layout archives, in any compression. Every
 * blob becomes the file HEX in `blobs` (an empty directory), its digest computed; an archive
 * without manifests gets canonical ones, with its layers as stored. Nothing is unpacked: that is
 * JOB_UNPACK's work, layer by layer. `output` gets the list: for each image the digest of its
 * manifest or index, its names, an empty text.
 */
#define JOB_LOAD_FIELDS(F, S)         \
	F(S, 64, FD, input, REQUIRED) \
	F(S, 65, FD, blobs, REQUIRED) \
	F(S, 66, FD, output, REQUIRED)
RPC_STRUCT(job_load, JOB_LOAD_FIELDS);
#define JOB_LOAD_INIT ((struct job_load){ .input = -1, .blobs = -1, .output = -1 })

#define JOB_LOAD_RESULT_FIELDS(F, S)    \
	F(S, 64, U64, images, OPTIONAL) \
	F(S, 65, U64, blobs, OPTIONAL)  \
	F(S, 66, U64, bytes, OPTIONAL)
RPC_STRUCT(job_load_result, JOB_LOAD_RESULT_FIELDS);

/*
 * Writes an archive: `members` holds pairs of texts, the member's name and what it holds: "=TEXT"
 * (that text), "@HEX" (the blob HEX of `blobs`), "/" (a directory).
 */
#define JOB_SAVE_FIELDS(F, S)           \
	F(S, 64, FD, members, REQUIRED) \
	F(S, 65, FD, blobs, REQUIRED)   \
	F(S, 66, FD, output, REQUIRED)
RPC_STRUCT(job_save, JOB_SAVE_FIELDS);
#define JOB_SAVE_INIT ((struct job_save){ .members = -1, .blobs = -1, .output = -1 })

#define JOB_EXPORT_FIELDS(F, S)     \
	JOB_ROOT_FIELDS(F, S, 64, ) \
	F(S, 68, FD, output, REQUIRED)
RPC_STRUCT(job_export, JOB_EXPORT_FIELDS);
#define JOB_EXPORT_INIT ((struct job_export){ JOB_ROOT_NONE(), .output = -1 })

/*
 * Takes a build context in: a tar stream in any compression, or, when it is none, one plain file,
 * which becomes the entry "Dockerfile". The files' bytes go to `spool`, one after the other, and
 * the index (codec/tree_index.h) to `index`; an entry's `data` is its offset in the spool.
 */
#define JOB_CONTEXT_FIELDS(F, S)      \
	F(S, 64, FD, input, REQUIRED) \
	F(S, 65, FD, spool, REQUIRED) \
	F(S, 66, FD, index, REQUIRED) \
	F(S, 67, U64, max_bytes, OPTIONAL) /* of the spool; 0: no limit of its own */
RPC_STRUCT(job_context, JOB_CONTEXT_FIELDS);
#define JOB_CONTEXT_INIT ((struct job_context){ .input = -1, .spool = -1, .index = -1 })

/* The index of an image's root, or of the parts at and below `paths` (texts); `data` is 0 in it. */
#define JOB_INDEX_FIELDS(F, S)        \
	JOB_ROOT_FIELDS(F, S, 64, )   \
	F(S, 68, FD, index, REQUIRED) \
	F(S, 69, FD, paths, OPTIONAL)
RPC_STRUCT(job_index, JOB_INDEX_FIELDS);
#define JOB_INDEX_INIT ((struct job_index){ JOB_ROOT_NONE(), .index = -1, .paths = -1 })

/*
 * COPY, ADD and WORKDIR: puts files into the root, which the job mounts writable. What is copied
 * comes from one of: a context (`spool`, `index`), another root (`from_…`), a file (`file`, put
 * under `file_name`); without any, only `dest` is made. Semantics are those of struct build_copy in
 * build/build.h, in whose words `dest`, `chown` and `chmod` are written.
 */
#define JOB_COPY_FIELDS(F, S)                                                                   \
	JOB_ROOT_FIELDS(F, S, 64, )                                                             \
	JOB_ROOT_FIELDS(F, S, 68, from_)                                                        \
	F(S, 72, FD, spool, OPTIONAL)                                                           \
	F(S, 73, FD, index, OPTIONAL)                                                           \
	F(S, 74, FD, file, OPTIONAL)                                                            \
	F(S, 75, TEXT, file_name, OPTIONAL)                                                     \
	F(S, 76, I64, file_mtime_ns, OPTIONAL)                                                  \
	F(S, 77, FD, sources, OPTIONAL)	 /* texts: paths in the index or root, "": the whole */ \
	F(S, 78, FD, excluded, OPTIONAL) /* bitmap over the index's entries */                  \
	F(S, 79, TEXT, dest, REQUIRED)                                                          \
	F(S, 80, TEXT, chown, OPTIONAL)                                                         \
	F(S, 81, TEXT, chmod, OPTIONAL)                                                         \
	F(S, 82, U32, unpack, OPTIONAL) /* 1: ADD, archives are unpacked */
RPC_STRUCT(job_copy, JOB_COPY_FIELDS);
#define JOB_COPY_INIT                                                                        \
	((struct job_copy){ JOB_ROOT_NONE(), JOB_ROOT_NONE(from_), .spool = -1, .index = -1, \
			    .file = -1, .sources = -1, .excluded = -1 })

/* Fetches http and https URLs; the only job with a network. */
#define JOB_FETCH_FIELDS(F, S)                                          \
	F(S, 64, TEXT, url, REQUIRED)                                   \
	F(S, 65, FD, output, REQUIRED)	   /* writable file */          \
	F(S, 66, U64, max_bytes, OPTIONAL) /* 0: no limit of its own */ \
	F(S, 67, U32, timeout_s, OPTIONAL) /* without a byte; 0: 60 */  \
	F(S, 68, U32, redirects, OPTIONAL) /* at most; 0: 10 */
RPC_STRUCT(job_fetch, JOB_FETCH_FIELDS);
#define JOB_FETCH_INIT ((struct job_fetch){ .output = -1 })

#define JOB_FETCH_RESULT_FIELDS(F, S)                                          \
	F(S, 64, U64, size, OPTIONAL)                                          \
	F(S, 65, I64, mtime_ns, OPTIONAL) /* Last-Modified, 0: not told */     \
	F(S, 66, TEXT, digest, OPTIONAL)                                       \
	F(S, 67, TEXT, media_type, OPTIONAL)                                   \
	F(S, 68, TEXT, file_name, OPTIONAL) /* from the final URL, or empty */ \
	F(S, 69, TEXT, final_url, OPTIONAL)
RPC_STRUCT(job_fetch_result, JOB_FETCH_RESULT_FIELDS);

/* Texts into a file, from its beginning, and back. None holds a NUL. 0 or -errno. */
int job_texts_write(int fd, const char *const *texts, size_t count) _must_check;
/* A memfd of them: the descriptor, or -errno. */
int job_texts_memfd(const char *const *texts, size_t count) _must_check;
/* At most max_bytes; -E2BIG beyond, -EBADMSG when the last text does not end. */
int job_texts_read(int fd, size_t max_bytes, struct arena *a, const char ***ret, size_t *ret_count)
	_must_check;
