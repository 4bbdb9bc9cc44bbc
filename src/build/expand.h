/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what the builder takes over from a shell: quotes, escapes and variables in the arguments of
 * an instruction: $name, ${name}, ${name:-word}, ${name:+word}, ${name:?word} (and without the
 * colon),
 * ${name#pattern} ## % %%, ${name/pattern/text} //. One word in, one word or several out.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "build/config.h"

enum {
	EXPAND_RESULT_MAX = 1 << 20, /* bytes of one expanded word */
	EXPAND_DEPTH_MAX = 32,	     /* ${a:-${b:-…}} */
	EXPAND_MATCH_MAX = 16 << 10, /* bytes of a value that a pattern is tried on */
};

struct expand_scope {
	char escape; /* '\\' or '`' */
	/* The value of a variable, NULL when it is not set. */
	const char *(*lookup)(void *ctx, struct str_slice name);
	void *ctx;
};

/*
 * Quotes and escapes off, variables filled in. The result lives in the arena.
 * Errors: ERR_BAD_PARAMETER ("failed to process "${x": syntax error: missing '}'").
 */
int expand_word(const struct expand_scope *scope, const char *word, struct arena *a,
		const char **ret, struct err *e) _must_check;

/*
 * The same, then cut at the blanks that were outside quotes, those of variables included. Appends
 * to *words.
 */
int expand_words(const struct expand_scope *scope, const char *word, struct arena *a,
		 struct build_words *words, struct err *e) _must_check;
