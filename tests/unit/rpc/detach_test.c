/* SPDX-License-Identifier: Apache-2.0 */
/* Detach keys: the grammar, and that every byte which is not the sequence reaches the container. */
#include "rpc/detach.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void keys_are_parsed(void **state)
{
	static const struct {
		const char *text, *bytes; /* NULL: refused */
	} rows[] = {
		{ "ctrl-p,ctrl-q", "\x10\x11" },
		{ "", "" },
		{ "a", "a" },
		{ "ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_", NULL }, /* holds a NUL: below */
		{ "ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_,DEL", "\x1b\x1c\x1d\x1e\x1f\x7f" },
		{ "ctrl-P", NULL },
		{ "ctrl-", NULL },
		{ "ctrl-aa", NULL },
		{ "ab", NULL },
		{ "a,", NULL },
		{ ",", NULL },
		{ "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", NULL },
	};
	struct detach_keys keys;
	struct err e;

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		int r = detach_keys_parse(str_slice(rows[i].text), &keys, &e);

		if (i == 3) {
			assert_int_equal(r, 0);
			assert_int_equal(keys.bytes[0], 0);
			continue;
		}
		assert_int_equal(r < 0, !rows[i].bytes);
		if (r < 0)
			continue;
		assert_int_equal(keys.len, strlen(rows[i].bytes));
		assert_memory_equal(keys.bytes, rows[i].bytes, keys.len);
	}
}

/* Feeds the input in pieces of every size and compares what comes out. */
static void check(const char *keys, const char *in, const char *expect, enum detach_result end)
{
	for (size_t piece = 1; piece <= strlen(in); piece++) {
		struct detach_match m = { .matched = 0 };
		enum detach_result r = DETACH_NO;
		char out[64 + DETACH_KEYS_MAX];
		size_t n = 0, got;
		struct err e;

		assert_int_equal(detach_keys_parse(str_slice(keys), &m.keys, &e), 0);
		for (size_t at = 0; at < strlen(in) && r == DETACH_NO; at += piece) {
			r = detach_feed(&m,
					str_first(str_slice(in + at), MIN(piece, strlen(in + at))),
					out + n, &got);
			n += got;
		}
		assert_int_equal(r, end);
		assert_int_equal(n, strlen(expect));
		assert_memory_equal(out, expect, n);
	}
}

static void sequences_are_found(void **state)
{
	check("ctrl-p,ctrl-q", "ls\x10\x11gone", "ls", DETACH_YES);
	check("ctrl-p,ctrl-q", "\x10x\x11", "\x10x\x11", DETACH_NO);
	check("ctrl-p,ctrl-q", "\x10\x10\x11", "\x10", DETACH_YES);
	check("a,a,b", "aaab", "a", DETACH_YES);
	check("a,b,a,c", "ababac", "ab", DETACH_YES);
	check("a,b,a,c", "abax", "abax", DETACH_NO);
	check("a,b,a,c", "aba", "", DETACH_NO); /* held: it may still become the sequence */
	check("", "\x10\x11", "\x10\x11", DETACH_NO);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_parsed),
		cmocka_unit_test(sequences_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
