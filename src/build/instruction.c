/* SPDX-License-Identifier: Apache-2.0 */
/* Owns one row an instruction: how its arguments are read, and which of them are expanded. */
#include "build/instruction.h"

#include "build/flags.h"
#include "build/health.h"
#include "build/words.h"

struct parser {
	const struct dockerfile_line *line;
	char escape;
	struct arena *a;
	struct err *e;
};

struct expander {
	const struct expand_scope *scope;
	struct arena *a;
	struct err *e;
};

typedef int (*parse_fn)(struct parser *p, struct instruction *in);
typedef int (*expand_fn)(struct expander *x, struct instruction *in);

#define fail(p, ...) dockerfile_error((p)->e, (p)->line->number, __VA_ARGS__)

static const char *name_of(const struct parser *p)
{
	return dockerfile_keyword_name(p->line->keyword);
}

static int no_memory(struct parser *p)
{
	return err_no_memory(p->e);
}

static int at_least_one(struct parser *p)
{
	return fail(p, "%s requires at least one argument", name_of(p));
}

static int no_flags(struct parser *p)
{
	struct flags flags;

	return flags_parse(p->line, &flags, p->e);
}

static int copy_rest(struct parser *p, const char **ret)
{
	const char *text = arena_slice(p->a, p->line->rest);

	if (!text)
		return no_memory(p);
	*ret = text;
	return 0;
}

static int not_strings(struct parser *p)
{
	return fail(p, "when using JSON array syntax, arrays must be comprised of strings only");
}

/* A list in JSON, or words between blanks. */
static int parse_list(struct parser *p, struct build_words *ret)
{
	struct build_words words = { 0 };
	int form = words_parse_json(p->line->rest, p->a, &words);

	if (form == WORDS_JSON_NO_LIST)
		return not_strings(p);
	if (form < 0 || (form == WORDS_NOT_JSON && words_split(p->line->rest, p->a, &words) < 0))
		return no_memory(p);
	*ret = words;
	return 0;
}

static int parse_command(struct parser *p, struct instruction *in)
{
	struct instruction_command *c = &in->command;
	const char *text = NULL;
	int form, r;

	if ((r = no_flags(p)) < 0)
		return r;
	form = words_parse_json(p->line->rest, p->a, &c->words);
	if (form == WORDS_JSON_NO_LIST)
		return not_strings(p);
	if (form < 0)
		return no_memory(p);
	c->json = form == WORDS_JSON;
	if (c->json || !p->line->rest.len)
		return 0;
	if ((r = copy_rest(p, &text)) < 0)
		return r;
	return build_words_add(&c->words, p->a, text) < 0 ? no_memory(p) : 0;
}

static int parse_run(struct parser *p, struct instruction *in)
{
	int r = parse_command(p, in);

	if (r < 0)
		return r;
	if (!in->command.words.len)
		return at_least_one(p);
	return 0;
}

static int parse_shell(struct parser *p, struct instruction *in)
{
	int r = parse_command(p, in);

	if (r < 0)
		return r;
	if (!in->command.words.len)
		return at_least_one(p);
	if (!in->command.json)
		return fail(p, "SHELL requires the arguments to be in JSON form");
	return 0;
}

