/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the language of --format: Go's text/template with docker's functions, run over value trees.
 * Source: the documentation of Go's text/template; docker CLI, "Format command and log output".
 */
#pragma once

#include "cli/value.h"

struct template;

enum { TEMPLATE_TEXT_MAX = 64 << 10 };

/*
 * Reads a template; it lives in `a`, and so must `text`. Errors: ERR_BAD_PARAMETER with Go's
 * sentence ("template: :1: unclosed action").
 */
int template_parse(const char *text, struct arena *a, struct template **ret, struct err *e)
	_must_check;

enum template_mode {
	TEMPLATE_VALUES,
	TEMPLATE_HEADERS, /* fields are column titles: functions hand them through unchanged */
};

/*
 * Appends what the template says about `data`. Values made on the way live in `values`. Errors as
 * above: a field that is not there, a function given what it cannot take. Bounded: a template
 * cannot loop beyond its data, and defined templates may nest 100 deep.
 */
int template_run(const struct template *t, enum template_mode mode, struct value_tree *values,
		 const struct value *data, struct buf *out, struct err *e) _must_check;
