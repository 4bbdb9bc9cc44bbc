/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the shim's waiting: one epoll set and a handful of timers. Watches and timers are members of
 * the objects they serve; forgetting one takes effect at once, also for events already fetched.
 */
#pragma once

#include "base/err.h"
#include "base/list.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct watch {
	int fd;		 /* borrowed; -1: none */
	uint32_t events; /* 0: not in the epoll set, so that not even EPOLLHUP is reported */
	void (*ready)(struct watch *w, uint32_t events);
};
#define WATCH_INIT(ready_) ((struct watch){ .fd = -1, .ready = (ready_) })

struct timer {
	struct list link; /* sorted by `at`; in no list: not set */
	int64_t at;	  /* stamp_monotonic */
	void (*expired)(struct timer *t);
};

enum { LOOP_BATCH = 16 };

struct loop {
	int epoll;
	bool stopped;
	void (*settle)(struct loop *l); /* after each round of events */
	struct list timers;
	int n_ready;
	struct epoll_event ready[LOOP_BATCH];
};

int loop_init(struct loop *l, void (*settle)(struct loop *l), struct err *e) _must_check;

/* Begins, changes or (events 0) suspends watching w->fd. 0 or -errno (-ENOSPC, -ENOMEM). */
int loop_watch(struct loop *l, struct watch *w, uint32_t events) _must_check;

/* Ends watching; w->fd becomes -1 and is the caller's to close. */
void loop_forget(struct loop *l, struct watch *w);

void timer_init(struct timer *t, void (*expired)(struct timer *t));
void timer_set(struct loop *l, struct timer *t, int64_t at);
void timer_clear(struct timer *t);

/* Returns once loop->stopped is set. A signal ends a wait: settle may look for what it left. */
void loop_run(struct loop *l);
