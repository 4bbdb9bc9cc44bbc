/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the grammar of templates: text, actions between {{ and }}, blocks, pipelines, operands. */
#include "cli/template_parser.h"

#include <ctype.h>

/* What ended a list of nodes. */
enum list_end { END_OF_TEXT, END_END, END_ELSE };

static int parse_list(struct parser *p, struct node **ret, enum list_end *ret_end);

void template_position(const struct template *t, const char *at, unsigned *ret_line,
		       unsigned *ret_column)
{
	const char *line = t->text;

	*ret_line = 1;
	for (const char *c = t->text; c < at; c++) {
		if (*c == '\n') {
			++*ret_line;
			line = c + 1;
		}
	}
	*ret_column = (unsigned)(at - line);
}

static int parse_block(struct parser *p, struct node *n)
{
	enum list_end end;
	int r;

	if (++p->depth > PARSE_DEPTH_MAX)
		return parser_refuse(p, "blocks nested too deeply");
	r = parser_pipe(p, &n->pipe);
	if (r == 0)
		r = parser_take_close(p);
	p->loops += n->kind == NODE_RANGE;
	if (r == 0)
		r = parse_list(p, &n->body, &end);
	p->loops -= n->kind == NODE_RANGE;
	if (r < 0)
		return r;
	if (end == END_ELSE) {
		enum node_kind chained = n->kind;

		parser_skip_blanks(p);
		if (!parser_at_close(p)) { /* else if …, else with … */
			struct str_slice word = parser_take_name(p);

			if (!str_is(word, chained == NODE_WITH ? "with" : "if") ||
			    chained == NODE_RANGE)
				return parser_refuse(p, "unexpected <%.*s> in input",
						     STR_ARG(word));
			n->otherwise = arena_new(p->a, struct node);
			if (!n->otherwise)
				return parser_no_memory(p);
			n->otherwise->kind = chained;
			p->depth--;
			return parse_block(p, n->otherwise);
		}
		r = parser_take_close(p);
		if (r == 0)
			r = parse_list(p, &n->otherwise, &end);
		if (r < 0)
			return r;
		if (end == END_ELSE)
			return parser_refuse(p, "expected end; found {{else}}");
	}
	if (end == END_OF_TEXT)
		return parser_refuse(p, "unexpected EOF");
	p->depth--;
	return end == END_END ? parser_take_close(p) : 0;
}

static int parse_template_name(struct parser *p, struct str_slice *ret)
{
	struct operand *name;
	int r;

	parser_skip_blanks(p);
	if (p->at == p->end || (*p->at != '"' && *p->at != '`'))
		return parser_refuse(p, "unexpected token in template clause");
	r = parser_operand(p, &name);
	if (r == 0)
		*ret = (struct str_slice){ name->constant->text, name->constant->text_len };
	return r;
}

static int parse_call(struct parser *p, struct node *n)
{
	int r;

	parser_skip_blanks(p);
	n->source.ptr = p->at;
	r = parse_template_name(p, &n->text);
	n->source.len = (size_t)(p->at - n->source.ptr);
	parser_skip_blanks(p);
	if (r == 0 && p->at < p->end && !parser_at_close(p))
		r = parser_pipe(p, &n->pipe);
	return r < 0 ? r : parser_take_close(p);
}

/* {{define "x"}}…{{end}}, and {{block "x" pipe}}…{{end}} which also calls it. */
static int parse_define(struct parser *p, struct node *n, bool block)
{
	struct definition *d = arena_new(p->a, struct definition);
	enum list_end end;
	int r;

	if (!d)
		return parser_no_memory(p);
	if (++p->depth > PARSE_DEPTH_MAX)
		return parser_refuse(p, "blocks nested too deeply");
	r = parse_template_name(p, &d->name);
	if (r == 0 && block)
		r = parser_pipe(p, &n->pipe);
	if (r == 0)
		r = parser_take_close(p);
	if (r == 0)
		r = parse_list(p, &d->body, &end);
	if (r < 0)
		return r;
	if (end != END_END)
		return parser_refuse(p, "unexpected EOF");
	p->depth--;
	d->next = p->t->definitions;
	p->t->definitions = d;
	n->kind = block ? NODE_CALL : NODE_TEXT;
	n->text = block ? d->name : STR_EMPTY;
	n->source = str_range(p->at, p->at);
	return parser_take_close(p);
}

static int parse_leave_loop(struct parser *p, struct str_slice word)
{
	if (!p->loops)
		return parser_refuse(p, "{{%.*s}} outside {{range}}", STR_ARG(word));
	return parser_take_close(p);
}

