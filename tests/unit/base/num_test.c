/* SPDX-License-Identifier: Apache-2.0 */
/* Number grammars, row by row; a failure leaves the result alone. */
#include "base/num.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void unsigned_decimals(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		int r;
		uint64_t value;
	} rows[] = {
		{ "0", 10, 0, 0 },
		{ "10", 10, 0, 10 },
		{ "11", 10, -ERANGE, 0 },
		{ "0010", 10, 0, 10 },
		{ "18446744073709551615", UINT64_MAX, 0, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999", UINT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999x", UINT64_MAX, -EINVAL, 0 },
		{ "", 10, -EINVAL, 0 },
		{ "-1", 10, -EINVAL, 0 },
		{ "+1", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 },
		{ "1 ", 10, -EINVAL, 0 },
		{ "1a", 10, -EINVAL, 0 },
		{ "0x1", 10, -EINVAL, 0 },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		uint64_t got = 0;

		assert_int_equal(num_parse_u64(str_slice(rows[i].text), rows[i].max, &got),
				 rows[i].r);
		assert_int_equal(got, rows[i].value);
	}
}

static void narrow_and_octal(void **state)
{
	uint32_t got = 5;

	assert_int_equal(num_parse_u32(STR_LIT("4294967295"), UINT32_MAX, &got), 0);
	assert_int_equal(got, UINT32_MAX);
	assert_int_equal(num_parse_u32(STR_LIT("4294967296"), UINT32_MAX, &got), -ERANGE);
	assert_int_equal(got, UINT32_MAX);
	assert_int_equal(num_parse_octal(STR_LIT("0755"), 07777, &got), 0);
	assert_int_equal(got, 0755);
	assert_int_equal(num_parse_octal(STR_LIT("10000"), 07777, &got), -ERANGE);
	assert_int_equal(num_parse_octal(STR_LIT("8"), 07777, &got), -EINVAL);
	assert_int_equal(num_parse_octal(STR_LIT("0o755"), 07777, &got), -EINVAL);
	assert_int_equal(got, 0755);
}

static void signed_decimals(void **state)
{
	static const struct {
		const char *text;
		int64_t min, max;
		int r;
		int64_t value;
	} rows[] = {
		{ "-1", -1, 10, 0, -1 },
		{ "-2", -1, 10, -ERANGE, 0 },
		{ "-0", -1, 10, 0, 0 },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX },
		{ "9223372036854775808", INT64_MIN, INT64_MAX, -ERANGE, 0 },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN },
		{ "-9223372036854775809", INT64_MIN, INT64_MAX, -ERANGE, 0 },
		{ "-", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "--1", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "+1", INT64_MIN, INT64_MAX, -EINVAL, 0 },
		{ "", INT64_MIN, INT64_MAX, -EINVAL, 0 },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		int64_t got = 0;

		assert_int_equal(num_parse_i64(str_slice(rows[i].text), rows[i].min, rows[i].max,
					       &got),
				 rows[i].r);
		assert_int_equal(got, rows[i].value);
	}
}

static void byte_sizes(void **state)
{
	static const struct {
		const char *text;
		int r;
		int64_t value;
	} rows[] = {
		{ "0", 0, 0 },
		{ "32", 0, 32 },
		{ "32b", 0, 32 },
		{ "32B", 0, 32 },
		{ "32k", 0, 32ll << 10 },
		{ "32K", 0, 32ll << 10 },
		{ "32kb", 0, 32ll << 10 },
		{ "32Kib", 0, 32ll << 10 },
		{ "32 kB", 0, 32ll << 10 },
		{ "32MB", 0, 32ll << 20 },
		{ "1.5g", 0, 3ll << 29 },
		{ ".5k", 0, 512 },
		{ "1.k", 0, 1024 },
		{ "1.9", 0, 1 },
		{ "32t", 0, 32ll << 40 },
		{ "7P", 0, 7ll << 50 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "9223372036854775808", -ERANGE, 0 },
		{ "8192p", -ERANGE, 0 },
		{ "99999999999999999999k", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "k", -EINVAL, 0 },
		{ "-1k", -EINVAL, 0 },
		{ "1bb", -EINVAL, 0 },
		{ "1bk", -EINVAL, 0 },
		{ "1kk", -EINVAL, 0 },
		{ "1ib", -EINVAL, 0 },
		{ "1kbb", -EINVAL, 0 },
		{ "1x", -EINVAL, 0 },
		{ "1\x02", -EINVAL, 0 },
		{ "1\xc2\xb5", -EINVAL, 0 },
		{ "1  k", -EINVAL, 0 },
		{ " 1k", -EINVAL, 0 },
		{ "1 ", 0, 1 },
		{ "1.2.3k", -EINVAL, 0 },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		int64_t got = 0;
		int r = num_parse_bytes(str_slice(rows[i].text), &got);

		if (r != rows[i].r || got != rows[i].value)
			fail_msg("'%s': %d %lld", rows[i].text, r, (long long)got);
	}
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		int r;
		int64_t ns;
	} rows[] = {
		{ "0", 0, 0 },
		{ "-0", 0, 0 },
		{ "+0", 0, 0 },
		{ "5s", 0, 5000000000 },
		{ "1m30s", 0, 90000000000 },
		{ "1.5h", 0, 5400000000000 },
		{ ".5s", 0, 500000000 },
		{ "5.s", 0, 5000000000 },
		{ "300ms", 0, 300000000 },
		{ "7us", 0, 7000 },
		{ "7\u00b5s", 0, 7000 },
		{ "7\u03bcs", 0, 7000 },
		{ "12ns", 0, 12 },
		{ "-5s", 0, -5000000000 },
		{ "+5s", 0, 5000000000 },
		{ "1h1m1s1ms1us1ns", 0, 3661001001001 },
		{ "9223372036854775807ns", 0, INT64_MAX },
		{ "9223372036854775808ns", -ERANGE, 0 },
		{ "2562048h", -ERANGE, 0 },
		{ "2562047h60m", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ "-", -EINVAL, 0 },
		{ "1", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ ".s", -EINVAL, 0 },
		{ "1d", -EINVAL, 0 },
		{ "1s ", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "--1s", -EINVAL, 0 },
		{ "1s-1s", -EINVAL, 0 },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		int64_t got = 0;
		int r = num_parse_duration(str_slice(rows[i].text), &got);

		if (r != rows[i].r || got != rows[i].ns)
			fail_msg("'%s': %d %lld", rows[i].text, r, (long long)got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsigned_decimals), cmocka_unit_test(narrow_and_octal),
		cmocka_unit_test(signed_decimals),   cmocka_unit_test(byte_sizes),
		cmocka_unit_test(durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
