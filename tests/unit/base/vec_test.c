/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors: growth, removal, overflow, and vectors of strings they own. */
#include "base/vec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

VEC_DEFINE(numbers, int);

/* 0, 1, 2 reads 1012. */
static int digits(const struct numbers *v)
{
	int n = 1;

	vec_for_each (item, v)
		n = n * 10 + *item;
	return n;
}

static void pushes_and_removes(void **state)
{
	static const struct {
		size_t remove;
		int expect;
	} rows[] = { { 0, 11234 }, { 2, 10134 }, { 4, 10123 } };

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct numbers v = VEC_INIT;

		assert_int_equal(digits(&v), 1);
		for (int n = 0; n < 5; n++)
			assert_int_equal(vec_push(&v, n), 0);
		assert_int_equal(digits(&v), 101234);
		assert_int_equal(*vec_last(&v), 4);
		vec_remove(&v, rows[i].remove);
		assert_int_equal(digits(&v), rows[i].expect);
		vec_done(&v);
		assert_null(v.items);
		vec_done(&v);
	}
}

static void reserves_without_changing(void **state)
{
	VEC(char) v = VEC_INIT;

	assert_int_equal(vec_reserve(&v, 100), 0);
	assert_int_equal(v.len, 0);
	assert_true(v.cap >= 100);
	assert_int_equal(vec_reserve(&v, 10), 0);
	assert_int_equal(vec_push(&v, 'a'), 0);
	assert_int_equal(v.items[0], 'a');
	vec_done(&v);
}

static void refuses_sizes_that_overflow(void **state)
{
	VEC(uint64_t) v = VEC_INIT;

	assert_int_equal(vec_push(&v, 7u), 0);
	assert_int_equal(vec_reserve(&v, SIZE_MAX / 2), -ENOMEM);
	assert_int_equal(vec_reserve(&v, SIZE_MAX), -ENOMEM);
	assert_int_equal(v.len, 1);
	assert_int_equal(v.items[0], 7);
	vec_done(&v);
}

static void owns_its_strings(void **state)
{
	auto_(str_vec_done) struct str_vec v = STR_VEC_INIT;
	char text[] = "changed";

	assert_int_equal(str_vec_add_own(&v, NULL), -ENOMEM);
	assert_int_equal(str_vec_terminate(&v), 0);
	assert_int_equal(v.len, 0);
	assert_null(v.items[0]);
	for (int i = 0; i < 9; i++)
		assert_int_equal(str_vec_add(&v, text), 0);
	text[0] = 'x';
	assert_int_equal(str_vec_add_own(&v, strdup("own")), 0);
	assert_int_equal(str_vec_terminate(&v), 0);
	assert_int_equal(v.len, 10);
	assert_string_equal(v.items[0], "changed");
	assert_string_equal(v.items[9], "own");
	assert_null(v.items[10]);
}

static void taking_leaves_nothing(void **state)
{
	char *p = strdup("p"), *taken = TAKE_PTR(p);
	int fd = 7, got = TAKE_FD(fd);

	assert_null(p);
	assert_string_equal(taken, "p");
	free(taken);
	assert_int_equal(fd, -1);
	assert_int_equal(got, 7);
	assert_int_equal(own_close(-1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pushes_and_removes),
		cmocka_unit_test(reserves_without_changing),
		cmocka_unit_test(refuses_sizes_that_overflow),
		cmocka_unit_test(owns_its_strings),
		cmocka_unit_test(taking_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
