/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the making of the graph: instructions to stages, names to edges, the target to what it
 * needs. */
#include "build/graph.h"

#include "base/num.h"

#include <errno.h>

struct maker {
	const struct build_request *request;
	struct arena *a;
	struct err *e;
	struct build_graph g;
};

static const char *lookup_global(void *ctx, struct str_slice name)
{
	return args_get_global(ctx, name);
}

static struct expand_scope global_scope(struct maker *m)
{
	return (struct expand_scope){ m->g.escape, lookup_global, &m->g.args };
}

/* Puts "dockerfile parse error on line N: " before what the expansion said. */
static int expand_global(struct maker *m, unsigned line, const char *word, const char **ret)
{
	struct expand_scope scope = global_scope(m);
	struct err why = ERR_INIT;
	int r = expand_word(&scope, word, m->a, ret, &why);

	if (r == -ENOMEM)
		return err_no_memory(m->e);
	return r < 0 ? dockerfile_error(m->e, line, "%s", why.message) : 0;
}

static int add_global(struct maker *m, const struct instruction *in)
{
	struct expand_scope scope = global_scope(m);
	struct instruction *arg = &m->g.globals[m->g.n_globals];
	int r = instruction_expand(in, &scope, m->a, arg, m->e);

	if (r < 0)
		return r;
	m->g.n_globals++;
	for (size_t i = 0; i < arg->pairs.len; i++)
		if (build_pairs_set(&m->g.args.globals, m->a, arg->pairs.items[i].name,
				    arg->pairs.items[i].value) < 0)
			return err_no_memory(m->e);
	return 0;
}

static int find_name(const struct build_graph *g, size_t before, const char *name)
{
	for (size_t i = before; i-- > 0;)
		if (g->stages[i].from->from.name &&
		    str_eq_nocase(str_slice(g->stages[i].from->from.name), str_slice(name)))
			return (int)i;
	return -1;
}

static int resolve_base(struct maker *m, struct build_stage *stage)
{
	const struct instruction *from = stage->from;
	int earlier, r;

	if ((r = expand_global(m, from->line, from->from.base, &stage->base_name)) < 0)
		return r;
	if (!*stage->base_name)
		return dockerfile_error(m->e, from->line, "base name (%.200s) should not be blank",
					from->from.base);
	if (from->from.platform &&
	    (r = expand_global(m, from->line, from->from.platform, &stage->platform)) < 0)
		return r;
	earlier = find_name(&m->g, m->g.n_stages, stage->base_name);
	if (earlier >= 0) {
		stage->base = BUILD_BASE_STAGE;
		stage->base_stage = (unsigned)earlier;
	} else if (strcmp(stage->base_name, "scratch") == 0) {
		stage->base = BUILD_BASE_SCRATCH;
	}
	return 0;
}

static int add_stage(struct maker *m, const struct instruction *from, struct instruction *steps)
{
	struct build_stage *stage = &m->g.stages[m->g.n_stages];
	const char *name = from->from.name;
	int r;

	*stage = (struct build_stage){ .from = from, .steps = steps };
	if (name && find_name(&m->g, m->g.n_stages, name) >= 0)
		return dockerfile_error(m->e, from->line, "%s stage name already used", name);
	if ((r = resolve_base(m, stage)) < 0)
		return r;
	m->g.n_stages++;
	return 0;
}

static int note_names(struct maker *m, const struct instruction *in)
{
	for (size_t i = 0; in->keyword == DOCKERFILE_ARG && i < in->pairs.len; i++)
		if (build_words_add(&m->g.names, m->a, in->pairs.items[i].name) < 0)
			return err_no_memory(m->e);
	return 0;
}

/* Instruction i goes where it belongs; `in` is an array that stays, a stage's steps are a part of
 * it. */
static int place(struct maker *m, struct instruction *in)
{
	int r = note_names(m, in);

	if (r < 0)
		return r;
	if (in->keyword == DOCKERFILE_FROM)
		return add_stage(m, in, in + 1);
	if (m->g.n_stages) {
		m->g.stages[m->g.n_stages - 1].n_steps++;
		return 0;
	}
	if (in->keyword == DOCKERFILE_ARG)
		return add_global(m, in);
	return dockerfile_error(m->e, in->line,
				"No build stage in current context (%s before the "
				"first FROM)",
				dockerfile_keyword_name(in->keyword));
}

static int parse_all(struct maker *m, const struct dockerfile *d, struct instruction *all)
{
	int r;

	for (size_t i = 0; i < d->n_lines; i++) {
		if ((r = instruction_parse(&d->lines[i], d->escape, m->a, &all[i], m->e)) < 0)
			return r;
		if ((r = place(m, &all[i])) < 0)
			return r;
	}
	if (!m->g.n_stages)
		return dockerfile_error(m->e, d->lines[d->n_lines - 1].number,
					"No build stage in current context (there is no FROM)");
	return 0;
}

static int find_target(struct maker *m)
{
	const char *target = m->request->target;
	uint32_t number;
	int found;

	m->g.target = (unsigned)m->g.n_stages - 1;
	if (cstr_empty(target))
		return 0;
	found = find_name(&m->g, m->g.n_stages, target);
	if (found < 0 &&
	    num_parse_u32(str_slice(target), (uint32_t)m->g.n_stages - 1, &number) == 0)
		found = (int)number;
	if (found < 0)
		return err_set(m->e, ERR_BAD_PARAMETER,
			       "failed to reach build target %.200s in Dockerfile", target);
	m->g.target = (unsigned)found;
	return 0;
}

