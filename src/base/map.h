/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns hash maps from text to pointers. Keys and values are borrowed: they must outlive their entry
 * (usually the key is a member of the value). Order of a walk is unspecified.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_entry {
	const char *key; /* NULL: free; MAP_GONE: removed */
	void *value;
	uint32_t hash;
};

struct map {
	struct map_entry *entries;
	size_t cap;    /* a power of two, or 0 */
	size_t len;    /* live entries */
	size_t filled; /* live and removed ones */
};

#define MAP_INIT ((struct map){ 0 })

void map_done(struct map *m);

/* Adds or replaces; 0 or -ENOMEM. */
int map_put(struct map *m, const char *key, void *value) _must_check;
void *map_get(const struct map *m, const char *key); /* NULL: absent */
void *map_remove(struct map *m, const char *key);    /* the value, or NULL */
void map_clear(struct map *m);

/* Next live entry after `e` (NULL: the first); NULL at the end. Entries may be removed meanwhile.
 */
struct map_entry *map_next(const struct map *m, struct map_entry *e);

#define map_for_each(e, m) for (struct map_entry *e = map_next((m), NULL); e; e = map_next((m), e))
