/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the connection and its one thread. Requests wait in a queue; the thread takes all that are
 * there, runs them under savepoints in one transaction, commits, and wakes their owners. SELECTs
 * are requests too, so that nothing else ever touches the connection.
 */
#include "store/store.h"

#include "base/list.h"
#include "base/log.h"
#include "base/stamp.h"
#include "store/migrations.h"
#include "store/tx.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>

enum {
	STORE_MAGIC = 0x53544f52,
	WRITER_STACK = 256 << 10,
	CHECKPOINT_PAGES = 1000, /* 4 MB of journal before it is folded into the database */
	CACHE_KB = 512, /* the rooms hold what they read: a large page cache serves nobody */
};

static const char *const statement_text[] = {
#define STORE_STMT_TEXT(name, sql) [name] = sql,
	STORE_STATEMENTS(STORE_STMT_TEXT)
#undef STORE_STMT_TEXT
};
static_assert(ELEMENTS(statement_text) == STORE_STMT_COUNT, "a text for each statement");

struct request {
	struct list link;
	enum { REQUEST_TX, REQUEST_SELECT } type;
	enum store_durability durability;
	struct store_tx tx;
	store_row_fn row; /* SELECT: where rows go … */
	void *row_ctx;
	store_done_fn done; /* … and who is told; on the heap when set by store_submit */
	void *done_ctx;
	bool on_heap;
	struct err failure;
};

struct store {
	unsigned magic;
	sqlite3 *db;
	sqlite3_stmt *statements[STORE_STMT_COUNT];
	pthread_t writer;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct list queue; /* guarded by lock */
	bool closing;	   /* guarded by lock */
	bool writer_runs;
	enum store_durability mode; /* what PRAGMA synchronous says now */
	int journal_pages;
	atomic_llong next_intent;
};

/* ---- errors ---- */

static int sqlite_failed(sqlite3 *db, struct err *e, const char *what)
{
	int code = sqlite3_errcode(db);

	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
		return err_set(e, ERR_CONFLICT, "%s: %s", what, sqlite3_errmsg(db));
	case SQLITE_FULL:
		return err_set(e, ERR_NO_SPACE, "%s: the disk of the data root is full", what);
	case SQLITE_NOMEM:
		return err_no_memory(e);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return err_set(e, ERR_DATA_LOSS, "%s: %s", what, sqlite3_errmsg(db));
	default:
		return err_set(e, ERR_INTERNAL, "%s: %s (sqlite %d)", what, sqlite3_errmsg(db),
			       sqlite3_extended_errcode(db));
	}
}

static int run_sql(sqlite3 *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_failed(db, e, "cannot write the state database");
	return 0;
}

/* ---- opening ---- */

static int user_version(sqlite3 *db, int *ret, struct err *e)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL) != SQLITE_OK)
		return sqlite_failed(db, e, "cannot read the state database");
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*ret = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return 0;
}

static int migrate_one(sqlite3 *db, int to, struct err *e)
{
	char pragma[64];
	int r;

	snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d", to);
	if ((r = run_sql(db, "BEGIN IMMEDIATE", e)) < 0)
		return r;
	if ((r = run_sql(db, store_migrations[to - 1], e)) < 0 ||
	    (r = run_sql(db, pragma, e)) < 0 || (r = run_sql(db, "COMMIT", e)) < 0) {
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		return err_prefix(e, r, "cannot bring the state database to version %d", to);
	}
	return 0;
}

static int migrate(sqlite3 *db, struct err *e)
{
	int version = 0, r;

	if ((r = user_version(db, &version, e)) < 0)
		return r;
	if (version > store_migration_count)
		return err_set(
			e, ERR_CONFLICT,
			"the state database has version %d and this berthd knows up to %d: "
			"start the newer berthd that wrote it, or point --data-root elsewhere",
			version, store_migration_count);
	for (; version < store_migration_count; version++)
		if ((r = migrate_one(db, version + 1, e)) < 0)
			return r;
	return 0;
}

static int count_journal_pages(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct store *s = ctx;

	s->journal_pages = pages;
	return SQLITE_OK;
}

static int set_durability(struct store *s, enum store_durability d, struct err *e)
{
	static const char *const pragmas[] = {
		[STORE_PROMPT] = "PRAGMA synchronous = NORMAL",
		[STORE_DURABLE] = "PRAGMA synchronous = FULL",
	};
	int r;

	if (s->mode == d)
		return 0;
	if ((r = run_sql(s->db, pragmas[d], e)) < 0)
		return r;
	s->mode = d;
	return 0;
}

