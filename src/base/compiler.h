/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the few macros that stand in for what C lacks: attributes, element counts, containers. */
#pragma once

#include <assert.h>
#include <stddef.h>

#define _must_check	__attribute__((warn_unused_result))
#define _unused		__attribute__((unused))
#define _noreturn	__attribute__((noreturn))
#define _cleanup(f)	__attribute__((cleanup(f)))
#define _printf(m, n)	__attribute__((format(printf, m, n)))
#define _fallthrough	__attribute__((fallthrough))

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* The object whose member `member` is at `ptr`. */
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* Each argument is evaluated once; the names carry a counter so that uses can be nested. */
#define MIN(a, b)		 MIN_NAMED(a, b, __COUNTER__)
#define MAX(a, b)		 MAX_NAMED(a, b, __COUNTER__)

#define MIN_NAMED(a, b, n)	 PICK(a, <, b, NAME_JOIN(_a, n), NAME_JOIN(_b, n))
#define MAX_NAMED(a, b, n)	 PICK(a, >, b, NAME_JOIN(_a, n), NAME_JOIN(_b, n))
#define NAME_JOIN(a, b)		 NAME_JOIN_EXPANDED(a, b)
#define NAME_JOIN_EXPANDED(a, b) a##b
#define PICK(a, op, b, first, second)             \
	({                                        \
		__typeof__(a) first = (a);        \
		__typeof__(b) second = (b);       \
		first op second ? first : second; \
	})

/*
 * Long-lived objects begin with a magic number that is set by their _init/_new and wiped by their
 * _done/_free; MAGIC_CHECK on entry turns a stale or foreign pointer into an abort at once.
 */
#define MAGIC_CHECK(obj, value) assert((obj) && (obj)->magic == (value))
