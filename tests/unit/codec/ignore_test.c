/* SPDX-License-Identifier: Apache-2.0 */
/* .dockerignore: patterns, exceptions, files, and what a walk may skip. */
#include "base/own.h"
#include "codec/ignore.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* Patterns are separated by '\n'; a path is excluded when the row says so. */
static const struct {
	const char *patterns, *path;
	bool excluded;
} rows[] = {
	{ "", "a", false },
	{ "a", "a", true },
	{ "a", "b", false },
	{ "a", "a/b/c", true },
	{ "a", "ab", false },
	{ "a", "b/a", false },
	{ "a/", "a", true },
	{ "/a", "a", true },
	{ "./a//b/../c/", "a/c/d", true },
	{ "../a", "a", false },
	{ "/../a", "a", true },
	{ ".", "a", false },
	{ "/", "a", false },
	{ "*", "a", true },
	{ "*", "a/b", true },
	{ "*", "", false },
	{ "*/b", "a/b", true },
	{ "*/b", "b", false },
	{ "*/b", "a/c/b", false },
	{ "*.txt", "x.txt", true },
	{ "*.txt", "d/x.txt", false },
	{ "*.txt", "x.txt.bak", false },
	{ "a*c", "abbc", true },
	{ "a*c", "ac", true },
	{ "a*c", "a/c", false },
	{ "a?c", "abc", true },
	{ "a?c", "a/c", false },
	{ "a?c", "ac", false },
	{ "a?c",
	  "a\xe2\x98\xba"
	  "c",
	  true },
	{ "?", "\xff", true },
	{ "\xff", "\xfe", false },
	{ "[a-c]x", "bx", true },
	{ "[a-c]x", "dx", false },
	{ "[^a-c]x", "dx", true },
	{ "[^a-c]x", "ax", false },
	{ "[a\\]]x", "]x", true },
	{ "[\\-x]", "-", true },
	{ "[\xce\xb1-\xce\xb6]", "\xce\xb3", true },
	{ "a\\*b", "a*b", true },
	{ "a\\*b", "axb", false },
	{ "**", "a/b/c", true },
	{ "**/", "a", true },
	{ "**/**", "a/b", true },
	{ "**/a", "a", true },
	{ "**/a", "x/y/a", true },
	{ "**/a", "x/ya", false },
	{ "**/a", "x/a/b", true },
	{ "**a", "x/ya", true },
	{ "**a*", "x/ya", false },
	{ "**a*", "x/ab", true },
	{ "**/*.go", "x/y/z.go", true },
	{ "**/*.go", "z.go", true },
	{ "**/*.go", "z.goo", false },
	{ "a/**", "a", false },
	{ "a/**", "a/b", true },
	{ "a/**", "a/b/c", true },
	{ "a/**/c", "a/c", true },
	{ "a/**/c", "a/b/b/c", true },
	{ "a/**/c", "a/bc", false },
	{ "a**/c", "a/x/c", true },
	{ "**/b/*", "a/b/f", true },
	{ "**/b/**", "a/b/c/f", true },
	{ "**/**/*.txt2", "d/d/f.txt", false },
	{ "a.|)$(}+{bc", "a.|)$(}+{bc", true },
	{ "abc.def", "abcZdef", false },
	{ "*x", "xxx", true },
	{ "a*b?c*x", "abxbbxdbxebxczzx", true },
	{ "a*b?c*x", "abxbbxdbxebxczzy", false },
	{ "docs\n!docs/README.md", "docs/README.md", false },
	{ "docs\n!docs/README.md", "docs/x", true },
	{ "docs/*\n! docs/README.md", "docs/README.md", false },
	{ "!a\na", "a", true },
	{ "*\n!src", "src/deep/file", false },
	{ "*\n!src\nsrc/deep", "src/deep/file", true },
	{ "**\n!u/d/w\nu/d/w/foo", "u/d/w/foo", true },
	{ "**\n!u/d/w", "u/d/w/foo", false },
	{ "*\n!**/*.py", "a/b/c.py", false },
	{ "# a\n a \n\n", "a", true },
	{ " #a", "#a", true },
	{ "a\r\nb\r\n", "a", true },
	{ "\xef\xbb\xbf"
	  "a",
	  "a", true },
};

