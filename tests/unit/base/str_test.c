/* SPDX-License-Identifier: Apache-2.0 */
/* Slices: comparing, cutting, walking; the slice without memory behaves as the empty one. */
#include "base/own.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define NOTHING ((struct str_slice){ NULL, 0 })

static void assert_slice(struct str_slice s, const char *expect)
{
	if (!str_is(s, expect))
		fail_msg("'%.*s' is not '%s'", STR_ARG(s), expect);
}

static void compares(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal, nocase;
		int order;
	} rows[] = {
		{ "", "", true, true, 0 },	 { "a", "a", true, true, 0 },
		{ "a", "A", false, true, 1 },	 { "ab", "a", false, false, 1 },
		{ "a", "ab", false, false, -1 }, { "", "a", false, false, -1 },
		{ "a", "b", false, false, -1 },	 { "\xff", "a", false, false, 1 },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct str_slice a = str_slice(rows[i].a), b = str_slice(rows[i].b);
		int order = str_compare(a, b);

		assert_int_equal(str_eq(a, b), rows[i].equal);
		assert_int_equal(str_eq_nocase(a, b), rows[i].nocase);
		assert_int_equal((order > 0) - (order < 0), rows[i].order);
	}
}

static void nothing_is_empty(void **state)
{
	struct str_slice s = NOTHING, part = NOTHING;

	assert_slice(str_slice(NULL), "");
	assert_true(str_eq(NOTHING, STR_EMPTY));
	assert_true(str_eq_nocase(NOTHING, STR_EMPTY));
	assert_true(str_is(NOTHING, ""));
	assert_false(str_is(NOTHING, "a"));
	assert_true(str_starts_with(NOTHING, ""));
	assert_false(str_starts_with(NOTHING, "a"));
	assert_true(str_ends_with(NOTHING, ""));
	assert_false(str_ends_with(NOTHING, "a"));
	assert_true(str_take_prefix(&s, ""));
	assert_false(str_cut(&s, ',', &part));
	assert_false(str_cut_last(&s, ',', &part));
	assert_false(str_next_word(&s, &part));
	assert_slice(str_trim(NOTHING), "");
	assert_slice(str_skip(NOTHING, 0), "");
	assert_int_equal(str_index(NOTHING, 'a'), -1);
	assert_true(str_contains(NOTHING, NOTHING));
	assert_false(str_contains(NOTHING, STR_LIT("a")));
	assert_int_equal(str_compare(NOTHING, STR_EMPTY), 0);
}

static void prefixes_and_suffixes(void **state)
{
	struct str_slice s = STR_LIT("sha256:abc");

	assert_true(str_starts_with(s, "sha256:"));
	assert_false(str_starts_with(s, "sha256:abcd"));
	assert_true(str_ends_with(s, ":abc"));
	assert_false(str_ends_with(s, "xsha256:abc"));
	assert_false(str_take_prefix(&s, "md5:"));
	assert_true(str_take_prefix(&s, "sha256:"));
	assert_slice(s, "abc");
	assert_slice(str_first(s, 2), "ab");
	assert_slice(str_skip(s, 2), "c");
	assert_slice(str_skip(s, 3), "");
	assert_int_equal(str_index(s, 'c'), 2);
	assert_int_equal(str_index(s, 'x'), -1);
	assert_true(str_contains(s, STR_LIT("bc")));
	assert_false(str_contains(s, STR_LIT("abcd")));
	assert_slice(str_range(s.ptr, s.ptr + 1), "a");
}

static void cuts(void **state)
{
	static const struct {
		const char *text;
		bool found;
		const char *head, *rest, *last_head, *last_rest;
	} rows[] = {
		{ "a=b=c", true, "a", "b=c", "a=b", "c" }, { "=", true, "", "", "", "" },
		{ "a=", true, "a", "", "a", "" },	   { "=a", true, "", "a", "", "a" },
		{ "abc", false, "?", "abc", "?", "abc" },  { "", false, "?", "", "?", "" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct str_slice rest = str_slice(rows[i].text), head = STR_LIT("?");

		assert_int_equal(str_cut(&rest, '=', &head), rows[i].found);
		assert_slice(head, rows[i].head);
		assert_slice(rest, rows[i].rest);
		rest = str_slice(rows[i].text);
		head = STR_LIT("?");
		assert_int_equal(str_cut_last(&rest, '=', &head), rows[i].found);
		assert_slice(head, rows[i].last_head);
		assert_slice(rest, rows[i].last_rest);
	}
}

static void walks_fields(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *fields[4];
	} rows[] = {
		{ "a,b", 2, { "a", "b" } }, { "a,,b", 3, { "a", "", "b" } }, { "", 1, { "" } },
		{ ",", 2, { "", "" } },	    { "a,", 2, { "a", "" } },	     { "a", 1, { "a" } },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct str_slice rest = str_slice(rows[i].text), field;
		size_t n = 0;

		while (str_next(&rest, ',', &field)) {
			assert_true(n < rows[i].n);
			assert_slice(field, rows[i].fields[n++]);
		}
		assert_int_equal(n, rows[i].n);
	}
}

static void walks_words(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *words[3];
	} rows[] = {
		{ "a b", 2, { "a", "b" } }, { "  a\t\r\n b  ", 2, { "a", "b" } },
		{ "", 0, { 0 } },	    { " \t ", 0, { 0 } },
		{ "one", 1, { "one" } },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct str_slice rest = str_slice(rows[i].text), word;
		size_t n = 0;

		while (str_next_word(&rest, &word)) {
			assert_true(n < rows[i].n);
			assert_slice(word, rows[i].words[n++]);
		}
		assert_int_equal(n, rows[i].n);
	}
	assert_slice(str_trim(STR_LIT(" a b\n")), "a b");
}

static void copies_and_c_strings(void **state)
{
	auto_free char *copy = str_dup(str_first(STR_LIT("abc"), 2)), *empty = str_dup(NOTHING);

	assert_string_equal(copy, "ab");
	assert_string_equal(empty, "");
	assert_true(cstr_eq(NULL, NULL));
	assert_false(cstr_eq(NULL, ""));
	assert_false(cstr_eq("a", NULL));
	assert_true(cstr_eq("a", "a"));
	assert_true(cstr_empty(NULL));
	assert_true(cstr_empty(""));
	assert_false(cstr_empty("a"));
	assert_string_equal(cstr_or("", "b"), "b");
	assert_string_equal(cstr_or("a", "b"), "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares),
		cmocka_unit_test(nothing_is_empty),
		cmocka_unit_test(prefixes_and_suffixes),
		cmocka_unit_test(cuts),
		cmocka_unit_test(walks_fields),
		cmocka_unit_test(walks_words),
		cmocka_unit_test(copies_and_c_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
