/* SPDX-License-Identifier: Apache-2.0 */
/* Owns what a client has not read yet: a ring of bytes in pages of its own, given back when empty.
 */
#pragma once

#include <stddef.h>
#include <sys/uio.h>

struct ring {
	char *data;
	size_t cap; /* a power of two, or 0 */
	size_t begin, len;
};

/* 0, or -ENOMEM with nothing added. */
int ring_put(struct ring *r, const void *data, size_t n) __attribute__((warn_unused_result));

/* The bytes in order as one or two pieces; how many pieces. */
int ring_peek(const struct ring *r, struct iovec iov[2]);
void ring_consume(struct ring *r, size_t n);

/* Gives the memory back if nothing is in it. */
void ring_trim(struct ring *r);
void ring_done(struct ring *r);
