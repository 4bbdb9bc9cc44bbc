/* SPDX-License-Identifier: Apache-2.0 */
/* Plans written, checked, dumped; and every way to damage one refused. */
#include "launch/dump.h"
#include "launch/writer.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct buf sample(void)
{
	auto_(launch_writer_done) struct launch_writer w = LAUNCH_WRITER_INIT;
	const char *args[] = { "sh", "-c", "echo \"hi\"\n" };
	const char *env[] = { "A=1" };
	uint64_t filter[] = { 6, 7 };
	struct buf plan = BUF_INIT;
	uint64_t lower, top;

	lower = launch_writer_slot(&w, LAUNCH_SLOT_LOWER, 0, 0);
	launch_writer_slot(&w, LAUNCH_SLOT_LOWER, 1, 0);
	top = launch_writer_slot(&w, LAUNCH_SLOT_UPPER, 0, LAUNCH_SLOT_OPTIONAL);
	assert_int_equal(launch_writer_slot(&w, LAUNCH_SLOT_LOWER, 0, 0), lower);
	launch_add(&w, CLONE, LAUNCH_NUMBER(CLONE_NEWPID), LAUNCH_SLOT(LAUNCH_NO_SLOT));
	launch_add(&w, ROOT_OVERLAY, LAUNCH_SLOT(lower), LAUNCH_NUMBER(2), LAUNCH_SLOT(top),
		   LAUNCH_SLOT(LAUNCH_NO_SLOT), LAUNCH_TEXT("userxattr"));
	launch_add_optional(&w, KEYRING, LAUNCH_TEXT(NULL));
	launch_add(&w, SECCOMP, LAUNCH_NUMBER(0), LAUNCH_BYTES(filter, sizeof(filter)));
	launch_add_bare(&w, PIVOT);
	launch_add(&w, EXEC, LAUNCH_TEXTS(args, 3), LAUNCH_TEXTS(env, 1), LAUNCH_TEXT("/bin"),
		   LAUNCH_NUMBER(LAUNCH_EXEC_HOME));
	launch_add_undo(&w, KILL_CGROUP, LAUNCH_SLOT(top));
	assert_int_equal(launch_writer_finish(&w, LAUNCH_HAS_TTY, 7, &plan), 0);
	return plan;
}

static void test_dump(void **state)
{
	auto_(buf_done) struct buf plan = sample(), text = BUF_INIT;
	struct launch_plan p;
	const char *why;

	assert_int_equal(launch_plan_check(buf_view(&plan), &p, &why), 0);
	assert_int_equal(launch_plan_slot(&p, LAUNCH_SLOT_LOWER, 1), 1);
	assert_int_equal(launch_plan_slot(&p, LAUNCH_SLOT_STDIN, 0), LAUNCH_NO_SLOT);
	launch_plan_dump(&p, &text);
	assert_string_equal(
		buf_cstr(&text),
		"plan version=1 generation=7 tty\n"
		"slot lower[0]\n"
		"slot lower[1]\n"
		"slot upper[0] optional\n"
		"clone namespaces=0x20000000 cgroup=none\n"
		"root_overlay first_lower=@lower[0] lowers=2 upper=@upper[0] work=none "
		"options=\"userxattr\"\n"
		"keyring? name=\"\"\n"
		"seccomp flags=0x0 program=<16 bytes>\n"
		"pivot\n"
		"exec args=[\"sh\" \"-c\" \"echo \\\"hi\\\"\\x0a\"] env=[\"A=1\"] search=\"/bin\" flags=0x1\n"
		"undo kill_cgroup slot=@upper[0]\n");
}

static void test_refusals(void **state)
{
	auto_(buf_done) struct buf plan = sample();
	struct launch_header *h = (void *)plan.data;
	struct launch_plan p;
	const char *why;

	h->version = 2;
	assert_int_equal(launch_plan_check(buf_view(&plan), &p, &why), -EPROTONOSUPPORT);
	h->version = LAUNCH_VERSION;
	h->step_count--;
	assert_int_equal(launch_plan_check(buf_view(&plan), &p, &why), -EBADMSG);
	assert_string_equal(why, "a list that does not end where it says");
	h->step_count++;
	((struct launch_step *)(plan.data + h->steps_offset))->type = 63;
	assert_int_equal(launch_plan_check(buf_view(&plan), &p, &why), -EPROTONOSUPPORT);
}

/* Whatever four bytes are changed: either refused, or still safe to read to the end. */
static void test_damage(void **state)
{
	static const uint32_t values[] = { 0, 1, 7, 0xff, 0xffff, 0x7fffffff, 0xfffffff8, ~0u };
	auto_(buf_done) struct buf good = sample();
	char *copy = malloc(good.len);

	assert_non_null(copy);
	for (size_t at = 0; at + 4 <= good.len; at += 2)
		for (size_t v = 0; v < ELEMENTS(values); v++) {
			auto_(buf_done) struct buf text = BUF_INIT;
			struct launch_plan p;
			const char *why;

			memcpy(copy, good.data, good.len);
			memcpy(copy + at, &values[v], 4);
			if (launch_plan_check((struct str_slice){ copy, good.len }, &p, &why) == 0)
				launch_plan_dump(&p, &text);
		}
	for (size_t n = 0; n < good.len; n++) {
		struct launch_plan p;
		const char *why;

		assert_true(launch_plan_check((struct str_slice){ good.data, n }, &p, &why) < 0);
	}
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
