/* SPDX-License-Identifier: Apache-2.0 */
/* Value trees: what is JSON and what is not, order kept, paths, building, both styles of writing.
 */
#include "base/own.h"
#include "cli/value.h"

#include <setjmp.h>
#include <stdio.h>

#include <cmocka.h>

static void reads_and_writes(void **state)
{
	static const struct {
		const char *text, *expect; /* NULL: refused */
	} rows[] = {
		{ "null", "null" },
		{ " true ", "true" },
		{ "false", "false" },
		{ "0", "0" },
		{ "-1.50e+3", "-1.50e+3" },
		{ "9223372036854775808", "9223372036854775808" },
		{ "\"\"", "\"\"" },
		{ "\"a\\u00e9\\n\\t\\\\\\/\\\"\"", "\"a\u00e9\\n\\t\\\\/\\\"\"" },
		{ "\"\\ud83d\\ude00\"", "\"\U0001F600\"" },
		{ "\"\\ud83dx\"", "\"\ufffdx\"" },
		{ "\"\\ud83d\\u0041\"", "\"\ufffdA\"" },
		{ "\"a\\u0000b\"", "\"a\\u0000b\"" },
		{ "\"\xff\"", "\"\\ufffd\"" },
		{ "\"<&>\"", "\"<&>\"" },
		{ "[]", "[]" },
		{ "[1,[2,[]],{}]", "[1,[2,[]],{}]" },
		{ "{\"b\":1,\"a\":{\"c\":[null]}}", "{\"b\":1,\"a\":{\"c\":[null]}}" },
		{ "", NULL },
		{ "nul", NULL },
		{ "01", NULL },
		{ "1.", NULL },
		{ "1e", NULL },
		{ "-", NULL },
		{ "+1", NULL },
		{ "\"", NULL },
		{ "\"\\\"", NULL },
		{ "\"\\x\"", NULL },
		{ "\"\\u12\"", NULL },
		{ "\"\n\"", NULL },
		{ "[1", NULL },
		{ "[1,]", NULL },
		{ "[1 2]", NULL },
		{ "{1:2}", NULL },
		{ "{\"a\"}", NULL },
		{ "{\"a\":}", NULL },
		{ "{\"a\":1,}", NULL },
		{ "{} x", NULL },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
		auto_(buf_done) struct buf out = BUF_INIT;
		struct err e = ERR_INIT;
		struct value *v;
		int r = value_parse(&tree, str_slice(rows[i].text), &v, &e);

		if ((r == 0) != (rows[i].expect != NULL))
			fail_msg("'%s': %d %s", rows[i].text, r, e.message);
		if (r < 0) {
			assert_memory_equal(e.message, "cannot read JSON at byte ", 25);
			continue;
		}
		value_write(v, VALUE_COMPACT, &out);
		assert_string_equal(buf_cstr(&out), rows[i].expect);
	}
}

static void nesting_is_bounded(void **state)
{
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	char text[10001];
	struct err e = ERR_INIT;
	struct value *v;

	memset(text, '[', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(value_parse(&tree, str_slice(text), &v, &e) < 0);
	assert_non_null(strstr(e.message, "less nesting"));
}

static void finds_its_way(void **state)
{
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	struct err e = ERR_INIT;
	struct value *v;

	assert_int_equal(value_parse(&tree,
				     STR_LIT("{\"a\":{\"b\":[1,\"x\",true]},\"n\":-7,\"f\":2.9}"),
				     &v, &e),
			 0);
	assert_int_equal(value_int(value_get(v, "n")), -7);
	assert_int_equal(value_int(value_get(v, "f")), 2);
	assert_int_equal(value_int(value_at(value_path(v, "a.b"), 0)), 1);
	assert_string_equal(value_text(value_at(value_path(v, "a.b"), 1)), "x");
	assert_true(value_true(value_at(value_path(v, "a.b"), 2)));
	assert_null(value_at(value_path(v, "a.b"), 3));
	assert_null(value_path(v, "a.b.c"));
	assert_null(value_path(v, "x.y"));
	assert_null(value_get(NULL, "x"));
	assert_string_equal(value_text(NULL), "");
	assert_int_equal(value_int(value_get(v, "a")), 0);
	assert_false(value_true(value_get(v, "n")));
}

static void builds(void **state)
{
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	auto_(buf_done) struct buf out = BUF_INIT;
	struct value *root = value_new(&tree, VALUE_OBJECT), *list;
	struct err e = ERR_INIT;

	value_put_path(&tree, root, "HostConfig.Memory", value_number(&tree, 64));
	list = value_need(&tree, root, "HostConfig.Binds", VALUE_ARRAY);
	value_add(list, value_printf(&tree, "%s:%s", "/a", "/b"));
	assert_ptr_equal(value_need(&tree, root, "HostConfig.Binds", VALUE_ARRAY), list);
	value_put(&tree, root, "Tty", value_bool(&tree, true));
	value_put(&tree, root, "Tty", value_bool(&tree, false));
	value_put(&tree, root, "Copy", value_copy(&tree, list));
	value_write(root, VALUE_COMPACT, &out);
	assert_string_equal(buf_cstr(&out), "{\"HostConfig\":{\"Memory\":64,\"Binds\":[\"/a:/b\"]},"
					    "\"Tty\":false,\"Copy\":[\"/a:/b\"]}");
	assert_int_equal(value_tree_error(&tree, &e), 0);
}

static void indents(void **state)
{
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	auto_(buf_done) struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	struct value *v;

	assert_int_equal(value_parse(&tree, STR_LIT("[{\"a\":[],\"b\":{\"c\":1}}]"), &v, &e), 0);
	value_write(v, VALUE_INDENTED, &out);
	assert_string_equal(buf_cstr(&out),
			    "[\n    {\n        \"a\": [],\n        \"b\": {\n            \"c\": 1\n"
			    "        }\n    }\n]");
}

static void emptiness(void **state)
{
	static const char *const empty[] = { "null", "false", "0", "0.0", "\"\"", "[]", "{}" };
	static const char *const full[] = { "true", "1", "0.5", "\"a\"", "[0]", "{\"a\":0}" };
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	struct err e = ERR_INIT;
	struct value *v;

	assert_true(value_is_empty(NULL));
	for (size_t i = 0; i < ELEMENTS(empty); i++) {
		assert_int_equal(value_parse(&tree, str_slice(empty[i]), &v, &e), 0);
		assert_true(value_is_empty(v));
	}
	for (size_t i = 0; i < ELEMENTS(full); i++) {
		assert_int_equal(value_parse(&tree, str_slice(full[i]), &v, &e), 0);
		assert_false(value_is_empty(v));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes), cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(finds_its_way),    cmocka_unit_test(builds),
		cmocka_unit_test(indents),	    cmocka_unit_test(emptiness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