static void paths(void **state)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(ignore_done) struct ignore ig = IGNORE_INIT;
		unsigned line;

		assert_int_equal(ignore_parse(&ig, str_slice(rows[i].patterns), &line), 0);
		if (ignore_excludes(&ig, str_slice(rows[i].path)) != rows[i].excluded)
			fail_msg("'%s' on '%s'", rows[i].patterns, rows[i].path);
	}
}

static void malformed(void **state)
{
	static const char *const bad[] = { "[",	   "[^", "[^bc", "a[",	    "[]a]", "[-]", "[x-]",
					   "[-x]", "\\", "!",	 "[a-b-c]", "! ",   "[a" };

	for (size_t i = 0; i < ELEMENTS(bad); i++) {
		auto_(ignore_done) struct ignore ig = IGNORE_INIT;
		char text[32];
		unsigned line = 0;

		snprintf(text, sizeof(text), "fine\n\n%s\nfine", bad[i]);
		if (ignore_parse(&ig, str_slice(text), &line) != -EINVAL)
			fail_msg("%s", bad[i]);
		assert_int_equal(line, 3);
	}
}

static void bounds(void **state)
{
	static char text[IGNORE_FILE_MAX + 1];
	auto_(ignore_done) struct ignore ig = IGNORE_INIT;
	char path[IGNORE_PATTERN_MAX + 1];
	unsigned line;

	memset(text, 'a', sizeof(text));
	assert_int_equal(ignore_parse(&ig, (struct str_slice){ text, sizeof(text) }, &line),
			 -E2BIG);
	assert_int_equal(ignore_add(&ig, (struct str_slice){ text, IGNORE_PATTERN_MAX + 1 }),
			 -E2BIG);
	assert_int_equal(ignore_parse(&ig, (struct str_slice){ "a\0b", 3 }, &line), -EINVAL);
	/* As many places as there can be, and a path that keeps most of them busy. */
	for (size_t i = 0; i < IGNORE_PATTERN_MAX; i++)
		text[i] = i % 2 ? 'a' : '*';
	assert_int_equal(ignore_add(&ig, (struct str_slice){ text, IGNORE_PATTERN_MAX }), 0);
	memset(path, 'a', sizeof(path));
	assert_true(ignore_excludes(&ig, (struct str_slice){ path, 2500 }));
	path[2499] = 'b';
	assert_false(ignore_excludes(&ig, (struct str_slice){ path, 2500 }));
}

static void walks(void **state)
{
	static const struct {
		const char *patterns, *dir;
		bool may;
	} walk_rows[] = {
		{ "a", "a", false },
		{ "a\n!a/b", "a", true },
		{ "a\n!a/b", "c", false },
		{ "a\n!a/b/c/d", "a/b", true },
		{ "a\n!a/b/c/d", "a/x", false },
		{ "a\n!ab", "a", false },
		{ "*\n!**/*.py", "a/b", true },
		{ "*\n!src/*.py", "src", true },
		{ "*\n!src/*.py", "other", false },
	};

	for (size_t i = 0; i < ELEMENTS(walk_rows); i++) {
		auto_(ignore_done) struct ignore ig = IGNORE_INIT;
		unsigned line;

		assert_int_equal(ignore_parse(&ig, str_slice(walk_rows[i].patterns), &line), 0);
		if (ignore_may_include_below(&ig, str_slice(walk_rows[i].dir)) != walk_rows[i].may)
			fail_msg("'%s' below '%s'", walk_rows[i].patterns, walk_rows[i].dir);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(malformed),
		cmocka_unit_test(bounds),
		cmocka_unit_test(walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
