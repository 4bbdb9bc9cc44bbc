/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas: zeroed, aligned, never overlapping, freed whole, honest about overflow. */
#include "base/arena.h"
#include "base/own.h"

#include <setjmp.h>
#include <stdio.h>

#include <cmocka.h>

static const size_t sizes[] = { 0, 1, 15, 16, 17, 100, 495, 496, 497, 4096, 65536, 200000 };

static bool is_filled(const unsigned char *p, size_t n, unsigned char with)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] != with)
			return false;
	return true;
}

static void gives_zeroed_aligned_memory(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	unsigned char *got[ELEMENTS(sizes) * 4];

	for (size_t i = 0; i < ELEMENTS(got); i++) {
		size_t n = sizes[i % ELEMENTS(sizes)];

		got[i] = arena_alloc(&a, n);
		assert_non_null(got[i]);
		assert_int_equal((uintptr_t)got[i] % 16, 0);
		assert_true(is_filled(got[i], n, 0));
		memset(got[i], (int)i + 1, n);
	}
	for (size_t i = 0; i < ELEMENTS(got); i++)
		assert_true(is_filled(got[i], sizes[i % ELEMENTS(sizes)], (unsigned char)(i + 1)));
}

static void counts_what_it_hands_out(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;

	assert_non_null(arena_alloc(&a, 1));
	assert_int_equal(a.used, 16);
	assert_non_null(arena_alloc(&a, 32));
	assert_int_equal(a.used, 48);
}

static void refuses_sizes_that_overflow(void **state)
{
	static const struct {
		size_t count, size;
	} rows[] = {
		{ SIZE_MAX, 2 },      { SIZE_MAX / 2, 3 },  { 1, SIZE_MAX },
		{ 1, SIZE_MAX - 16 }, { 1, SIZE_MAX - 47 },
	};
	auto_(arena_done) struct arena a = ARENA_INIT;

	for (size_t i = 0; i < ELEMENTS(rows); i++)
		assert_null(arena_array(&a, rows[i].count, rows[i].size));
	assert_int_equal(a.used, 0);
}

static void copies_text(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	char *long_text;

	assert_null(arena_str(&a, NULL));
	assert_string_equal(arena_str(&a, ""), "");
	assert_string_equal(arena_str(&a, "seed"), "seed");
	assert_string_equal(arena_slice(&a, str_first(STR_LIT("seedling"), 4)), "seed");
	assert_string_equal(arena_slice(&a, (struct str_slice){ NULL, 0 }), "");
	assert_string_equal(arena_printf(&a, "%s-%d", "n", 7), "n-7");
	long_text = arena_printf(&a, "%5000d", 1);
	assert_int_equal(strlen(long_text), 5000);
	assert_memory_equal(arena_dup(&a, "a\0b", 3), "a\0b", 3);
	assert_non_null(arena_dup(&a, NULL, 0));
}

static void adopts_blocks_of_another(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct arena b = ARENA_INIT, empty = ARENA_INIT;
	char *in_a = arena_str(&a, "in a"), *in_b = arena_str(&b, "in b");

	for (int i = 0; i < 100; i++)
		assert_non_null(arena_alloc(&b, 100));
	arena_adopt(&a, &b);
	assert_null(b.blocks);
	assert_int_equal(b.used, 0);
	arena_adopt(&a, &empty);
	arena_done(&b);
	assert_string_equal(in_a, "in a");
	assert_string_equal(in_b, "in b");
	assert_non_null(arena_alloc(&a, 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(counts_what_it_hands_out),
		cmocka_unit_test(refuses_sizes_that_overflow),
		cmocka_unit_test(copies_text),
		cmocka_unit_test(adopts_blocks_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
