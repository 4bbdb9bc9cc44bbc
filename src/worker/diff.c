/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the jobs that read what a container changed: diff makes a layer's blob of it, changes the
 * list that `docker diff` shows.
 */
#include "codec/compress.h"
#include "os/caps.h"
#include "worker/compare.h"
#include "worker/job.h"
#include "worker/tree_tar.h"

#include <errno.h>
#include <linux/capability.h>

#define READ_CAPS (CAPS_BIT(CAP_DAC_READ_SEARCH) | CAPS_BIT(CAP_FOWNER))

static const char *const media_types[COMPRESSION_COUNT] = {
	[COMPRESSION_NONE] = "application/vnd.oci.image.layer.v1.tar",
	[COMPRESSION_GZIP] = "application/vnd.oci.image.layer.v1.tar+gzip",
	[COMPRESSION_ZSTD] = "application/vnd.oci.image.layer.v1.tar+zstd",
};

static void reach_root(struct sandbox_reach *reach, const struct job_root *root)
{
	for (unsigned i = 0; i < root->lowers.count; i++)
		sandbox_may_read(reach, root->lowers.items[i]);
	sandbox_may_read(reach, root->upper);
	sandbox_may_read(reach, root->dir);
}

/* What is compared with what: see job_diff. */
static int open_below(const struct job_root *root, struct view_dir *ret, struct err *e)
{
	int r = view_root(root->lowers.items, root->lowers.count, -1, ret);

	return r < 0 ? err_sys(e, -r, "cannot open the layers") : 0;
}

static struct compare_request request_of(const struct job_root *root, const struct view_dir *below)
{
	bool upper = root->upper >= 0;

	return (struct compare_request){ .kind = upper ? COMPARE_UPPER : COMPARE_FULL,
					 .tree = upper ? root->upper : root->dir,
					 .below = below };
}

/* ---- diff ---- */

static int check_compression(uint32_t c, struct err *e)
{
	if (c >= COMPRESSION_COUNT || !media_types[c])
		return err_set(e, ERR_BAD_PARAMETER, "cannot write a layer in compression %u", c);
	if (compression_load_writer((enum compression)c) < 0)
		return err_set(e, ERR_NOT_IMPLEMENTED,
			       "cannot write %s: its library is not installed",
			       compression_name((enum compression)c));
	return 0;
}

static int diff_prepare(struct job *job, struct err *e)
{
	const struct job_diff *p = job->params;

	if (p->upper < 0 && p->dir < 0)
		return err_set(e, ERR_BAD_PARAMETER, "diff needs a tree");
	digest_load_fast();
	return check_compression(p->compression, e);
}

static int diff_change(void *ctx, const struct change_entry *c, struct err *e)
{
	struct tree_tar *tar = ctx;
	int r;

	if (c->change == CHANGE_DELETED)
		return tree_tar_hide(tar, c->path, e);
	if ((r = tree_tar_add(tar, c->entry, e)) < 0)
		return r;
	return c->hides_below ? tree_tar_hide_below(tar, c->path, e) : 0;
}

/* Every directory of the tree is told; without changes below it is not part of the layer. */
struct full_diff {
	struct tree_tar *tar;
	struct str_vec dirs; /* the unchanged ones on the way to here */
	const struct job_diff *params;
};

static bool is_below(const char *dir, const char *path)
{
	size_t n = strlen(dir);

	return strncmp(dir, path, n) == 0 && path[n] == '/';
}

static int add_dir_again(struct full_diff *f, const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	struct walk_entry entry = { .path = path, .name = slash ? slash + 1 : path };
	auto_(view_dir_done) struct view_dir root = VIEW_DIR_INIT;
	struct view_found found;
	int r = view_root(NULL, 0, f->params->dir, &root);

	if (r < 0 || (r = view_lookup(&root, path, &found)) < 0)
		return err_sys(e, -r, "cannot read '/%.200s'", path);
	entry.in = found.entry;
	r = tree_tar_add(f->tar, &entry, e);
	view_dir_done(&found.parent);
	return r;
}

/* The directories on the way to a change are written before it; others are forgotten. */
static int flush_dirs(struct full_diff *f, const char *path, struct err *e)
{
	int r = 0;

	for (size_t i = 0; i < f->dirs.len; i++) {
		if (r == 0 && is_below(f->dirs.items[i], path))
			r = add_dir_again(f, f->dirs.items[i], e);
		free(f->dirs.items[i]);
	}
	f->dirs.len = 0;
	return r;
}

