/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the house's way of unwinding: a variable declared `auto_free`, `auto_fd` or `auto_(x_done)`
 * gives back what it holds when its scope ends, and TAKE_PTR/TAKE_FD move the thing out first.
 */
#pragma once

#include "base/compiler.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void own_free_ptr(void *p)
{
	int saved = errno;

	free(*(void **)p);
	errno = saved;
}

static inline void own_close_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

#define auto_free _cleanup(own_free_ptr)
#define auto_fd	  _cleanup(own_close_fd)

/*
 * `auto_(buf_done) struct buf b = BUF_INIT;` calls buf_done(&b); for heap objects, a header that
 * says OWN_PTR(container, container_unref) lets callers write `auto_(container_unrefp)`.
 */
#define auto_(done) _cleanup(done)

#define OWN_PTR(type, free_function)                  \
	static inline void free_function##p(type **p) \
	{                                             \
		if (*p)                               \
			free_function(*p);            \
	}                                             \
	struct own_ptr_needs_semicolon

/* The pointer leaves its variable, which holds NULL afterwards. */
#define TAKE_PTR(p)                         \
	({                                  \
		__typeof__(p) *_p = &(p);   \
		__typeof__(p) _taken = *_p; \
		*_p = NULL;                 \
		_taken;                     \
	})

/* The descriptor leaves its variable, which holds -1 afterwards. */
#define TAKE_FD(fd)                \
	({                         \
		int *_fd = &(fd);  \
		int _taken = *_fd; \
		*_fd = -1;         \
		_taken;            \
	})

/* Closes a descriptor that is a member of a longer-lived object; -1 is fine. */
static inline int own_close(int fd)
{
	own_close_fd(&fd);
	return -1;
}
