/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the state that the two halves of the template grammar share. */
#pragma once

#include "cli/template_node.h"

enum { PARSE_DEPTH_MAX = 100 };

struct parser {
	struct template *t;
	struct arena *a;
	const char *at, *end;
	unsigned depth;
	unsigned loops;
	bool trim_next; /* the action ended in " -}}" */
	struct err *e;
};

/* Sets the error with the line at hand. */
int parser_refuse(struct parser *p, const char *format, ...) _printf(2, 3);
int parser_no_memory(struct parser *p);

void parser_skip_blanks(struct parser *p);
bool parser_at(const struct parser *p, const char *s);
bool parser_at_close(struct parser *p);
int parser_take_close(struct parser *p) _must_check;
struct str_slice parser_take_name(struct parser *p);

int parser_operand(struct parser *p, struct operand **ret) _must_check;
int parser_pipe(struct parser *p, struct pipe **ret) _must_check;