static int full_change(void *ctx, const struct change_entry *c, struct err *e)
{
	struct full_diff *f = ctx;
	int r;

	if (c->change == CHANGE_SAME) {
		while (f->dirs.len && !is_below(*vec_last(&f->dirs), c->path))
			free(f->dirs.items[--f->dirs.len]);
		return str_vec_add(&f->dirs, c->path) < 0 ? err_no_memory(e) : 0;
	}
	if ((r = flush_dirs(f, c->path, e)) < 0)
		return r;
	return diff_change(f->tar, c, e);
}

static int diff_trees(const struct job_diff *p, struct tree_tar *tar, struct err *e)
{
	struct job_root root = JOB_ROOT_GET(p, );
	auto_(view_dir_done) struct view_dir below = VIEW_DIR_INIT;
	struct full_diff full = { .tar = tar, .dirs = STR_VEC_INIT, .params = p };
	struct compare_request q;
	int r;

	if ((r = open_below(&root, &below, e)) < 0)
		return r;
	q = request_of(&root, &below);
	q.fn = q.kind == COMPARE_FULL ? full_change : diff_change;
	q.ctx = q.kind == COMPARE_FULL ? (void *)&full : tar;
	if ((r = tree_tar_add_root(tar, q.tree, e)) == 0)
		r = compare_trees(&q, e);
	str_vec_done(&full.dirs);
	return r < 0 ? r : tree_tar_end(tar, e);
}

static int text_of(struct arena *a, const struct digest *d, struct str_slice *ret)
{
	char text[DIGEST_TEXT_MAX];

	*ret = str_slice(arena_str(a, digest_format(d, text)));
	return ret->len ? 0 : -ENOMEM;
}

struct blob_out {
	struct sink_fd file;
	struct sink_tap stored;
	struct compressor *compressor;
};

static void blob_out_done(struct blob_out *b)
{
	compressor_free(b->compressor);
	sink_fd_done(&b->file);
}

static int blob_out_init(struct blob_out *b, const struct job_diff *p, struct err *e)
{
	if (sink_fd_init(&b->file, p->blob) < 0)
		return err_no_memory(e);
	sink_tap_init(&b->stored, &b->file.sink);
	return compressor_new((enum compression)p->compression, &b->stored.sink, &b->compressor) < 0
		       ? err_no_memory(e)
		       : 0;
}

static int blob_out_end(struct blob_out *b, struct err *e)
{
	int r = compressor_end(b->compressor);

	if (r == 0)
		r = sink_fd_flush(&b->file);
	return r < 0 ? err_sys(e, -r, "cannot write the layer's blob") : 0;
}

static int diff_run(struct job *job, struct err *e)
{
	struct job_layer_result *result = job->result;
	const struct job_diff *p = job->params;
	auto_(blob_out_done) struct blob_out out = { 0 };
	auto_(tree_tar_done) struct tree_tar tar = { 0 };
	struct digest plain, stored;
	int r;

	if ((r = blob_out_init(&out, p, e)) < 0 ||
	    (r = tree_tar_init(&tar, compressor_sink(out.compressor), e)) < 0 ||
	    (r = diff_trees(p, &tar, e)) < 0 || (r = blob_out_end(&out, e)) < 0)
		return r;
	sink_tap_end(&tar.tap, &plain);
	sink_tap_end(&out.stored, &stored);
	result->blob_size = out.stored.total;
	result->entries = tar.entries;
	result->size = tar.size;
	result->media_type = str_slice(media_types[p->compression]);
	if (text_of(job->arena, &plain, &result->diff_id) < 0 ||
	    text_of(job->arena, &stored, &result->blob) < 0)
		return err_no_memory(e);
	return 0;
}

static void diff_reach(const struct job *job, struct sandbox_reach *reach)
{
	const struct job_diff *p = job->params;
	struct job_root root = JOB_ROOT_GET(p, );

	reach_root(reach, &root);
}

const struct worker_row job_diff_row = {
	.kind = JOB_DIFF,
	.prepare = diff_prepare,
	.run = diff_run,
	.reach = diff_reach,
	.rule = { SANDBOX_READ_TREE, READ_CAPS, 2ull << 30 },
};

