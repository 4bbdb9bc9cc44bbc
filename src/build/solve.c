/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the walk over the graph: stages in the file's order, each once, only those that the target
 * needs. The classic builder's texts go out on the way.
 */
#include "build/step.h"
#include "build/words.h"

static int check_cancelled(struct build *b, struct err *e)
{
	if (!b->ops->cancelled(b->host))
		return 0;
	return err_set(e, ERR_CANCELLED, "Build cancelled");
}

static int run_steps(struct build *b, struct stage *s, const struct build_stage *stage,
		     struct err *e)
{
	int r;

	for (size_t i = 0; i < stage->n_steps; i++) {
		if ((r = check_cancelled(b, e)) < 0)
			return r;
		step_announce(b, stage->steps[i].text);
		if ((r = step_run(b, s, &stage->steps[i], e)) < 0)
			return r;
		step_say_image(b, s);
	}
	return 0;
}

/* Where FROM went wrong; what it says is the host's. */
static int locate_from(const struct build_stage *stage, int r, struct err *e)
{
	struct err located = *e;

	if (e->exit_code || e->kind == ERR_CANCELLED || e->kind == ERR_NO_MEMORY ||
	    strstr(e->message, " (ONBUILD "))
		return r;
	(void)err_set(&located, (enum err_kind)e->kind, "%s (Dockerfile line %u)", e->message,
		      stage->from->line);
	memcpy(e->message, located.message, sizeof(e->message));
	return r;
}

int solve_stage(struct build *b, unsigned index, struct err *e)
{
	const struct build_stage *stage = &b->graph.stages[index];
	struct stage *s;
	int r;

	if (b->done[index])
		return 0;
	if ((r = check_cancelled(b, e)) < 0)
		return r;
	s = arena_new(b->a, struct stage);
	if (!s)
		return err_no_memory(e);
	s->index = index;
	s->args = b->graph.args;
	/* A stage that only a trigger of a base image copies from comes on top of what was counted.
	 */
	if (!stage->wanted)
		b->total += 1 + (unsigned)stage->n_steps;
	step_announce(b, stage->from->text);
	if ((r = step_from(b, s, e)) < 0)
		return locate_from(stage, r, e);
	step_say_image(b, s);
	if ((r = run_steps(b, s, stage, e)) < 0)
		return r;
	if (*s->id)
		b->ops->aux(b->host, s->id);
	b->done[index] = s;
	return 0;
}

static int solve(struct build *b, struct err *e)
{
	int r;

	for (size_t i = 0; i < b->graph.warnings.len; i++)
		step_say(b, "%s\n", b->graph.warnings.items[i]);
	for (size_t i = 0; i < b->graph.n_globals; i++)
		step_announce(b, b->graph.globals[i].text);
	for (unsigned i = 0; i <= b->graph.target; i++)
		if (b->graph.stages[i].wanted && (r = solve_stage(b, i, e)) < 0)
			return r;
	if (!*b->done[b->graph.target]->id)
		return err_set(e, ERR_BAD_PARAMETER,
			       "No image was generated. Is your Dockerfile empty?");
	return 0;
}

static int warn_unused_args(struct build *b, struct err *e)
{
	struct build_words unused;
	const char *shown;

	if (args_unused(&b->request->args, &b->graph.names, b->a, &unused) < 0)
		return err_no_memory(e);
	if (!unused.len)
		return 0;
	shown = words_join(&unused, " ", b->a);
	if (!shown)
		return err_no_memory(e);
	step_say(b, "[Warning] One or more build-args [%s] were not consumed\n", shown);
	return 0;
}

static int finish(struct build *b, const char *id, struct err *e)
{
	struct str_slice short_id = step_short_id(id);
	struct build_words names = { 0 };
	int r;

	if ((r = warn_unused_args(b, e)) < 0)
		return r;
	if ((r = check_cancelled(b, e)) < 0)
		return r;
	if ((r = b->ops->finish(b->host, id, &b->request->tags, b->a, &names, e)) < 0)
		return r;
	step_say(b, "Successfully built %.*s\n", STR_ARG(short_id));
	for (size_t i = 0; i < names.len; i++)
		step_say(b, "Successfully tagged %s\n", names.items[i]);
	return 0;
}

static int prepare(struct build *b, struct err *e)
{
	int r = graph_make(b->request, b->a, &b->graph, e);

	if (r < 0)
		return r;
	b->total = graph_count(&b->graph);
	b->done = arena_array(b->a, b->graph.n_stages, sizeof(struct stage *));
	return b->done ? 0 : err_no_memory(e);
}

int build_run(const struct build_request *request, const struct build_host_ops *ops, void *host,
	      char ret_id[BUILD_ID_MAX], struct err *e)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct build b = { .request = request, .ops = ops, .host = host, .a = &a };
	struct err why = ERR_INIT;
	const char *id;
	int r;

	if ((r = prepare(&b, &why)) < 0)
		return err_copy(e, &why);
	if ((r = solve(&b, &why)) < 0)
		return err_copy(e, &why);
	id = b.done[b.graph.target]->id;
	if ((r = finish(&b, id, &why)) < 0)
		return err_copy(e, &why);
	memcpy(ret_id, id, BUILD_ID_MAX);
	return 0;
}
