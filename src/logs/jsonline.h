/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the reading of one line of a json-file log: an object with "log", "stream", "attrs" and
 * "time" in any order, as Docker and logs/jsonfile.h write it. Strict: anything else is refused. It
 * works in place and allocates nothing.
 */
#pragma once

#include "base/stamp.h"
#include "logs/jsonfile.h"

struct log_line {
	stamp_ns stamp;
	enum log_stream stream;
	struct str_slice text;	/* with its \n, unless it is partial */
	struct str_slice attrs; /* the JSON object as written; empty if absent */
	bool partial;		/* a part of a longer line, or an unfinished last one */
};

/*
 * Parses [line, line+n), without its newline. Escapes are undone in place, so the bytes are changed
 * and the result points into them. 0 or -EBADMSG.
 */
int jsonline_parse(char *line, size_t n, struct log_line *ret) _must_check;
