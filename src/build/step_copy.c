/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns COPY, ADD and WORKDIR: where the files come from, what they are called in the history, where
 * they go. The copying itself is the host's.
 */
#include "base/num.h"
#include "build/commit.h"
#include "build/words.h"

#include <sha2.h>

struct copier {
	struct build *b;
	struct stage *s;
	const struct instruction *in;
	struct err *e;
	struct build_source from; /* of paths: the context or an image */
	struct build_copy_part *parts;
	size_t n_parts, n_items;
};

static const char *name_of(const struct copier *c)
{
	return dockerfile_keyword_name(c->in->keyword);
}

static bool is_url(const char *source)
{
	return str_starts_with(str_slice(source), "http://") ||
	       str_starts_with(str_slice(source), "https://");
}

/*
 * "./a/../b//c/" to "b/c"; the root is "". A context has no outside; in an image the root's parent
 * is the root.
 */
static int clean_path(struct copier *c, const char *path, const char **ret)
{
	struct str_slice rest = str_slice(path), part;
	char *clean = arena_alloc(c->b->a, rest.len + 1);
	size_t len = 0;

	if (!clean)
		return err_no_memory(c->e);
	while (str_next(&rest, '/', &part)) {
		if (!part.len || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			if (!len && c->from.kind == BUILD_SOURCE_CONTEXT)
				return err_set(
					c->e, ERR_BAD_PARAMETER,
					"%s failed: forbidden path outside the build context: "
					"%.200s ()",
					name_of(c), path);
			while (len && clean[--len] != '/')
				;
			continue;
		}
		if (len)
			clean[len++] = '/';
		memcpy(clean + len, part.ptr, part.len);
		len += part.len;
	}
	clean[len] = 0;
	*ret = clean;
	return 0;
}

static bool has_wildcards(const char *path)
{
	for (; *path; path++) {
		if (*path == '\\' && path[1])
			path++;
		else if (strchr("*?[", *path))
			return true;
	}
	return false;
}

static int not_found(struct copier *c, const char *path)
{
	return err_set(c->e, ERR_NOT_FOUND, "%s failed: %sstat %.200s: file does not exist",
		       name_of(c),
		       c->from.kind == BUILD_SOURCE_CONTEXT
			       ? "file not found in build context or excluded by .dockerignore: "
			       : "",
		       *path ? path : "/");
}

static void add_part(struct copier *c, struct build_source source, const struct build_matches *m)
{
	if (!m->len)
		return;
	c->parts[c->n_parts++] = (struct build_copy_part){
		.source = source,
		.items = m->items,
		.n_items = m->len,
		.unpack = c->in->keyword == DOCKERFILE_ADD && source.kind == BUILD_SOURCE_CONTEXT,
	};
	c->n_items += m->len;
}

static int find(struct copier *c, const struct build_source *source, const char *pattern,
		struct build_matches *ret)
{
	int r = c->b->ops->find(c->b->host, source, pattern, c->b->a, ret, c->e);

	if (r < 0 && c->e->kind != ERR_CANCELLED)
		return err_prefix(c->e, r, "%s failed", name_of(c));
	return r;
}

static int find_path(struct copier *c, const char *source)
{
	struct build_matches matches = { 0 };
	const char *path;
	int r;

	if ((r = clean_path(c, source, &path)) < 0)
		return r;
	if ((r = find(c, &c->from, path, &matches)) < 0)
		return r;
	if (!matches.len && !has_wildcards(path))
		return not_found(c, path);
	add_part(c, c->from, &matches);
	return 0;
}

static int find_url(struct copier *c, const char *url)
{
	const struct build_source source = { BUILD_SOURCE_URL, url };
	struct build_matches matches = { 0 };
	int r;

	if (c->in->keyword == DOCKERFILE_COPY)
		return err_set(c->e, ERR_BAD_PARAMETER,
			       "COPY failed: source can't be a URL for COPY");
	if ((r = find(c, &source, "", &matches)) < 0)
		return r;
	if (matches.len && !*matches.items[0].path &&
	    str_ends_with(str_slice(c->in->copy.dest), "/"))
		return err_set(c->e, ERR_BAD_PARAMETER,
			       "ADD failed: cannot determine filename for source %.500s", url);
	add_part(c, source, &matches);
	return 0;
}

