/* SPDX-License-Identifier: Apache-2.0 */
/* The journal: all or nothing, survives reopening, conflicts named, a newer schema refused. */
#include "store/store.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char dir[] = "/tmp/berth-store-XXXXXX";
static char file[64];

static struct store *open_store(void)
{
	struct store *s = NULL;
	struct err e = ERR_INIT;

	if (store_open(file, &s, &e) < 0)
		fail_msg("%s", e.message);
	return s;
}

static int set_up(void **state)
{
	strcpy(dir, "/tmp/berth-store-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/berth.db", dir);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char path[80];

	for (size_t i = 0; i < ELEMENTS(suffixes); i++) {
		snprintf(path, sizeof(path), "%s%s", file, suffixes[i]);
		remove(path);
	}
	return remove(dir);
}

static int count_row(void *ctx, const struct store_row *row, struct err *e)
{
	++*(int *)ctx;
	return 0;
}

static int count_containers(struct store *s)
{
	struct err e = ERR_INIT;
	int n = 0;

	assert_int_equal(store_each(s, STORE_CONTAINER_LIST, 0, NULL, count_row, &n, &e), 0);
	return n;
}

static int insert(struct store *s, const char *id, const char *name, enum store_durability d,
		  struct err *e)
{
	auto_(store_tx_done) struct store_tx tx = STORE_TX_INIT;

	store_tx_add(&tx, STORE_CONTAINER_INSERT, STORE_TEXT(id), STORE_TEXT(name), STORE_INT(7),
		     STORE_TEXT("{}"), STORE_TEXT("{}"));
	return store_commit(s, &tx, d, e);
}

static void survives_reopening(void **state)
{
	struct store *s = open_store();
	struct err e = ERR_INIT;

	assert_int_equal(insert(s, "a", "one", STORE_DURABLE, &e), 0);
	assert_int_equal(insert(s, "b", "two", STORE_PROMPT, &e), 0);
	store_close(s);
	s = open_store();
	assert_int_equal(count_containers(s), 2);
	store_close(s);
}

static void all_or_nothing(void **state)
{
	struct store *s = open_store();
	auto_(store_tx_done) struct store_tx tx = STORE_TX_INIT;
	struct err e = ERR_INIT;

	assert_int_equal(insert(s, "a", "one", STORE_PROMPT, &e), 0);
	store_tx_add(&tx, STORE_CONTAINER_INSERT, STORE_TEXT("b"), STORE_TEXT("two"), STORE_INT(7),
		     STORE_TEXT("{}"), STORE_TEXT("{}"));
	store_tx_add(&tx, STORE_CONTAINER_INSERT, STORE_TEXT("c"), STORE_TEXT("one"), STORE_INT(7),
		     STORE_TEXT("{}"), STORE_TEXT("{}"));
	assert_true(store_commit(s, &tx, STORE_PROMPT, &e) < 0);
	assert_int_equal(e.kind, ERR_CONFLICT);
	assert_int_equal(count_containers(s), 1);
	store_close(s);
}

static void expected_change(void **state)
{
	struct store *s = open_store();
	auto_(store_tx_done) struct store_tx tx = STORE_TX_INIT;
	struct err e = ERR_INIT;

	store_tx_add(&tx, STORE_CONTAINER_STATE, STORE_TEXT("absent"), STORE_TEXT("{}"));
	store_tx_expect_change(&tx);
	assert_true(store_commit(s, &tx, STORE_PROMPT, &e) < 0);
	assert_int_equal(e.kind, ERR_CONFLICT);
	store_close(s);
}

static void *insert_many(void *arg)
{
	struct store *s = ((void **)arg)[0];
	int from = *(int *)((void **)arg)[1];

	for (int i = from; i < from + 50; i++) {
		struct err e = ERR_INIT;
		char id[16];

		snprintf(id, sizeof(id), "id%d", i);
		if (insert(s, id, id, STORE_PROMPT, &e) < 0)
			return (void *)1;
	}
	return NULL;
}

static void many_threads(void **state)
{
	struct store *s = open_store();
	pthread_t threads[4];
	int from[4];
	void *args[4][2], *failed;

	for (int i = 0; i < 4; i++) {
		from[i] = i * 50;
		args[i][0] = s;
		args[i][1] = &from[i];
		assert_int_equal(pthread_create(&threads[i], NULL, insert_many, args[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(count_containers(s), 200);
	store_close(s);
}

static int last_intent(void *ctx, const struct store_row *row, struct err *e)
{
	snprintf(ctx, 64, "%s %s %s", store_row_text(row, 1), store_row_text(row, 2),
		 store_row_text(row, 3) ? store_row_text(row, 3) : "-");
	return 0;
}

static void intents(void **state)
{
	struct store *s = open_store();
	auto_(store_tx_done) struct store_tx tx = STORE_TX_INIT;
	struct err e = ERR_INIT;
	char text[64] = "";
	int64_t first, second;

	assert_int_equal(store_intent_begin(s, "create", "abc", NULL, &first, &e), 0);
	store_close(s);
	s = open_store();
	assert_int_equal(store_each(s, STORE_INTENT_LIST, 0, NULL, last_intent, text, &e), 0);
	assert_string_equal(text, "create abc -");
	assert_int_equal(store_intent_begin(s, "remove", "abc", "{}", &second, &e), 0);
	assert_true(second > first);
	store_intent_clear(&tx, first);
	store_intent_clear(&tx, second);
	assert_int_equal(store_commit(s, &tx, STORE_PROMPT, &e), 0);
	text[0] = '\0';
	assert_int_equal(store_each(s, STORE_INTENT_LIST, 0, NULL, last_intent, text, &e), 0);
	assert_string_equal(text, "");
	store_close(s);
}

static void refuses_newer_schema(void **state)
{
	struct store *s = open_store();
	struct err e = ERR_INIT;
	sqlite3 *db;

	store_close(s);
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 9999", NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	assert_true(store_open(file, &s, &e) < 0);
	assert_non_null(strstr(e.message, "start the newer berthd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(survives_reopening, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_or_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(expected_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_threads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(intents, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_newer_schema, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
