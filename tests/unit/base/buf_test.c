/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers: appending, the ceiling, the error that sticks, the NUL that always follows. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdio.h>

#include <cmocka.h>

static void appends_every_kind(void **state)
{
	auto_(buf_done) struct buf b = BUF_INIT;

	assert_string_equal(buf_cstr(&b), "");
	buf_str(&b, NULL);
	buf_str(&b, "");
	buf_append(&b, NULL, 0);
	assert_string_equal(buf_cstr(&b), "");
	buf_str(&b, "ab");
	buf_char(&b, 'c');
	buf_slice(&b, str_first(STR_LIT("def"), 2));
	buf_slice(&b, (struct str_slice){ NULL, 0 });
	buf_printf(&b, "%03d", 7);
	buf_hex(&b, "\x00\xff\x1a", 3);
	buf_hex(&b, "", 0);
	assert_string_equal(buf_cstr(&b), "abcde00700ff1a");
	assert_int_equal(buf_error(&b), 0);
	assert_true(str_is(buf_view(&b), "abcde00700ff1a"));
}

static void grows_and_ends_in_nul(void **state)
{
	auto_(buf_done) struct buf b = BUF_INIT;

	for (size_t i = 0; i < 10000; i++) {
		buf_char(&b, (char)('a' + i % 26));
		assert_int_equal(b.data[b.len], '\0');
	}
	assert_int_equal(b.len, 10000);
	for (size_t i = 0; i < 10000; i++)
		assert_int_equal(b.data[i], 'a' + i % 26);
}

static void room_not_used_is_still_a_string(void **state)
{
	auto_(buf_done) struct buf b = BUF_INIT;
	char *to = buf_room(&b, 100);

	assert_non_null(to);
	assert_string_equal(buf_cstr(&b), "");
	memcpy(to, "four", 4);
	buf_added(&b, 4);
	assert_non_null(buf_room(&b, 5000));
	assert_string_equal(buf_cstr(&b), "four");
}

static void stops_at_its_ceiling(void **state)
{
	static const struct {
		size_t max, first, second;
		int error;
		size_t len;
	} rows[] = {
		{ 10, 10, 0, 0, 10 },	 { 10, 11, 0, -E2BIG, 0 },    { 10, 5, 5, 0, 10 },
		{ 10, 5, 6, -E2BIG, 5 }, { 10, 11, 1, -E2BIG, 0 },    { 1, 1, 0, 0, 1 },
		{ 100, 64, 36, 0, 100 }, { 100, 64, 37, -E2BIG, 64 },
	};
	char text[101];

	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(buf_done) struct buf b = BUF_INIT_MAX(rows[i].max);

		buf_append(&b, text, rows[i].first);
		buf_append(&b, text, rows[i].second);
		assert_int_equal(buf_error(&b), rows[i].error);
		assert_int_equal(b.len, rows[i].len);
	}
}

static void error_sticks_until_cleared(void **state)
{
	auto_(buf_done) struct buf b = BUF_INIT_MAX(4);

	buf_str(&b, "ab");
	buf_printf(&b, "%d", 12345);
	buf_str(&b, "c");
	assert_int_equal(buf_error(&b), -E2BIG);
	assert_string_equal(buf_cstr(&b), "ab");
	assert_null(buf_take(&b));
	assert_null(buf_room(&b, 0));
	buf_clear(&b);
	assert_string_equal(buf_cstr(&b), "");
	buf_str(&b, "abcd");
	assert_int_equal(buf_error(&b), 0);
	assert_string_equal(buf_cstr(&b), "abcd");
}

static void refuses_what_cannot_be_added(void **state)
{
	auto_(buf_done) struct buf b = BUF_INIT_MAX(SIZE_MAX);

	assert_null(buf_room(&b, SIZE_MAX - 1));
	assert_true(buf_error(&b) < 0);
	buf_clear(&b);
	assert_null(buf_room(&b, SIZE_MAX));
	assert_true(buf_error(&b) < 0);
}

static void consumes_and_truncates(void **state)
{
	auto_(buf_done) struct buf b = BUF_INIT;

	buf_consume(&b, 0);
	buf_truncate(&b, 0);
	buf_str(&b, "abcdef");
	buf_consume(&b, 2);
	assert_string_equal(buf_cstr(&b), "cdef");
	buf_truncate(&b, 3);
	assert_string_equal(buf_cstr(&b), "cde");
	buf_consume(&b, 3);
	assert_string_equal(buf_cstr(&b), "");
	buf_str(&b, "z");
	assert_string_equal(buf_cstr(&b), "z");
}

static void gives_its_memory_away(void **state)
{
	auto_(buf_done) struct buf b = BUF_INIT_MAX(100);
	auto_free char *empty = buf_take(&b), *text = NULL;

	assert_string_equal(empty, "");
	buf_str(&b, "mine");
	text = buf_take(&b);
	assert_string_equal(text, "mine");
	assert_int_equal(b.len, 0);
	assert_int_equal(b.max, 100);
	buf_str(&b, "next");
	assert_string_equal(buf_cstr(&b), "next");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_every_kind),
		cmocka_unit_test(grows_and_ends_in_nul),
		cmocka_unit_test(room_not_used_is_still_a_string),
		cmocka_unit_test(stops_at_its_ceiling),
		cmocka_unit_test(error_sticks_until_cleared),
		cmocka_unit_test(refuses_what_cannot_be_added),
		cmocka_unit_test(consumes_and_truncates),
		cmocka_unit_test(gives_its_memory_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
