/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the growth of vectors, and vectors of heap strings. */
#include "base/vec.h"

#include "base/str.h"

int vec_grow(void **items, size_t *cap, size_t want, size_t item_size)
{
	size_t next = MAX(want, MAX(*cap * 2, (size_t)4)), bytes;
	void *grown;

	if (want <= *cap)
		return 0;
	if (__builtin_mul_overflow(next, item_size, &bytes))
		return -ENOMEM;
	grown = realloc(*items, bytes);
	if (!grown)
		return -ENOMEM;
	*items = grown;
	*cap = next;
	return 0;
}

int str_vec_add_own(struct str_vec *v, char *own_s)
{
	auto_free char *s = own_s;
	int r;

	if (!s)
		return -ENOMEM;
	r = vec_push(v, s);
	if (r < 0)
		return r;
	TAKE_PTR(s);
	return 0;
}

int str_vec_add(struct str_vec *v, const char *s)
{
	return str_vec_add_own(v, str_dup(str_slice(s)));
}

int str_vec_terminate(struct str_vec *v)
{
	int r = vec_push(v, NULL);

	if (r == 0)
		v->len--;
	return r;
}

void str_vec_done(struct str_vec *v)
{
	for (size_t i = 0; i < v->len; i++)
		free(v->items[i]);
	vec_done(v);
}
