/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the gathering of transactions: statements and copies of their values in one arena. */
#include "store/tx.h"

#include <errno.h>

struct store_value store_text(const char *s)
{
	if (!s)
		return (struct store_value){ .type = STORE_TYPE_NULL };
	return (struct store_value){ .type = STORE_TYPE_TEXT, .ptr = s, .len = strlen(s) };
}

void store_tx_done(struct store_tx *tx)
{
	arena_done(&tx->arena);
	*tx = STORE_TX_INIT;
}

static int copy_value(struct store_tx *tx, const struct store_value *from, struct store_value *to)
{
	*to = *from;
	if (from->type != STORE_TYPE_TEXT && from->type != STORE_TYPE_BLOB)
		return 0;
	to->ptr = arena_dup(&tx->arena, from->ptr, from->len);
	return to->ptr ? 0 : -ENOMEM;
}

void store_tx_append(struct store_tx *tx, enum store_stmt stmt, size_t n,
		     const struct store_value *v)
{
	struct store_op *op;

	assert(stmt < STORE_STMT_COUNT);
	if (tx->error)
		return;
	op = arena_alloc(&tx->arena, sizeof(*op) + n * sizeof(*v));
	if (!op) {
		tx->error = -ENOMEM;
		return;
	}
	op->stmt = stmt;
	op->count = n;
	for (size_t i = 0; i < n; i++) {
		if (copy_value(tx, &v[i], &op->values[i]) < 0) {
			tx->error = -ENOMEM;
			return;
		}
	}
	*(tx->last ? tx->last : &tx->first) = op;
	tx->last = &op->next;
}

void store_tx_expect_change(struct store_tx *tx)
{
	if (tx->error)
		return;
	assert(tx->last);
	CONTAINER_OF(tx->last, struct store_op, next)->expect_change = true;
}
