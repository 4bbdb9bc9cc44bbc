/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: order, removal at every place, walks that remove. */
#include "base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

struct item {
	int number;
	struct list link;
};

enum { ITEMS = 5 };

static void fill(struct list *head, struct item *items)
{
	list_init(head);
	for (int i = 0; i < ITEMS; i++) {
		items[i].number = i;
		list_append(head, &items[i].link);
	}
}

/* The numbers in the list as decimal digits: 0,1,2 reads 12 with a leading one: 1012. */
static int digits(struct list *head)
{
	int n = 1;

	list_for_each (link, head)
		n = n * 10 + CONTAINER_OF(link, struct item, link)->number;
	return n;
}

static void keeps_order(void **state)
{
	struct list head = LIST_INIT(head);
	struct item items[ITEMS];

	assert_true(list_empty(&head));
	assert_null(list_first(&head));
	assert_int_equal(digits(&head), 1);
	fill(&head, items);
	assert_false(list_empty(&head));
	assert_ptr_equal(list_first(&head), &items[0].link);
	assert_int_equal(digits(&head), 101234);
}

static void removes_anywhere(void **state)
{
	static const struct {
		int remove, expect;
	} rows[] = { { 0, 11234 }, { 2, 10134 }, { 4, 10123 } };

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct list head;
		struct item items[ITEMS];

		fill(&head, items);
		list_remove(&items[rows[i].remove].link);
		assert_int_equal(digits(&head), rows[i].expect);
		list_remove(&items[rows[i].remove].link); /* in no list: no effect */
		assert_int_equal(digits(&head), rows[i].expect);
	}
}

static void walk_may_remove(void **state)
{
	struct list head;
	struct item items[ITEMS];

	fill(&head, items);
	list_for_each_safe (link, &head)
		if (CONTAINER_OF(link, struct item, link)->number % 2)
			list_remove(link);
	assert_int_equal(digits(&head), 1024);
	list_for_each_safe (link, &head)
		list_remove(link);
	assert_true(list_empty(&head));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order),
		cmocka_unit_test(removes_anywhere),
		cmocka_unit_test(walk_may_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
