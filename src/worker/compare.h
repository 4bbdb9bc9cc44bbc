/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what a container has changed, in order of paths: the walk over its writable tree beside the
 * view of what lies below it. For overlay the writable tree holds changes only; a plain directory
 * is compared name by name.
 */
#pragma once

#include "base/err.h"
#include "storage/view.h"

enum change { CHANGE_SAME, CHANGE_ADDED, CHANGE_MODIFIED, CHANGE_DELETED };
enum compare_kind {
	COMPARE_UPPER, /* overlay's upper: whiteouts and opaque directories say what is gone */
	COMPARE_FULL,  /* a whole tree: what it lacks is gone */
};

struct change_entry {
	enum change change;
	const char *path;		/* of what is there or gone */
	const struct walk_entry *entry; /* NULL for CHANGE_DELETED */
	bool hides_below;		/* an opaque directory */
};

typedef int (*change_fn)(void *ctx, const struct change_entry *c, struct err *e);

struct compare_request {
	enum compare_kind kind;
	int tree;		      /* the writable tree */
	const struct view_dir *below; /* the root of what is below; no trees: nothing is */
	change_fn fn;
	void *ctx;
};

/*
 * Calls fn for each change, and for each directory on the way to one (CHANGE_SAME), parents first.
 * With COMPARE_FULL directories that hold no change are told as well.
 */
int compare_trees(const struct compare_request *request, struct err *e) _must_check;
