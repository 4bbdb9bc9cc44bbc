/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the running of a parsed template: dot, variables, blocks, pipelines, calls. */
#include "cli/template.h"

#include "base/vec.h"
#include "cli/template_functions.h"
#include "cli/template_node.h"

#include <errno.h>
#include <stdio.h>

enum { CALL_DEPTH_MAX = 100, VARIABLES_MAX = 1000 };

struct variable {
	const char *name;
	const struct value *value;
};

enum leaving { STAYS, BREAKS, CONTINUES };

struct runner {
	const struct template *t;
	enum template_mode mode;
	struct value_tree *tree;
	const struct value *dot;
	VEC(struct variable) variables;
	unsigned depth;
	enum leaving leaving;
	struct buf *out;
	struct err *e;
};

static int run_list(struct runner *r, const struct node *n);
static int eval_pipe(struct runner *r, const struct pipe *p, const struct value **ret);

static int refuse(struct runner *r, struct str_slice source, const char *format, ...) _printf(3, 4);
static int refuse(struct runner *r, struct str_slice source, const char *format, ...)
{
	bool cut = source.len > 20;
	unsigned line, column;
	char why[300];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	template_position(r->t, source.ptr, &line, &column);
	return err_set(r->e, ERR_BAD_PARAMETER, "template: :%u:%u: executing \"\" at <%.*s%s>: %s",
		       line, column, cut ? 20 : (int)source.len, source.ptr, cut ? "..." : "", why);
}

/* Exactly, else as Go names what JSON spells another way: .ID for "Id". */
static const struct value *find_field(const struct value *object, const char *name)
{
	const struct value *v = value_get(object, name);

	if (v || object->is_map || !(name[0] >= 'A' && name[0] <= 'Z'))
		return v;
	value_for_each(member, object) if (str_eq_nocase(str_slice(member->key),
							 str_slice(name))) return member;
	return NULL;
}

static int eval_field(struct runner *r, const struct operand *o, const char *name,
		      const struct value **v)
{
	const struct value *from = *v;

	if (!from || from->kind == VALUE_NULL)
		return refuse(r, o->source, "nil pointer evaluating interface {}.%s", name);
	if (from->kind != VALUE_OBJECT)
		return refuse(r, o->source, "can't evaluate field %s in type %s", name,
			      from->kind == VALUE_ARRAY ? "[]interface {}" : "string");
	*v = find_field(from, name);
	if (!*v && !from->is_map)
		return refuse(r, o->source, "map has no entry for key \"%s\"", name);
	return 0;
}

static int eval_variable(struct runner *r, const struct operand *o, const struct value **ret)
{
	for (size_t i = r->variables.len; i-- > 0;) {
		if (strcmp(r->variables.items[i].name, o->name) == 0) {
			*ret = r->variables.items[i].value;
			return 0;
		}
	}
	return refuse(r, o->source, "undefined variable \"$%s\"", o->name);
}

static int eval_start(struct runner *r, const struct operand *o, const struct value **ret)
{
	switch (o->kind) {
	case OPERAND_DOT:
		*ret = r->dot;
		return 0;
	case OPERAND_CONSTANT:
		*ret = o->constant;
		return 0;
	case OPERAND_VARIABLE:
		return eval_variable(r, o, ret);
	case OPERAND_PIPE:
		return eval_pipe(r, o->pipe, ret);
	case OPERAND_FUNCTION:
		break;
	}
	return -EINVAL;
}

static int call_function(struct runner *r, const struct command *c, const struct value *final,
			 const struct value **ret);

/* An operand that stands as an argument or alone. */
static int eval_operand(struct runner *r, const struct operand *o, const struct value **ret)
{
	int k;

	if (o->kind == OPERAND_FUNCTION) {
		struct operand alone = *o;
		struct command c = { .operands = &alone, .len = 1 };

		alone.next = NULL;
		k = call_function(r, &c, NULL, ret);
	} else {
		k = eval_start(r, o, ret);
	}
	for (const struct chain *f = o->fields; k == 0 && f; f = f->next)
		k = eval_field(r, o, f->name, ret);
	return k;
}

/* "and" and "or" stop at the argument that decides. */
static int call_short(struct runner *r, const struct command *c, const struct value *final,
		      const struct value **ret)
{
	bool stop_at = c->operands->function->kind == TEMPLATE_FUNCTION_OR;

	for (const struct operand *o = c->operands->next; o; o = o->next) {
		int k = eval_operand(r, o, ret);

		if (k < 0 || template_truth(*ret) == stop_at)
			return k;
	}
	if (final)
		*ret = final;
	return 0;
}

