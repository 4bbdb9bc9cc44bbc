/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole builds against a host that only takes notes: the corpus of tests/build/run holds every call
 *and every line of output. A case's input begins with lines that set the host and the request up:
 *
 *	@image NAME		an image that exists; then "@+ FIELD VALUE" for its configuration
 *	@file PATH X		a file of the context, whose digest is X repeated; "@dir PATH X"
 *likewise
 *	@url URL NAME X		what is behind a URL
 *	@arg NAME[=VALUE] @label NAME=VALUE @tag NAME @target NAME @nocache @keep @forcerm @pull
 *	@exit N			what commands exit with
 *	@fail OP MESSAGE	that operation fails
 *	@cancel N		the client goes away after N looks
 *	@again			the build is done before, unseen: what is shown is the second one
 */
#include "build/build.h"
#include "build/health.h"
#include "build/words.h"
#include "cases.h"

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct fake_image {
	char name[64];
	char id[BUILD_ID_MAX];
	struct build_config config;
};

struct fake_file {
	char path[64], name[64];
	char digest[65];
	bool is_dir, is_url;
};

struct fake {
	struct arena a;
	struct buf *out;
	struct build_request request;
	struct fake_image images[8];
	struct fake_file files[16];
	size_t n_images, n_files;
	struct {
		char key[65], id[BUILD_ID_MAX];
	} cache[64];
	size_t n_cache;
	unsigned commits, containers, looks, cancel_after;
	int exit_code;
	char fail_op[32], fail_message[200];
	bool again;
	struct build_config last;
};

struct fake_change {
	struct build_change change;
	char id[65];
	bool is_run;
};

static void note(struct fake *f, const char *format, ...) _printf(2, 3);

static void note(struct fake *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_str(f->out, "> ");
	buf_vprintf(f->out, format, args);
	buf_char(f->out, '\n');
	va_end(args);
}

static int broken(struct fake *f, const char *op, struct err *e)
{
	if (strcmp(f->fail_op, op) != 0)
		return 0;
	return err_set(e, ERR_INTERNAL, "%s", f->fail_message);
}

static const char *short_id(const char *id)
{
	static char text[4][16];
	static unsigned n;

	n = (n + 1) % 4;
	snprintf(text[n], sizeof(text[n]), "%.12s", id ? id + (id[0] == 's' ? 7 : 0) : "scratch");
	return text[n];
}

static void show_words(struct buf *out, const char *name, const struct build_words *w)
{
	if (!w->items)
		return;
	buf_printf(out, " %s=", name);
	words_quote_list(w, out);
}

static void show_text(struct buf *out, const char *name, const char *text)
{
	if (!cstr_empty(text))
		buf_printf(out, " %s=%s", name, text);
}

static void show_config(struct buf *out, const struct build_config *c)
{
	show_text(out, "user", c->user);
	show_text(out, "workdir", c->working_dir);
	show_text(out, "stopsignal", c->stop_signal);
	show_words(out, "env", &c->env);
	show_words(out, "cmd", &c->cmd);
	show_words(out, "entrypoint", &c->entrypoint);
	show_words(out, "shell", &c->shell);
	show_words(out, "onbuild", &c->on_build);
	show_words(out, "ports", &c->exposed_ports);
	show_words(out, "volumes", &c->volumes);
	for (size_t i = 0; i < c->labels.len; i++)
		buf_printf(out, " label:%s=%s", c->labels.items[i].name, c->labels.items[i].value);
	if (c->health) {
		buf_str(out, " health=");
		health_quote(c->health, out);
	}
}

static int fake_image(void *host, const char *reference, const char *platform, bool pull,
		      struct arena *a, struct build_image *ret, struct err *e)
{
	struct fake *f = host;

	note(f, "image %s%s%s%s", reference, platform ? " platform=" : "", platform ? platform : "",
	     pull ? " pull" : "");
	for (size_t i = 0; i < f->n_images; i++) {
		if (strcmp(f->images[i].name, reference) != 0)
			continue;
		memcpy(ret->id, f->images[i].id, sizeof(ret->id));
		ret->os = "linux";
		ret->architecture = "amd64";
		return build_config_clone(&f->images[i].config, a, &ret->config);
	}
	return err_set(
		e, ERR_NOT_FOUND,
		"pull access denied for %s, repository does not exist or may require 'docker "
		"login'",
		reference);
}

static int fake_cached(void *host, const char *key, char ret_id[BUILD_ID_MAX], struct err *e)
{
	struct fake *f = host;

	assert_int_equal(strlen(key), 64);
	for (size_t i = 0; i < f->n_cache; i++) {
		if (strcmp(f->cache[i].key, key) == 0) {
			memcpy(ret_id, f->cache[i].id, BUILD_ID_MAX);
			return 1;
		}
	}
	return broken(f, "cached", e);
}

