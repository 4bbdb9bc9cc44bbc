/* SPDX-License-Identifier: Apache-2.0 */
/* Request targets: where path and query part, what decodes and what is refused. */
#include "codec/url.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void splits(void **state)
{
	static const struct {
		const char *target, *path, *query;
	} rows[] = {
		{ "/a/b", "/a/b", "" },	   { "/a?x=1", "/a", "x=1" },
		{ "/a?", "/a", "" },	   { "?x", "", "x" },
		{ "/a?x?y", "/a", "x?y" }, { "/a#f?x", "/a", "" },
		{ "/a?x#f", "/a", "x" },   { "", "", "" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct url_target t = url_split(str_slice(rows[i].target));

		assert_true(str_is(t.path, rows[i].path));
		assert_true(str_is(t.query, rows[i].query));
	}
}

static void decodes(void **state)
{
	static const struct {
		const char *in;
		enum url_plus plus;
		const char *out; /* NULL: -EINVAL */
	} rows[] = {
		{ "", URL_PLUS_LITERAL, "" },
		{ "abc", URL_PLUS_LITERAL, "abc" },
		{ "a%2Fb", URL_PLUS_LITERAL, "a/b" },
		{ "a%2fb", URL_PLUS_LITERAL, "a/b" },
		{ "%7B%22a%22%3A1%7D", URL_PLUS_SPACE, "{\"a\":1}" },
		{ "a+b", URL_PLUS_LITERAL, "a+b" },
		{ "a+b", URL_PLUS_SPACE, "a b" },
		{ "%2B", URL_PLUS_SPACE, "+" },
		{ "%C3%BC", URL_PLUS_SPACE, "\xc3\xbc" },
		{ "%", URL_PLUS_SPACE, NULL },
		{ "a%", URL_PLUS_SPACE, NULL },
		{ "a%2", URL_PLUS_SPACE, NULL },
		{ "%2g", URL_PLUS_SPACE, NULL },
		{ "%-1", URL_PLUS_SPACE, NULL },
		{ "%00", URL_PLUS_SPACE, NULL },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		struct str_slice out = STR_EMPTY;
		int r = url_decode(str_slice(rows[i].in), rows[i].plus, &a, &out);

		assert_int_equal(r, rows[i].out ? 0 : -EINVAL);
		assert_string_equal(out.ptr, rows[i].out ? rows[i].out : "");
		assert_int_equal(out.len, strlen(out.ptr));
	}
}

static void refuses_a_nul_byte(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct str_slice out;

	assert_int_equal(url_decode((struct str_slice){ "a\0b", 3 }, URL_PLUS_SPACE, &a, &out),
			 -EINVAL);
}

/* Names and values of a query, written back as "name=value;" each. */
static void walks_parameters(void **state)
{
	static const struct {
		const char *query, *expect;
		int error;
	} rows[] = {
		{ "", "", 0 },
		{ "a=1", "a=1;", 0 },
		{ "a=1&b=2", "a=1;b=2;", 0 },
		{ "&&a=1&", "a=1;", 0 },
		{ "a", "a=;", 0 },
		{ "=x", "=x;", 0 },
		{ "a=b=c", "a=b=c;", 0 },
		{ "a=1;b=2", "a=1;b=2;", 0 },
		{ "t=a%3Ab&q=x+y", "t=a:b;q=x y;", 0 },
		{ "a=1&b=%zz&c=3", "a=1;", -EINVAL },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		auto_(buf_done) struct buf b = BUF_INIT;
		struct str_slice query = str_slice(rows[i].query);
		struct url_param p;
		int error = 0;

		while (url_next_param(&query, &a, &p, &error))
			buf_printf(&b, "%s=%s;", p.name.ptr, p.value.ptr);
		assert_string_equal(buf_cstr(&b), rows[i].expect);
		assert_int_equal(error, rows[i].error);
	}
}

static void encodes(void **state)
{
	auto_(buf_done) struct buf b = BUF_INIT;

	buf_str(&b, "/build");
	url_add_param(&b, "t", str_slice("a/b:c d"));
	url_add_param(&b, "x~", str_slice("\xff&"));
	assert_string_equal(buf_cstr(&b), "/build?t=a%2Fb%3Ac%20d&x~=%FF%26");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(decodes),
		cmocka_unit_test(refuses_a_nul_byte),
		cmocka_unit_test(walks_parameters),
		cmocka_unit_test(encodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
