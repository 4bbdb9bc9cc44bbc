/* SPDX-License-Identifier: Apache-2.0 */
/* Words in, words out: quotes, escapes, every form of ${}. */
#include "build/expand.h"
#include "build/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct build_pair variables[] = {
	{ "x", "abc" },	      { "empty", "" },
	{ "two", "a b" },     { "path", "/usr/local/lib/libfoo.so.1.2" },
	{ "PWD", "/home" },   { "_u1", "under" },
	{ "stars", "a*b?c" },
};

static const char *lookup(void *ctx, struct str_slice name)
{
	for (size_t i = 0; i < ELEMENTS(variables); i++)
		if (str_is(name, variables[i].name))
			return variables[i].value;
	return NULL;
}

static const struct expand_scope scope = { .escape = '\\', .lookup = lookup };
static const struct expand_scope backtick = { .escape = '`', .lookup = lookup };

static void words_become(void **state)
{
	static const struct {
		const char *in, *out; /* out "!…": the end of the error */
	} rows[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a  b", "a  b" },
		{ "$x", "abc" },
		{ "${x}", "abc" },
		{ "$xy", "" },
		{ "${x}y", "abcy" },
		{ "$x.y$_u1-", "abc.yunder-" },
		{ "$", "$" },
		{ "$ a", "$ a" },
		{ "a$", "a$" },
		{ "$$x", "x" },
		{ "$1a", "a" },
		{ "$?", "" },
		{ "\\$x", "$x" },
		{ "\\\\$x", "\\abc" },
		{ "a\\ b", "a b" },
		{ "a\\", "a" },
		{ "\\n", "n" },
		{ "'$x'", "$x" },
		{ "'a\\'", "a\\" },
		{ "'it''s'", "its" },
		{ "\"$x\"", "abc" },
		{ "\"a\\\"b\"", "a\"b" },
		{ "\"a\\$x\"", "a$x" },
		{ "\"a\\nb\"", "a\\nb" },
		{ "\"a'b'\"", "a'b'" },
		{ "a\"b c\"d", "ab cd" },
		{ "${x:-y}", "abc" },
		{ "${no:-y}", "y" },
		{ "${empty:-y}", "y" },
		{ "${empty-y}", "" },
		{ "${no-y}", "y" },
		{ "${x:+y}", "y" },
		{ "${no:+y}", "" },
		{ "${empty:+y}", "" },
		{ "${empty+y}", "y" },
		{ "${no:-$x}", "abc" },
		{ "${no:-${nor:-deep}}", "deep" },
		{ "${no:-\"a b\"}", "a b" },
		{ "${no:-a\\}b}", "a}b" },
		{ "${no:-'}'}", "}" },
		{ "${x:?gone}", "abc" },
		{ "${no:?gone}", "!no: gone" },
		{ "${no?}", "!no: is not allowed to be unset" },
		{ "${empty:?}", "!empty: is not allowed to be empty" },
		{ "${empty?gone}", "" },
		{ "${path#*/}", "usr/local/lib/libfoo.so.1.2" },
		{ "${path##*/}", "libfoo.so.1.2" },
		{ "${path%.*}", "/usr/local/lib/libfoo.so.1" },
		{ "${path%%.*}", "/usr/local/lib/libfoo" },
		{ "${path#nothing}", "/usr/local/lib/libfoo.so.1.2" },
		{ "${path#/?"
		  "?"
		  "?/}",
		  "local/lib/libfoo.so.1.2" },
		{ "${x#a}", "bc" },
		{ "${x%c}", "ab" },
		{ "${stars#a\\*}", "b?c" },
		{ "${stars%\\?c}", "a*b" },
		{ "${x/b/-}", "a-c" },
		{ "${path/local\\/lib/X}", "/usr/X/libfoo.so.1.2" },
		{ "${path//\\//:}", ":usr:local:lib:libfoo.so.1.2" },
		{ "${path//[/x}", "/usr/local/lib/libfoo.so.1.2" },
		{ "${x/b*/!}", "a!" },
		{ "${no/a/b}", "" },
		{ "${x", "!failed to process \"${x\": syntax error: missing '}'" },
		{ "${", "!syntax error: missing '}'" },
		{ "${}", "!syntax error: bad substitution" },
		{ "${:x}", "!syntax error: bad substitution" },
		{ "${{x}}", "!syntax error: bad substitution" },
		{ "${x:=y}", "!unsupported modifier (:=) in substitution" },
		{ "${x!y}", "!unsupported modifier (!) in substitution" },
		{ "${x:-y", "!syntax error: missing '}'" },
		{ "${x/y", "!syntax error: missing '/' in ${}" },
		{ "${x#\\a}", "!invalid pattern (\\a) in substitution" },
		{ "'open", "!unexpected end of statement while looking for matching single-quote" },
		{ "\"open",
		  "!unexpected end of statement while looking for matching double-quote" },
		{ "gr\xc3\xb6\xc3\x9f"
		  "e$x",
		  "gr\xc3\xb6\xc3\x9f"
		  "eabc" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		struct err e = ERR_INIT;
		const char *out = NULL;
		int r = expand_word(&scope, rows[i].in, &a, &out, &e);

		if (rows[i].out[0] == '!') {
			if (r == 0 || !str_ends_with(str_slice(e.message), rows[i].out + 1))
				fail_msg("%s: %s", rows[i].in, r == 0 ? out : e.message);
			assert_int_equal(e.kind, ERR_BAD_PARAMETER);
			continue;
		}
		if (r < 0)
			fail_msg("%s: %s", rows[i].in, e.message);
		assert_string_equal(out, rows[i].out);
	}
}

static void escape_directive(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	const char *out;

	assert_int_equal(expand_word(&backtick, "c:\\dir\\`$x", &a, &out, NULL), 0);
	assert_string_equal(out, "c:\\dir\\$x");
	assert_int_equal(expand_word(&backtick, "\"a`\"b\\\"", &a, &out, NULL), 0);
	assert_string_equal(out, "a\"b\\");
}

static void cut_into_words(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "[]" },
		{ "80", "[\"80\"]" },
		{ "$two", "[\"a\" \"b\"]" },
		{ "\"$two\"", "[\"a b\"]" },
		{ "x$two", "[\"xa\" \"b\"]" },
		{ " 80  443 ", "[\"80\" \"443\"]" },
		{ "a\\ b c", "[\"a b\" \"c\"]" },
		{ "$empty", "[]" },
		{ "''", "[]" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		auto_(buf_done) struct buf shown = BUF_INIT;
		struct build_words words = { 0 };

		assert_int_equal(expand_words(&scope, rows[i].in, &a, &words, NULL), 0);
		words_quote_list(&words, &shown);
		assert_string_equal(buf_cstr(&shown), rows[i].out);
	}
}

