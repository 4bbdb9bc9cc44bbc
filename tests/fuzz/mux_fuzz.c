/* SPDX-License-Identifier: Apache-2.0 */
/* A multiplexed stream read in one piece and in pieces of three bytes gives the same payload. */
#include "base/buf.h"
#include "codec/mux.h"

static int collect(const uint8_t *data, size_t size, size_t piece, struct buf *out)
{
	struct mux_reader m = { 0 };
	struct str_slice payload;
	enum mux_stream stream;
	int r = 0;

	for (size_t at = 0; at < size && r == 0; at += piece) {
		struct str_slice in = { (const char *)data + at, MIN(piece, size - at) };

		while ((r = mux_next(&m, &in, &stream, &payload)) > 0)
			buf_slice(out, payload);
	}
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = BUF_INIT, pieces = BUF_INIT;
	int r = collect(data, size, size ? size : 1, &whole);

	assert(collect(data, size, 3, &pieces) == r);
	assert(str_eq(buf_view(&whole), buf_view(&pieces)));
	buf_done(&whole);
	buf_done(&pieces);
	return 0;
}