static bool names(const struct build_source *source, const char *pattern,
		  const struct fake_file *file)
{
	if (source->kind == BUILD_SOURCE_URL)
		return file->is_url && strcmp(source->ref, file->path) == 0;
	if (source->kind != BUILD_SOURCE_CONTEXT || file->is_url)
		return false;
	return fnmatch(pattern, file->path, FNM_PATHNAME) == 0;
}

static int fake_find(void *host, const struct build_source *source, const char *pattern,
		     struct arena *a, struct build_matches *ret, struct err *e)
{
	static const char image_digest[] =
		"1111111111111111111111111111111111111111111111111111111111111111";
	struct fake *f = host;
	struct build_match *items = arena_array(a, 16, sizeof(*items));
	size_t n = 0;

	note(f, "find %s '%s'", source->kind ? short_id(source->ref) : "context", pattern);
	if (source->kind == BUILD_SOURCE_IMAGE && strncmp(pattern, "no", 2) != 0)
		items[n++] = (struct build_match){ arena_str(a, pattern), image_digest, false };
	for (size_t i = 0; i < f->n_files; i++)
		if (names(source, pattern, &f->files[i]))
			items[n++] = (struct build_match){ f->files[i].is_url ? f->files[i].name
									      : f->files[i].path,
							   f->files[i].digest, f->files[i].is_dir };
	*ret = (struct build_matches){ items, n };
	return broken(f, "find", e);
}

static struct build_change *new_change(bool is_run, unsigned number)
{
	struct fake_change *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	c->is_run = is_run;
	snprintf(c->id, sizeof(c->id), "c%063u", number);
	memmove(c->id + 1, c->id + 53, 11);
	c->change.container_id = is_run ? c->id : NULL;
	return &c->change;
}

static int fake_copy(void *host, const struct build_copy *copy, struct build_change **ret,
		     struct err *e)
{
	struct fake *f = host;
	struct buf text = BUF_INIT;

	for (size_t p = 0; p < copy->n_parts; p++) {
		const struct build_copy_part *part = &copy->parts[p];

		buf_printf(&text, " %s%s[",
			   part->source.kind ? short_id(part->source.ref) : "context",
			   part->unpack ? ":unpack" : "");
		for (size_t i = 0; i < part->n_items; i++)
			buf_printf(&text, "%s%s", i ? " " : "", part->items[i].path);
		buf_char(&text, ']');
	}
	show_text(&text, "dest", copy->dest);
	show_text(&text, "chown", copy->chown);
	show_text(&text, "chmod", copy->chmod);
	show_text(&text, "owner", copy->keep_owner ? "kept" : NULL);
	note(f, "copy %s%s", short_id(copy->parent), buf_cstr(&text));
	buf_done(&text);
	if (broken(f, "copy", e))
		return -EIO;
	*ret = new_change(false, 0);
	return 0;
}

static int fake_create(void *host, const struct build_run_spec *spec, struct build_change **ret,
		       struct err *e)
{
	struct fake *f = host;
	struct buf text = BUF_INIT;

	show_config(&text, spec->config);
	note(f, "create %s%s", short_id(spec->parent), buf_cstr(&text));
	buf_done(&text);
	if (broken(f, "create", e))
		return -EIO;
	*ret = new_change(true, ++f->containers);
	return 0;
}

static int fake_wait(void *host, struct build_change *change, int *ret_exit_code, struct err *e)
{
	struct fake *f = host;

	note(f, "wait %s", short_id(change->container_id));
	if (f->cancel_after && f->looks >= f->cancel_after)
		return err_set(e, ERR_CANCELLED, "the client went away");
	*ret_exit_code = f->exit_code;
	return broken(f, "wait", e);
}

static int fake_commit(void *host, const struct build_commit *commit, bool keep_container,
		       char ret_id[BUILD_ID_MAX], struct err *e)
{
	struct fake *f = host;
	struct fake_change *c = (struct fake_change *)commit->change;

	note(f, "commit %s %s%s%s%s: %s", short_id(commit->parent),
	     !c		 ? "nothing"
	     : c->is_run ? short_id(c->id)
			 : "copy",
	     keep_container ? " keep" : "", commit->author ? " author=" : "",
	     commit->author ? commit->author : "", commit->created_by);
	if (broken(f, "commit", e))
		return -EIO;
	snprintf(ret_id, BUILD_ID_MAX, "sha256:%012u%052u", ++f->commits, 0);
	assert_true(f->n_cache < ELEMENTS(f->cache));
	memcpy(f->cache[f->n_cache].key, commit->cache_key, 65);
	memcpy(f->cache[f->n_cache++].id, ret_id, BUILD_ID_MAX);
	assert_int_equal(build_config_clone(commit->config, &f->a, &f->last), 0);
	free(c);
	return 0;
}

