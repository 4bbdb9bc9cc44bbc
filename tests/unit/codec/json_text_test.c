/* SPDX-License-Identifier: Apache-2.0 */
/* How text and floating-point numbers are written: as Go writes them. */
#include "codec/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void writes_text(void **state)
{
	static const struct {
		struct str_slice text;
		const char *expect;
	} rows[] = {
		{ STR_LIT(""), "\"\"" },
		{ STR_LIT("plain"), "\"plain\"" },
		{ STR_LIT("a\"b\\c/"), "\"a\\\"b\\\\c/\"" },
		{ STR_LIT("\b\f\n\r\t\x01\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"" },
		{ STR_LIT("\0"), "\"\\u0000\"" },
		{ STR_LIT("<a href='x'>&"), "\"\\u003ca href='x'\\u003e\\u0026\"" },
		{ STR_LIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xb3"),
		  "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xb3\"" },
		{ STR_LIT("\xe2\x80\xa8\xe2\x80\xa9"), "\"\\u2028\\u2029\"" },
		{ STR_LIT("a\xff"
			  "b"),
		  "\"a\\ufffdb\"" },
		{ STR_LIT("\xc3"), "\"\\ufffd\"" },			  /* cut short */
		{ STR_LIT("\xc0\xaf"), "\"\\ufffd\\ufffd\"" },		  /* overlong */
		{ STR_LIT("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\"" }, /* surrogate */
		{ STR_LIT("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\"" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(buf_done) struct buf out = BUF_INIT;

		json_encode_string(&out, rows[i].text);
		assert_string_equal(buf_cstr(&out), rows[i].expect);
	}
}

static void writes_numbers(void **state)
{
	static const struct {
		double value;
		const char *expect;
	} rows[] = {
		{ 0, "0" },
		{ -0.0, "-0" },
		{ 1, "1" },
		{ -1.5, "-1.5" },
		{ 0.1, "0.1" },
		{ 100, "100" },
		{ 123456789, "123456789" },
		{ 0.000001, "0.000001" },
		{ 0.0000001, "1e-7" },
		{ 1.5e-9, "1.5e-9" },
		{ 1e20, "100000000000000000000" },
		{ 1e21, "1e+21" },
		{ 1.25e100, "1.25e+100" },
		{ 1e-100, "1e-100" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ 5e-324, "5e-324" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308" },
		{ INFINITY, "null" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(buf_done) struct buf out = BUF_INIT;

		json_encode_double(&out, rows[i].value);
		assert_string_equal(buf_cstr(&out), rows[i].expect);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_text),
		cmocka_unit_test(writes_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
