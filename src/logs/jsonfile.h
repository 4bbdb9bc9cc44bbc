/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the writing of Docker's json-file log: splitting a container's output into lines (and into
 * parts of 16 kB where a line is longer), escaping as Docker does, batching, rotation by size and
 * count. Links nothing but base/, so that the shim can carry it. One writer per file.
 *
 * A line is {"log":"text\n","stream":"stdout","attrs":{…},"time":"RFC3339Nano"} and a newline; a
 * part of a longer line has no \n at the end of its text. Source: moby, daemon/logger/jsonfilelog
 * and daemon/logger/copier.go (behaviour).
 */
#pragma once

#include "base/err.h"
#include "base/stamp.h"

#include <stdbool.h>

enum {
	JSONFILE_PART_MAX = 16 << 10, /* docker's copier: a longer line is cut here */
	JSONFILE_NAME_MAX = 128,
	JSONFILE_ATTRS_MAX = 4096,
	JSONFILE_BATCH = 128 << 10, /* encoded bytes gathered before they are written */
};

enum log_stream { LOG_STREAM_STDOUT, LOG_STREAM_STDERR, LOG_STREAM_COUNT };

/* Where a byte of the log is. `file` is the inode of the generation that holds it. */
struct log_position {
	uint64_t file;
	uint64_t offset;
};

struct jsonfile_config {
	int dir;		/* borrowed: stays open as long as the writer */
	struct str_slice name;	/* "ID-json.log"; copied */
	uint64_t max_size;	/* 0: no limit */
	uint32_t max_files;	/* generations kept, the newest included */
	bool compressed;	/* older generations may end in ".gz" */
	struct str_slice attrs; /* a JSON object or empty; borrowed */
};

/* The tail of a line whose end has not come yet. */
struct jsonfile_carry {
	size_t len;
	stamp_ns stamp; /* of the first part of a long line: its parts share it */
	bool parted;	/* parts of this line are written already */
	char text[JSONFILE_PART_MAX];
};

struct jsonfile {
	int dir, fd; /* fd -1: nothing is open and everything put is lost */
	char name[JSONFILE_NAME_MAX];
	uint64_t max_size;
	uint32_t max_files;
	bool compressed;
	struct str_slice attrs;
	uint64_t inode, size; /* of the newest generation, without what is only gathered */
	uint64_t lost;	      /* bytes of lines that could not be written */
	int last_error;	      /* positive errno of the last failure; the reader of it resets it */
	int64_t second;	      /* whose text is in second_text */
	char second_text[24];
	size_t tail_len; /* what follows the text of a line, made once for each jsonfile_put */
	char tail[JSONFILE_ATTRS_MAX + 128];
	struct jsonfile_carry carry[LOG_STREAM_COUNT];
	size_t batched;
	char batch[JSONFILE_BATCH];
};

/*
 * Opens (creates 0640, appends to) the newest generation. `jf` is big: keep it in static storage. A
 * torn last line of an earlier writer is ended first. On failure nothing is open.
 */
int jsonfile_open(struct jsonfile *jf, const struct jsonfile_config *config, struct err *e)
	_must_check;

/*
 * Takes output as it comes. Complete lines are gathered; jsonfile_flush writes them, and so does a
 * full batch. Trouble with the disk never reaches the container: it is counted in `lost`.
 */
void jsonfile_put(struct jsonfile *jf, enum log_stream stream, struct str_slice bytes,
		  stamp_ns stamp);
void jsonfile_flush(struct jsonfile *jf);

/* End of one stream: its unfinished line is written without \n. */
void jsonfile_finish(struct jsonfile *jf, enum log_stream stream);

/* Bytes of this stream that came but are in no line of the file yet. */
struct str_slice jsonfile_pending(const struct jsonfile *jf, enum log_stream stream);

struct log_position jsonfile_end(const struct jsonfile *jf); /* after a flush */

/* Flushes and closes. */
void jsonfile_close(struct jsonfile *jf);

/* "NAME" for 0, "NAME.N" beyond, with ".gz" if compressed. `text` has JSONFILE_NAME_MAX + 16 bytes.
 */
const char *jsonfile_name(struct str_slice name, unsigned generation, bool compressed, char *text);
