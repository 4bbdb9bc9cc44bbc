/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the threads that run blocking code. They are made when a job waits and nobody is idle, up to
 * a maximum, have small stacks, and leave after some seconds without work. The two classes have
 * threads and queues of their own, so that a read never waits behind operations.
 */
#pragma once

#include "base/own.h"

#include <stdint.h>

enum pool_class {
	POOL_READ, /* lists, inspections: short, no lock of an operation */
	POOL_WORK, /* operations: as long as they take */
	POOL_CLASS_COUNT
};

enum { POOL_STACK = 256 << 10 };

/* A member of whatever the job is about. `run` may free it. */
struct pool_job {
	void (*run)(struct pool_job *job);
	struct pool_job *next;
};

struct pool_limits {
	unsigned threads; /* at most, 0: the default */
	unsigned queue;	  /* jobs waiting at most, 0: the default */
};

struct pool_options {
	struct pool_limits limits[POOL_CLASS_COUNT]; /* 8 reads, 4096 operations; queues of 1024 */
	unsigned idle_ms;			     /* a thread leaves after this; 0: 5 s */
};

struct pool;

int pool_new(const struct pool_options *o, struct pool **ret) _must_check; /* o NULL: defaults */
/* Runs what is queued, waits for every job to end. Not from a pool thread. */
void pool_free(struct pool *p);
OWN_PTR(struct pool, pool_free);

/*
 * 0, or -EAGAIN: the queue is full, or no thread could be made and none exists; the job is then
 * still the caller's. Any thread.
 */
int pool_submit(struct pool *p, enum pool_class class, struct pool_job *job) _must_check;

struct pool_stats {
	unsigned threads, idle, queued;
};
void pool_stats(struct pool *p, enum pool_class class, struct pool_stats *ret);
