/* SPDX-License-Identifier: Apache-2.0 */
/* What is compressed comes back; gzip's bytes never depend on threads; damage is seen. */
#include "codec/compress.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Text-like bytes that compress, the same every time. */
static void make_input(struct buf *b, size_t n)
{
	uint32_t x = 1;

	b->max = 1 << 30;
	while (b->len < n) {
		x = x * 1664525 + 1013904223;
		buf_printf(b, "line %u of %zu\n", x >> 20, b->len);
	}
	buf_truncate(b, n);
}

static void squeeze(enum compression c, const struct buf *in, size_t step, struct buf *out)
{
	struct compressor *comp;
	struct sink_buf sink;

	sink_buf_init(&sink, out);
	assert_int_equal(compressor_new(c, &sink.sink, &comp), 0);
	for (size_t at = 0; at < in->len; at += step) {
		size_t n = MIN(step, in->len - at);

		assert_int_equal(
			compressor_sink(comp)->write(compressor_sink(comp), in->data + at, n), 0);
	}
	assert_int_equal(compressor_end(comp), 0);
	compressor_free(comp);
}

/* A source that hands out `step` bytes at a time. */
struct dribble {
	struct source source;
	struct str_slice rest;
	size_t step;
};

static int dribble_next(struct source *s, struct str_slice *ret)
{
	struct dribble *d = CONTAINER_OF(s, struct dribble, source);

	*ret = str_first(d->rest, MIN(d->step, d->rest.len));
	d->rest = str_skip(d->rest, ret->len);
	return 0;
}

static int expand(enum compression c, struct str_slice in, size_t step, struct buf *out)
{
	struct dribble d = { { dribble_next }, in, step };
	struct decompressor *dec;
	struct str_slice chunk;
	int r;

	out->max = 1 << 30;
	assert_int_equal(decompressor_new(c, &d.source, &dec), 0);
	do {
		r = decompressor_source(dec)->next(decompressor_source(dec), &chunk);
		if (r == 0)
			buf_slice(out, chunk);
	} while (r == 0 && chunk.len);
	decompressor_free(dec);
	return r;
}

static void round_trips(void **state)
{
	static const size_t sizes[] = { 0, 1, 511, 70000, 512 << 10, (512 << 10) + 1, 5 << 20 };
	static const enum compression kinds[] = { COMPRESSION_NONE, COMPRESSION_GZIP,
						  COMPRESSION_ZSTD };

	for (size_t i = 0; i < ELEMENTS(sizes); i++)
		for (size_t k = 0; k < ELEMENTS(kinds); k++) {
			auto_(buf_done) struct buf in = BUF_INIT, packed = BUF_INIT, out = BUF_INIT;

			make_input(&in, sizes[i]);
			squeeze(kinds[k], &in, 9973, &packed);
			assert_int_equal(expand(kinds[k], buf_view(&packed), 4096, &out), 0);
			assert_true(str_eq(buf_view(&in), buf_view(&out)));
			if (sizes[i])
				assert_int_equal(compression_detect(buf_view(&packed)), kinds[k]);
		}
}

static void gzip_is_the_same_with_one_processor(void **state)
{
	auto_(buf_done) struct buf in = BUF_INIT, many = BUF_INIT, one = BUF_INIT;
	cpu_set_t all, first;

	make_input(&in, 6 << 20);
	squeeze(COMPRESSION_GZIP, &in, 100000, &many);
	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&first);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &all)) {
			CPU_SET(i, &first);
			break;
		}
	sched_setaffinity(0, sizeof(first), &first);
	squeeze(COMPRESSION_GZIP, &in, 777, &one);
	sched_setaffinity(0, sizeof(all), &all);
	assert_true(str_eq(buf_view(&many), buf_view(&one)));
}

static void members_follow_each_other(void **state)
{
	auto_(buf_done) struct buf in = BUF_INIT, packed = BUF_INIT, out = BUF_INIT;
	struct digest once, twice;

	make_input(&in, 300000);
	squeeze(COMPRESSION_GZIP, &in, 9000, &packed);
	squeeze(COMPRESSION_GZIP, &in, 9000, &packed);
	buf_append(&packed, "\0\0\0\0", 4); /* padding, which gzip ignores */
	for (size_t step = 1; step <= 1000000; step *= 1000) {
		buf_clear(&out);
		assert_int_equal(expand(COMPRESSION_GZIP, buf_view(&packed), step, &out), 0);
		assert_int_equal(out.len, 2 * in.len);
		digest_of(out.data, in.len, &once);
		digest_of(out.data + in.len, in.len, &twice);
		assert_true(digest_eq(&once, &twice));
	}
}

static void damage_is_seen(void **state)
{
	static const enum compression kinds[] = { COMPRESSION_GZIP, COMPRESSION_ZSTD };

	for (size_t k = 0; k < ELEMENTS(kinds); k++) {
		auto_(buf_done) struct buf in = BUF_INIT, packed = BUF_INIT, out = BUF_INIT;

		make_input(&in, 200000);
		squeeze(kinds[k], &in, 9000, &packed);
		assert_int_equal(expand(kinds[k], str_first(buf_view(&packed), packed.len / 2), 999,
					&out),
				 -ENODATA);
		assert_int_equal(expand(kinds[k], str_first(buf_view(&packed), packed.len - 1), 999,
					&out),
				 -ENODATA);
		packed.data[packed.len / 2] ^= 0x55;
		packed.data[packed.len / 2 + 1] ^= 0x55;
		assert_int_equal(expand(kinds[k], buf_view(&packed), 999, &out), -EBADMSG);
	}
}

/* Made with bzip2 and xz of Debian 12 from "hello\n". */
static const unsigned char bzip2_hello[] = { 0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53,
					     0x59, 0xc1, 0xc0, 0x80, 0xe2, 0x00, 0x00, 0x01, 0x41,
					     0x00, 0x00, 0x10, 0x02, 0x44, 0xa0, 0x00, 0x30, 0xcd,
					     0x00, 0xc3, 0x46, 0x29, 0x97, 0x17, 0x72, 0x45, 0x38,
					     0x50, 0x90, 0xc1, 0xc0, 0x80, 0xe2 };

static void others_are_read_by_libarchive(void **state)
{
	auto_(buf_done) struct buf out = BUF_INIT;
	struct str_slice in = { (const char *)bzip2_hello, sizeof(bzip2_hello) };

	assert_int_equal(compression_detect(in), COMPRESSION_BZIP2);
	assert_int_equal(expand(COMPRESSION_BZIP2, in, 10, &out), 0);
	assert_string_equal(buf_cstr(&out), "hello\n");
	buf_clear(&out);
	assert_int_equal(expand(COMPRESSION_BZIP2, str_first(in, 20), 10, &out), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(gzip_is_the_same_with_one_processor),
		cmocka_unit_test(members_follow_each_other),
		cmocka_unit_test(damage_is_seen),
		cmocka_unit_test(others_are_read_by_libarchive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