/* --from: an earlier stage by name or number, else an image. */
static int find_source(struct copier *c)
{
	struct build *b = c->b;
	struct build_image image = { 0 };
	int stage, r;

	if (!c->in->copy.from)
		return 0;
	r = graph_find_source(&b->graph, c->s->index, c->in->copy.from, &stage, c->e);
	if (r < 0)
		return r;
	c->from.kind = BUILD_SOURCE_IMAGE;
	if (stage >= 0) {
		if ((r = solve_stage(b, (unsigned)stage, c->e)) < 0)
			return r;
		c->from.ref = b->done[stage]->id;
		return *c->from.ref ? 0 : not_found(c, "");
	}
	r = b->ops->image(b->host, c->in->copy.from, b->request->platform, b->request->pull, b->a,
			  &image, c->e);
	if (r < 0)
		return err_prefix(c->e, r, "invalid from flag value %.200s", c->in->copy.from);
	c->from.ref = arena_str(b->a, image.id);
	return c->from.ref ? 0 : err_no_memory(c->e);
}

static int find_all(struct copier *c)
{
	const struct build_words *sources = &c->in->copy.sources;
	int r;

	c->parts = arena_array(c->b->a, sources->len, sizeof(*c->parts));
	if (!c->parts)
		return err_no_memory(c->e);
	for (size_t i = 0; i < sources->len; i++) {
		const char *source = sources->items[i];

		r = is_url(source) ? find_url(c, source) : find_path(c, source);
		if (r < 0)
			return r;
	}
	if (!c->n_items)
		return err_set(c->e, ERR_NOT_FOUND, "%s failed: no source files were specified",
			       name_of(c));
	if (c->n_items > 1 && !str_ends_with(str_slice(c->in->copy.dest), "/"))
		return err_set(
			c->e, ERR_BAD_PARAMETER,
			"When using %s with more than one source file, the destination must be a "
			"directory and end with a /",
			name_of(c));
	return 0;
}

static void put_hashes(const struct copier *c, const char *between, struct buf *out)
{
	for (size_t p = 0; p < c->n_parts; p++) {
		for (size_t i = 0; i < c->parts[p].n_items; i++) {
			const struct build_match *m = &c->parts[p].items[i];

			if (out->len)
				buf_str(out, between);
			buf_printf(out, "%s:%s", m->is_dir ? "dir" : "file", m->digest);
		}
	}
}

/* What the history calls the sources: one by its digest, several by the digest of theirs. */
static int put_sources(const struct copier *c, struct buf *out)
{
	auto_(buf_done) struct buf hashes = BUF_INIT;
	char hex[DIGEST_HEX_MAX];
	struct digest d;

	put_hashes(c, ",", &hashes);
	if (buf_error(&hashes))
		return buf_error(&hashes);
	if (c->n_items == 1) {
		buf_slice(out, buf_view(&hashes));
		return 0;
	}
	digest_of(hashes.data, hashes.len, &d);
	buf_printf(out, "multi:%s", digest_hex(&d, hex));
	return 0;
}

/* "COPY --chown=1:1 file:1234… in /dest " */
static const char *copy_comment(const struct copier *c)
{
	auto_(buf_done) struct buf text = BUF_INIT;
	const struct instruction_copy *copy = &c->in->copy;

	buf_printf(&text, "%s ", name_of(c));
	if (copy->chown)
		buf_printf(&text, "--chown=%s ", copy->chown);
	if (copy->chmod)
		buf_printf(&text, "--chmod=%s ", copy->chmod);
	if (put_sources(c, &text) < 0)
		return NULL;
	buf_printf(&text, " in %s ", copy->dest);
	return buf_error(&text) ? NULL : arena_slice(c->b->a, buf_view(&text));
}

/* Digests are of contents: the names under which files arrive are for the key alone. */
static const char *key_extra(const struct copier *c)
{
	auto_(buf_done) struct buf text = BUF_INIT;

	buf_printf(&text, "%d", c->from.kind);
	for (size_t p = 0; p < c->n_parts; p++) {
		buf_printf(&text, "\n%d", c->parts[p].source.kind);
		for (size_t i = 0; i < c->parts[p].n_items; i++)
			buf_printf(&text, "\n%s", basename(c->parts[p].items[i].path));
	}
	return buf_error(&text) ? NULL : arena_slice(c->b->a, buf_view(&text));
}