/* --label: LABEL instructions at the end of the target. */
static int add_labels(struct maker *m)
{
	const struct build_pairs *labels = &m->request->labels;
	struct build_stage *stage = &m->g.stages[m->g.target];
	struct instruction *steps;

	if (!labels->len)
		return 0;
	steps = arena_array(m->a, stage->n_steps + labels->len, sizeof(*steps));
	if (!steps)
		return err_no_memory(m->e);
	memcpy(steps, stage->steps, stage->n_steps * sizeof(*steps));
	stage->steps = steps;
	for (size_t i = 0; i < labels->len; i++) {
		const struct build_pair *label = &labels->items[i];
		struct instruction *in = &steps[stage->n_steps++];

		*in = (struct instruction){ .keyword = DOCKERFILE_LABEL, .literal = true };
		in->line = stage->from->line;
		in->text =
			arena_printf(m->a, "LABEL %s=%s", label->name, cstr_or(label->value, ""));
		if (!in->text ||
		    build_pairs_add(&in->pairs, m->a, label->name, cstr_or(label->value, "")) < 0)
			return err_no_memory(m->e);
	}
	return 0;
}

static int want_sources(struct maker *m, unsigned index)
{
	const struct build_stage *stage = &m->g.stages[index];

	for (size_t i = 0; i < stage->n_steps; i++) {
		const struct instruction *in = &stage->steps[i];
		struct err why;
		int source;

		if (in->keyword != DOCKERFILE_COPY || !in->copy.from)
			continue;
		if (graph_find_source(&m->g, index, in->copy.from, &source, &why) < 0)
			return dockerfile_error(m->e, in->line, "%s", why.message);
		if (source >= 0)
			m->g.stages[source].wanted = true;
	}
	return 0;
}

/* Edges lead to earlier stages, so one walk from the target down finds all. */
static int want(struct maker *m)
{
	int r;

	m->g.stages[m->g.target].wanted = true;
	for (unsigned i = m->g.target + 1; i-- > 0;) {
		const struct build_stage *stage = &m->g.stages[i];

		if (!stage->wanted)
			continue;
		if (stage->base == BUILD_BASE_STAGE)
			m->g.stages[stage->base_stage].wanted = true;
		if ((r = want_sources(m, i)) < 0)
			return r;
	}
	return 0;
}

static int check_size(const struct build_request *request, struct err *e)
{
	const char *name = cstr_or(request->dockerfile_name, "Dockerfile");

	if (!request->dockerfile.len)
		return err_set(e, ERR_BAD_PARAMETER, "the Dockerfile (%.200s) cannot be empty",
			       name);
	if (request->dockerfile.len > BUILD_DOCKERFILE_MAX)
		return err_set(e, ERR_BAD_PARAMETER,
			       "the Dockerfile (%.200s) is larger than %d bytes", name,
			       BUILD_DOCKERFILE_MAX);
	return 0;
}

int graph_make(const struct build_request *request, struct arena *a, struct build_graph *ret,
	       struct err *e)
{
	struct maker m = { .request = request, .a = a, .e = e };
	struct instruction *all;
	struct dockerfile d;
	int r;

	if ((r = check_size(request, e)) < 0)
		return r;
	if ((r = dockerfile_parse(request->dockerfile, a, &d, e)) < 0)
		return r;
	m.g.escape = d.escape;
	m.g.warnings = d.warnings;
	m.g.args.given = &request->args;
	all = arena_array(a, d.n_lines, sizeof(*all));
	m.g.globals = arena_array(a, d.n_lines, sizeof(*m.g.globals));
	m.g.stages = arena_array(a, d.n_lines, sizeof(*m.g.stages));
	if (!all || !m.g.globals || !m.g.stages)
		return err_no_memory(e);
	if ((r = parse_all(&m, &d, all)) < 0)
		return r;
	if ((r = find_target(&m)) < 0)
		return r;
	if ((r = add_labels(&m)) < 0)
		return r;
	if ((r = want(&m)) < 0)
		return r;
	*ret = m.g;
	return 0;
}

unsigned graph_count(const struct build_graph *g)
{
	size_t n = g->n_globals;

	for (size_t i = 0; i < g->n_stages; i++)
		if (g->stages[i].wanted)
			n += 1 + g->stages[i].n_steps;
	return (unsigned)n;
}

int graph_find_source(const struct build_graph *g, unsigned current, const char *name, int *ret,
		      struct err *e)
{
	int found = find_name(g, current, name);
	int64_t number;

	if (found < 0 && num_parse_i64(str_slice(name), INT32_MIN, INT32_MAX, &number) == 0) {
		if (number == current)
			return err_set(e, ERR_BAD_PARAMETER,
				       "invalid from flag value %s: refers to current build stage",
				       name);
		if (number < 0 || number > current)
			return err_set(e, ERR_BAD_PARAMETER,
				       "invalid from flag value %s: index out of bounds", name);
		found = (int)number;
	}
	*ret = found;
	return 0;
}
