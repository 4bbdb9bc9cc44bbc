/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns memory with one lifetime: a request's decoded body, a snapshot, a parsed file. Everything is
 * freed at once by arena_done. Not for threads: an arena has one user at a time.
 */
#pragma once

#include "base/str.h"

#include <stdarg.h>
#include <stdint.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;		    /* bytes handed out, for accounting */
};

#define ARENA_INIT ((struct arena){ 0 })

void arena_done(struct arena *a);

/* Zeroed memory, aligned for any type; NULL when memory is short. n == 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t n) _must_check;
void *arena_array(struct arena *a, size_t count, size_t size)
	_must_check;					     /* NULL on overflow too */
char *arena_str(struct arena *a, const char *s) _must_check; /* NULL stays NULL */
char *arena_slice(struct arena *a, struct str_slice s) _must_check;
char *arena_printf(struct arena *a, const char *format, ...) _must_check _printf(2, 3);
void *arena_dup(struct arena *a, const void *data, size_t n) _must_check;

/* Gives the blocks of `from` to `a`; `from` is empty afterwards. */
void arena_adopt(struct arena *a, struct arena *from);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type)))
