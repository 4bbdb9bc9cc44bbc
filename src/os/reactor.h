/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the one thread that waits for everything: an epoll set, timers and calls posted from other
 * threads. Watches, timers and posts are members of the objects that own them, so nothing here
 * allocates after reactor_new, and starting or stopping a watch, a timer or a post is allowed from
 * inside any callback, also for another object that has an event waiting in the same turn: once
 * forgotten it is never called again and may be freed at once.
 *
 * Callbacks run on the reactor's thread and never block.
 */
#pragma once

#include "base/own.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct reactor;

/* 0, or a negative errno (epoll or eventfd could not be made). */
int reactor_new(struct reactor **ret) _must_check;
void reactor_free(struct reactor *r); /* what is still watched is only forgotten */
OWN_PTR(struct reactor, reactor_free);

/* Serves until reactor_stop. The calling thread is the reactor's for that time. */
void reactor_run(struct reactor *r);
/* One turn: waits at most timeout_ms (-1: as long as it takes) and serves what is there. */
void reactor_turn(struct reactor *r, int timeout_ms);
void reactor_stop(struct reactor *r); /* any thread; the turn under way is finished */

/* True on the reactor's thread, and anywhere while no thread runs it (set-up, tear-down). */
bool reactor_here(const struct reactor *r);
#define REACTOR_ASSERT_HERE(r) assert(reactor_here(r))

/* ---- descriptors ---- */

/*
 * Watches fd. `ready` gets the epoll events that hold (EPOLLHUP and EPOLLERR also unasked);
 * level-triggered unless `events` says EPOLLET or EPOLLONESHOT. A signalfd, pidfd or eventfd is a
 * descriptor like any other. The descriptor stays the owner's: forget it before it is closed or
 * sent away.
 */
struct reactor_io {
	int fd;
	uint32_t events; /* what is asked for now; 0: only EPOLLHUP and EPOLLERR */
	void (*ready)(struct reactor_io *io, uint32_t events);
	struct reactor *reactor; /* NULL: not watched */
};

/* 0, or -errno (-ENOSPC: fs.epoll.max_user_watches; -EPERM: a plain file). Fill fd and ready. */
int reactor_watch(struct reactor *r, struct reactor_io *io, uint32_t events) _must_check;
/* Changes what is asked for (and rearms EPOLLONESHOT). No call when nothing changes. */
void reactor_modify(struct reactor_io *io, uint32_t events);
/* Fine for one that is not watched. */
void reactor_forget(struct reactor_io *io);
/*
 * From another thread: takes the descriptor out of the epoll set and out of *io (fd becomes -1), so
 * that it can be handed on. `ready` may be running, or be called once more for an event already
 * taken: the owner guards io->fd with a lock of its own, and calls reactor_forget on the reactor's
 * thread before it frees *io. Returns the descriptor.
 */
int reactor_detach(struct reactor_io *io);

/* ---- timers ---- */

struct reactor_timer {
	int64_t deadline; /* CLOCK_MONOTONIC in ns, see stamp_monotonic */
	void (*fire)(struct reactor_timer *timer);
	struct reactor_timer *child, *sibling, *back; /* pairing heap; back == NULL: not armed */
};

/* Arms, or moves, the timer; it fires once, at most a millisecond late on an idle machine. */
void reactor_arm(struct reactor *r, struct reactor_timer *timer, int64_t deadline);
void reactor_disarm(struct reactor *r, struct reactor_timer *timer); /* fine when not armed */
static inline bool reactor_armed(const struct reactor_timer *timer)
{
	return timer->back;
}

/* ---- posts ---- */

struct reactor_post {
	void (*run)(struct reactor_post *post);
	struct reactor_post *next;
};

/*
 * Has `run` called on the reactor's thread, in the order of posting, soon. Any thread, never fails.
 * The post belongs to the reactor until `run` is called, which may free or post it again; posting
 * one that is still waiting is an error of the caller.
 */
void reactor_post(struct reactor *r, struct reactor_post *post);
