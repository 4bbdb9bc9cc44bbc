/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns tokens that end a wait before its time: one per client's request, one per operation; firing
 * a token fires its children. Every blocking wait of the engine also waits for a token, through
 * cancel_poll and its kin. Tokens are counted and may be used from any thread. NULL is a token that
 * never fires.
 */
#pragma once

#include "base/list.h"
#include "base/own.h"

#include <stdbool.h>
#include <stdint.h>

enum cancel_reason {
	CANCEL_NONE,	  /* not fired */
	CANCEL_CLIENT,	  /* the client went away */
	CANCEL_SHUTDOWN,  /* the daemon stops */
	CANCEL_PREEMPTED, /* another operation takes over */
	CANCEL_DEADLINE,  /* it took too long */
	CANCEL_REASON_COUNT
};

const char *cancel_reason_text(enum cancel_reason reason); /* "the client went away" … */

struct cancel;

/* A child of `parent` (NULL: of nobody), fired from the start if the parent is. 0 or -ENOMEM. */
int cancel_new(struct cancel *parent, struct cancel **ret) _must_check;
struct cancel *cancel_ref(struct cancel *c);
void cancel_unref(struct cancel *c);
OWN_PTR(struct cancel, cancel_unref);

void cancel_fire(struct cancel *c, enum cancel_reason reason); /* the first reason stays */
enum cancel_reason cancel_fired(const struct cancel *c);

/*
 * A descriptor that is readable from the firing on; made at the first call, borrowed, never read
 * from. -1 for the NULL token, or -errno (-EMFILE …).
 */
int cancel_fd(struct cancel *c) _must_check;

/* No deadline. */
#define CANCEL_NO_DEADLINE INT64_MAX

/*
 * Waits until fd has one of `events` (POLLIN …) or POLLHUP, POLLERR. Returns the events that hold
 * (> 0), -ETIMEDOUT at the deadline (CLOCK_MONOTONIC ns), -ECANCELED when the token fires (looked
 * at first: a fired token wins), or another -errno. fd -1 waits for nothing but the rest.
 */
int cancel_poll(int fd, short events, int64_t deadline, struct cancel *c) _must_check;

/* 0 at the deadline, -ECANCELED. */
int cancel_sleep(int64_t deadline, struct cancel *c) _must_check;

/*
 * For waits that are not on descriptors: `fn` runs once on the thread that fires (at once, if that
 * has happened), under the lock of all tokens: it wakes somebody and calls nothing of cancel.h. A
 * lock that fn takes must not be held around cancel_hook or cancel_unhook. After cancel_unhook fn
 * neither runs nor will.
 */
struct cancel_hook {
	void (*fn)(struct cancel_hook *hook);
	struct list link;
	struct cancel *token;
};
void cancel_hook(struct cancel *c, struct cancel_hook *hook);
void cancel_unhook(struct cancel_hook *hook);
