/* SPDX-License-Identifier: Apache-2.0 */
/* Owns borrowed pieces of text: a pointer and a length, no NUL needed, nothing allocated. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str_slice {
	const char *ptr;
	size_t len;
};

#define STR_LIT(s) ((struct str_slice){ (s), sizeof(s) - 1 })
#define STR_EMPTY  ((struct str_slice){ "", 0 })
#define STR_ARG(s) (int)(s).len, (s).ptr /* for %.*s */

/* The whole of a C string; NULL gives the empty slice. */
struct str_slice str_slice(const char *s);
struct str_slice str_range(const char *begin, const char *end);

bool str_eq(struct str_slice a, struct str_slice b);
bool str_eq_nocase(struct str_slice a, struct str_slice b); /* ASCII only */
bool str_is(struct str_slice a, const char *b);
bool str_starts_with(struct str_slice s, const char *prefix);
bool str_ends_with(struct str_slice s, const char *suffix);

/* Takes the prefix off *s if it is there. */
bool str_take_prefix(struct str_slice *s, const char *prefix);

/*
 * Cuts *rest at the first (last) `separator`: *ret_head gets what is before, *rest what is after.
 * False, with nothing changed, when the separator is absent.
 */
bool str_cut(struct str_slice *rest, char separator, struct str_slice *ret_head);
bool str_cut_last(struct str_slice *rest, char separator, struct str_slice *ret_head);

/* Walks the fields between separators: false when *rest is used up. "a,,b" has three fields. */
bool str_next(struct str_slice *rest, char separator, struct str_slice *ret_field);

/* Walks words between runs of blanks (space, tab, CR, LF). */
bool str_next_word(struct str_slice *rest, struct str_slice *ret_word);

struct str_slice str_trim(struct str_slice s); /* blanks at both ends */
struct str_slice str_skip(struct str_slice s, size_t n);
struct str_slice str_first(struct str_slice s, size_t n);

/* Offset of the first `c`, or -1. */
ptrdiff_t str_index(struct str_slice s, char c);
bool str_contains(struct str_slice s, struct str_slice part);

/* <0, 0, >0 by bytes, as memcmp; a prefix sorts first. */
int str_compare(struct str_slice a, struct str_slice b);

/* Heap copy that ends in NUL, or NULL when memory is short. */
char *str_dup(struct str_slice s) _must_check;

/* C string comparison that takes NULL for an absent string. */
bool cstr_eq(const char *a, const char *b);
static inline bool cstr_empty(const char *s)
{
	return !s || !*s;
}
static inline const char *cstr_or(const char *s, const char *otherwise)
{
	return cstr_empty(s) ? otherwise : s;
}
