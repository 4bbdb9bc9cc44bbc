/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the steps that change the configuration alone, one row and one function an instruction, and
 * the way into the others.
 */
#include "build/step.h"

#include "base/num.h"
#include "build/commit.h"
#include "build/health.h"
#include "build/ports.h"
#include "build/words.h"

#include <signal.h>

const char *const step_default_path =
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

typedef int (*step_fn)(struct build *b, struct stage *s, const struct instruction *in,
		       struct err *e);

void step_say(struct build *b, const char *format, ...)
{
	auto_(buf_done) struct buf text = BUF_INIT;
	va_list args;

	if (!b->ops)
		return;
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	if (!buf_error(&text))
		b->ops->write(b->host, buf_view(&text));
}

void step_announce(struct build *b, const char *text)
{
	step_say(b, "Step %u/%u : %s\n", ++b->step, b->total, text);
}

struct str_slice step_short_id(const char *id)
{
	struct str_slice s = str_slice(id);

	str_take_prefix(&s, "sha256:");
	return str_first(s, MIN(s.len, (size_t)12));
}

void step_say_image(struct build *b, const struct stage *s)
{
	struct str_slice id = step_short_id(s->id);

	step_say(b, " ---> %.*s\n", STR_ARG(id));
}

/* Commits under "KEYWORD words…"; a comment that is NULL means that memory ran out. */
static int commit_comment(struct build *b, struct stage *s, const char *comment, struct err *e)
{
	return comment ? commit_metadata(b, s, comment, e) : err_no_memory(e);
}

/* "KEYWORD name=value name=value", as ENV, LABEL and ARG show themselves. */
static const char *pairs_comment(struct build *b, const struct instruction *in)
{
	auto_(buf_done) struct buf text = BUF_INIT;

	buf_str(&text, dockerfile_keyword_name(in->keyword));
	for (size_t i = 0; i < in->pairs.len; i++) {
		buf_printf(&text, " %s", in->pairs.items[i].name);
		if (in->pairs.items[i].value)
			buf_printf(&text, "=%s", in->pairs.items[i].value);
	}
	return buf_error(&text) ? NULL : arena_slice(b->a, buf_view(&text));
}

static int step_env(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	for (size_t i = 0; i < in->pairs.len; i++)
		if (build_env_set(&s->config.env, b->a, in->pairs.items[i].name,
				  in->pairs.items[i].value) < 0)
			return err_no_memory(e);
	return commit_comment(b, s, pairs_comment(b, in), e);
}

static int step_label(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	for (size_t i = 0; i < in->pairs.len; i++)
		if (build_pairs_set(&s->config.labels, b->a, in->pairs.items[i].name,
				    in->pairs.items[i].value) < 0)
			return err_no_memory(e);
	return commit_comment(b, s, pairs_comment(b, in), e);
}

static int step_arg(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	for (size_t i = 0; i < in->pairs.len; i++)
		if (build_pairs_set(&s->args.declared, b->a, in->pairs.items[i].name,
				    in->pairs.items[i].value) < 0)
			return err_no_memory(e);
	return commit_comment(b, s, pairs_comment(b, in), e);
}

static int step_maintainer(struct build *b, struct stage *s, const struct instruction *in,
			   struct err *e)
{
	s->author = in->argument;
	return commit_comment(b, s, arena_printf(b->a, "MAINTAINER %s", in->argument), e);
}

static int step_user(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	s->config.user = in->argument;
	return commit_comment(b, s, arena_printf(b->a, "USER %s", in->argument), e);
}

static int step_onbuild(struct build *b, struct stage *s, const struct instruction *in,
			struct err *e)
{
	if (build_words_add(&s->config.on_build, b->a, in->argument) < 0)
		return err_no_memory(e);
	return commit_comment(b, s, arena_printf(b->a, "ONBUILD %s", in->argument), e);
}