/* A path in the image, absolute and clean; relative to the working directory. NULL: no memory. */
static const char *image_path(struct build *b, const struct stage *s, const char *path)
{
	struct copier c = { .b = b, .from = { .kind = BUILD_SOURCE_IMAGE } };
	const char *dir = *path == '/' ? "" : cstr_or(s->config.working_dir, "");
	const char *joined = arena_printf(b->a, "%s/%s", dir, path), *clean;

	if (!joined || clean_path(&c, joined, &clean) < 0)
		return NULL;
	return arena_printf(b->a, "/%s", clean);
}

/* "dir/" and "." mean a directory: the '/' at the end stays, or comes. */
static const char *absolute_dest(const struct copier *c)
{
	const char *dest = c->in->copy.dest, *path = image_path(c->b, c->s, dest);
	bool is_dir = str_ends_with(str_slice(dest), "/") || strcmp(dest, ".") == 0;

	if (!path || !is_dir || strcmp(path, "/") == 0)
		return path;
	return arena_printf(c->b->a, "%s/", path);
}

static int check_chmod(const struct copier *c)
{
	uint32_t mode;

	if (!c->in->copy.chmod || num_parse_octal(str_slice(c->in->copy.chmod), 07777, &mode) == 0)
		return 0;
	return err_set(
		c->e, ERR_BAD_PARAMETER,
		"invalid chmod parameter: '%.100s'. it should be octal string and between 0 and "
		"07777",
		c->in->copy.chmod);
}

static int carry_out(const struct copier *c, const struct commit_step *commit)
{
	const struct build_copy copy = {
		.parent = *c->s->id ? c->s->id : NULL,
		.parts = c->parts,
		.n_parts = c->n_parts,
		.dest = absolute_dest(c),
		.chown = c->in->copy.chown,
		.chmod = c->in->copy.chmod,
		.keep_owner = c->from.kind == BUILD_SOURCE_IMAGE && !c->in->copy.chown,
	};
	struct build_change *change;
	int r;

	if (!copy.dest)
		return err_no_memory(c->e);
	r = c->b->ops->copy(c->b->host, &copy, &change, c->e);
	if (r < 0 && c->e->kind != ERR_CANCELLED)
		return err_prefix(c->e, r, "%s failed", name_of(c));
	return r < 0 ? r : commit_change(c->b, c->s, commit, change, c->e);
}

int step_copy(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	struct copier c = { .b = b, .s = s, .in = in, .e = e };
	struct commit_step commit = { 0 };
	const char *comment;
	int r;

	if ((r = check_chmod(&c)) < 0)
		return r;
	if ((r = find_source(&c)) < 0)
		return r;
	if ((r = find_all(&c)) < 0)
		return r;
	comment = copy_comment(&c);
	commit.created_by = comment ? commit_nop_text(b, s, comment) : NULL;
	commit.extra = key_extra(&c);
	if (!commit.created_by || !commit.extra)
		return err_no_memory(e);
	r = commit_probe(b, s, &commit, e);
	return r == 0 ? carry_out(&c, &commit) : MIN(r, 0);
}

static int make_workdir(struct build *b, struct stage *s, const struct commit_step *commit,
			struct err *e)
{
	const struct build_copy copy = {
		.parent = *s->id ? s->id : NULL,
		.dest = s->config.working_dir,
	};
	struct build_change *change;
	int r = b->ops->copy(b->host, &copy, &change, e);

	return r < 0 ? r : commit_change(b, s, commit, change, e);
}

int step_workdir(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	struct commit_step commit = { 0 };
	const char *comment;
	int r;

	if (!*in->argument)
		return err_set(e, ERR_BAD_PARAMETER, "cannot normalize nothing");
	/* An absolute one stays as it is written. */
	s->config.working_dir = *in->argument == '/' ? in->argument
						     : image_path(b, s, in->argument);
	if (!s->config.working_dir)
		return err_no_memory(e);
	if (!b->ops)
		return 0;
	comment = arena_printf(b->a, "WORKDIR %s", s->config.working_dir);
	commit.created_by = comment ? commit_nop_text(b, s, comment) : NULL;
	if (!commit.created_by)
		return err_no_memory(e);
	r = commit_probe(b, s, &commit, e);
	return r == 0 ? make_workdir(b, s, &commit, e) : MIN(r, 0);
}