static void fake_discard(void *host, struct build_change *change, bool keep_container)
{
	note(host, "discard %s%s", change->container_id ? short_id(change->container_id) : "copy",
	     keep_container ? " keep" : "");
	free(change);
}

static int fake_finish(void *host, const char *id, const struct build_words *tags, struct arena *a,
		       struct build_words *ret_names, struct err *e)
{
	note(host, "finish %s %zu", short_id(id), tags->len);
	*ret_names = *tags;
	return broken(host, "finish", e);
}

static void fake_write(void *host, struct str_slice text)
{
	struct fake *f = host;
	struct str_slice line;

	assert_true(str_ends_with(text, "\n"));
	text.len--;
	while (str_next(&text, '\n', &line))
		buf_printf(f->out, "| %.*s\n", STR_ARG(line));
}

static void fake_aux(void *host, const char *id)
{
	note(host, "aux %s", short_id(id));
}

static bool fake_cancelled(void *host)
{
	struct fake *f = host;

	return ++f->looks > f->cancel_after && f->cancel_after;
}

static const struct build_host_ops fake_ops = {
	.image = fake_image,
	.cached = fake_cached,
	.find = fake_find,
	.copy = fake_copy,
	.run_create = fake_create,
	.run_wait = fake_wait,
	.commit = fake_commit,
	.discard = fake_discard,
	.finish = fake_finish,
	.write = fake_write,
	.aux = fake_aux,
	.cancelled = fake_cancelled,
};

static void add_file(struct fake *f, struct str_slice rest, bool is_dir, bool is_url)
{
	struct fake_file *file = &f->files[f->n_files++];
	struct str_slice word;

	assert_true(f->n_files <= ELEMENTS(f->files));
	word = words_cut(&rest);
	if (!str_is(word, "."))
		snprintf(file->path, sizeof(file->path), "%.*s", STR_ARG(word));
	file->is_dir = is_dir;
	file->is_url = is_url;
	if (is_url) {
		word = words_cut(&rest);
		if (!str_is(word, "-"))
			snprintf(file->name, sizeof(file->name), "%.*s", STR_ARG(word));
	}
	memset(file->digest, rest.ptr[0], 64);
}

static void add_image(struct fake *f, struct str_slice name)
{
	struct fake_image *i = &f->images[f->n_images++];

	assert_true(f->n_images <= ELEMENTS(f->images));
	snprintf(i->name, sizeof(i->name), "%.*s", STR_ARG(name));
	snprintf(i->id, sizeof(i->id), "sha256:b%011zu%052u", f->n_images, 0);
}

static void add_field(struct fake *f, struct str_slice rest)
{
	struct build_config *c = &f->images[f->n_images - 1].config;
	struct str_slice field = words_cut(&rest);
	const char *value = arena_slice(&f->a, rest);
	const struct {
		const char *name;
		struct build_words *words;
		const char **text;
	} fields[] = {
		{ "env", &c->env, NULL },
		{ "cmd", &c->cmd, NULL },
		{ "entrypoint", &c->entrypoint, NULL },
		{ "onbuild", &c->on_build, NULL },
		{ "workdir", NULL, &c->working_dir },
		{ "user", NULL, &c->user },
	};

	for (size_t i = 0; i < ELEMENTS(fields); i++) {
		if (!str_is(field, fields[i].name))
			continue;
		if (fields[i].text)
			*fields[i].text = value;
		else
			assert_int_equal(build_words_add(fields[i].words, &f->a, value), 0);
		return;
	}
	fail_msg("no field %.*s", STR_ARG(field));
}

static void add_pair(struct fake *f, struct build_pairs *pairs, struct str_slice rest)
{
	struct str_slice name;
	const char *value = NULL;

	if (str_cut(&rest, '=', &name))
		value = arena_slice(&f->a, rest);
	else
		name = rest;
	assert_int_equal(build_pairs_set(pairs, &f->a, arena_slice(&f->a, name), value), 0);
}

