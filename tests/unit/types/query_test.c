/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings into generated structs, with the real operations; filters. */
#include "base/own.h"
#include "types/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void booleans(void **state)
{
	static const struct {
		const char *text;
		bool expect;
	} rows[] = {
		{ "", false },	      { "0", false },  { "no", false },	   { "false", false },
		{ "none", false },    { "NO", false }, { " 0 ", false },   { "1", true },
		{ "true", true },     { "t", true },   { "False", false }, { "off", true },
		{ "anything", true }, { "00", true },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++)
		assert_int_equal(query_is_true(rows[i].text), rows[i].expect);
}

#define DECODE(type, text, version, a, ret)                                                        \
	({                                                                                         \
		struct err _e = ERR_INIT;                                                          \
		if (query_decode(&type##_query_type, str_slice(text), (version), (a), (ret), &_e)) \
			fail_msg("%s: %s", (text), _e.message);                                    \
	})

static void lists(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct container_list_query q = { 0 };

	DECODE(container_list,
	       "all=1&limit=5&size=0&unknown=x&filters=%7B%22status%22%3A%5B%22running%22"
	       "%2C%22running%22%5D%7D&since=a+b",
	       55, &a, &q);
	assert_true(q.all);
	assert_false(q.size);
	assert_int_equal(q.limit, 5);
	assert_string_equal(q.since, "a b");
	assert_null(q.before);
	assert_int_equal(q.filters.len, 1);
	assert_int_equal(q.filters.items[0].values.len, 1);
	assert_true(filters_match(&q.filters, "status", "running"));
	assert_false(filters_match(&q.filters, "status", "exited"));
	assert_true(filters_match(&q.filters, "name", "anything"));
}

static void defaults_and_versions(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct container_stats_query stats = { 0 };
	struct container_stop_query stop = { 0 };
	struct image_list_query images = { 0 };

	DECODE(container_stats, "one-shot=1", 40, &a, &stats);
	assert_true(stats.stream);
	assert_false(stats.one_shot);
	DECODE(container_stats, "stream=false&one-shot=1", 41, &a, &stats);
	assert_false(stats.stream);
	assert_true(stats.one_shot);

	DECODE(container_stop, "t=0&signal=HUP", 41, &a, &stop);
	assert_true(stop.timeout.set);
	assert_int_equal(stop.timeout.value, 0);
	assert_null(stop.signal);
	stop = (struct container_stop_query){ 0 };
	DECODE(container_stop, "t=-1&signal=HUP", 42, &a, &stop);
	assert_int_equal(stop.timeout.value, -1);
	assert_string_equal(stop.signal, "HUP");
	stop = (struct container_stop_query){ 0 };
	DECODE(container_stop, "t=", 42, &a, &stop);
	assert_false(stop.timeout.set);

	DECODE(image_list, "shared-size=1&all=true&all=false", 55, &a, &images);
	assert_true(images.shared_size && images.all); /* the first counts */
}

static void build_parameters(void **state)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct image_build_query q = { 0 };
	struct image_get_all_query all = { 0 };

	DECODE(image_build,
	       "t=a&t=b:1&memory=x&cpushares=7&buildargs=%7B%22A%22%3A%221%22%2C%22B%22%3Anull%7D"
	       "&labels=%7B%22k%22%3A%22v%22%7D&cachefrom=%5B%22x%22%5D&q=1&rm=0",
	       55, &a, &q);
	assert_int_equal(q.tags.len, 2);
	assert_string_equal(q.tags.items[1], "b:1");
	assert_int_equal(q.memory, 0);
	assert_int_equal(q.cpushares, 7);
	assert_int_equal(q.build_args.len, 2);
	assert_string_equal(q.build_args.items[0].value, "1");
	assert_null(q.build_args.items[1].value);
	assert_string_equal(string_map_get(&q.labels, "k"), "v");
	assert_string_equal(q.cache_from.items[0], "x");
	assert_string_equal(q.remove, "0");

	DECODE(image_get_all,
	       "names=a&names=b&platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm64%22%7D",
	       55, &a, &all);
	assert_int_equal(all.names.len, 2);
	assert_int_equal(all.platforms.len, 1);
	assert_string_equal(all.platforms.items[0].architecture, "arm64");
}

static void refuses(void **state)
{
	static const struct {
		const struct query_type *type;
		const char *text, *why;
	} rows[] = {
		{ &container_resize_query_type, "h=&w=80",
		  "invalid resize height \"\": invalid syntax" },
		{ &container_resize_query_type, "h=24&w=x",
		  "invalid resize width \"x\": invalid syntax" },
		{ &container_resize_query_type, "h=24&w=-1",
		  "invalid resize width \"-1\": value out of range" },
		{ &container_resize_query_type, "h=4294967296&w=1",
		  "invalid resize height \"4294967296\": value out of range" },
		{ &container_list_query_type, "limit=many",
		  "invalid value \"many\" for parameter 'limit': invalid syntax" },
		{ &container_list_query_type, "filters=x", "invalid filter" },
		{ &container_list_query_type, "filters=%5B%5D", "invalid filter" },
		{ &container_list_query_type, "filters=%7B%22a%22%3A1%7D", "invalid filter" },
		{ &container_list_query_type, "all=%zz", "invalid URL escape in query" },
		{ &container_list_query_type, "all=%00", "invalid URL escape in query" },
		{ &image_build_query_type, "labels=%5B%5D",
		  "cannot read parameter 'labels': expected an object, got a list" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(arena_done) struct arena a = ARENA_INIT;
		struct err e = ERR_INIT;
		void *ret = arena_alloc(&a, rows[i].type->size);

		assert_true(query_decode(rows[i].type, str_slice(rows[i].text), 55, &a, ret, &e) <
			    0);
		assert_int_equal(e.kind, ERR_BAD_PARAMETER);
		assert_string_equal(e.message, rows[i].why);
	}
}

static void filter_forms(void **state)
{
	static const char *const accepted[] = { "label", "dangling", NULL };
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct string_entry entries[] = { { "a", "1" }, { "b", "" } };
	struct string_map labels = { entries, 2 };
	struct filters f = { 0 };
	struct err e = ERR_INIT;
	bool yes;

	assert_int_equal(filters_parse(STR_LIT("{\"label\":{\"a=1\":true,\"b\":true,\"c\":false},"
					       "\"dangling\":{\"true\":true},\"empty\":[]}"),
				       &a, &f, &e),
			 0);
	assert_int_equal(f.len, 3);
	assert_true(filters_match_map(&f, "label", &labels));
	entries[0].value = "2";
	assert_false(filters_match_map(&f, "label", &labels));
	assert_int_equal(filters_bool(&f, "dangling", false, &yes, &e), 0);
	assert_true(yes);
	assert_int_equal(filters_bool(&f, "absent", true, &yes, &e), 0);
	assert_true(yes);
	assert_true(filters_bool(&f, "empty", true, &yes, &e) < 0);
	assert_true(filters_bool(&f, "label", true, &yes, &e) < 0);
	assert_string_equal(e.message, "invalid filter 'label=[a=1 b]'");
	assert_true(filters_check(&f, accepted, &e) < 0);
	assert_string_equal(e.message, "invalid filter 'empty'");
	assert_true(filters_match_prefix(&f, "label", "a=12"));
	assert_false(filters_match_prefix(&f, "label", "c"));

	f = (struct filters){ 0 };
	assert_int_equal(filters_parse(STR_EMPTY, &a, &f, &e), 0);
	assert_int_equal(filters_parse(STR_LIT("null"), &a, &f, &e), 0);
	assert_int_equal(f.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(booleans),
		cmocka_unit_test(lists),
		cmocka_unit_test(defaults_and_versions),
		cmocka_unit_test(build_parameters),
		cmocka_unit_test(refuses),
		cmocka_unit_test(filter_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