/* Numbers, and names with or without SIG in any case; RTMIN+n and RTMAX-n too. */
static bool is_signal(const char *text)
{
	struct str_slice name = str_slice(text);
	uint32_t n;

	if (num_parse_u32(name, (uint32_t)SIGRTMAX, &n) == 0)
		return n > 0;
	if (name.len > 3 && str_eq_nocase(str_first(name, 3), STR_LIT("SIG")))
		name = str_skip(name, 3);
	for (int i = 1; i < SIGRTMIN; i++)
		if (sigabbrev_np(i) && str_eq_nocase(name, str_slice(sigabbrev_np(i))))
			return true;
	if (name.len < 5 || (!str_eq_nocase(str_first(name, 5), STR_LIT("RTMIN")) &&
			     !str_eq_nocase(str_first(name, 5), STR_LIT("RTMAX"))))
		return false;
	return name.len == 5 ||
	       (strchr("+-", name.ptr[5]) && num_parse_u32(str_skip(name, 6), 30, &n) == 0);
}

static int step_stopsignal(struct build *b, struct stage *s, const struct instruction *in,
			   struct err *e)
{
	if (!is_signal(in->argument))
		return err_set(e, ERR_BAD_PARAMETER, "invalid signal: %.100s", in->argument);
	s->config.stop_signal = in->argument;
	return commit_comment(b, s, arena_printf(b->a, "STOPSIGNAL %s", in->argument), e);
}

/* The history shows what the file says; the set in the configuration is complete with protocols. */
static int step_expose(struct build *b, struct stage *s, const struct instruction *in,
		       struct err *e)
{
	const char *shown = words_join(&in->words, " ", b->a);
	int r;

	for (size_t i = 0; i < in->words.len; i++)
		if ((r = ports_add(str_slice(in->words.items[i]), b->a, &s->config.exposed_ports,
				   e)) < 0)
			return r;
	build_words_sort(&s->config.exposed_ports);
	return commit_comment(b, s, shown ? arena_printf(b->a, "EXPOSE %s", shown) : NULL, e);
}

static int step_volume(struct build *b, struct stage *s, const struct instruction *in,
		       struct err *e)
{
	const char *shown = words_join(&in->words, " ", b->a);

	for (size_t i = 0; i < in->words.len; i++) {
		if (!*in->words.items[i])
			return err_set(e, ERR_BAD_PARAMETER,
				       "VOLUME specified can not be an empty string");
		if (build_words_add(&s->config.volumes, b->a, in->words.items[i]) < 0)
			return err_no_memory(e);
	}
	build_words_sort(&s->config.volumes);
	return commit_comment(b, s, shown ? arena_printf(b->a, "VOLUME [%s]", shown) : NULL, e);
}

/* "CMD ["a" "b"]" */
static const char *list_comment(struct build *b, const struct instruction *in,
				const struct build_words *words)
{
	auto_(buf_done) struct buf text = BUF_INIT;

	buf_printf(&text, "%s ", dockerfile_keyword_name(in->keyword));
	words_quote_list(words, &text);
	return buf_error(&text) ? NULL : arena_slice(b->a, buf_view(&text));
}

static int step_cmd(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	if (step_command_words(b, s, &in->command, &s->config.cmd) < 0)
		return err_no_memory(e);
	if (in->command.words.len)
		s->cmd_set = true;
	return commit_comment(b, s, list_comment(b, in, &s->config.cmd), e);
}

/* A new entry point makes a command that came with the base meaningless: it goes. */
static int step_entrypoint(struct build *b, struct stage *s, const struct instruction *in,
			   struct err *e)
{
	struct build_words words = { 0 };

	if (in->command.words.len && step_command_words(b, s, &in->command, &words) < 0)
		return err_no_memory(e);
	s->config.entrypoint = words;
	if (!s->cmd_set)
		s->config.cmd = (struct build_words){ 0 };
	return commit_comment(b, s, list_comment(b, in, &words), e);
}

