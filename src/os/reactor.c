/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the epoll loop. Events are taken in batches; a watch that is forgotten while its event still
 * waits in the batch is struck out there. Timers form a pairing heap of the timers themselves, and
 * posts a lock-free stack that the loop turns round, so that neither can fail for want of memory.
 */
#include "os/reactor.h"

#include "base/stamp.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>

enum { REACTOR_MAGIC = 0x52454143, BATCH = 64 };

struct reactor {
	unsigned magic;
	int epoll;
	struct reactor_io wake;		      /* an eventfd, written by the first who posts */
	_Atomic(struct reactor_post *) posts; /* newest first */
	atomic_bool stopping;
	_Atomic(pthread_t) thread;    /* 0: nobody runs it */
	struct reactor_timer *timers; /* the earliest */
	bool firing;
	int64_t fire_time;
	int batch_next, batch_len;
	struct epoll_event batch[BATCH];
};

/* ---- timers ---- */

/* Either may be NULL. The root's `back` points at itself, so that NULL means: not armed. */
static struct reactor_timer *heap_merge(struct reactor_timer *a, struct reactor_timer *b)
{
	struct reactor_timer *first, *second;

	if (!a || !b)
		return a ? a : b;
	first = a->deadline <= b->deadline ? a : b;
	second = first == a ? b : a;
	second->back = first;
	second->sibling = first->child;
	if (first->child)
		first->child->back = second;
	first->child = second;
	first->sibling = NULL;
	return first;
}

/* Merges siblings by pairs, left to right, then the pairs right to left. */
static struct reactor_timer *heap_merge_siblings(struct reactor_timer *t)
{
	struct reactor_timer *pairs = NULL, *root = NULL, *next, *pair;

	while (t) {
		struct reactor_timer *second = t->sibling;

		next = second ? second->sibling : NULL;
		t->sibling = NULL;
		if (second)
			second->sibling = NULL;
		pair = heap_merge(t, second);
		pair->sibling = pairs;
		pairs = pair;
		t = next;
	}
	while (pairs) {
		next = pairs->sibling;
		pairs->sibling = NULL;
		root = heap_merge(root, pairs);
		pairs = next;
	}
	return root;
}

static void heap_set_root(struct reactor *r, struct reactor_timer *root)
{
	r->timers = root;
	if (root) {
		root->back = root;
		root->sibling = NULL;
	}
}

static void heap_cut(struct reactor_timer *t)
{
	if (t->back->child == t)
		t->back->child = t->sibling;
	else
		t->back->sibling = t->sibling;
	if (t->sibling)
		t->sibling->back = t->back;
}

void reactor_disarm(struct reactor *r, struct reactor_timer *timer)
{
	struct reactor_timer *below;

	REACTOR_ASSERT_HERE(r);
	if (!timer->back)
		return;
	below = heap_merge_siblings(timer->child);
	if (timer == r->timers) {
		heap_set_root(r, below);
	} else {
		heap_cut(timer);
		heap_set_root(r, heap_merge(r->timers, below));
	}
	timer->child = timer->sibling = timer->back = NULL;
}

void reactor_arm(struct reactor *r, struct reactor_timer *timer, int64_t deadline)
{
	reactor_disarm(r, timer);
	/* A timer that rearms itself for the past waits for the next turn: others must be served.
	 */
	if (r->firing && deadline <= r->fire_time)
		deadline = r->fire_time + 1;
	timer->deadline = deadline;
	heap_set_root(r, heap_merge(r->timers, timer));
}

static void fire_timers(struct reactor *r)
{
	struct reactor_timer *timer;

	if (!r->timers)
		return;
	r->fire_time = stamp_monotonic();
	r->firing = true;
	while ((timer = r->timers) && timer->deadline <= r->fire_time) {
		reactor_disarm(r, timer);
		timer->fire(timer);
	}
	r->firing = false;
}

/* ---- posts ---- */

/* Edge-triggered, so that being written is all it says and nobody needs to read it. */
static void woken(struct reactor_io *io, uint32_t events)
{
}

void reactor_post(struct reactor *r, struct reactor_post *post)
{
	struct reactor_post *head = atomic_load_explicit(&r->posts, memory_order_relaxed);

	do
		post->next = head;
	while (!atomic_compare_exchange_weak_explicit(&r->posts, &head, post, memory_order_release,
						      memory_order_relaxed));
	/* Whoever found the stack empty wakes; the loop looks at it before it sleeps. */
	if (!head && atomic_load(&r->thread) != pthread_self())
		(void)eventfd_write(r->wake.fd, 1);
}

static void run_posts(struct reactor *r)
{
	struct reactor_post *newest, *oldest = NULL, *next;

	if (!atomic_load_explicit(&r->posts, memory_order_relaxed))
		return;
	newest = atomic_exchange_explicit(&r->posts, NULL, memory_order_acquire);
	for (; newest; newest = next) {
		next = newest->next;
		newest->next = oldest;
		oldest = newest;
	}
	for (; oldest; oldest = next) {
		next = oldest->next;
		oldest->run(oldest);
	}
}

