/* SPDX-License-Identifier: Apache-2.0 */
/* Owns cache keys and commits. */
#include "build/commit.h"

#include "build/words.h"
#include "codec/digest.h"

static const struct build_words *shell_of(const struct stage *s)
{
	static const char *words[] = { "/bin/sh", "-c" };
	static const struct build_words shell = { words, ELEMENTS(words) };

	return s->config.shell.len ? &s->config.shell : &shell;
}

int step_command_words(struct build *b, const struct stage *s, const struct instruction_command *c,
		       struct build_words *ret)
{
	struct build_words words = { 0 };
	const struct build_words *shell = shell_of(s);
	int r = c->json ? 0 : build_words_copy(shell, b->a, &words);

	if (r == 0 && c->json && !c->words.len)
		words = c->words; /* said, and empty */
	for (size_t i = 0; i < c->words.len && r == 0; i++)
		r = build_words_add(&words, b->a, c->words.items[i]);
	if (r == 0)
		*ret = words;
	return r;
}

const char *commit_nop_text(struct build *b, const struct stage *s, const char *comment)
{
	const char *shell = words_join(shell_of(s), " ", b->a);

	return shell ? arena_printf(b->a, "%s #(nop) %s", shell, comment) : NULL;
}

/* Lengths before texts keep neighbours apart. */
static void key_text(struct buf *out, const char *text)
{
	buf_printf(out, "%zu:%s\n", text ? strlen(text) : 0, text ? text : "");
}

static int make_key(const struct stage *s, struct commit_step *c)
{
	auto_(buf_done) struct buf text = BUF_INIT;
	const char *const parts[] = { s->id,	 s->os,	   s->architecture, s->variant,
				      s->author, c->extra, c->created_by };
	struct digest d;

	buf_str(&text, "berth build step 1\n");
	for (size_t i = 0; i < ELEMENTS(parts); i++)
		key_text(&text, parts[i]);
	build_config_canonical(&s->config, &text);
	if (buf_error(&text))
		return buf_error(&text);
	digest_of(text.data, text.len, &d);
	digest_hex(&d, c->key);
	return 0;
}

int commit_probe(struct build *b, struct stage *s, struct commit_step *c, struct err *e)
{
	char id[BUILD_ID_MAX];
	int r = make_key(s, c);

	if (r < 0)
		return err_no_memory(e);
	if (b->request->no_cache || s->cache_missed)
		return 0;
	r = b->ops->cached(b->host, c->key, id, e);
	if (r < 0)
		return r;
	if (r == 0) {
		s->cache_missed = true;
		return 0;
	}
	step_say(b, " ---> Using cache\n");
	memcpy(s->id, id, sizeof(s->id));
	return 1;
}

int commit_change(struct build *b, struct stage *s, const struct commit_step *c,
		  struct build_change *own_change, struct err *e)
{
	const struct build_commit commit = {
		.parent = *s->id ? s->id : NULL,
		.config = &s->config,
		.author = s->author,
		.created_by = c->created_by,
		.change = own_change,
		.cache_key = c->key,
		.os = s->os,
		.architecture = s->architecture,
		.variant = s->variant,
	};
	char id[BUILD_ID_MAX];
	int r = b->ops->commit(b->host, &commit, b->request->keep_containers, id, e);

	if (r < 0) {
		if (own_change)
			b->ops->discard(b->host, own_change, false);
		return r;
	}
	memcpy(s->id, id, sizeof(s->id));
	return 0;
}

int commit_metadata(struct build *b, struct stage *s, const char *comment, struct err *e)
{
	struct commit_step c = { 0 };
	const char *text;
	int r;

	if (!b->ops)
		return 0;
	/* One blank more than copies have: docker joins the mark and the text as two words. */
	text = arena_printf(b->a, " %s", comment);
	if (!text || !(c.created_by = commit_nop_text(b, s, text)))
		return err_no_memory(e);
	r = commit_probe(b, s, &c, e);
	return r == 0 ? commit_change(b, s, &c, NULL, e) : MIN(r, 0);
}