static int parse_argument(struct parser *p, struct instruction *in)
{
	int r = no_flags(p);

	if (r < 0)
		return r;
	if (!p->line->rest.len)
		return fail(p, "%s requires exactly one argument", name_of(p));
	return copy_rest(p, &in->argument);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int parse_expose(struct parser *p, struct instruction *in)
{
	int r = no_flags(p);

	if (r < 0)
		return r;
	if (words_split(p->line->rest, p->a, &in->words) < 0)
		return no_memory(p);
	if (!in->words.len)
		return at_least_one(p);
	qsort(in->words.items, in->words.len, sizeof(*in->words.items), compare_words);
	return 0;
}

static int parse_volume(struct parser *p, struct instruction *in)
{
	struct build_words words = { 0 };
	int r = no_flags(p);

	if (r < 0)
		return r;
	if ((r = parse_list(p, &words)) < 0)
		return r;
	if (!words.len)
		return at_least_one(p);
	for (size_t i = 0; i < words.len; i++) {
		struct str_slice path = words_trim(str_slice(words.items[i]));

		if (!path.len)
			return fail(p, "VOLUME specified can not be an empty string");
		words.items[i] = arena_slice(p->a, path);
		if (!words.items[i])
			return no_memory(p);
	}
	in->words = words;
	return 0;
}

static int add_pair(struct parser *p, struct instruction *in, struct str_slice name,
		    const char *value)
{
	const char *copy = arena_slice(p->a, name);

	if (!copy || build_pairs_add(&in->pairs, p->a, copy, value) < 0)
		return no_memory(p);
	return 0;
}

/* name=value, already a C string of the arena; *ret_name is all of it when there is no '='. */
static const char *cut_value(const char *word, struct str_slice *ret_name)
{
	struct str_slice value = str_slice(word);

	if (str_cut(&value, '=', ret_name))
		return value.ptr;
	*ret_name = value;
	return NULL;
}

/* The form of 2013, `ENV name all the rest`. */
static int parse_old_pair(struct parser *p, struct instruction *in)
{
	struct str_slice rest = p->line->rest, name = words_cut(&rest);
	const char *value = arena_slice(p->a, rest);

	if (!rest.len)
		return fail(p, "%s must have two arguments", name_of(p));
	return value ? add_pair(p, in, name, value) : no_memory(p);
}

static int parse_pairs(struct parser *p, struct instruction *in)
{
	struct build_words words;
	struct str_slice name;
	int r = no_flags(p);

	if (r < 0)
		return r;
	if (words_split_quoted(p->line->rest, p->escape, p->a, &words) < 0)
		return no_memory(p);
	if (!words.len)
		return at_least_one(p);
	if (!strchr(words.items[0], '='))
		return parse_old_pair(p, in);
	for (size_t i = 0; i < words.len; i++) {
		const char *value = cut_value(words.items[i], &name);

		if (!value)
			return fail(
				p,
				"Syntax error - can't find = in \"%.200s\". Must be of the form: "
				"name=value",
				words.items[i]);
		if (!name.len)
			return fail(p, "%s names can not be blank", name_of(p));
		if ((r = add_pair(p, in, name, value)) < 0)
			return r;
	}
	return 0;
}

static int parse_arg(struct parser *p, struct instruction *in)
{
	struct build_words words;
	struct str_slice name;
	int r = no_flags(p);

	if (r < 0)
		return r;
	if (words_split_quoted(p->line->rest, p->escape, p->a, &words) < 0)
		return no_memory(p);
	if (!words.len)
		return at_least_one(p);
	for (size_t i = 0; i < words.len; i++) {
		const char *value = cut_value(words.items[i], &name);

		if (!name.len)
			return fail(p, "ARG names can not be blank");
		if ((r = add_pair(p, in, name, value)) < 0)
			return r;
	}
	return 0;
}

static const char *given(const char *flag)
{
	return cstr_empty(flag) ? NULL : flag;
}

static int parse_copy(struct parser *p, struct instruction *in)
{
	struct instruction_copy *c = &in->copy;
	struct build_words words = { 0 };
	struct flags flags;
	int r;

	if ((r = flags_parse(p->line, &flags, p->e)) < 0)
		return r;
	if ((r = parse_list(p, &words)) < 0)
		return r;
	if (words.len < 2)
		return fail(p,
			    "%s requires at least two arguments, but only one was provided. "
			    "Destination could not be determined",
			    name_of(p));
	c->dest = words.items[--words.len];
	c->sources = words;
	c->from = given(flags.value[FLAG_FROM]);
	c->chown = given(flags.value[FLAG_CHOWN]);
	c->chmod = given(flags.value[FLAG_CHMOD]);
	return 0;
}

/* Lower case; letters, digits, '-', '_' and '.', a letter first. */
static const char *stage_name(struct parser *p, const char *word)
{
	char *name = arena_str(p->a, word);

	for (char *c = name; c && *c; c++) {
		bool letter;

		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
		letter = *c >= 'a' && *c <= 'z';
		if (!letter && (c == name || !strchr("0123456789-_.", *c)))
			return "";
	}
	return name;
}

static int parse_from(struct parser *p, struct instruction *in)
{
	struct build_words words;
	struct flags flags;
	int r;

	if ((r = flags_parse(p->line, &flags, p->e)) < 0)
		return r;
	if (words_split(p->line->rest, p->a, &words) < 0)
		return no_memory(p);
	if (words.len != 1 &&
	    !(words.len == 3 && str_eq_nocase(str_slice(words.items[1]), STR_LIT("as"))))
		return fail(p, "FROM requires either one or three arguments");
	in->from.base = words.items[0];
	in->from.platform = given(flags.value[FLAG_PLATFORM]);
	if (words.len == 1)
		return 0;
	in->from.name = stage_name(p, words.items[2]);
	if (!in->from.name)
		return no_memory(p);
	if (!*in->from.name)
		return fail(p,
			    "invalid name for build stage: \"%.100s\", name can't start with a "
			    "number or contain symbols",
			    words.items[2]);
	return 0;
}

/* The instruction that is kept for later has to be a good one now. */
static int parse_onbuild(struct parser *p, struct instruction *in)
{
	struct dockerfile_line line;
	struct instruction trigger;
	int r = no_flags(p);

	if (r < 0)
		return r;
	if (!p->line->rest.len)
		return at_least_one(p);
	if ((r = dockerfile_parse_line(p->line->rest, p->line->number, p->a, &line, p->e)) < 0)
		return r;
	if (line.keyword == DOCKERFILE_ONBUILD)
		return fail(p, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
	if (line.keyword == DOCKERFILE_FROM || line.keyword == DOCKERFILE_MAINTAINER)
		return fail(p, "%s isn't allowed as an ONBUILD trigger",
			    dockerfile_keyword_name(line.keyword));
	if ((r = instruction_parse(&line, p->escape, p->a, &trigger, p->e)) < 0)
		return r;
	return copy_rest(p, &in->argument);
}

static int parse_health(struct parser *p, struct instruction *in)
{
	return health_parse(p->line, p->a, &in->health, p->e);
}

static int expand_one(struct expander *x, const char **word)
{
	return *word ? expand_word(x->scope, *word, x->a, word, x->e) : 0;
}

static int expand_argument(struct expander *x, struct instruction *in)
{
	return expand_one(x, &in->argument);
}

static int expand_each(struct expander *x, struct build_words *words)
{
	struct build_words copy;
	int r;

	if (build_words_copy(words, x->a, &copy) < 0)
		return err_no_memory(x->e);
	for (size_t i = 0; i < copy.len; i++)
		if ((r = expand_one(x, &copy.items[i])) < 0)
			return r;
	*words = copy;
	return 0;
}

static int expand_volume(struct expander *x, struct instruction *in)
{
	return expand_each(x, &in->words);
}

/* Ports alone may become several words: EXPOSE $ports. */
static int expand_expose(struct expander *x, struct instruction *in)
{
	struct build_words words = { 0 };
	int r;

	for (size_t i = 0; i < in->words.len; i++)
		if ((r = expand_words(x->scope, in->words.items[i], x->a, &words, x->e)) < 0)
			return r;
	in->words = words;
	return 0;
}

static int expand_pairs(struct expander *x, struct instruction *in)
{
	struct build_pairs pairs = { 0 };
	int r;

	for (size_t i = 0; i < in->pairs.len; i++) {
		struct build_pair pair = in->pairs.items[i];

		if ((r = expand_one(x, &pair.name)) < 0)
			return r;
		if ((r = expand_one(x, &pair.value)) < 0)
			return r;
		if (build_pairs_add(&pairs, x->a, pair.name, pair.value) < 0)
			return err_no_memory(x->e);
	}
	in->pairs = pairs;
	return 0;
}

static int expand_copy(struct expander *x, struct instruction *in)
{
	const char **texts[] = { &in->copy.dest, &in->copy.chown, &in->copy.chmod };
	int r = expand_each(x, &in->copy.sources);

	for (size_t i = 0; i < ELEMENTS(texts) && r == 0; i++)
		r = expand_one(x, texts[i]);
	return r;
}

static const struct {
	parse_fn parse;
	expand_fn expand; /* NULL: nothing is expanded */
} grammar[] = {
	[DOCKERFILE_ADD] = { parse_copy, expand_copy },
	[DOCKERFILE_ARG] = { parse_arg, expand_pairs },
	[DOCKERFILE_CMD] = { parse_command, NULL },
	[DOCKERFILE_COPY] = { parse_copy, expand_copy },
	[DOCKERFILE_ENTRYPOINT] = { parse_command, NULL },
	[DOCKERFILE_ENV] = { parse_pairs, expand_pairs },
	[DOCKERFILE_EXPOSE] = { parse_expose, expand_expose },
	[DOCKERFILE_FROM] = { parse_from, NULL },
	[DOCKERFILE_HEALTHCHECK] = { parse_health, NULL },
	[DOCKERFILE_LABEL] = { parse_pairs, expand_pairs },
	[DOCKERFILE_MAINTAINER] = { parse_argument, NULL },
	[DOCKERFILE_ONBUILD] = { parse_onbuild, NULL },
	[DOCKERFILE_RUN] = { parse_run, NULL },
	[DOCKERFILE_SHELL] = { parse_shell, NULL },
	[DOCKERFILE_STOPSIGNAL] = { parse_argument, expand_argument },
	[DOCKERFILE_USER] = { parse_argument, expand_argument },
	[DOCKERFILE_VOLUME] = { parse_volume, expand_volume },
	[DOCKERFILE_WORKDIR] = { parse_argument, expand_argument },
};
static_assert(ELEMENTS(grammar) == DOCKERFILE_KEYWORD_COUNT, "a row for each keyword");

int instruction_parse(const struct dockerfile_line *line, char escape, struct arena *a,
		      struct instruction *ret, struct err *e)
{
	struct parser p = { .line = line, .escape = escape, .a = a, .e = e };
	struct instruction in = {
		.keyword = line->keyword,
		.line = line->number,
		.text = line->text,
	};
	int r = grammar[line->keyword].parse(&p, &in);

	if (r == 0)
		*ret = in;
	return r;
}

int instruction_expand(const struct instruction *in, const struct expand_scope *scope,
		       struct arena *a, struct instruction *ret, struct err *e)
{
	struct expander x = { .scope = scope, .a = a, .e = e };
	struct instruction copy = *in;
	int r = 0;

	if (grammar[in->keyword].expand && !in->literal)
		r = grammar[in->keyword].expand(&x, &copy);
	if (r == 0)
		*ret = copy;
	return r;
}
