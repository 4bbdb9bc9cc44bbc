/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the blocks behind an arena: first one small, since most arenas hold little. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BLOCK = 496, LARGEST_BLOCK = 64 << 10, ALIGNMENT = 16 };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	char data[] __attribute__((aligned(ALIGNMENT)));
};

void arena_done(struct arena *a)
{
	struct arena_block *block = a->blocks, *next;

	for (; block; block = next) {
		next = block->next;
		free(block);
	}
	*a = ARENA_INIT;
}

static size_t next_size(const struct arena *a, size_t n)
{
	size_t size = a->blocks ? MIN(a->blocks->size * 2, (size_t)LARGEST_BLOCK) : FIRST_BLOCK;

	return MAX(size, n);
}

static struct arena_block *grow(struct arena *a, size_t n)
{
	size_t size = next_size(a, n);
	struct arena_block *block = calloc(1, sizeof(*block) + size);

	if (!block)
		return NULL;
	block->size = size;
	block->next = a->blocks;
	a->blocks = block;
	return block;
}

void *arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *block = a->blocks;
	void *p;

	if (n > SIZE_MAX - ALIGNMENT - sizeof(*block))
		return NULL;
	n = (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (!block || block->size - block->used < n)
		block = grow(a, n);
	if (!block)
		return NULL;
	p = block->data + block->used;
	block->used += n;
	a->used += n;
	return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;

	if (__builtin_mul_overflow(count, size, &n))
		return NULL;
	return arena_alloc(a, n);
}

void *arena_dup(struct arena *a, const void *data, size_t n)
{
	void *copy = arena_alloc(a, n);

	if (copy && n)
		memcpy(copy, data, n);
	return copy;
}

char *arena_slice(struct arena *a, struct str_slice s)
{
	char *copy = arena_alloc(a, s.len + 1);

	if (copy && s.len)
		memcpy(copy, s.ptr, s.len);
	return copy;
}

char *arena_str(struct arena *a, const char *s)
{
	return s ? arena_slice(a, str_slice(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *text;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (!text)
		return NULL;
	va_start(args, format);
	vsnprintf(text, (size_t)n + 1, format, args);
	va_end(args);
	return text;
}

void arena_adopt(struct arena *a, struct arena *from)
{
	struct arena_block **end = &from->blocks;

	while (*end)
		end = &(*end)->next;
	*end = a->blocks;
	a->blocks = from->blocks;
	a->used += from->used;
	*from = ARENA_INIT;
}
