/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the comparison of a writable tree with what is below it. */
#include "worker/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* The directories below the ones that the walk is in; index 0 belongs to the root. */
VEC_DEFINE(below_stack, struct view_dir);

struct compare {
	const struct compare_request *request;
	struct below_stack below; /* [depth]: what is below the directory at that depth */
};

static int failed(const char *path, int error, struct err *e)
{
	return error == -ENOMEM ? err_no_memory(e)
				: err_sys(e, -error, "cannot compare '/%.200s'", path);
}

static unsigned depth_of(const char *path)
{
	unsigned n = 0;

	for (const char *p = path; *p; p++)
		n += *p == '/';
	return n;
}

static void pop_to(struct below_stack *s, size_t depth)
{
	while (s->len > depth)
		view_dir_done(&s->items[--s->len]);
}

static bool same_target(const struct view_entry *a, const char *name, const struct view_entry *b)
{
	char x[PATH_MAX], y[PATH_MAX];
	ssize_t n = readlinkat(a->dir, name, x, sizeof(x));
	ssize_t m = readlinkat(b->dir, name, y, sizeof(y));

	return n >= 0 && n == m && memcmp(x, y, (size_t)n) == 0;
}

static bool same_time(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Times count for files alone: those of links and directories change with what is near them. */
static bool same(const struct view_entry *a, const char *name, const struct view_entry *b)
{
	const struct stat *x = &a->st, *y = &b->st;

	if (x->st_mode != y->st_mode || x->st_uid != y->st_uid || x->st_gid != y->st_gid ||
	    x->st_rdev != y->st_rdev)
		return false;
	if (S_ISREG(x->st_mode))
		return x->st_size == y->st_size && same_time(x, y);
	return !S_ISLNK(x->st_mode) || same_target(a, name, b);
}

static int tell(struct compare *c, struct change_entry *entry, struct err *e)
{
	return c->request->fn(c->request->ctx, entry, e);
}

static int tell_gone(struct compare *c, const char *path, struct err *e)
{
	struct change_entry gone = { .change = CHANGE_DELETED, .path = path };

	return tell(c, &gone, e);
}

/* What of `below` is not in `tree`: names that a full tree lacks, or an opaque directory hides. */
static int tell_missing(struct compare *c, const struct view_dir *below, int tree,
			const char *dir_path, struct err *e)
{
	auto_(str_vec_done) struct str_vec names = STR_VEC_INIT;
	auto_(buf_done) struct buf path = BUF_INIT;
	struct stat st;
	int r = below->n ? view_list(below, &names) : 0;

	if (r < 0)
		return failed(dir_path, r, e);
	for (size_t i = 0; i < names.len; i++) {
		if (fstatat(tree, names.items[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		buf_clear(&path);
		buf_printf(&path, "%s%s%s", dir_path, *dir_path ? "/" : "", names.items[i]);
		if (buf_error(&path))
			return err_no_memory(e);
		if ((r = tell_gone(c, buf_cstr(&path), e)) < 0)
			return r;
	}
	return 0;
}

/* Remembers what is below the directory at hand, and tells what it has lost. */
static int enter(struct compare *c, const struct walk_entry *w, const struct view_dir *parent,
		 const struct view_entry *lower, struct err *e)
{
	bool full = c->request->kind == COMPARE_FULL, opaque = false;
	struct view_dir below = VIEW_DIR_INIT;
	int r = 0;

	if (lower && S_ISDIR(lower->st.st_mode))
		r = view_open(parent, w->name, lower, &below);
	if (r < 0)
		return failed(w->path, r, e);
	if (!full)
		opaque = view_is_opaque(w->opened->fds[0]);
	if ((r = vec_push(&c->below, below)) < 0) {
		view_dir_done(&below);
		return err_no_memory(e);
	}
	if (!full && !opaque)
		return 0;
	r = tell_missing(c, &below, w->opened->fds[0], w->path, e);
	if (opaque) /* what it holds is new, all of it */
		view_dir_done(vec_last(&c->below));
	return r;
}

static int compare_one(struct compare *c, const struct walk_entry *w, struct err *e)
{
	const struct view_dir *parent;
	struct change_entry entry = { .path = w->path, .entry = w };
	struct view_entry lower;
	int r;

	pop_to(&c->below, depth_of(w->path) + 1);
	parent = vec_last(&c->below);
	if (view_is_whiteout(&w->in.st))
		return tell_gone(c, w->path, e);
	r = view_find(parent, w->name, &lower);
	if (r < 0 && r != -ENOENT)
		return failed(w->path, r, e);
	entry.change = r < 0			       ? CHANGE_ADDED
		       : same(&w->in, w->name, &lower) ? CHANGE_SAME
						       : CHANGE_MODIFIED;
	if (w->opened && c->request->kind == COMPARE_UPPER)
		entry.hides_below = view_is_opaque(w->opened->fds[0]);
	if (!w->opened && entry.change == CHANGE_SAME && c->request->kind == COMPARE_FULL)
		return 0;
	if ((r = tell(c, &entry, e)) < 0)
		return r;
	return w->opened ? enter(c, w, parent, entry.change == CHANGE_ADDED ? NULL : &lower, e) : 0;
}

static int begin(struct compare *c, struct walk *w, struct err *e)
{
	struct view_dir tree = VIEW_DIR_INIT, below = VIEW_DIR_INIT;
	const struct compare_request *q = c->request;
	int r = view_root(NULL, 0, q->tree, &tree);

	if (r == 0 && q->below->n) {
		/* The stack owns what it holds: a copy of the root. */
		auto_free int *order = calloc(q->below->n, sizeof(*order));

		if (!order)
			r = -ENOMEM;
		for (unsigned i = 0; order && i < q->below->n; i++)
			order[i] = q->below->fds[q->below->n - 1 - i];
		if (r == 0)
			r = view_root(order, q->below->n, -1, &below);
	}
	if (r == 0 && (r = vec_push(&c->below, below)) == 0) {
		below = VIEW_DIR_INIT;
		if (q->kind == COMPARE_FULL)
			r = tell_missing(c, &c->below.items[0], tree.fds[0], "", e);
		if (r == 0)
			r = walk_begin(w, &tree);
	}
	view_dir_done(&tree);
	view_dir_done(&below);
	return r < 0 ? failed("", r, e) : 0;
}

int compare_trees(const struct compare_request *request, struct err *e)
{
	struct compare c = { .request = request };
	auto_(walk_done) struct walk w = { .raw = true };
	struct walk_entry entry;
	int r = begin(&c, &w, e);

	while (r == 0 && (r = walk_next(&w, &entry)) > 0)
		r = compare_one(&c, &entry, e);
	if (r < 0 && e->kind == ERR_NONE)
		failed("", r, e);
	pop_to(&c.below, 0);
	vec_done(&c.below);
	return r;
}
