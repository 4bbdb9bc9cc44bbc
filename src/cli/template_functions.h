/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the functions that templates call: Go's own and the ones docker adds. */
#pragma once

#include "cli/value.h"

enum { TEMPLATE_ARGUMENTS_MAX = 32 };

struct template_call {
	struct value_tree *tree; /* where results are made */
	size_t len;
	const struct value *arguments[TEMPLATE_ARGUMENTS_MAX]; /* NULL: no value */
	const char *why; /* set by a function that refuses its arguments */
};

enum template_function_kind {
	TEMPLATE_FUNCTION_PLAIN,
	TEMPLATE_FUNCTION_AND, /* arguments are evaluated until the answer is known */
	TEMPLATE_FUNCTION_OR,
	TEMPLATE_FUNCTION_TEXT, /* one that hands a column's title through in headers */
};

struct template_function {
	const char *name;
	enum template_function_kind kind;
	size_t least, most;
	/* NULL with call->why set: refused. NULL without: no value. */
	const struct value *(*run)(struct template_call *call);
};

const struct template_function *template_function_find(struct str_slice name);

/* Go's idea of truth: not empty, not zero, not absent. */
bool template_truth(const struct value *v);

/* As fmt's %v: [a b], map[k:v], <no value> for what is absent. */
void template_print(const struct value *v, struct buf *out);

/* printf of Go's fmt with the verbs v s q d x X o b f g e t c T % and flags. */
void template_printf(struct template_call *call, struct buf *out);
