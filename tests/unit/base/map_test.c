/* SPDX-License-Identifier: Apache-2.0 */
/* Maps: put, replace, remove, reuse of removed places, walks, many keys against a plain array. */
#include "base/map.h"
#include "base/own.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static size_t count(const struct map *m)
{
	size_t n = 0;

	map_for_each (e, m)
		n++;
	return n;
}

static void empty_map_answers(void **state)
{
	auto_(map_done) struct map m = MAP_INIT;

	assert_null(map_get(&m, "a"));
	assert_null(map_remove(&m, "a"));
	assert_int_equal(count(&m), 0);
	map_clear(&m);
	assert_int_equal(count(&m), 0);
}

static void puts_and_replaces(void **state)
{
	auto_(map_done) struct map m = MAP_INIT;
	int one = 1, two = 2, none = 0;
	char key[] = "a";

	assert_int_equal(map_put(&m, "a", &one), 0);
	assert_int_equal(map_put(&m, "", &none), 0);
	assert_ptr_equal(map_get(&m, "a"), &one);
	assert_ptr_equal(map_get(&m, ""), &none);
	assert_int_equal(map_put(&m, key, &two), 0);
	assert_ptr_equal(map_get(&m, "a"), &two);
	assert_int_equal(m.len, 2);
	assert_ptr_equal(map_remove(&m, ""), &none);
	assert_null(map_get(&m, ""));
	assert_null(map_remove(&m, ""));
	assert_int_equal(m.len, 1);
	assert_int_equal(count(&m), 1);
	map_clear(&m);
	assert_null(map_get(&m, "a"));
	assert_int_equal(map_put(&m, "a", &one), 0);
	assert_ptr_equal(map_get(&m, "a"), &one);
}

enum { KEYS = 3000 };
static char keys[KEYS][12];

static void agrees_with_a_plain_array(void **state)
{
	auto_(map_done) struct map m = MAP_INIT;
	bool present[KEYS] = { false };
	size_t len = 0;
	unsigned random = 12345;

	for (int i = 0; i < KEYS; i++)
		snprintf(keys[i], sizeof(keys[i]), "key-%d", i);
	for (int step = 0; step < 60000; step++) {
		int i;

		random = random * 1103515245u + 12345u;
		i = (int)(random >> 8) % KEYS;
		if (random >> 31) {
			assert_int_equal(map_put(&m, keys[i], keys[i]), 0);
			len += !present[i];
			present[i] = true;
		} else {
			assert_ptr_equal(map_remove(&m, keys[i]), present[i] ? keys[i] : NULL);
			len -= present[i];
			present[i] = false;
		}
		assert_int_equal(m.len, len);
	}
	for (int i = 0; i < KEYS; i++)
		assert_ptr_equal(map_get(&m, keys[i]), present[i] ? keys[i] : NULL);
	assert_int_equal(count(&m), len);
}

static void churn_does_not_grow_it(void **state)
{
	auto_(map_done) struct map m = MAP_INIT;

	for (int i = 0; i < KEYS; i++) {
		assert_int_equal(map_put(&m, keys[i], keys[i]), 0);
		assert_ptr_equal(map_remove(&m, keys[i]), keys[i]);
	}
	assert_int_equal(m.len, 0);
	assert_true(m.cap <= 16);
}

static void walk_may_remove(void **state)
{
	auto_(map_done) struct map m = MAP_INIT;

	for (int i = 0; i < 100; i++)
		assert_int_equal(map_put(&m, keys[i], keys[i]), 0);
	map_for_each (e, &m) {
		void *value = e->value;

		assert_ptr_equal(map_remove(&m, e->key), value);
	}
	assert_int_equal(m.len, 0);
	assert_int_equal(count(&m), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_map_answers),
		cmocka_unit_test(puts_and_replaces),
		cmocka_unit_test(agrees_with_a_plain_array),
		cmocka_unit_test(churn_does_not_grow_it),
		cmocka_unit_test(walk_may_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