static int parse_keyword(struct parser *p, struct str_slice word, struct node *n)
{
	static const struct {
		const char *word;
		enum node_kind kind;
	} blocks[] = { { "if", NODE_IF }, { "with", NODE_WITH }, { "range", NODE_RANGE } };

	for (size_t i = 0; i < ELEMENTS(blocks); i++) {
		if (str_is(word, blocks[i].word)) {
			n->kind = blocks[i].kind;
			return parse_block(p, n);
		}
	}
	if (str_is(word, "template")) {
		n->kind = NODE_CALL;
		return parse_call(p, n);
	}
	if (str_is(word, "define") || str_is(word, "block"))
		return parse_define(p, n, str_is(word, "block"));
	n->kind = str_is(word, "break") ? NODE_BREAK : NODE_CONTINUE;
	return parse_leave_loop(p, word);
}

static bool is_keyword(struct str_slice word)
{
	static const char *const words[] = { "if",     "with",	"range", "template",
					     "define", "block", "break", "continue" };

	for (size_t i = 0; i < ELEMENTS(words); i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

/* After "{{": *ret_end says if this was an end or else, which belong to the caller's block. */
static int parse_action(struct parser *p, struct node *n, enum list_end *ret_end)
{
	const char *from = p->at;
	struct str_slice word;
	int r;

	word = parser_take_name(p);
	if (str_is(word, "end") || str_is(word, "else")) {
		*ret_end = str_is(word, "end") ? END_END : END_ELSE;
		return 0;
	}
	if (is_keyword(word))
		return parse_keyword(p, word, n);
	p->at = from;
	n->kind = NODE_ACTION;
	r = parser_pipe(p, &n->pipe);
	return r < 0 ? r : parser_take_close(p);
}

static int skip_comment(struct parser *p)
{
	const char *close = memmem(p->at, (size_t)(p->end - p->at), "*/", 2);

	if (!close)
		return parser_refuse(p, "unclosed comment");
	p->at = close + 2;
	return parser_take_close(p);
}

/* Takes the text up to the next action, less what its neighbours trim; false: no action follows. */
static bool take_text(struct parser *p, struct str_slice *ret)
{
	const char *open = memmem(p->at, (size_t)(p->end - p->at), "{{", 2);
	struct str_slice text = str_range(p->at, open ? open : p->end);

	if (p->trim_next)
		while (text.len && isspace((unsigned char)text.ptr[0]))
			text = str_skip(text, 1);
	p->trim_next = false;
	p->at = open ? open + 2 : p->end;
	if (open && p->end - p->at >= 2 && *p->at == '-' && isspace((unsigned char)p->at[1])) {
		while (text.len && isspace((unsigned char)text.ptr[text.len - 1]))
			text.len--;
		p->at++;
	}
	*ret = text;
	return open != NULL;
}

static int append(struct parser *p, struct node ***last, struct node node)
{
	struct node *n = arena_dup(p->a, &node, sizeof(node));

	if (!n)
		return parser_no_memory(p);
	**last = n;
	*last = &n->next;
	return 0;
}

static int parse_list(struct parser *p, struct node **ret, enum list_end *ret_end)
{
	struct node **last = ret;
	int r = 0;

	*ret_end = END_OF_TEXT;
	while (r == 0 && p->at < p->end) {
		struct node n = { .kind = NODE_TEXT };
		bool action = take_text(p, &n.text);

		if (n.text.len && (r = append(p, &last, n)) < 0)
			return r;
		if (!action)
			break;
		parser_skip_blanks(p);
		if (parser_at(p, "/*")) {
			r = skip_comment(p);
			continue;
		}
		n = (struct node){ .kind = NODE_TEXT, .text = STR_EMPTY };
		r = parse_action(p, &n, ret_end);
		if (r < 0 || *ret_end != END_OF_TEXT)
			return r;
		r = append(p, &last, n);
	}
	return r;
}

int template_parse(const char *text, struct arena *a, struct template **ret, struct err *e)
{
	struct template *t = arena_new(a, struct template);
	struct parser p = { .t = t, .a = a, .at = text, .end = text + strlen(text), .e = e };
	enum list_end end;
	int r;

	if (!t)
		return err_no_memory(e);
	if (p.end - p.at > TEMPLATE_TEXT_MAX)
		return err_set(e, ERR_TOO_LARGE, "template: longer than %d bytes",
			       TEMPLATE_TEXT_MAX);
	t->text = text;
	r = parse_list(&p, &t->body, &end);
	if (r == 0 && end != END_OF_TEXT)
		r = parser_refuse(&p, "unexpected {{%s}}", end == END_END ? "end" : "else");
	arena_adopt(a, &t->constants.arena);
	if (r == 0)
		*ret = t;
	return r;
}
