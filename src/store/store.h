/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the journal of the engine's state: SQLite in WAL mode, one connection, one writer thread
 * that also checkpoints. Transactions queue up; the writer runs what is waiting as one batch, each
 * under a savepoint of its own, commits once and then answers them all. A batch that holds a
 * durable transaction waits for the disk; others survive any crash of the engine, not a power cut.
 *
 * Rooms keep what they read at start in memory: nothing reads the store while a request waits.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "store/statements.h"

#include <pthread.h>
#include <stdbool.h>

enum store_stmt {
#define STORE_STMT_ENUM(name, sql) name,
	STORE_STATEMENTS(STORE_STMT_ENUM)
#undef STORE_STMT_ENUM
		STORE_STMT_COUNT
};

enum store_durability {
	STORE_PROMPT,  /* survives a crash of the engine */
	STORE_DURABLE, /* survives a power cut */
};

enum store_type { STORE_TYPE_NULL, STORE_TYPE_INT, STORE_TYPE_TEXT, STORE_TYPE_BLOB };

struct store_value {
	enum store_type type;
	int64_t number;
	const void *ptr;
	size_t len;
};

#define STORE_INT(n)  ((struct store_value){ .type = STORE_TYPE_INT, .number = (n) })
#define STORE_TEXT(s) store_text(s) /* NULL becomes SQL NULL */
#define STORE_SLICE(s) \
	((struct store_value){ .type = STORE_TYPE_TEXT, .ptr = (s).ptr, .len = (s).len })
struct store_value store_text(const char *s);

/*
 * A transaction being gathered. Values are copied in, so they may go away at once. The first
 * failure (-ENOMEM) sticks and is reported by store_commit.
 */
struct store_op;
struct store_tx {
	struct arena arena;
	struct store_op *first, **last;
	int error;
};

#define STORE_TX_INIT ((struct store_tx){ .arena = ARENA_INIT })
void store_tx_done(struct store_tx *tx);

void store_tx_append(struct store_tx *tx, enum store_stmt stmt, size_t n,
		     const struct store_value *v);
#define store_tx_add(tx, stmt, ...)                                                      \
	store_tx_append((tx), (stmt), ELEMENTS(((struct store_value[]){ __VA_ARGS__ })), \
			(struct store_value[]){ __VA_ARGS__ })

/*
 * Statements that must have changed at least one row: if the one just added changes none, the whole
 * transaction is rolled back and fails with ERR_CONFLICT.
 */
void store_tx_expect_change(struct store_tx *tx);

struct store;

/*
 * Opens (creates, migrates) `file`. A schema newer than this program is refused with what to do.
 * The directory must be owned (its lock held) by this process. Starts the writer thread.
 */
int store_open(const char *file, struct store **ret, struct err *e) _must_check;
void store_close(struct store *s); /* finishes what is queued, checkpoints */
OWN_PTR(struct store, store_close);

/*
 * Runs the transaction and waits until it is committed as durably as asked. All of it or none.
 * Errors: ERR_CONFLICT (a UNIQUE or PRIMARY KEY row exists already, or an expected change did not
 * happen), ERR_NO_SPACE, ERR_INTERNAL. The transaction is emptied either way. Any thread but the
 * reactor's.
 */
int store_commit(struct store *s, struct store_tx *tx, enum store_durability d, struct err *e)
	_must_check;

/*
 * The two halves of store_commit, for a caller that must queue under a lock of its own and wait
 * without it. `w` lives until the wait has returned.
 */
struct store_wait {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool finished;
	struct err failure;
};
void store_commit_begin(struct store *s, struct store_tx *own_tx, enum store_durability d,
			struct store_wait *w);
int store_commit_wait(struct store_wait *w, struct err *e) _must_check;

/* Called on the writer thread after the commit (or its failure); must be short. */
typedef void (*store_done_fn)(void *ctx, const struct err *failure_or_null);

/* Queues without waiting; the transaction's content is taken. `done` may be NULL. Any thread. */
void store_submit(struct store *s, struct store_tx *own_tx, enum store_durability d,
		  store_done_fn done, void *ctx);

/* Columns of the row at hand; text is valid until the callback returns, NULL column gives NULL / 0.
 */
struct store_row;
const char *store_row_text(const struct store_row *row, int column);
int64_t store_row_int(const struct store_row *row, int column);
struct str_slice store_row_blob(const struct store_row *row, int column);

/* A negative return stops the walk and is what store_each returns. */
typedef int (*store_row_fn)(void *ctx, const struct store_row *row, struct err *e);

/* Runs a SELECT on the writer thread, after everything queued before it. Any thread but the
 * reactor's. */
int store_each(struct store *s, enum store_stmt stmt, size_t n, const struct store_value *v,
	       store_row_fn fn, void *ctx, struct err *e) _must_check;

/*
 * Intents: what a verb is about to do to the world. Written (prompt) before the first effect, and
 * cleared in the transaction that makes the effect true (store_intent_clear adds that row to tx).
 * Recovery finds the open ones with STORE_INTENT_LIST. `kind` names the verb, `object` its id,
 * `detail` is JSON text of the kind's own or NULL.
 */
int store_intent_begin(struct store *s, const char *kind, const char *object, const char *detail,
		       int64_t *ret_id, struct err *e) _must_check;
void store_intent_clear(struct store_tx *tx, int64_t id);