static int open_database(struct store *s, const char *file, struct err *e)
{
	char cache[64];
	int r;

	/* No mutex inside SQLite: one thread uses the connection, this one until the writer starts.
	 */
	if (sqlite3_open_v2(file, &s->db,
			    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		return err_set(e, ERR_INTERNAL, "cannot open the state database '%s': %s", file,
			       s->db ? sqlite3_errmsg(s->db) : "out of memory");
	sqlite3_extended_result_codes(s->db, 1);
	snprintf(cache, sizeof(cache), "PRAGMA cache_size = -%d", CACHE_KB);
	if ((r = run_sql(s->db, "PRAGMA journal_mode = WAL", e)) < 0 ||
	    (r = run_sql(s->db, "PRAGMA locking_mode = EXCLUSIVE", e)) < 0 ||
	    (r = run_sql(s->db, "PRAGMA foreign_keys = ON", e)) < 0 ||
	    (r = run_sql(s->db, cache, e)) < 0 ||
	    (r = run_sql(s->db, "PRAGMA wal_autocheckpoint = 0", e)) < 0 ||
	    (r = run_sql(s->db, "PRAGMA synchronous = FULL", e)) < 0)
		return r;
	s->mode = STORE_DURABLE;
	sqlite3_wal_hook(s->db, count_journal_pages, s);
	return migrate(s->db, e);
}

/* ---- running requests: writer thread only ---- */

static int prepared(struct store *s, enum store_stmt stmt, sqlite3_stmt **ret, struct err *e)
{
	if (!s->statements[stmt] &&
	    sqlite3_prepare_v3(s->db, statement_text[stmt], -1, SQLITE_PREPARE_PERSISTENT,
			       &s->statements[stmt], NULL) != SQLITE_OK)
		return sqlite_failed(s->db, e, "cannot prepare a statement");
	*ret = s->statements[stmt];
	return 0;
}

static int bind_values(sqlite3_stmt *stmt, const struct store_op *op)
{
	for (size_t i = 0; i < op->count; i++) {
		const struct store_value *v = &op->values[i];
		int at = (int)i + 1, r = SQLITE_OK;

		switch (v->type) {
		case STORE_TYPE_NULL:
			r = sqlite3_bind_null(stmt, at);
			break;
		case STORE_TYPE_INT:
			r = sqlite3_bind_int64(stmt, at, v->number);
			break;
		case STORE_TYPE_TEXT:
			r = sqlite3_bind_text64(stmt, at, v->ptr, v->len, SQLITE_STATIC,
						SQLITE_UTF8);
			break;
		case STORE_TYPE_BLOB:
			r = sqlite3_bind_blob64(stmt, at, v->ptr, v->len, SQLITE_STATIC);
			break;
		}
		if (r != SQLITE_OK)
			return r;
	}
	return SQLITE_OK;
}

struct store_row {
	sqlite3_stmt *stmt;
};

const char *store_row_text(const struct store_row *row, int column)
{
	return (const char *)sqlite3_column_text(row->stmt, column);
}

int64_t store_row_int(const struct store_row *row, int column)
{
	return sqlite3_column_int64(row->stmt, column);
}

struct str_slice store_row_blob(const struct store_row *row, int column)
{
	const void *data = sqlite3_column_blob(row->stmt, column);

	return (struct str_slice){ data, (size_t)sqlite3_column_bytes(row->stmt, column) };
}

static int step_rows(struct store *s, sqlite3_stmt *stmt, const struct request *q, struct err *e)
{
	struct store_row row = { stmt };
	int code, r = 0;

	while ((code = sqlite3_step(stmt)) == SQLITE_ROW && r == 0)
		r = q->row ? q->row(q->row_ctx, &row, e) : 0;
	if (r < 0)
		return r;
	return code == SQLITE_DONE ? 0 : sqlite_failed(s->db, e, "cannot run a statement");
}

static int run_op(struct store *s, const struct store_op *op, const struct request *q,
		  struct err *e)
{
	sqlite3_stmt *stmt = NULL;
	int r = prepared(s, op->stmt, &stmt, e);

	if (r < 0)
		return r;
	if (bind_values(stmt, op) != SQLITE_OK)
		r = sqlite_failed(s->db, e, "cannot bind a value");
	else
		r = step_rows(s, stmt, q, e);
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	if (r == 0 && op->expect_change && sqlite3_changes(s->db) == 0)
		r = err_set(e, ERR_CONFLICT, "the state changed meanwhile; try again");
	return r;
}

static int run_ops(struct store *s, struct request *q)
{
	if (q->tx.error)
		return err_no_memory(&q->failure);
	for (const struct store_op *op = q->tx.first; op; op = op->next) {
		int r = run_op(s, op, q, &q->failure);

		if (r < 0)
			return r;
	}
	return 0;
}

static void run_in_savepoint(struct store *s, struct request *q)
{
	if (run_sql(s->db, "SAVEPOINT one", &q->failure) < 0)
		return;
	if (run_ops(s, q) < 0)
		sqlite3_exec(s->db, "ROLLBACK TO one", NULL, NULL, NULL);
	if (sqlite3_exec(s->db, "RELEASE one", NULL, NULL, NULL) != SQLITE_OK &&
	    q->failure.kind == ERR_NONE)
		sqlite_failed(s->db, &q->failure, "cannot write the state database");
}

static void fail_all(struct list *batch, const struct err *why)
{
	list_for_each (link, batch) {
		struct request *q = CONTAINER_OF(link, struct request, link);

		if (q->failure.kind == ERR_NONE)
			q->failure = *why;
	}
}

static enum store_durability batch_durability(const struct list *batch)
{
	list_for_each (link, batch)
		if (CONTAINER_OF(link, struct request, link)->durability == STORE_DURABLE)
			return STORE_DURABLE;
	return STORE_PROMPT;
}

/* A batch of transactions: all committed at once, each one's failure its own. */
static void run_batch(struct store *s, struct list *batch)
{
	struct err why = ERR_INIT;

	if (set_durability(s, batch_durability(batch), &why) < 0 ||
	    run_sql(s->db, "BEGIN IMMEDIATE", &why) < 0) {
		fail_all(batch, &why);
		return;
	}
	list_for_each (link, batch)
		run_in_savepoint(s, CONTAINER_OF(link, struct request, link));
	if (run_sql(s->db, "COMMIT", &why) < 0) {
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
		fail_all(batch, &why);
	}
}

static void answer(struct store *s, struct request *q)
{
	bool on_heap = q->on_heap;

	store_tx_done(&q->tx);
	if (q->failure.kind != ERR_NONE && !q->done)
		log_error("state not written: %s", q->failure.message);
	if (q->done)
		q->done(q->done_ctx, q->failure.kind == ERR_NONE ? NULL : &q->failure);
	if (on_heap)
		free(q);
}

static void checkpoint_if_due(struct store *s)
{
	if (s->journal_pages < CHECKPOINT_PAGES)
		return;
	if (sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) !=
	    SQLITE_OK)
		log_warn("cannot fold the journal into the database: %s", sqlite3_errmsg(s->db));
	s->journal_pages = 0;
}

/* Takes the front of the queue: one SELECT, or all transactions before the next SELECT. */
static bool take_batch(struct store *s, struct list *batch)
{
	bool select = false;

	list_init(batch);
	pthread_mutex_lock(&s->lock);
	while (list_empty(&s->queue) && !s->closing)
		pthread_cond_wait(&s->wake, &s->lock);
	while (!list_empty(&s->queue)) {
		struct request *q = CONTAINER_OF(s->queue.next, struct request, link);

		select = q->type == REQUEST_SELECT;
		if (select && !list_empty(batch))
			break;
		list_remove(&q->link);
		list_append(batch, &q->link);
		if (select)
			break;
	}
	pthread_mutex_unlock(&s->lock);
	return !list_empty(batch);
}

static void *writer_main(void *arg)
{
	struct store *s = arg;
	struct list batch;

	pthread_setname_np(pthread_self(), "store");
	while (take_batch(s, &batch)) {
		struct request *first = CONTAINER_OF(batch.next, struct request, link);

		if (first->type == REQUEST_SELECT)
			run_ops(s, first);
		else
			run_batch(s, &batch);
		list_for_each_safe (link, &batch)
			answer(s, CONTAINER_OF(link, struct request, link));
		checkpoint_if_due(s);
	}
	return NULL;
}

/* ---- the public face ---- */

static int start_writer(struct store *s, struct err *e)
{
	pthread_attr_t attr;
	int r;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, WRITER_STACK);
	r = pthread_create(&s->writer, &attr, writer_main, s);
	pthread_attr_destroy(&attr);
	if (r)
		return err_sys(e, r, "cannot start the store's thread");
	s->writer_runs = true;
	return 0;
}

