/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the epoll set; see loop.h. */
#include "shim/loop.h"

#include "base/stamp.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>

int loop_init(struct loop *l, void (*settle)(struct loop *l), struct err *e)
{
	*l = (struct loop){ .epoll = epoll_create1(EPOLL_CLOEXEC), .settle = settle };
	list_init(&l->timers);
	if (l->epoll < 0)
		return err_sys(e, errno, "cannot make the shim's event loop");
	return 0;
}

int loop_watch(struct loop *l, struct watch *w, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = w };
	int op = events == 0 ? EPOLL_CTL_DEL : w->events == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

	assert(w->fd >= 0 || events == 0);
	if (events == w->events)
		return 0;
	if (epoll_ctl(l->epoll, op, w->fd, &event) < 0)
		return -errno;
	w->events = events;
	return 0;
}

void loop_forget(struct loop *l, struct watch *w)
{
	if (w->events)
		epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	w->events = 0;
	w->fd = -1;
	for (int i = 0; i < l->n_ready; i++) {
		if (l->ready[i].data.ptr == w)
			l->ready[i].data.ptr = NULL;
	}
}

void timer_init(struct timer *t, void (*expired)(struct timer *t))
{
	list_init(&t->link);
	t->expired = expired;
}

void timer_set(struct loop *l, struct timer *t, int64_t at)
{
	struct list *before = &l->timers;

	list_remove(&t->link);
	t->at = at;
	list_for_each (item, &l->timers) {
		if (CONTAINER_OF(item, struct timer, link)->at > at) {
			before = item;
			break;
		}
	}
	list_append(before, &t->link);
}

void timer_clear(struct timer *t)
{
	list_remove(&t->link);
}

/* Milliseconds until the first timer, rounded up; -1: none. */
static int time_left(const struct loop *l)
{
	struct list *first = list_first(&l->timers);
	int64_t left;

	if (!first)
		return -1;
	left = CONTAINER_OF(first, struct timer, link)->at - stamp_monotonic();
	if (left <= 0)
		return 0;
	return (int)MIN((left + NS_PER_MS - 1) / NS_PER_MS, (int64_t)INT_MAX);
}

static void run_timers(struct loop *l)
{
	int64_t now = stamp_monotonic();
	struct list *first;
	struct timer *t;

	while (!l->stopped && (first = list_first(&l->timers))) {
		t = CONTAINER_OF(first, struct timer, link);
		if (t->at > now)
			return;
		list_remove(&t->link);
		t->expired(t);
	}
}

void loop_run(struct loop *l)
{
	sigset_t none;

	sigemptyset(&none);
	while (!l->stopped) {
		/* Signals are open only here, so that none is missed between check and wait. */
		l->n_ready = epoll_pwait(l->epoll, l->ready, LOOP_BATCH, time_left(l), &none);
		for (int i = 0; i < l->n_ready && !l->stopped; i++) {
			struct watch *w = l->ready[i].data.ptr;

			if (w)
				w->ready(w, l->ready[i].events);
		}
		l->n_ready = 0;
		run_timers(l);
		l->settle(l);
	}
}
