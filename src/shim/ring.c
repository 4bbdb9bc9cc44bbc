/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the ring's pages; see ring.h. */
#include "shim/ring.h"

#include "base/compiler.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { RING_FIRST = 64 << 10 };

static int grow(struct ring *r, size_t want)
{
	size_t cap = r->cap ? r->cap : RING_FIRST, n;
	struct iovec iov[2];
	char *data, *at;

	while (cap < want)
		cap *= 2;
	data = mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (data == MAP_FAILED)
		return -ENOMEM;
	at = data;
	n = (size_t)ring_peek(r, iov);
	for (size_t i = 0; i < n; i++) {
		memcpy(at, iov[i].iov_base, iov[i].iov_len);
		at += iov[i].iov_len;
	}
	n = r->len;
	ring_done(r);
	*r = (struct ring){ data, cap, 0, n };
	return 0;
}

int ring_put(struct ring *r, const void *data, size_t n)
{
	size_t end, first;
	int result;

	if (n > r->cap - r->len) {
		if ((result = grow(r, r->len + n)) < 0)
			return result;
	}
	if (n == 0)
		return 0;
	end = (r->begin + r->len) & (r->cap - 1);
	first = MIN(n, r->cap - end);
	memcpy(r->data + end, data, first);
	memcpy(r->data, (const char *)data + first, n - first);
	r->len += n;
	return 0;
}

int ring_peek(const struct ring *r, struct iovec iov[2])
{
	size_t first = MIN(r->len, r->cap - r->begin);

	if (r->len == 0)
		return 0;
	iov[0] = (struct iovec){ r->data + r->begin, first };
	iov[1] = (struct iovec){ r->data, r->len - first };
	return r->len > first ? 2 : 1;
}

void ring_consume(struct ring *r, size_t n)
{
	assert(n <= r->len);
	r->len -= n;
	r->begin = r->len == 0 ? 0 : (r->begin + n) & (r->cap - 1);
}

void ring_trim(struct ring *r)
{
	if (r->len == 0)
		ring_done(r);
}

void ring_done(struct ring *r)
{
	if (r->data)
		munmap(r->data, r->cap);
	*r = (struct ring){ 0 };
}
