/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the way from a request line to a row of the API: versioned and unversioned paths, the rules
 * about versions, and the texts by which clients know them. No I/O. Any thread.
 */
#pragma once

#include "api/operation.h"
#include "base/arena.h"
#include "base/err.h"

enum {
	API_VERSION_FLOOR = 24, /* no server can be told to accept less */
	API_VERSION_NEWEST = 55,
};

struct route {
	const struct operation *op;
	unsigned version; /* minor version of the API: 44 for /v1.44/… */
	const char *name; /* what stands for the path's variable, decoded; "" without one */

	/* Set on failure too, for the form of the error: */
	bool known;	 /* the path exists, so the reply bears the API's headers */
	bool plain_text; /* the client is too old for errors in JSON */
};

/*
 * Finds the row for a request; `path` as it was sent, without its query. `min_version` is the
 * oldest minor version that this engine accepts. Errors: ERR_NOT_FOUND ("page not found"; also for
 * a method that the path does not have), ERR_BAD_PARAMETER (versions; a path that does not decode),
 * ERR_NO_MEMORY. In *ret, `known` and `plain_text` are valid after a failure as well.
 */
int router_find(struct str_slice method, struct str_slice path, unsigned min_version,
		struct arena *a, struct route *ret, struct err *e) _must_check;
