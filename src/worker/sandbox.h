/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what a worker gives up before it reads untrusted bytes: paths (an empty root, Landlock),
 * system calls (seccomp), capabilities, limits, its environment. What the kernel does not have is
 * left out and logged once; what it has is never optional.
 */
#pragma once

#include "base/err.h"

#include <stdint.h>

/* Groups of system calls; every job has the first. */
enum sandbox_calls {
	SANDBOX_BASE = 0,	     /* memory, threads, reading and writing what is open */
	SANDBOX_READ_TREE = 1 << 0,  /* opening and looking below directories */
	SANDBOX_WRITE_TREE = 1 << 1, /* making, linking, removing, owning */
	SANDBOX_NETWORK = 1 << 2,
};

struct sandbox_rule {
	unsigned calls;
	uint64_t caps;	 /* CAPS_BIT()s that are kept */
	uint64_t memory; /* address space in bytes */
};

enum { SANDBOX_DIRS_MAX = 600 };

/* Directories below which it may read, or also write. Negative descriptors are skipped. */
struct sandbox_reach {
	int read[SANDBOX_DIRS_MAX], write[SANDBOX_DIRS_MAX];
	unsigned n_read, n_write;
	unsigned paths; /* 1: keeps the host's root, to read what Landlock then allows (fetch) */
};

void sandbox_may_read(struct sandbox_reach *r, int dir);
void sandbox_may_write(struct sandbox_reach *r, int dir);

/* Early: no core dumps, not dumpable, ends when the daemon does. */
void sandbox_begin(int control);
/* Closes. After this there is no way back. */
int sandbox_close(const struct sandbox_rule *rule, const struct sandbox_reach *reach, struct err *e)
	_must_check;
