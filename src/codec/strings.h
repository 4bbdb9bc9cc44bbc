/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the growing of the generated lists, maps and sets of text. The arrays live in the arena and
 * are made anew by every addition, so that a list someone else reads is never changed; texts are
 * borrowed. All return 0 or -ENOMEM.
 */
#pragma once

#include "base/arena.h"
#include "codec/json_type.h"

int string_list_add(struct string_list *l, struct arena *a, const char *item) _must_check;
int string_set_add(struct string_set *s, struct arena *a, const char *item) _must_check;

/* Adds, or replaces the value of the key. */
int string_map_set(struct string_map *m, struct arena *a, const char *key, const char *value)
	_must_check;
