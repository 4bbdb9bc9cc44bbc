/* SPDX-License-Identifier: Apache-2.0 */
/* Owns RUN: a command in a container made from the image so far. */
#include "build/commit.h"
#include "build/words.h"

#include <stdio.h>

struct run {
	struct build_words words;	/* the argument vector */
	struct build_words args, shown; /* build arguments: all, and those of the history */
	struct commit_step commit;
};

/* "|2 a=1 b=2 /bin/sh -c make": the arguments are a part of what was done, and of the key. */
static const char *created_by(struct build *b, const struct run *run)
{
	const char *command = words_join(&run->words, " ", b->a);
	const char *args = words_join(&run->shown, " ", b->a);

	if (!command || !args)
		return NULL;
	if (!run->shown.len)
		return command;
	return arena_printf(b->a, "|%zu %s %s", run->shown.len, args, command);
}

static int prepare(struct build *b, struct stage *s, const struct instruction *in, struct run *run)
{
	int r = step_command_words(b, s, &in->command, &run->words);

	if (r == 0)
		r = args_for_run(&s->args, &s->config.env, b->a, &run->args, &run->shown);
	if (r < 0)
		return r;
	run->commit.created_by = created_by(b, run);
	return run->commit.created_by ? 0 : -ENOMEM;
}

/* The image's configuration with the build arguments in its environment; no entry point, no probe.
 */
static int container_config(struct build *b, const struct stage *s, const struct run *run,
			    struct build_config *ret)
{
	int r = build_config_copy(&s->config, b->a, ret);

	for (size_t i = 0; i < run->args.len && r == 0; i++)
		r = build_words_add(&ret->env, b->a, run->args.items[i]);
	ret->cmd = run->words;
	ret->entrypoint = (struct build_words){ 0 };
	ret->health = NULL;
	return r;
}

static int failed(struct build *b, const struct run *run, int code, struct err *e)
{
	const char *command = words_join(&run->words, " ", b->a);
	int r;

	if (!command)
		return err_no_memory(e);
	r = err_set(e, ERR_INTERNAL, "The command '%.*s' returned a non-zero code: %d",
		    (int)MIN(strlen(command), (size_t)ERR_MESSAGE_MAX - 100), command, code);
	e->exit_code = (uint32_t)code;
	return r;
}

static void say_removed(struct build *b, const struct build_change *change)
{
	struct str_slice id = step_short_id(change->container_id);

	step_say(b, " ---> Removed intermediate container %.*s\n", STR_ARG(id));
}

/* Docker keeps the container of a failed command for a look at it, unless --force-rm. */
static void give_up(struct build *b, struct build_change *change, const struct err *e)
{
	bool keep = !b->request->force_rm && e->kind != ERR_CANCELLED;

	if (b->request->force_rm)
		say_removed(b, change);
	b->ops->discard(b->host, change, keep);
}

static int run_container(struct build *b, const struct run *run, struct build_change *change,
			 struct err *e)
{
	int code = 0, r;

	r = b->ops->run_wait(b->host, change, &code, e);
	if (r == 0 && code)
		r = failed(b, run, code, e);
	if (r < 0)
		give_up(b, change, e);
	return r;
}

static int carry_out(struct build *b, struct stage *s, const struct run *run, struct err *e)
{
	struct build_config config;
	const struct build_run_spec spec = { .parent = *s->id ? s->id : NULL, .config = &config };
	struct build_change *change;
	char id[65];
	int r;

	if (container_config(b, s, run, &config) < 0)
		return err_no_memory(e);
	if ((r = b->ops->run_create(b->host, &spec, &change, e)) < 0)
		return r;
	snprintf(id, sizeof(id), "%s", change->container_id);
	step_say(b, " ---> Running in %.12s\n", id);
	if ((r = run_container(b, run, change, e)) < 0)
		return r;
	if ((r = commit_change(b, s, &run->commit, change, e)) < 0)
		return r;
	if (!b->request->keep_containers)
		step_say(b, " ---> Removed intermediate container %.12s\n", id);
	return 0;
}

int step_command(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
{
	struct run run = { 0 };
	int r;

	if (prepare(b, s, in, &run) < 0)
		return err_no_memory(e);
	r = commit_probe(b, s, &run.commit, e);
	return r == 0 ? carry_out(b, s, &run, e) : MIN(r, 0);
}
