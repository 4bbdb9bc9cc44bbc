/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the reading of a container's log while its shim writes and rotates it: all generations are
 * opened at once and the newest is checked again, so that a rotation in between is seen; every line
 * comes once. Blocking file reads: pool threads only. A reader has one user at a time.
 */
#pragma once

#include "base/own.h"
#include "logs/jsonline.h"

struct log_reader;

/* Where a driver's logs are. */
struct log_source {
	int dir;	       /* the container's directory, borrowed during the open */
	struct str_slice name; /* "ID-json.log" */
	uint32_t max_files;    /* generations that may exist; 0: 1 */
	bool compressed;
};

enum { LOG_TAIL_ALL = -1 };

struct log_query {
	int64_t tail;	       /* lines from the end, or LOG_TAIL_ALL */
	stamp_ns since, until; /* 0: unset; both inclusive */
	bool streams[LOG_STREAM_COUNT];
};

/* With the container's driver; refuses those that cannot be read with docker's text. */
struct log_driver;
int log_reader_open(const struct log_driver *driver, const struct log_source *source,
		    const struct log_query *query, struct log_reader **ret, struct err *e)
	_must_check;
void log_reader_free(struct log_reader *r);
OWN_PTR(struct log_reader, log_reader_free);

/* 1: *ret is the next line, valid until the next call; 0: the end that the log had when it was met.
 */
int log_reader_next(struct log_reader *r, struct log_line *ret, struct err *e) _must_check;

/* Where the log continues after the lines read so far: what STREAM's log_file and log_offset take.
 */
struct log_position log_reader_position(const struct log_reader *r);

/* Lines that could not be understood and were skipped. */
uint64_t log_reader_malformed(const struct log_reader *r);