static int call_function(struct runner *r, const struct command *c, const struct value *final,
			 const struct value **ret)
{
	const struct template_function *f = c->operands->function;
	struct template_call call = { .tree = r->tree };
	size_t n = c->len - 1 + (final != NULL);

	if (n < f->least || n > f->most)
		return refuse(r, c->operands->source,
			      "wrong number of args for %s: want %s%zu got %zu", f->name,
			      f->least == f->most ? "" : "at least ", f->least, n);
	if (f->kind == TEMPLATE_FUNCTION_AND || f->kind == TEMPLATE_FUNCTION_OR)
		return call_short(r, c, final, ret);
	for (const struct operand *o = c->operands->next; o; o = o->next) {
		int k = eval_operand(r, o, &call.arguments[call.len++]);

		if (k < 0)
			return k;
	}
	if (final)
		call.arguments[call.len++] = final;
	if (r->mode == TEMPLATE_HEADERS && f->kind == TEMPLATE_FUNCTION_TEXT) {
		*ret = call.arguments[0];
		return 0;
	}
	*ret = f->run(&call);
	if (call.why)
		return refuse(r, c->operands->source, "error calling %s: %s", f->name, call.why);
	return 0;
}

/* {{.Label "name"}}: the one kind of method that rows have. */
static int call_lookup(struct runner *r, const struct command *c, const struct value **ret)
{
	const struct operand *o = c->operands;
	const struct value *map = *ret, *key;
	int k;

	if (!map || (!map->is_lookup && r->mode != TEMPLATE_HEADERS) || c->len != 2)
		return refuse(r, o->source, "%.*s has arguments but cannot be invoked as function",
			      STR_ARG(o->source));
	k = eval_operand(r, o->next, &key);
	if (k < 0)
		return k;
	if (r->mode == TEMPLATE_HEADERS) {
		*ret = key;
		return 0;
	}
	*ret = value_get(map, value_text(key));
	if (!*ret)
		*ret = value_string(r->tree, "");
	return 0;
}

static int eval_command(struct runner *r, const struct command *c, const struct value *final,
			const struct value **ret)
{
	const struct operand *o = c->operands;
	int k;

	if (o->kind == OPERAND_FUNCTION && !o->fields)
		return call_function(r, c, final, ret);
	k = eval_operand(r, o, ret);
	if (k < 0)
		return k;
	if (c->len > 1 && o->fields)
		return call_lookup(r, c, ret);
	if (c->len > 1 || final)
		return refuse(r, o->source, "can't give argument to non-function %.*s",
			      STR_ARG(o->source));
	return 0;
}

static int set_variable(struct runner *r, const char *name, const struct value *v)
{
	if (r->variables.len >= VARIABLES_MAX ||
	    vec_push(&r->variables, ((struct variable){ name, v })) < 0)
		return err_no_memory(r->e);
	return 0;
}

static int assign_variable(struct runner *r, const struct pipe *p, const struct value *v)
{
	for (size_t i = r->variables.len; i-- > 0;) {
		if (strcmp(r->variables.items[i].name, p->variables[0]) == 0) {
			r->variables.items[i].value = v;
			return 0;
		}
	}
	return refuse(r, p->source, "undefined variable \"$%s\"", p->variables[0]);
}

static int eval_commands(struct runner *r, const struct pipe *p, const struct value **ret)
{
	static const struct value no_value = { .kind = VALUE_NULL, .text = "" };
	const struct value *final = NULL;
	int k = 0;

	for (const struct command *c = p->commands; k == 0 && c; c = c->next) {
		k = eval_command(r, c, final, ret);
		final = *ret ? *ret : &no_value;
	}
	return k;
}

static int eval_pipe(struct runner *r, const struct pipe *p, const struct value **ret)
{
	int k;

	*ret = NULL;
	k = eval_commands(r, p, ret);
	if (k == 0 && p->assigns)
		k = assign_variable(r, p, *ret);
	else if (k == 0 && p->n_variables)
		k = set_variable(r, p->variables[0], *ret);
	return k;
}

static int run_if(struct runner *r, const struct node *n)
{
	const struct value *v, *dot = r->dot;
	size_t mark = r->variables.len;
	int k = eval_pipe(r, n->pipe, &v);

	if (k < 0)
		return k;
	if (template_truth(v)) {
		if (n->kind == NODE_WITH)
			r->dot = v;
		k = run_list(r, n->body);
	} else {
		k = run_list(r, n->otherwise);
	}
	r->dot = dot;
	r->variables.len = mark;
	return k;
}

struct loop {
	const struct node *node;
	size_t mark;
};

static int run_turn(struct runner *r, const struct loop *loop, const struct value *key,
		    const struct value *item)
{
	const struct pipe *p = loop->node->pipe;
	int k = 0;

	r->variables.len = loop->mark;
	r->dot = item;
	if (p->n_variables && p->assigns)
		k = assign_variable(r, p, p->n_variables == 2 ? key : item);
	else if (p->n_variables)
		k = set_variable(r, p->variables[0], p->n_variables == 2 ? key : item);
	if (k == 0 && p->n_variables == 2)
		k = set_variable(r, p->variables[1], item);
	if (k == 0)
		k = run_list(r, loop->node->body);
	if (r->leaving == CONTINUES)
		r->leaving = STAYS;
	return k;
}

