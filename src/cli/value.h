/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns JSON as a tree of values: what the engine answered, in the order it answered, and what is
 * asked of it. A tree belongs to one arena. Building never fails on the spot: the first failure
 * sticks in the tree and later calls write into a sink, so that a page of puts reads as a page of
 * puts; value_tree_error tells at the end.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum value_kind {
	VALUE_NULL,
	VALUE_BOOL,
	VALUE_NUMBER,
	VALUE_STRING,
	VALUE_ARRAY,
	VALUE_OBJECT,
};

struct value {
	enum value_kind kind;
	bool boolean;
	bool is_map;	    /* an object whose keys are data (labels), not fields */
	bool is_lookup;	    /* a map that templates call with a key: {{.Label "x"}} */
	size_t len;	    /* members of an array or object */
	const char *key;    /* name within its object */
	const char *text;   /* string, or a number as it was written; ends in NUL */
	size_t text_len;    /* a string may hold NULs */
	struct value *next; /* within its parent */
	struct value *first, *last;
};

struct value_tree {
	struct arena arena;
	int error; /* 0 or -ENOMEM */
	struct value sink;
};

#define VALUE_TREE_INIT ((struct value_tree){ .arena = ARENA_INIT })
void value_tree_done(struct value_tree *t);
int value_tree_error(const struct value_tree *t, struct err *e) _must_check;

enum { VALUE_DEPTH_MAX = 128 };

/*
 * Reads one JSON text (RFC 8259) into the tree. Nesting beyond VALUE_DEPTH_MAX is refused. Errors:
 * ERR_DATA_LOSS with the offset of what was wrong, ERR_NO_MEMORY.
 */
int value_parse(struct value_tree *t, struct str_slice text, struct value **ret, struct err *e)
	_must_check;

/* Reading; all of them take NULL for a value that is absent. */
struct value *value_get(const struct value *object, const char *key);
struct value *value_path(const struct value *object, const char *dotted);
struct value *value_at(const struct value *array, size_t i);
const char *value_text(const struct value *v); /* string or number, else "" */
int64_t value_int(const struct value *v);      /* 0 for what is no number */
bool value_true(const struct value *v);	       /* the boolean true */
bool value_is_empty(const struct value *v);    /* absent, null, "", [], {}, 0, false */

#define value_for_each(item, parent) \
	for (struct value *item = (parent) ? (parent)->first : NULL; item; item = item->next)

/* Building. The text is copied. */
struct value *value_new(struct value_tree *t, enum value_kind kind);
struct value *value_string(struct value_tree *t, const char *s); /* NULL gives "" */
struct value *value_slice(struct value_tree *t, struct str_slice s);
struct value *value_printf(struct value_tree *t, const char *format, ...) _printf(2, 3);
struct value *value_number(struct value_tree *t, int64_t n);
struct value *value_number_text(struct value_tree *t, const char *text);
struct value *value_bool(struct value_tree *t, bool b);
struct value *value_copy(struct value_tree *t, const struct value *v); /* deep; key not copied */

/* The child belongs to the parent from now on; a key that exists is replaced. Returns the child. */
struct value *value_put(struct value_tree *t, struct value *object, const char *key,
			struct value *child);
struct value *value_add(struct value *array, struct value *child);

/* Puts at "A.B.C", making the objects on the way. */
struct value *value_put_path(struct value_tree *t, struct value *root, const char *dotted,
			     struct value *child);

/* The array (object) at a dotted path, made if it is not there. */
struct value *value_need(struct value_tree *t, struct value *root, const char *dotted,
			 enum value_kind kind);

enum value_style { VALUE_COMPACT, VALUE_INDENTED }; /* four blanks a level, as docker inspect */
void value_write(const struct value *v, enum value_style style, struct buf *out);

/* Text as a JSON string, quotes included; bytes that are no UTF-8 become U+FFFD. */
void value_write_string(struct str_slice s, struct buf *out);
