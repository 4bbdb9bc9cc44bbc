/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the shape of a parsed template: what the parser makes and the runner walks. */
#pragma once

#include "cli/template.h"

enum operand_kind {
	OPERAND_DOT,
	OPERAND_FUNCTION,
	OPERAND_VARIABLE,
	OPERAND_CONSTANT, /* value; NULL for nil */
	OPERAND_PIPE,	  /* in parentheses */
};

struct chain {
	const char *name;
	struct chain *next;
};

struct operand {
	enum operand_kind kind;
	const char *name; /* of a function or variable ("$" is the root) */
	const struct template_function *function;
	struct value *constant;
	struct pipe *pipe;
	struct chain *fields;	 /* .A.B after it */
	struct str_slice source; /* for messages */
	struct operand *next;
};

struct command {
	struct operand *operands;
	size_t len;
	struct command *next;
};

struct pipe {
	const char *variables[2];
	size_t n_variables;
	bool assigns; /* = rather than := */
	struct command *commands;
	struct str_slice source;
};

enum node_kind {
	NODE_TEXT,
	NODE_ACTION,
	NODE_IF,
	NODE_WITH,
	NODE_RANGE,
	NODE_BREAK,
	NODE_CONTINUE,
	NODE_CALL, /* {{template "name"}} */
};

struct node {
	enum node_kind kind;
	struct str_slice text;	 /* NODE_TEXT; the name for NODE_CALL */
	struct str_slice source; /* NODE_CALL, for messages */
	struct pipe *pipe;
	struct node *body, *otherwise;
	struct node *next;
};

struct definition {
	struct str_slice name;
	struct node *body;
	struct definition *next;
};

struct template
{
	const char *text;
	struct node *body;
	struct definition *definitions;
	struct value_tree constants; /* its arena is the caller's */
};

/* "template: :LINE:" and the column where `at` points into the text. */
void template_position(const struct template *t, const char *at, unsigned *ret_line,
		       unsigned *ret_column);