static void set_up(struct fake *f, struct str_slice line)
{
	struct str_slice rest = line, word = words_cut(&rest);
	struct build_request *q = &f->request;
	const struct {
		const char *name;
		bool *flag;
	} flags[] = {
		{ "@nocache", &q->no_cache }, { "@keep", &q->keep_containers },
		{ "@forcerm", &q->force_rm }, { "@pull", &q->pull },
		{ "@again", &f->again },
	};

	for (size_t i = 0; i < ELEMENTS(flags); i++)
		if (str_is(word, flags[i].name))
			*flags[i].flag = true;
	if (str_is(word, "@image"))
		add_image(f, rest);
	else if (str_is(word, "@+"))
		add_field(f, rest);
	else if (str_is(word, "@file"))
		add_file(f, rest, false, false);
	else if (str_is(word, "@dir"))
		add_file(f, rest, true, false);
	else if (str_is(word, "@url"))
		add_file(f, rest, false, true);
	else if (str_is(word, "@arg"))
		add_pair(f, &q->args, rest);
	else if (str_is(word, "@label"))
		add_pair(f, &q->labels, rest);
	else if (str_is(word, "@tag"))
		assert_int_equal(build_words_add(&q->tags, &f->a, arena_slice(&f->a, rest)), 0);
	else if (str_is(word, "@target"))
		q->target = arena_slice(&f->a, rest);
	else if (str_is(word, "@platform"))
		q->platform = arena_slice(&f->a, rest);
	else if (str_is(word, "@exit"))
		f->exit_code = atoi(rest.ptr);
	else if (str_is(word, "@cancel"))
		f->cancel_after = (unsigned)atoi(rest.ptr);
	else if (str_is(word, "@fail")) {
		word = words_cut(&rest);
		snprintf(f->fail_op, sizeof(f->fail_op), "%.*s", STR_ARG(word));
		snprintf(f->fail_message, sizeof(f->fail_message), "%.*s", STR_ARG(rest));
	}
}

static void build_case(const struct test_case *c, struct buf *out)
{
	struct fake f = { .out = out };
	struct str_slice rest = buf_view(&c->input), line;
	char id[BUILD_ID_MAX] = "";
	struct err e = ERR_INIT;
	int r;

	while (str_starts_with(rest, "@") && str_next(&rest, '\n', &line))
		set_up(&f, line);
	f.request.dockerfile = rest;
	if (f.again) {
		assert_int_equal(build_run(&f.request, &fake_ops, &f, id, &e), 0);
		buf_clear(out);
		f.looks = 0;
	}
	r = build_run(&f.request, &fake_ops, &f, id, &e);
	if (r < 0) {
		buf_printf(out, "! %s: %s\n", err_kind_name((enum err_kind)e.kind), e.message);
		if (e.exit_code)
			buf_printf(out, "! exit code %u\n", e.exit_code);
	} else {
		buf_printf(out, "= %s", short_id(id));
		show_config(out, &f.last);
		buf_char(out, '\n');
	}
	arena_done(&f.a);
}

static void corpus(void **state)
{
	size_t count, wrong = cases_run("run", build_case, &count);

	assert_true(count >= 30);
	assert_int_equal(wrong, 0);
}

static void change_case(const struct test_case *c, struct buf *out)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct build_config config = { 0 };
	struct build_words changes = { 0 };
	struct str_slice rest = buf_view(&c->input), line;
	struct err e = ERR_INIT;

	assert_int_equal(build_words_add(&config.env, &a, "PATH=/bin"), 0);
	assert_int_equal(build_words_add(&config.cmd, &a, "old"), 0);
	while (str_next(&rest, '\n', &line) && line.len)
		assert_int_equal(build_words_add(&changes, &a, arena_slice(&a, line)), 0);
	if (build_apply_changes(&changes, &a, &config, &e) < 0)
		buf_printf(out, "! %s\n", e.message);
	buf_str(out, "=");
	show_config(out, &config);
	buf_char(out, '\n');
}

static void changes_of_commit(void **state)
{
	size_t count;

	assert_int_equal(cases_run("change", change_case, &count), 0);
	assert_true(count >= 5);
}

/* A request without tags, arguments or platform is complete; sizes have a ceiling. */
static void sizes(void **state)
{
	static char large[BUILD_DOCKERFILE_MAX + 1];
	struct build_request q = { .dockerfile = { large, sizeof(large) } };
	char id[BUILD_ID_MAX];
	struct err e = ERR_INIT;

	memset(large, '#', sizeof(large));
	assert_int_equal(build_run(&q, &fake_ops, NULL, id, &e), -EINVAL);
	assert_string_equal(e.message, "the Dockerfile (Dockerfile) is larger than 4194304 bytes");
	q.dockerfile.len = 0;
	q.dockerfile_name = "x/Dockerfile.prod";
	assert_int_equal(build_run(&q, &fake_ops, NULL, id, NULL), -EINVAL);
	assert_int_equal(build_run(&q, &fake_ops, NULL, id, &e), -EINVAL);
	assert_string_equal(e.message, "the Dockerfile (x/Dockerfile.prod) cannot be empty");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus),
		cmocka_unit_test(changes_of_commit),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
