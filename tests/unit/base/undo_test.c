/* SPDX-License-Identifier: Apache-2.0 */
/* Undo lists: last done is first undone; a commit keeps everything. */
#include "base/undo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void note(void *object, void *detail)
{
	strcat(object, detail);
}

/* Adds the first `steps` of a, b, c …; then leaves, committed or not. */
static void do_steps(char *log, int steps, bool commit)
{
	static char names[][2] = { "a", "b", "c", "d", "e", "f" };
	auto_(undo_done) struct undo u = UNDO_INIT;

	for (int i = 0; i < steps; i++)
		assert_int_equal(undo_add(&u, note, log, names[i]), 0);
	if (commit)
		undo_commit(&u);
}

static void undoes_backwards(void **state)
{
	static const struct {
		int steps;
		bool commit;
		const char *log;
	} rows[] = {
		{ 0, false, "" }, { 1, false, "a" }, { 6, false, "fedcba" },
		{ 0, true, "" },  { 6, true, "" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		char log[16] = "";

		do_steps(log, rows[i].steps, rows[i].commit);
		assert_string_equal(log, rows[i].log);
	}
}

static void goes_on_after_a_commit(void **state)
{
	char log[16] = "", x[] = "x", y[] = "y";
	struct undo u = UNDO_INIT;

	assert_int_equal(undo_add(&u, note, log, x), 0);
	undo_commit(&u);
	assert_int_equal(undo_add(&u, note, log, y), 0);
	undo_done(&u);
	assert_string_equal(log, "y");
	undo_done(&u);
	assert_string_equal(log, "y");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(undoes_backwards),
		cmocka_unit_test(goes_on_after_a_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
