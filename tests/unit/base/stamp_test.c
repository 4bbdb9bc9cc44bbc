/* SPDX-License-Identifier: Apache-2.0 */
/* Times: RFC 3339 both ways, offsets, leap years, what is no date. */
#include "base/stamp.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

static void formats(void **state)
{
	static const struct {
		stamp_ns t;
		const char *text, *fixed;
	} rows[] = {
		{ 0, "0001-01-01T00:00:00Z", "1970-01-01T00:00:00.000000000Z" },
		{ 1, "1970-01-01T00:00:00.000000001Z", "1970-01-01T00:00:00.000000001Z" },
		{ NS_PER_SEC, "1970-01-01T00:00:01Z", "1970-01-01T00:00:01.000000000Z" },
		{ -1, "1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z" },
		{ 951782400 * NS_PER_SEC, "2000-02-29T00:00:00Z",
		  "2000-02-29T00:00:00.000000000Z" },
		{ 1709251199 * NS_PER_SEC + 120000000, "2024-02-29T23:59:59.12Z",
		  "2024-02-29T23:59:59.120000000Z" },
		{ INT64_MAX, "2262-04-11T23:47:16.854775807Z", "2262-04-11T23:47:16.854775807Z" },
		{ INT64_MIN, "1677-09-21T00:12:43.145224192Z", "1677-09-21T00:12:43.145224192Z" },
	};
	char text[STAMP_TEXT_MAX];

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		assert_string_equal(stamp_format(rows[i].t, text), rows[i].text);
		assert_string_equal(stamp_format_fixed(rows[i].t, text), rows[i].fixed);
	}
}

static void parses(void **state)
{
	static const struct {
		const char *text;
		stamp_ns t;
	} rows[] = {
		{ "0001-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1970-01-01T00:00:00.000000001Z", 1 },
		{ "1970-01-01T00:00:00.5Z", 500000000 },
		{ "1970-01-01t00:00:01z", NS_PER_SEC },
		{ "1970-01-01 00:00:01Z", NS_PER_SEC },
		{ "1970-01-01T02:00:00+02:00", 0 },
		{ "1969-12-31T18:30:00-05:30", 0 },
		{ "2024-02-29T23:59:59.12Z", 1709251199 * NS_PER_SEC + 120000000 },
		{ "2000-02-29T00:00:00Z", 951782400 * NS_PER_SEC },
		{ "2262-04-11T23:47:16.854775807Z", INT64_MAX },
		{ "1969-12-31T23:59:59.999999999Z", -1 },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		stamp_ns t = 42;

		if (stamp_parse(str_slice(rows[i].text), &t) < 0 || t != rows[i].t)
			fail_msg("'%s' gave %lld", rows[i].text, (long long)t);
	}
}

static void refuses(void **state)
{
	static const char *const rows[] = {
		"",
		"1970",
		"1970-01-01",
		"1970-01-01T00:00:00",
		"1970-01-01T00:00Z",
		"1970-01-01T00:00:00.Z",
		"1970-01-01T00:00:00Zx",
		"1970-00-01T00:00:00Z",
		"1970-13-01T00:00:00Z",
		"1970-01-00T00:00:00Z",
		"1970-01-32T00:00:00Z",
		"1970-02-29T00:00:00Z",
		"1900-02-29T00:00:00Z",
		"2024-02-30T00:00:00Z",
		"2024-04-31T00:00:00Z",
		"1970-01-01T24:00:00Z",
		"1970-01-01T00:60:00Z",
		"1970-01-01T00:00:61Z",
		"1970-01-01T00:00:00+24:00",
		"1970-01-01T00:00:00+1:00",
		"1970-01-01T00:00:00+0100",
		"-970-01-01T00:00:00Z",
		"1970-1-01T00:00:00Z",
		"9999-01-01T00:00:00Z",
		"1677-09-20T00:00:00Z",
		"2262-04-11T23:47:16.854775808Z",
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		stamp_ns t = 42;

		if (stamp_parse(str_slice(rows[i]), &t) != -EINVAL || t != 42)
			fail_msg("'%s' was taken as %lld", rows[i], (long long)t);
	}
}

static void comes_back_as_it_went(void **state)
{
	for (int64_t day = -50000; day < 80000; day += 7) {
		stamp_ns t = day * 86400 * NS_PER_SEC + day * 1237 % 86400 * NS_PER_SEC + 17, back;
		time_t secs = (time_t)((t - 17) / NS_PER_SEC);
		char text[STAMP_TEXT_MAX], expect[STAMP_TEXT_MAX];
		struct tm tm;

		stamp_format(t, text);
		gmtime_r(&secs, &tm);
		strftime(expect, sizeof(expect), "%Y-%m-%dT%H:%M:%S.000000017Z", &tm);
		assert_string_equal(text, expect);
		assert_int_equal(stamp_parse(str_slice(text), &back), 0);
		assert_int_equal(back, t);
	}
}

static void clocks_run(void **state)
{
	int64_t before = stamp_monotonic();

	assert_true(stamp_now() > 1600000000 * NS_PER_SEC);
	assert_true(stamp_monotonic() >= before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),    cmocka_unit_test(parses),
		cmocka_unit_test(refuses),    cmocka_unit_test(comes_back_as_it_went),
		cmocka_unit_test(clocks_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
