/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the framing of stdout and stderr on one stream, as attach, exec and logs send it: eight
 * bytes {stream, 0, 0, 0, length big-endian}, then the payload. No I/O, no allocation.
 * Source: Engine API 1.55, ContainerAttach, "Stream format".
 */
#pragma once

#include "base/str.h"

#include <stdint.h>

enum mux_stream { MUX_STDIN, MUX_STDOUT, MUX_STDERR, MUX_SYSTEM, MUX_STREAM_COUNT };

enum { MUX_HEADER_LEN = 8 };

void mux_header(enum mux_stream stream, uint32_t length, unsigned char ret[MUX_HEADER_LEN]);

/* A reader of frames that arrive in pieces. Zeroed is ready. */
struct mux_reader {
	unsigned char header[MUX_HEADER_LEN];
	unsigned header_len; /* bytes of the header that have come */
	uint32_t left;	     /* payload bytes still to come */
};

/*
 * Takes from *input what belongs to one frame: sets *ret_stream and *ret_payload (borrowed from the
 * input) and returns 1; 0 when the input is used up; -EBADMSG for a header that is none.
 */
int mux_next(struct mux_reader *m, struct str_slice *input, enum mux_stream *ret_stream,
	     struct str_slice *ret_payload) _must_check;
/* True between frames: where a stream may end. */
static inline int mux_at_end(const struct mux_reader *m)
{
	return m->header_len == 0 && m->left == 0;
}
