/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the grammar inside an action: operands, commands, pipelines. */
#include "cli/template_functions.h"
#include "cli/template_parser.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int parser_refuse(struct parser *p, const char *format, ...)
{
	char why[200];
	unsigned line, column;
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	template_position(p->t, p->at, &line, &column);
	return err_set(p->e, ERR_BAD_PARAMETER, "template: :%u: %s", line, why);
}

int parser_no_memory(struct parser *p)
{
	return err_no_memory(p->e);
}

bool parser_at(const struct parser *p, const char *s)
{
	size_t n = strlen(s);

	return (size_t)(p->end - p->at) >= n && memcmp(p->at, s, n) == 0;
}

void parser_skip_blanks(struct parser *p)
{
	while (p->at < p->end && isspace((unsigned char)*p->at))
		p->at++;
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool starts_name(char c)
{
	return is_name_char(c) && !isdigit((unsigned char)c);
}

struct str_slice parser_take_name(struct parser *p)
{
	const char *from = p->at;

	while (p->at < p->end && is_name_char(*p->at))
		p->at++;
	return str_range(from, p->at);
}

/* At the end of an action: "}}" or " -}}". */
bool parser_at_close(struct parser *p)
{
	return parser_at(p, "}}") ||
	       (parser_at(p, "-}}") && p->at > p->t->text && isspace((unsigned char)p->at[-1]));
}

int parser_take_close(struct parser *p)
{
	parser_skip_blanks(p);
	if (p->at == p->end)
		return parser_refuse(p, "unclosed action");
	if (!parser_at_close(p))
		return parser_refuse(p, "unexpected \"%c\" in command", *p->at);
	p->trim_next = *p->at == '-';
	p->at += p->trim_next ? 3 : 2;
	return 0;
}

static int parse_quoted(struct parser *p, struct operand *o)
{
	static const char from[] = "abfnrtv\\\"'", means[] = "\a\b\f\n\r\t\v\\\"'";
	auto_(buf_done) struct buf b = BUF_INIT;
	char quote = *p->at++;

	while (p->at < p->end && *p->at != quote) {
		char c = *p->at++;
		const char *known;

		if (c == '\n' && quote != '`')
			return parser_refuse(p, "unterminated quoted string");
		if (c != '\\' || quote == '`') {
			buf_char(&b, c);
			continue;
		}
		c = p->at < p->end ? *p->at++ : '\0';
		known = c ? memchr(from, c, sizeof(from) - 1) : NULL;
		if (!known)
			return parser_refuse(p, "invalid syntax");
		buf_char(&b, means[known - from]);
	}
	if (p->at == p->end)
		return parser_refuse(p, quote == '`' ? "unterminated raw quoted string"
						     : "unterminated quoted string");
	p->at++;
	o->kind = OPERAND_CONSTANT;
	o->constant = value_slice(&p->t->constants, buf_view(&b));
	if (quote == '\'')
		o->constant = value_number(&p->t->constants, (unsigned char)*buf_cstr(&b));
	return p->t->constants.error ? parser_no_memory(p) : 0;
}

static int parse_number(struct parser *p, struct operand *o)
{
	const char *from = p->at;
	char text[64], *end;
	long long n;

	p->at += *p->at == '+' || *p->at == '-';
	while (p->at < p->end && (isalnum((unsigned char)*p->at) || *p->at == '.' || *p->at == '_'))
		p->at++;
	snprintf(text, sizeof(text), "%.*s", (int)(p->at - from), from);
	o->kind = OPERAND_CONSTANT;
	errno = 0;
	n = strtoll(text, &end, 0);
	if (*end == '\0' && errno == 0) {
		o->constant = value_number(&p->t->constants, n);
	} else {
		strtod(text, &end);
		if (*end != '\0')
			return parser_refuse(p, "bad number syntax: \"%s\"", text);
		o->constant = value_number_text(&p->t->constants, text);
	}
	return p->t->constants.error ? parser_no_memory(p) : 0;
}

static int parse_word(struct parser *p, struct operand *o)
{
	struct str_slice name = parser_take_name(p);

	o->kind = OPERAND_CONSTANT;
	if (str_is(name, "nil"))
		return 0;
	if (str_is(name, "true") || str_is(name, "false")) {
		o->constant = value_bool(&p->t->constants, str_is(name, "true"));
		return p->t->constants.error ? parser_no_memory(p) : 0;
	}
	o->kind = OPERAND_FUNCTION;
	o->function = template_function_find(name);
	if (!o->function)
		return parser_refuse(p, "function \"%.*s\" not defined", STR_ARG(name));
	return 0;
}

static int parse_parenthesis(struct parser *p, struct operand *o)
{
	int r;

	if (++p->depth > PARSE_DEPTH_MAX)
		return parser_refuse(p, "expression nested too deeply");
	p->at++;
	o->kind = OPERAND_PIPE;
	r = parser_pipe(p, &o->pipe);
	if (r < 0)
		return r;
	p->depth--;
	parser_skip_blanks(p);
	if (!parser_at(p, ")"))
		return parser_refuse(p, "unclosed left paren");
	p->at++;
	return 0;
}

static int parse_fields(struct parser *p, struct operand *o)
{
	struct chain **last = &o->fields;

	while (p->at + 1 < p->end && *p->at == '.' && starts_name(p->at[1])) {
		struct chain *c = arena_new(p->a, struct chain);

		p->at++;
		if (!c)
			return parser_no_memory(p);
		c->name = arena_slice(p->a, parser_take_name(p));
		if (!c->name)
			return parser_no_memory(p);
		*last = c;
		last = &c->next;
	}
	return 0;
}

static int parse_operand_start(struct parser *p, struct operand *o)
{
	char c = *p->at;

	if (c == '.' && p->at + 1 < p->end && isdigit((unsigned char)p->at[1]))
		return parse_number(p, o);
	if (c == '.') {
		o->kind = OPERAND_DOT;
		p->at += !(p->at + 1 < p->end && starts_name(p->at[1]));
		return 0;
	}
	if (c == '$') {
		p->at++;
		o->kind = OPERAND_VARIABLE;
		o->name = arena_slice(p->a, parser_take_name(p));
		return o->name ? 0 : parser_no_memory(p);
	}
	if (c == '"' || c == '`' || c == '\'')
		return parse_quoted(p, o);
	if (c == '(')
		return parse_parenthesis(p, o);
	if (isdigit((unsigned char)c) || c == '-' || c == '+')
		return parse_number(p, o);
	if (starts_name(c))
		return parse_word(p, o);
	return parser_refuse(p, "unexpected \"%c\" in operand", c);
}

int parser_operand(struct parser *p, struct operand **ret)
{
	struct operand *o = arena_new(p->a, struct operand);
	const char *from = p->at;
	int r;

	if (!o)
		return parser_no_memory(p);
	r = parse_operand_start(p, o);
	if (r == 0)
		r = parse_fields(p, o);
	if (r < 0)
		return r;
	o->source = str_range(from, p->at);
	*ret = o;
	return 0;
}

static bool ends_command(struct parser *p)
{
	parser_skip_blanks(p);
	return p->at == p->end || parser_at_close(p) || *p->at == '|' || *p->at == ')';
}

static int parse_command(struct parser *p, struct command **ret)
{
	struct command *c = arena_new(p->a, struct command);
	struct operand **last;
	int r;

	if (!c)
		return parser_no_memory(p);
	last = &c->operands;
	while (!ends_command(p)) {
		r = parser_operand(p, last);
		if (r < 0)
			return r;
		last = &(*last)->next;
		c->len++;
	}
	if (p->at == p->end)
		return parser_refuse(p, "unclosed action");
	if (!c->len)
		return parser_refuse(p, "missing value for command");
	*ret = c;
	return 0;
}

/* "$i, $v :=", "$v :=" or "$v =" before a pipeline; leaves the place alone if there is none. */
static int parse_declaration(struct parser *p, struct pipe *pipe)
{
	const char *from = p->at;
	struct str_slice names[2];
	size_t n = 0;

	while (n < 2 && parser_at(p, "$")) {
		p->at++;
		names[n++] = parser_take_name(p);
		parser_skip_blanks(p);
		if (!parser_at(p, ","))
			break;
		p->at++;
		parser_skip_blanks(p);
	}
	pipe->assigns = n && parser_at(p, "=");
	if (!n || (!pipe->assigns && !parser_at(p, ":="))) {
		p->at = from;
		return 0;
	}
	p->at += pipe->assigns ? 1 : 2;
	pipe->n_variables = n;
	for (size_t i = 0; i < n; i++) {
		pipe->variables[i] = arena_slice(p->a, names[i]);
		if (!pipe->variables[i])
			return parser_no_memory(p);
	}
	return 0;
}

int parser_pipe(struct parser *p, struct pipe **ret)
{
	struct pipe *pipe = arena_new(p->a, struct pipe);
	struct command **last;
	int r;

	if (!pipe)
		return parser_no_memory(p);
	parser_skip_blanks(p);
	pipe->source.ptr = p->at;
	r = parse_declaration(p, pipe);
	if (r < 0)
		return r;
	last = &pipe->commands;
	for (;;) {
		r = parse_command(p, last);
		if (r < 0)
			return r;
		last = &(*last)->next;
		if (!parser_at(p, "|"))
			break;
		p->at++;
	}
	pipe->source.len = (size_t)(p->at - pipe->source.ptr);
	*ret = pipe;
	return 0;
}