static int read_number(void *ctx, const struct store_row *row, struct err *e)
{
	*(int64_t *)ctx = store_row_int(row, 0);
	return 0;
}

int store_open(const char *file, struct store **ret, struct err *e)
{
	auto_(store_closep) struct store *s = calloc(1, sizeof(*s));
	int64_t last_intent = 0;
	int r;

	if (!s)
		return err_no_memory(e);
	s->magic = STORE_MAGIC;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	list_init(&s->queue);
	if ((r = open_database(s, file, e)) < 0 || (r = start_writer(s, e)) < 0 ||
	    (r = store_each(s, STORE_INTENT_LAST, 0, NULL, read_number, &last_intent, e)) < 0)
		return r;
	atomic_init(&s->next_intent, last_intent + 1);
	*ret = TAKE_PTR(s);
	return 0;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	MAGIC_CHECK(s, STORE_MAGIC);
	if (s->writer_runs) {
		pthread_mutex_lock(&s->lock);
		s->closing = true;
		pthread_cond_signal(&s->wake);
		pthread_mutex_unlock(&s->lock);
		pthread_join(s->writer, NULL);
	}
	for (int i = 0; i < STORE_STMT_COUNT; i++)
		sqlite3_finalize(s->statements[i]);
	sqlite3_close(s->db);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	s->magic = 0;
	free(s);
}