static int step_shell(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	const char *shown = words_join(&in->command.words, " ", b->a);

	if (build_words_copy(&in->command.words, b->a, &s->config.shell) < 0)
		return err_no_memory(e);
	return commit_comment(b, s, shown ? arena_printf(b->a, "SHELL [%s]", shown) : NULL, e);
}

static int step_healthcheck(struct build *b, struct stage *s, const struct instruction *in,
			    struct err *e)
{
	auto_(buf_done) struct buf text = BUF_INIT;
	const struct build_health *old = s->config.health;

	if (old && old->test.len && strcmp(old->test.items[0], "NONE") != 0) {
		const char *shown = words_join(&old->test, " ", b->a);

		if (!shown)
			return err_no_memory(e);
		step_say(b, "Note: overriding previous HEALTHCHECK: [%s]\n", shown);
	}
	s->config.health = arena_dup(b->a, &in->health, sizeof(in->health));
	buf_str(&text, "HEALTHCHECK ");
	health_quote(&in->health, &text);
	if (!s->config.health || buf_error(&text))
		return err_no_memory(e);
	return commit_metadata(b, s, buf_cstr(&text), e);
}

static int step_misplaced_from(struct build *b, struct stage *s, const struct instruction *in,
			       struct err *e)
{
	return err_set(e, ERR_BAD_PARAMETER, "FROM isn't allowed here");
}

static const step_fn steps[] = {
	[DOCKERFILE_ADD] = step_copy,
	[DOCKERFILE_ARG] = step_arg,
	[DOCKERFILE_CMD] = step_cmd,
	[DOCKERFILE_COPY] = step_copy,
	[DOCKERFILE_ENTRYPOINT] = step_entrypoint,
	[DOCKERFILE_ENV] = step_env,
	[DOCKERFILE_EXPOSE] = step_expose,
	[DOCKERFILE_FROM] = step_misplaced_from,
	[DOCKERFILE_HEALTHCHECK] = step_healthcheck,
	[DOCKERFILE_LABEL] = step_label,
	[DOCKERFILE_MAINTAINER] = step_maintainer,
	[DOCKERFILE_ONBUILD] = step_onbuild,
	[DOCKERFILE_RUN] = step_command,
	[DOCKERFILE_SHELL] = step_shell,
	[DOCKERFILE_STOPSIGNAL] = step_stopsignal,
	[DOCKERFILE_USER] = step_user,
	[DOCKERFILE_VOLUME] = step_volume,
	[DOCKERFILE_WORKDIR] = step_workdir,
};
static_assert(ELEMENTS(steps) == DOCKERFILE_KEYWORD_COUNT, "a step for each keyword");

/* The image's environment hides arguments of the same name. */
static const char *lookup(void *ctx, struct str_slice name)
{
	const struct stage *s = ctx;
	const char *value = build_env_get(&s->config.env, name);

	return value ? value : args_get(&s->args, name);
}

/* The message says where in the file; the rest of the error stays. */
static void locate(const struct instruction *in, struct err *e)
{
	struct err located = *e;

	if (in->line)
		(void)err_set(&located, (enum err_kind)e->kind, "%s (Dockerfile line %u)",
			      e->message, in->line);
	else
		(void)err_set(&located, (enum err_kind)e->kind, "%s (ONBUILD %.200s)", e->message,
			      in->text);
	memcpy(e->message, located.message, sizeof(e->message));
}

int step_run(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	const struct expand_scope scope = { b->graph.escape, lookup, s };
	struct instruction expanded;
	int r = instruction_expand(in, &scope, b->a, &expanded, e);

	if (r == 0)
		r = steps[in->keyword](b, s, &expanded, e);
	if (r < 0 && !e->exit_code && e->kind != ERR_CANCELLED && e->kind != ERR_NO_MEMORY)
		locate(in, e);
	return r;
}
