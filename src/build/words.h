/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the four ways in which the arguments of a Dockerfile instruction are cut into words, and how
 * lists of words are shown. No variable is expanded here. Texts live in the arena.
 */
#pragma once

#include "base/buf.h"
#include "build/config.h"

#include <stdbool.h>

/* Space, tab, CR, LF, VT, FF. */
bool words_is_blank(char c);
/* Blanks off both ends. */
struct str_slice words_trim(struct str_slice s);
/* Cuts at the first run of blanks: what is before it; *rest becomes what is after. */
struct str_slice words_cut(struct str_slice *rest);

/* At runs of blanks, with no regard to quotes. 0 or -ENOMEM. */
int words_split(struct str_slice text, struct arena *a, struct build_words *ret) _must_check;

/*
 * At blanks outside quotes; quotes and escapes stay in the words (they mean something to the
 * expansion that follows). An escape at the very end is dropped. 0 or -ENOMEM.
 */
int words_split_quoted(struct str_slice text, char escape, struct arena *a, struct build_words *ret)
	_must_check;

/*
 * Takes the leading --flags off *rest, unquoted; a lone "--" ends them and is dropped. 0 or
 * -ENOMEM.
 */
int words_take_flags(struct str_slice *rest, struct arena *a, struct build_words *ret) _must_check;

enum words_json {
	WORDS_JSON,	    /* a JSON array of strings: *ret is set, never NULL items */
	WORDS_NOT_JSON,	    /* anything else: meant for a shell */
	WORDS_JSON_NO_LIST, /* a JSON array that holds something other than strings */
};

/* One of the above, or -ENOMEM. */
int words_parse_json(struct str_slice text, struct arena *a, struct build_words *ret) _must_check;

/* The words with `between` between them, in the arena; NULL when memory is short. */
const char *words_join(const struct build_words *w, const char *between, struct arena *a)
	_must_check;

/* As Go's %q writes a string: quoted, control characters escaped. */
void words_quote(struct str_slice s, struct buf *out);
/* As Go's %q writes a list: ["a" "b"]. */
void words_quote_list(const struct build_words *w, struct buf *out);
