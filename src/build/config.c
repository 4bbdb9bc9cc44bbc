/* SPDX-License-Identifier: Apache-2.0 */
/* Owns copying and changing image configurations in an arena. */
#include "build/config.h"

#include "base/buf.h"

#include <inttypes.h>
#include <stdlib.h>

/* One more place at the end of an array that lives in an arena; doubling, as the old one stays. */
static int grow(void **items, size_t len, size_t item_size, struct arena *a)
{
	void *larger;

	/* Powers of two are where the room is used up; a copied list has exactly `len` rounded up.
	 */
	if (len && (len & (len - 1)))
		return 0;
	larger = arena_array(a, len ? len * 2 : 1, item_size);
	if (!larger)
		return -ENOMEM;
	if (len)
		memcpy(larger, *items, len * item_size);
	*items = larger;
	return 0;
}

/* A copy with the room that grow() expects of an array of this length; NULL items stay NULL. */
static int copy_array(const void *items, size_t len, size_t item_size, struct arena *a, void **ret)
{
	size_t room = 1;
	void *copy;

	*ret = NULL;
	if (!items)
		return 0;
	while (room < len)
		room *= 2;
	copy = arena_array(a, room, item_size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, items, len * item_size);
	*ret = copy;
	return 0;
}

int build_words_add(struct build_words *w, struct arena *a, const char *word)
{
	int r = grow((void **)&w->items, w->len, sizeof(*w->items), a);

	if (r < 0)
		return r;
	w->items[w->len++] = word;
	return 0;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void build_words_sort(struct build_words *w)
{
	size_t kept = 0;

	if (!w->len)
		return;
	qsort(w->items, w->len, sizeof(*w->items), compare_words);
	for (size_t i = 1; i < w->len; i++)
		if (strcmp(w->items[kept], w->items[i]) != 0)
			w->items[++kept] = w->items[i];
	/* grow() takes the power of two at or above len for the room there is, so room is never
	 * lost. */
	w->len = kept + 1;
}

int build_pairs_add(struct build_pairs *p, struct arena *a, const char *name, const char *value)
{
	int r = grow((void **)&p->items, p->len, sizeof(*p->items), a);

	if (r < 0)
		return r;
	p->items[p->len++] = (struct build_pair){ name, value };
	return 0;
}

int build_pairs_set(struct build_pairs *p, struct arena *a, const char *name, const char *value)
{
	size_t i = p->len;
	int r;

	while (i > 0 && strcmp(p->items[i - 1].name, name) > 0)
		i--;
	if (i > 0 && strcmp(p->items[i - 1].name, name) == 0) {
		p->items[i - 1].value = value;
		return 0;
	}
	r = build_pairs_add(p, a, name, value);
	if (r < 0)
		return r;
	memmove(p->items + i + 1, p->items + i, (p->len - 1 - i) * sizeof(*p->items));
	p->items[i] = (struct build_pair){ name, value };
	return 0;
}

const char *build_pairs_get(const struct build_pairs *p, const char *name)
{
	for (size_t i = 0; i < p->len; i++)
		if (strcmp(p->items[i].name, name) == 0)
			return p->items[i].value;
	return NULL;
}

static bool env_is(const char *entry, struct str_slice name)
{
	return strncmp(entry, name.ptr, name.len) == 0 && entry[name.len] == '=';
}

int build_env_set(struct build_words *env, struct arena *a, const char *name, const char *value)
{
	const char *entry = arena_printf(a, "%s=%s", name, value);

	if (!entry)
		return -ENOMEM;
	for (size_t i = 0; i < env->len; i++) {
		if (env_is(env->items[i], str_slice(name))) {
			env->items[i] = entry;
			return 0;
		}
	}
	return build_words_add(env, a, entry);
}

const char *build_env_get(const struct build_words *env, struct str_slice name)
{
	for (size_t i = 0; i < env->len; i++)
		if (env_is(env->items[i], name))
			return env->items[i] + name.len + 1;
	return NULL;
}

/* Where the lists of words are in struct build_config. */
static const struct {
	const char *name;
	size_t offset;
} word_fields[] = {
	{ "env", offsetof(struct build_config, env) },
	{ "cmd", offsetof(struct build_config, cmd) },
	{ "entrypoint", offsetof(struct build_config, entrypoint) },
	{ "shell", offsetof(struct build_config, shell) },
	{ "onbuild", offsetof(struct build_config, on_build) },
	{ "ports", offsetof(struct build_config, exposed_ports) },
	{ "volumes", offsetof(struct build_config, volumes) },
};

static const struct {
	const char *name;
	size_t offset;
} text_fields[] = {
	{ "user", offsetof(struct build_config, user) },
	{ "workdir", offsetof(struct build_config, working_dir) },
	{ "stopsignal", offsetof(struct build_config, stop_signal) },
};

static struct build_words *words_at(const struct build_config *c, size_t field)
{
	return (struct build_words *)((char *)c + word_fields[field].offset);
}

static const char **text_at(const struct build_config *c, size_t field)
{
	return (const char **)((char *)c + text_fields[field].offset);
}

int build_words_copy(const struct build_words *from, struct arena *a, struct build_words *ret)
{
	void *items;
	int r = copy_array(from->items, from->len, sizeof(*from->items), a, &items);

	if (r < 0)
		return r;
	*ret = (struct build_words){ items, from->len };
	return 0;
}

int build_config_copy(const struct build_config *from, struct arena *a, struct build_config *ret)
{
	struct build_config c = *from;
	void *labels;
	int r;

	for (size_t i = 0; i < ELEMENTS(word_fields); i++)
		if ((r = build_words_copy(words_at(from, i), a, words_at(&c, i))) < 0)
			return r;
	r = copy_array(from->labels.items, from->labels.len, sizeof(*from->labels.items), a,
		       &labels);
	if (r < 0)
		return r;
	c.labels.items = labels;
	*ret = c;
	return 0;
}

static int clone_text(const char **text, struct arena *a)
{
	if (!*text)
		return 0;
	*text = arena_str(a, *text);
	return *text ? 0 : -ENOMEM;
}

static int clone_words(struct build_words *w, struct arena *a)
{
	int r = 0;

	for (size_t i = 0; i < w->len && r == 0; i++)
		r = clone_text(&w->items[i], a);
	return r;
}

static int clone_health(const struct build_health **health, struct arena *a)
{
	struct build_health *h;
	int r;

	if (!*health)
		return 0;
	h = arena_dup(a, *health, sizeof(**health));
	if (!h)
		return -ENOMEM;
	r = build_words_copy(&(*health)->test, a, &h->test);
	if (r < 0)
		return r;
	*health = h;
	return clone_words(&h->test, a);
}

int build_config_clone(const struct build_config *from, struct arena *a, struct build_config *ret)
{
	struct build_config c;
	int r = build_config_copy(from, a, &c);

	for (size_t i = 0; i < ELEMENTS(text_fields) && r == 0; i++)
		r = clone_text(text_at(&c, i), a);
	for (size_t i = 0; i < ELEMENTS(word_fields) && r == 0; i++)
		r = clone_words(words_at(&c, i), a);
	for (size_t i = 0; i < c.labels.len && r == 0; i++) {
		r = clone_text(&c.labels.items[i].name, a);
		if (r == 0)
			r = clone_text(&c.labels.items[i].value, a);
	}
	if (r == 0)
		r = clone_health(&c.health, a);
	if (r == 0)
		*ret = c;
	return r;
}

/* Lengths before texts, so that no two different lists read the same. */
static void put_text(struct buf *out, const char *text)
{
	if (text)
		buf_printf(out, "%zu:%s", strlen(text), text);
	else
		buf_char(out, '-');
	buf_char(out, '\n');
}

static void put_words(struct buf *out, const char *name, const struct build_words *w)
{
	if (!w->items)
		return;
	buf_printf(out, "%s %zu\n", name, w->len);
	for (size_t i = 0; i < w->len; i++)
		put_text(out, w->items[i]);
}

void build_config_canonical(const struct build_config *c, struct buf *out)
{
	for (size_t i = 0; i < ELEMENTS(text_fields); i++) {
		buf_printf(out, "%s ", text_fields[i].name);
		put_text(out, *text_at(c, i));
	}
	for (size_t i = 0; i < ELEMENTS(word_fields); i++)
		put_words(out, word_fields[i].name, words_at(c, i));
	buf_printf(out, "labels %zu\n", c->labels.len);
	for (size_t i = 0; i < c->labels.len; i++) {
		put_text(out, c->labels.items[i].name);
		put_text(out, c->labels.items[i].value);
	}
	if (!c->health)
		return;
	put_words(out, "health", &c->health->test);
	buf_printf(out, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
		   c->health->interval, c->health->timeout, c->health->start_period,
		   c->health->start_interval, c->health->retries);
}
