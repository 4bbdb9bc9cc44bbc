/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the eight-byte frame headers of multiplexed streams. */
#include "codec/mux.h"

#include <errno.h>

void mux_header(enum mux_stream stream, uint32_t length, unsigned char ret[MUX_HEADER_LEN])
{
	const unsigned char header[MUX_HEADER_LEN] = {
		(unsigned char)stream,
		0,
		0,
		0,
		(unsigned char)(length >> 24),
		(unsigned char)(length >> 16),
		(unsigned char)(length >> 8),
		(unsigned char)length,
	};

	memcpy(ret, header, sizeof(header));
}

static int header_check(const unsigned char h[MUX_HEADER_LEN])
{
	return h[0] < MUX_STREAM_COUNT && h[1] == 0 && h[2] == 0 && h[3] == 0 ? 0 : -EBADMSG;
}

/* Gathers header bytes; true when the header is whole. */
static bool take_header(struct mux_reader *m, struct str_slice *input)
{
	size_t n = MIN(input->len, (size_t)(MUX_HEADER_LEN - m->header_len));

	memcpy(m->header + m->header_len, input->ptr, n);
	m->header_len += (unsigned)n;
	*input = str_skip(*input, n);
	return m->header_len == MUX_HEADER_LEN;
}

static int begin_frame(struct mux_reader *m)
{
	const unsigned char *h = m->header;
	int r = header_check(h);

	if (r < 0)
		return r;
	m->left = (uint32_t)h[4] << 24 | (uint32_t)h[5] << 16 | (uint32_t)h[6] << 8 | h[7];
	if (m->left == 0)
		m->header_len = 0; /* an empty frame says nothing */
	return 0;
}

int mux_next(struct mux_reader *m, struct str_slice *input, enum mux_stream *ret_stream,
	     struct str_slice *ret_payload)
{
	int r;

	while (m->left == 0) {
		if (input->len == 0 || !take_header(m, input))
			return 0;
		if ((r = begin_frame(m)) < 0)
			return r;
	}
	if (input->len == 0)
		return 0;
	*ret_stream = (enum mux_stream)m->header[0];
	*ret_payload = str_first(*input, MIN(input->len, (size_t)m->left));
	m->left -= (uint32_t)ret_payload->len;
	*input = str_skip(*input, ret_payload->len);
	if (m->left == 0)
		m->header_len = 0;
	return 1;
}
