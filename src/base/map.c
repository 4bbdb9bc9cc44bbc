/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the hashing: FNV-1a with a per-process seed, open addressing, linear probing, grown at 3/4.
 */
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

static const char gone_key[] = "";
#define MAP_GONE gone_key

/* AT_RANDOM: 16 bytes the kernel gives every process, so that nobody outside can aim collisions. */
static uint32_t seed(void)
{
	static uint32_t value;

	if (!value) {
		const void *random = (const void *)getauxval(AT_RANDOM);

		if (random)
			memcpy(&value, random, sizeof(value));
		value |= 1;
	}
	return value;
}

static uint32_t hash_of(const char *key)
{
	uint32_t h = 2166136261u ^ seed();

	for (; *key; key++)
		h = (h ^ (uint8_t)*key) * 16777619u;
	return h;
}

void map_done(struct map *m)
{
	free(m->entries);
	*m = MAP_INIT;
}

void map_clear(struct map *m)
{
	if (m->entries)
		memset(m->entries, 0, m->cap * sizeof(*m->entries));
	m->len = m->filled = 0;
}

static bool is_live(const struct map_entry *e)
{
	return e->key && e->key != MAP_GONE;
}

/* The entry with the key, else the place where it would go (a removed place is used again). */
static struct map_entry *probe(const struct map *m, const char *key, uint32_t hash)
{
	struct map_entry *removed = NULL;

	for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct map_entry *e = &m->entries[i];

		if (!e->key)
			return removed ? removed : e;
		if (e->key == MAP_GONE)
			removed = removed ? removed : e;
		else if (e->hash == hash && strcmp(e->key, key) == 0)
			return e;
	}
}

static int rehash(struct map *m, size_t cap)
{
	struct map grown = { .cap = cap, .entries = calloc(cap, sizeof(*grown.entries)) };

	if (!grown.entries)
		return -ENOMEM;
	for (size_t i = 0; i < m->cap; i++)
		if (is_live(&m->entries[i]))
			*probe(&grown, m->entries[i].key, m->entries[i].hash) = m->entries[i];
	grown.len = grown.filled = m->len;
	free(m->entries);
	*m = grown;
	return 0;
}

static int make_room(struct map *m)
{
	if (m->cap && (m->filled + 1) * 4 <= m->cap * 3)
		return 0;
	return rehash(m, m->cap && m->len * 2 < m->cap ? m->cap : MAX(m->cap * 2, (size_t)8));
}

int map_put(struct map *m, const char *key, void *value)
{
	uint32_t hash = hash_of(key);
	struct map_entry *e;
	int r = make_room(m);

	if (r < 0)
		return r;
	e = probe(m, key, hash);
	if (!is_live(e)) {
		m->len++;
		m->filled += e->key == NULL;
	}
	*e = (struct map_entry){ .key = key, .value = value, .hash = hash };
	return 0;
}

static struct map_entry *find(const struct map *m, const char *key)
{
	struct map_entry *e;

	if (!m->cap)
		return NULL;
	e = probe(m, key, hash_of(key));
	return is_live(e) ? e : NULL;
}

void *map_get(const struct map *m, const char *key)
{
	struct map_entry *e = find(m, key);

	return e ? e->value : NULL;
}

void *map_remove(struct map *m, const char *key)
{
	struct map_entry *e = find(m, key);
	void *value;

	if (!e)
		return NULL;
	value = e->value;
	*e = (struct map_entry){ .key = MAP_GONE };
	m->len--;
	return value;
}

struct map_entry *map_next(const struct map *m, struct map_entry *e)
{
	size_t i = e ? (size_t)(e - m->entries) + 1 : 0;

	for (; i < m->cap; i++)
		if (is_live(&m->entries[i]))
			return &m->entries[i];
	return NULL;
}
