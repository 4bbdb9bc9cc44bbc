/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the order of undoing: last done, first undone. */
#include "base/undo.h"

int undo_add(struct undo *u, undo_fn fn, void *object, void *detail)
{
	int r = vec_push(u, ((struct undo_step){ fn, object, detail }));

	if (r < 0)
		fn(object, detail);
	return r;
}

void undo_commit(struct undo *u)
{
	u->len = 0;
}

void undo_done(struct undo *u)
{
	while (u->len) {
		struct undo_step step = u->items[--u->len];

		step.fn(step.object, step.detail);
	}
	vec_done(u);
}
