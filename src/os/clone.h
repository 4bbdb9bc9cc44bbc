/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns clone3: processes born in new namespaces or in a cgroup, and processes that borrow the
 * caller's memory until they execute or end. Whatever the caller handles by a signal handler is at
 * its default in the child (CLONE_CLEAR_SIGHAND). libc only, Linux 5.7.
 */
#pragma once

#include "base/compiler.h"

#include <stdint.h>
#include <sys/types.h>

struct clone_request {
	uint64_t flags; /* CLONE_NEW*, CLONE_PARENT, CLONE_FILES … */
	int cgroup;	/* v2 directory to be born in; -1: the caller's */
	int *ret_pidfd; /* NULL: none */
};

/* As fork: 0 in the child, its number in the parent, or -errno. The child only makes system calls.
 */
pid_t clone_process(const struct clone_request *request) _must_check;

/*
 * The child runs `child` on `stack` in the caller's memory; the caller stands still until the child
 * has executed or ended. `child` must not return to code of the caller; its result is the exit
 * status. The caller has blocked all signals that a handler of its own may serve. The number, or
 * -errno.
 */
pid_t clone_borrowing(const struct clone_request *request, int (*child)(void *ctx), void *ctx)
	_must_check;

/* Every signal's action to its default and an empty mask, as a program expects to start. */
void clone_reset_signals(void);