static void enqueue(struct store *s, struct request *q)
{
	pthread_mutex_lock(&s->lock);
	assert(!s->closing);
	list_append(&s->queue, &q->link);
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

/* The statements move; `last` pointed into the old struct only while it was empty. */
static void take_tx(struct request *q, struct store_tx *tx)
{
	q->tx = *tx;
	*tx = STORE_TX_INIT;
}

static void wake_waiter(void *ctx, const struct err *failure)
{
	struct store_wait *w = ctx;

	pthread_mutex_lock(&w->lock);
	if (failure)
		w->failure = *failure;
	w->finished = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

void store_commit_begin(struct store *s, struct store_tx *own_tx, enum store_durability d,
			struct store_wait *w)
{
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	w->finished = false;
	w->failure = ERR_INIT;
	store_submit(s, own_tx, d, wake_waiter, w);
}

int store_commit_wait(struct store_wait *w, struct err *e)
{
	pthread_mutex_lock(&w->lock);
	while (!w->finished)
		pthread_cond_wait(&w->wake, &w->lock);
	pthread_mutex_unlock(&w->lock);
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	return err_copy(e, &w->failure);
}

int store_commit(struct store *s, struct store_tx *tx, enum store_durability d, struct err *e)
{
	struct store_wait w;

	store_commit_begin(s, tx, d, &w);
	return store_commit_wait(&w, e);
}

void store_submit(struct store *s, struct store_tx *own_tx, enum store_durability d,
		  store_done_fn done, void *ctx)
{
	struct request *q = calloc(1, sizeof(*q));
	struct err no_memory = ERR_INIT;

	MAGIC_CHECK(s, STORE_MAGIC);
	if (!q) {
		store_tx_done(own_tx);
		err_no_memory(&no_memory);
		if (done)
			done(ctx, &no_memory);
		return;
	}
	q->type = REQUEST_TX;
	q->durability = d;
	q->done = done;
	q->done_ctx = ctx;
	q->on_heap = true;
	take_tx(q, own_tx);
	enqueue(s, q);
}

int store_each(struct store *s, enum store_stmt stmt, size_t n, const struct store_value *v,
	       store_row_fn fn, void *ctx, struct err *e)
{
	struct store_wait w = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER };
	struct request q = { .type = REQUEST_SELECT,
			     .row = fn,
			     .row_ctx = ctx,
			     .done = wake_waiter,
			     .done_ctx = &w };

	MAGIC_CHECK(s, STORE_MAGIC);
	store_tx_append(&q.tx, stmt, n, v);
	enqueue(s, &q);
	return store_commit_wait(&w, e);
}

int store_intent_begin(struct store *s, const char *kind, const char *object, const char *detail,
		       int64_t *ret_id, struct err *e)
{
	auto_(store_tx_done) struct store_tx tx = STORE_TX_INIT;
	int64_t id = atomic_fetch_add(&s->next_intent, 1);
	int r;

	store_tx_add(&tx, STORE_INTENT_INSERT, STORE_INT(id), STORE_TEXT(kind), STORE_TEXT(object),
		     STORE_TEXT(detail), STORE_INT(stamp_now()));
	r = store_commit(s, &tx, STORE_PROMPT, e);
	if (r == 0)
		*ret_id = id;
	return r;
}

void store_intent_clear(struct store_tx *tx, int64_t id)
{
	store_tx_add(tx, STORE_INTENT_DELETE, STORE_INT(id));
}