/* Ranges visit maps in the order of their keys, as Go does. */
static const struct value *next_by_key(const struct value *object, const struct value *last)
{
	const struct value *next = NULL;

	value_for_each(member, object)
	{
		if (last && strcmp(member->key, last->key) <= 0)
			continue;
		if (!next || strcmp(member->key, next->key) < 0)
			next = member;
	}
	return next;
}

static int run_object(struct runner *r, const struct loop *loop, const struct value *object)
{
	const struct value *item = next_by_key(object, NULL);
	int k = 0;

	for (; k == 0 && item && r->leaving != BREAKS; item = next_by_key(object, item))
		k = run_turn(r, loop, value_string(r->tree, item->key), item);
	return k;
}

static int run_array(struct runner *r, const struct loop *loop, const struct value *array)
{
	int64_t i = 0;
	int k = 0;

	value_for_each(item, array)
	{
		k = run_turn(r, loop, value_number(r->tree, i++), item);
		if (k < 0 || r->leaving == BREAKS)
			break;
	}
	return k;
}

static int run_count(struct runner *r, const struct loop *loop, int64_t n)
{
	int k = 0;

	if (n > 100000)
		return refuse(r, loop->node->pipe->source, "range over %lld is too long",
			      (long long)n);
	for (int64_t i = 0; k == 0 && i < n && r->leaving != BREAKS; i++) {
		const struct value *number = value_number(r->tree, i);

		k = run_turn(r, loop, number, number);
	}
	return k;
}

static int run_range(struct runner *r, const struct node *n)
{
	struct loop loop = { .node = n, .mark = r->variables.len };
	const struct value *v, *dot = r->dot;
	int k;

	v = NULL;
	k = eval_commands(r, n->pipe, &v);
	if (k < 0)
		return k;
	if (value_is_empty(v))
		k = run_list(r, n->otherwise);
	else if (v->kind == VALUE_ARRAY)
		k = run_array(r, &loop, v);
	else if (v->kind == VALUE_OBJECT)
		k = run_object(r, &loop, v);
	else if (v->kind == VALUE_NUMBER)
		k = run_count(r, &loop, value_int(v));
	else
		k = refuse(r, n->pipe->source, "range can't iterate over %s", value_text(v));
	if (r->leaving == BREAKS)
		r->leaving = STAYS;
	r->dot = dot;
	r->variables.len = loop.mark;
	return k;
}

static int run_call(struct runner *r, const struct node *n)
{
	const struct definition *d = r->t->definitions;
	const struct value *dot = r->dot, *v = NULL;
	size_t mark = r->variables.len;
	int k = n->pipe ? eval_pipe(r, n->pipe, &v) : 0;

	if (k < 0)
		return k;
	while (d && !str_eq(d->name, n->text))
		d = d->next;
	if (!d)
		return refuse(r, n->source, "template \"%.*s\" not defined", STR_ARG(n->text));
	if (r->depth >= CALL_DEPTH_MAX)
		return refuse(r, n->source, "exceeded maximum template depth (%d)", CALL_DEPTH_MAX);
	r->depth++;
	r->dot = v;
	k = set_variable(r, "", v);
	if (k == 0)
		k = run_list(r, d->body);
	r->dot = dot;
	r->variables.len = mark;
	r->depth--;
	return k;
}

static int run_action(struct runner *r, const struct node *n)
{
	const struct value *v;
	int k = eval_pipe(r, n->pipe, &v);

	if (k == 0 && !n->pipe->n_variables)
		template_print(v, r->out);
	return k;
}

static int run_node(struct runner *r, const struct node *n)
{
	switch (n->kind) {
	case NODE_TEXT:
		buf_slice(r->out, n->text);
		return 0;
	case NODE_ACTION:
		return run_action(r, n);
	case NODE_IF:
	case NODE_WITH:
		return run_if(r, n);
	case NODE_RANGE:
		return run_range(r, n);
	case NODE_BREAK:
	case NODE_CONTINUE:
		r->leaving = n->kind == NODE_BREAK ? BREAKS : CONTINUES;
		return 0;
	case NODE_CALL:
		return run_call(r, n);
	}
	return 0;
}

static int run_list(struct runner *r, const struct node *n)
{
	int k = 0;

	for (; k == 0 && n && r->leaving == STAYS; n = n->next)
		k = run_node(r, n);
	return k;
}

int template_run(const struct template *t, enum template_mode mode, struct value_tree *values,
		 const struct value *data, struct buf *out, struct err *e)
{
	struct runner r = { .t = t, .mode = mode, .tree = values, .dot = data, .out = out, .e = e };
	int k = set_variable(&r, "", data);

	if (k == 0)
		k = run_list(&r, t->body);
	vec_done(&r.variables);
	if (k == 0 && (values->error || buf_error(out)))
		k = err_no_memory(e);
	return k;
}
