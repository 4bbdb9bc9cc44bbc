/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns namespaces as descriptors: made without changing the caller, joined, kept. `type` is one of
 * CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWCGROUP. libc only.
 */
#pragma once

#include "base/own.h"

#include <sched.h>

/*
 * A new namespace of that type that belongs to nobody: it lives as long as the descriptor. The
 * calling thread leaves its namespace and comes back; if it could not come back it would be in the
 * wrong one, so that aborts. net, ipc and uts only. The descriptor or -errno.
 */
int ns_new(int type) _must_check;

/* The calling thread's namespace of that type. */
int ns_self(int type) _must_check;

/* The namespace of a process. */
int ns_of_pid(pid_t pid, int type) _must_check;

/* Moves the calling thread into it; fd is a namespace (one type) or a pidfd (any set of types). */
int ns_join(int fd, int types) _must_check;

/*
 * Calls `work` with the thread inside the network namespace `netns`, then returns to the old one.
 * The result is that of `work`, or -errno when the namespace could not be entered.
 */
int ns_run_in_net(int netns, int (*work)(void *ctx), void *ctx) _must_check;

/* The inode number that names a namespace in /proc/PID/ns (as `docker inspect` readers compare it).
 */
int ns_inode(int fd, unsigned long *ret) _must_check;
