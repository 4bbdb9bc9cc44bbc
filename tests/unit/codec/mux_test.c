/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of stdout and stderr, whole and in the smallest pieces. */
#include "base/buf.h"
#include "codec/mux.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void frame(struct buf *b, enum mux_stream stream, const char *text)
{
	unsigned char header[MUX_HEADER_LEN];

	mux_header(stream, (uint32_t)strlen(text), header);
	buf_append(b, header, sizeof(header));
	buf_str(b, text);
}

/* Payloads as "1:text", joined per frame. */
static int collect(struct mux_reader *m, struct str_slice in, struct buf *out)
{
	enum mux_stream stream;
	struct str_slice payload;
	int r;

	while ((r = mux_next(m, &in, &stream, &payload)) > 0)
		buf_printf(out, "%d:%.*s ", stream, STR_ARG(payload));
	return r;
}

static void reads_whole_frames(void **state)
{
	auto_(buf_done) struct buf in = BUF_INIT, out = BUF_INIT;
	struct mux_reader m = { 0 };

	frame(&in, MUX_STDOUT, "out");
	frame(&in, MUX_STDERR, "");
	frame(&in, MUX_STDERR, "error");
	assert_int_equal(collect(&m, buf_view(&in), &out), 0);
	assert_string_equal(buf_cstr(&out), "1:out 2:error ");
	assert_true(mux_at_end(&m));
}

static void reads_single_bytes(void **state)
{
	auto_(buf_done) struct buf in = BUF_INIT, out = BUF_INIT;
	struct mux_reader m = { 0 };

	frame(&in, MUX_STDOUT, "ab");
	frame(&in, MUX_STDERR, "c");
	for (size_t i = 0; i < in.len; i++)
		assert_int_equal(collect(&m, (struct str_slice){ in.data + i, 1 }, &out), 0);
	assert_string_equal(buf_cstr(&out), "1:a 1:b 2:c ");
	assert_true(mux_at_end(&m));
}

static void knows_when_a_frame_is_cut(void **state)
{
	auto_(buf_done) struct buf in = BUF_INIT, out = BUF_INIT;
	struct mux_reader m = { 0 };

	frame(&in, MUX_STDOUT, "abc");
	assert_int_equal(collect(&m, str_first(buf_view(&in), in.len - 1), &out), 0);
	assert_false(mux_at_end(&m));
}

static void refuses_what_is_no_header(void **state)
{
	static const char *const rows[] = { "\4\0\0\0\0\0\0\1x", "\1\1\0\0\0\0\0\1x", "HTTP/1.1 " };

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(buf_done) struct buf out = BUF_INIT;
		struct mux_reader m = { 0 };

		assert_int_equal(collect(&m, (struct str_slice){ rows[i], 9 }, &out), -EBADMSG);
	}
}

static void writes_lengths_big_endian(void **state)
{
	unsigned char h[MUX_HEADER_LEN];

	mux_header(MUX_STDERR, 0x01020304, h);
	assert_memory_equal(h, "\2\0\0\0\1\2\3\4", sizeof(h));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_whole_frames),
		cmocka_unit_test(reads_single_bytes),
		cmocka_unit_test(knows_when_a_frame_is_cut),
		cmocka_unit_test(refuses_what_is_no_header),
		cmocka_unit_test(writes_lengths_big_endian),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