static const char *lookup_large(void *ctx, struct str_slice name)
{
	return ctx;
}

static void sizes_are_bounded(void **state)
{
	static char large[EXPAND_MATCH_MAX + 8], deep[8 * EXPAND_DEPTH_MAX];
	const struct expand_scope big = { '\\', lookup_large, large };
	auto_(arena_done) struct arena a = ARENA_INIT;
	auto_(buf_done) struct buf many = BUF_INIT;
	const char *out = "untouched";
	struct err e = ERR_INIT;

	memset(large, 'x', sizeof(large) - 1);
	for (size_t i = 0; i < 2 + EXPAND_RESULT_MAX / sizeof(large); i++)
		buf_str(&many, "$a");
	assert_int_equal(expand_word(&big, buf_cstr(&many), &a, &out, &e), -EINVAL);
	assert_non_null(strstr(e.message, "longer than 1048576 bytes"));
	assert_int_equal(expand_word(&big, "${a#*x}", &a, &out, &e), -EINVAL);
	for (size_t i = 0; i < EXPAND_DEPTH_MAX + 1; i++)
		strcat(deep, "${q:+");
	assert_int_equal(expand_word(&big, deep, &a, &out, &e), -EINVAL);
	assert_non_null(strstr(e.message, "nested too deeply"));
	assert_string_equal(out, "untouched");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_become),
		cmocka_unit_test(escape_directive),
		cmocka_unit_test(cut_into_words),
		cmocka_unit_test(sizes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