/* ---- changes ---- */

/*
 * Docker tells a directory as changed when something in it was added or removed, and then all
 * directories on the way to it.
 */
struct changes {
	struct sink_fd out;
	struct str_vec told; /* directories on the way to here that were told */
	uint64_t entries;
};

static int write_change(struct changes *c, char kind, struct str_slice path, struct err *e)
{
	const char head[] = { kind, '/' };
	int r;

	c->entries++;
	if ((r = c->out.sink.write(&c->out.sink, head, sizeof(head))) < 0 ||
	    (r = c->out.sink.write(&c->out.sink, path.ptr, path.len)) < 0 ||
	    (r = c->out.sink.write(&c->out.sink, "", 1)) < 0)
		return err_sys(e, -r, "cannot write the list of changes");
	return 0;
}

static int remember(struct changes *c, struct str_slice path, struct err *e)
{
	return str_vec_add_own(&c->told, str_dup(path)) < 0 ? err_no_memory(e) : 0;
}

/* Forgets the directories that the path at hand is not in. */
static void leave(struct changes *c, const char *path)
{
	while (c->told.len && !is_below(*vec_last(&c->told), path))
		free(c->told.items[--c->told.len]);
}

static bool was_told(const struct changes *c, struct str_slice dir)
{
	for (size_t i = c->told.len; i-- > 0;)
		if (str_is(dir, c->told.items[i]))
			return true;
	return false;
}

/* The directories above a path, outermost first. */
static int tell_parents(struct changes *c, const char *path, struct err *e)
{
	struct str_slice whole = str_slice(path);
	int r;

	for (size_t i = 1; i < whole.len; i++) {
		struct str_slice dir = str_first(whole, i);

		if (path[i] != '/' || was_told(c, dir))
			continue;
		if ((r = write_change(c, 'C', dir, e)) < 0 || (r = remember(c, dir, e)) < 0)
			return r;
	}
	return 0;
}

static int list_change(void *ctx, const struct change_entry *entry, struct err *e)
{
	static const char letters[] = {
		[CHANGE_ADDED] = 'A', [CHANGE_MODIFIED] = 'C', [CHANGE_DELETED] = 'D'
	};
	struct str_slice path = str_slice(entry->path);
	struct changes *c = ctx;
	bool dir = entry->entry && entry->entry->opened;
	enum change change = entry->change;
	int r;

	if (change == CHANGE_SAME && !dir) /* overlay copied it up: somebody wrote to it */
		change = CHANGE_MODIFIED;
	if (change == CHANGE_SAME)
		return 0;
	leave(c, entry->path);
	if ((r = tell_parents(c, entry->path, e)) < 0 ||
	    (r = write_change(c, letters[change], path, e)) < 0)
		return r;
	return dir ? remember(c, path, e) : 0;
}

static int changes_run(struct job *job, struct err *e)
{
	struct job_stream_result *result = job->result;
	const struct job_changes *p = job->params;
	struct job_root root = JOB_ROOT_GET(p, );
	auto_(view_dir_done) struct view_dir below = VIEW_DIR_INIT;
	struct changes c = { .told = STR_VEC_INIT };
	struct compare_request q;
	int r;

	if (sink_fd_init(&c.out, p->output) < 0)
		return err_no_memory(e);
	if ((r = open_below(&root, &below, e)) == 0) {
		q = request_of(&root, &below);
		q.fn = list_change;
		q.ctx = &c;
		r = compare_trees(&q, e);
	}
	if (r == 0 && (r = sink_fd_flush(&c.out)) < 0)
		err_sys(e, -r, "cannot write the list of changes");
	result->entries = c.entries;
	sink_fd_done(&c.out);
	str_vec_done(&c.told);
	return r;
}

static void changes_reach(const struct job *job, struct sandbox_reach *reach)
{
	const struct job_changes *p = job->params;
	struct job_root root = JOB_ROOT_GET(p, );

	reach_root(reach, &root);
}

const struct worker_row job_changes_row = {
	.kind = JOB_CHANGES,
	.run = changes_run,
	.reach = changes_reach,
	.rule = { SANDBOX_READ_TREE, READ_CAPS, 1ull << 30 },
};
