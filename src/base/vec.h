/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns growing arrays. `VEC(struct x) v = VEC_INIT;` has v.items, v.len; the element type is the
 * caller's, the memory the vector's. Elements are moved by growth: keep indices, not pointers.
 */
#pragma once

#include "base/own.h"

#include <stdint.h>
#include <string.h>

#define VEC(type)                \
	struct {                 \
		type *items;     \
		size_t len, cap; \
	}
#define VEC_INIT           \
	{                  \
		NULL, 0, 0 \
	}

/* Names a vector type so that it can be a parameter. */
#define VEC_DEFINE(name, type)   \
	struct name {            \
		type *items;     \
		size_t len, cap; \
	}

int vec_grow(void **items, size_t *cap, size_t want, size_t item_size) _must_check;

/* Appends a copy of `item`; 0 or -ENOMEM. */
#define vec_push(v, item)                                                                          \
	({                                                                                         \
		__typeof__(v) _v = (v);                                                            \
		int _r = vec_grow((void **)&_v->items, &_v->cap, _v->len + 1, sizeof(*_v->items)); \
		if (_r == 0)                                                                       \
			_v->items[_v->len++] = (item);                                             \
		_r;                                                                                \
	})

/* Makes room for `n` elements in all, without changing len; 0 or -ENOMEM. */
#define vec_reserve(v, n) vec_grow((void **)&(v)->items, &(v)->cap, (n), sizeof(*(v)->items))

/* Removes element i and closes the gap. */
#define vec_remove(v, i)                                        \
	({                                                      \
		__typeof__(v) _v = (v);                         \
		size_t _i = (i);                                \
		assert(_i < _v->len);                           \
		memmove(_v->items + _i, _v->items + _i + 1,     \
			(--_v->len - _i) * sizeof(*_v->items)); \
	})

#define vec_last(v) (&(v)->items[(v)->len - 1])

#define vec_for_each(item, v)                                                                  \
	for (__typeof__(*(v)->items) *item = (v)->items; item && item < (v)->items + (v)->len; \
	     item++)

/* Frees the array; the elements' own memory is the caller's business. */
#define vec_done(v)                      \
	({                               \
		free((v)->items);        \
		(v)->items = NULL;       \
		(v)->len = (v)->cap = 0; \
	})

/* Heap strings, owned. */
VEC_DEFINE(str_vec, char *);
#define STR_VEC_INIT ((struct str_vec)VEC_INIT)

int str_vec_add(struct str_vec *v, const char *s) _must_check;	 /* copies; -ENOMEM */
int str_vec_add_own(struct str_vec *v, char *own_s) _must_check; /* NULL counts as -ENOMEM */
int str_vec_terminate(struct str_vec *v) _must_check;		 /* items[len] is NULL */
void str_vec_done(struct str_vec *v);