/* ---- descriptors ---- */

int reactor_watch(struct reactor *r, struct reactor_io *io, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = io };

	MAGIC_CHECK(r, REACTOR_MAGIC);
	REACTOR_ASSERT_HERE(r);
	assert(!io->reactor && io->ready);
	if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, io->fd, &event) < 0)
		return -errno;
	io->events = events;
	io->reactor = r;
	return 0;
}

void reactor_modify(struct reactor_io *io, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = io };
	int r;

	assert(io->reactor);
	REACTOR_ASSERT_HERE(io->reactor);
	if (io->events == events && !(events & EPOLLONESHOT))
		return;
	io->events = events;
	/* Fails only for a descriptor that was closed while watched: the owner's error. */
	r = epoll_ctl(io->reactor->epoll, EPOLL_CTL_MOD, io->fd, &event);
	assert(r == 0);
}

static void strike_out(struct reactor *r, const struct reactor_io *io)
{
	for (int i = r->batch_next; i < r->batch_len; i++)
		if (r->batch[i].data.ptr == io)
			r->batch[i].data.ptr = NULL;
}

void reactor_forget(struct reactor_io *io)
{
	struct reactor *r = io->reactor;

	if (!r)
		return;
	REACTOR_ASSERT_HERE(r);
	if (io->fd >= 0)
		(void)epoll_ctl(r->epoll, EPOLL_CTL_DEL, io->fd, NULL);
	strike_out(r, io);
	io->reactor = NULL;
}

int reactor_detach(struct reactor_io *io)
{
	int fd = io->fd;

	assert(io->reactor);
	(void)epoll_ctl(io->reactor->epoll, EPOLL_CTL_DEL, fd, NULL);
	io->fd = -1;
	return fd;
}

/* ---- the loop ---- */

int reactor_new(struct reactor **ret)
{
	auto_(reactor_freep) struct reactor *r = calloc(1, sizeof(*r));
	int error;

	if (!r)
		return -ENOMEM;
	r->magic = REACTOR_MAGIC;
	r->wake = (struct reactor_io){ .ready = woken, .fd = -1 };
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (r->epoll < 0)
		return -errno;
	r->wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->wake.fd < 0)
		return -errno;
	if ((error = reactor_watch(r, &r->wake, EPOLLIN | EPOLLET)) < 0)
		return error;
	*ret = TAKE_PTR(r);
	return 0;
}

void reactor_free(struct reactor *r)
{
	if (!r)
		return;
	MAGIC_CHECK(r, REACTOR_MAGIC);
	REACTOR_ASSERT_HERE(r);
	r->epoll = own_close(r->epoll);
	r->wake.fd = own_close(r->wake.fd);
	r->magic = 0;
	free(r);
}

bool reactor_here(const struct reactor *r)
{
	pthread_t thread =
		atomic_load_explicit(&((struct reactor *)r)->thread, memory_order_relaxed);

	return !thread || thread == pthread_self();
}

/* Milliseconds that epoll may wait, rounded up so that a timer is due when it wakes. */
static int wait_time(struct reactor *r, int timeout_ms)
{
	int64_t ns, ms;

	if (atomic_load(&r->posts) || atomic_load(&r->stopping))
		return 0;
	if (!r->timers)
		return timeout_ms;
	ns = r->timers->deadline - stamp_monotonic();
	if (ns <= 0)
		return 0;
	ms = ns / NS_PER_MS + (ns % NS_PER_MS != 0);
	ms = MIN(ms, (int64_t)INT_MAX);
	return timeout_ms < 0 || ms < timeout_ms ? (int)ms : timeout_ms;
}

static void serve_batch(struct reactor *r)
{
	while (r->batch_next < r->batch_len) {
		struct epoll_event *event = &r->batch[r->batch_next++];
		struct reactor_io *io = event->data.ptr;

		if (io)
			io->ready(io, event->events);
	}
	r->batch_next = r->batch_len = 0;
}

void reactor_turn(struct reactor *r, int timeout_ms)
{
	int n;

	MAGIC_CHECK(r, REACTOR_MAGIC);
	REACTOR_ASSERT_HERE(r);
	n = epoll_wait(r->epoll, r->batch, BATCH, wait_time(r, timeout_ms));
	assert(n >= 0 || errno == EINTR);
	r->batch_next = 0;
	r->batch_len = MAX(n, 0);
	serve_batch(r);
	run_posts(r);
	fire_timers(r);
}

void reactor_run(struct reactor *r)
{
	MAGIC_CHECK(r, REACTOR_MAGIC);
	REACTOR_ASSERT_HERE(r);
	atomic_store(&r->thread, pthread_self());
	while (!atomic_load(&r->stopping))
		reactor_turn(r, -1);
	atomic_store(&r->stopping, false);
	atomic_store(&r->thread, 0);
}

void reactor_stop(struct reactor *r)
{
	atomic_store(&r->stopping, true);
	(void)eventfd_write(r->wake.fd, 1);
}
