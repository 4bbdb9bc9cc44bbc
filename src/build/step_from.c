/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the beginning of a stage: its base, and the ONBUILD triggers that the base carries. */
#include "build/step.h"

/* Nothing below: the configuration is empty, the platform the one asked for (the host knows its
 * own). */
static void start_from_scratch(struct build *b, struct stage *s)
{
	*s->id = 0;
	s->config = (struct build_config){ 0 };
}

static int start_from_stage(struct build *b, struct stage *s, unsigned index, struct err *e)
{
	const struct stage *from;
	int r = solve_stage(b, index, e);

	if (r < 0)
		return r;
	from = b->done[index];
	memcpy(s->id, from->id, sizeof(s->id));
	s->author = from->author;
	s->os = from->os;
	s->architecture = from->architecture;
	s->variant = from->variant;
	return build_config_copy(&from->config, b->a, &s->config) < 0 ? err_no_memory(e) : 0;
}

static int start_from_image(struct build *b, struct stage *s, const struct build_stage *stage,
			    struct err *e)
{
	const char *platform = stage->platform ? stage->platform : b->request->platform;
	struct build_image image = { 0 };
	int r = b->ops->image(b->host, stage->base_name, platform, b->request->pull, b->a, &image,
			      e);

	if (r < 0)
		return r;
	memcpy(s->id, image.id, sizeof(s->id));
	s->author = image.author;
	s->os = image.os;
	s->architecture = image.architecture;
	s->variant = image.variant;
	return build_config_copy(&image.config, b->a, &s->config) < 0 ? err_no_memory(e) : 0;
}

/* A trigger is one line of a Dockerfile, kept as text; it has no line of its own to name. */
static int run_trigger(struct build *b, struct stage *s, const char *text, struct err *e)
{
	struct dockerfile d;
	struct instruction in;
	int r;

	if ((r = dockerfile_parse(str_slice(text), b->a, &d, e)) < 0)
		return err_prefix(e, r, "ONBUILD trigger '%.200s'", text);
	if (d.n_lines != 1)
		return err_set(
			e, ERR_BAD_PARAMETER,
			"ONBUILD trigger '%.200s': onbuild trigger should be a single expression",
			text);
	if ((r = instruction_parse(&d.lines[0], d.escape, b->a, &in, e)) < 0)
		return err_prefix(e, r, "ONBUILD trigger '%.200s'", text);
	in.line = 0;
	return step_run(b, s, &in, e);
}

static int run_triggers(struct build *b, struct stage *s, struct err *e)
{
	const struct build_words triggers = s->config.on_build;
	int r = 0;

	if (!triggers.len)
		return 0;
	s->config.on_build = (struct build_words){ 0 };
	step_say(b, "# Executing %zu build trigger%s\n", triggers.len, triggers.len > 1 ? "s" : "");
	for (size_t i = 0; i < triggers.len && r == 0; i++)
		r = run_trigger(b, s, triggers.items[i], e);
	return r;
}

static int set_default_path(struct build *b, struct stage *s)
{
	if (build_env_get(&s->config.env, STR_LIT("PATH")))
		return 0;
	return build_words_add(&s->config.env, b->a, step_default_path);
}

int step_from(struct build *b, struct stage *s, struct err *e)
{
	const struct build_stage *stage = &b->graph.stages[s->index];
	int r = 0;

	if (stage->base == BUILD_BASE_SCRATCH)
		start_from_scratch(b, s);
	else if (stage->base == BUILD_BASE_STAGE)
		r = start_from_stage(b, s, stage->base_stage, e);
	else
		r = start_from_image(b, s, stage, e);
	if (r < 0)
		return r;
	if (set_default_path(b, s) < 0)
		return err_no_memory(e);
	return run_triggers(b, s, e);
}
