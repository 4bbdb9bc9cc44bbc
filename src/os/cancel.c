/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns cancellation tokens. One lock guards the tree of all tokens, their descriptors and hooks: it
 * is taken when a token is made, fired or dropped, never while one is only looked at.
 */
#include "os/cancel.h"

#include "base/stamp.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>

enum { CANCEL_MAGIC = 0x43414e43 };

struct cancel {
	unsigned magic;
	atomic_uint refs;
	atomic_int reason;
	/* guarded by tree_lock */
	int event;	      /* -1: nobody asked yet */
	struct list children; /* borrowed: a child takes itself out */
	struct list as_child; /* alone when there is no parent (any more) */
	struct list hooks;
};

static pthread_mutex_t tree_lock = PTHREAD_MUTEX_INITIALIZER;

static const char *const reason_texts[] = {
	[CANCEL_NONE] = "not cancelled",	[CANCEL_CLIENT] = "the client went away",
	[CANCEL_SHUTDOWN] = "the daemon stops", [CANCEL_PREEMPTED] = "another operation took over",
	[CANCEL_DEADLINE] = "it took too long",
};
static_assert(ELEMENTS(reason_texts) == CANCEL_REASON_COUNT, "a text for each reason");

const char *cancel_reason_text(enum cancel_reason reason)
{
	assert(reason < CANCEL_REASON_COUNT);
	return reason_texts[reason];
}

int cancel_new(struct cancel *parent, struct cancel **ret)
{
	struct cancel *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->magic = CANCEL_MAGIC;
	c->event = -1;
	atomic_init(&c->refs, 1);
	list_init(&c->children);
	list_init(&c->as_child);
	list_init(&c->hooks);
	if (parent) {
		MAGIC_CHECK(parent, CANCEL_MAGIC);
		pthread_mutex_lock(&tree_lock);
		list_append(&parent->children, &c->as_child);
		atomic_init(&c->reason, atomic_load(&parent->reason));
		pthread_mutex_unlock(&tree_lock);
	}
	*ret = c;
	return 0;
}

struct cancel *cancel_ref(struct cancel *c)
{
	if (!c)
		return NULL;
	MAGIC_CHECK(c, CANCEL_MAGIC);
	atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
	return c;
}

void cancel_unref(struct cancel *c)
{
	if (!c)
		return;
	MAGIC_CHECK(c, CANCEL_MAGIC);
	if (atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) > 1)
		return;
	pthread_mutex_lock(&tree_lock);
	assert(list_empty(&c->hooks));
	list_remove(&c->as_child);
	list_for_each_safe (child, &c->children)
		list_remove(child);
	pthread_mutex_unlock(&tree_lock);
	own_close(c->event);
	c->magic = 0;
	free(c);
}

static void run_hooks(struct cancel *c)
{
	list_for_each_safe (link, &c->hooks) {
		struct cancel_hook *hook = CONTAINER_OF(link, struct cancel_hook, link);

		list_remove(link);
		hook->fn(hook);
	}
}

/* As deep as operations are nested, which is three or four. */
static void fire_locked(struct cancel *c, enum cancel_reason reason)
{
	if (atomic_load(&c->reason) != CANCEL_NONE)
		return;
	atomic_store(&c->reason, reason);
	if (c->event >= 0)
		(void)eventfd_write(c->event, 1);
	run_hooks(c);
	list_for_each (child, &c->children)
		fire_locked(CONTAINER_OF(child, struct cancel, as_child), reason);
}

void cancel_fire(struct cancel *c, enum cancel_reason reason)
{
	assert(reason > CANCEL_NONE && reason < CANCEL_REASON_COUNT);
	if (!c)
		return;
	MAGIC_CHECK(c, CANCEL_MAGIC);
	pthread_mutex_lock(&tree_lock);
	fire_locked(c, reason);
	pthread_mutex_unlock(&tree_lock);
}

enum cancel_reason cancel_fired(const struct cancel *c)
{
	return c ? (enum cancel_reason)atomic_load(&((struct cancel *)c)->reason) : CANCEL_NONE;
}

int cancel_fd(struct cancel *c)
{
	int fd;

	if (!c)
		return -1;
	MAGIC_CHECK(c, CANCEL_MAGIC);
	pthread_mutex_lock(&tree_lock);
	if (c->event < 0) {
		c->event = eventfd(atomic_load(&c->reason) != CANCEL_NONE, EFD_CLOEXEC);
		if (c->event < 0)
			c->event = -errno; /* stays negative: asked again next time */
	}
	fd = c->event;
	pthread_mutex_unlock(&tree_lock);
	return fd;
}

void cancel_hook(struct cancel *c, struct cancel_hook *hook)
{
	list_init(&hook->link);
	hook->token = c;
	if (!c)
		return;
	MAGIC_CHECK(c, CANCEL_MAGIC);
	pthread_mutex_lock(&tree_lock);
	if (atomic_load(&c->reason) != CANCEL_NONE)
		hook->fn(hook);
	else
		list_append(&c->hooks, &hook->link);
	pthread_mutex_unlock(&tree_lock);
}

void cancel_unhook(struct cancel_hook *hook)
{
	if (!hook->token)
		return;
	pthread_mutex_lock(&tree_lock);
	list_remove(&hook->link);
	pthread_mutex_unlock(&tree_lock);
	hook->token = NULL;
}

/* What is left until the deadline; NULL: for ever. */
static struct timespec *time_left(int64_t deadline, struct timespec *ts)
{
	int64_t ns;

	if (deadline == CANCEL_NO_DEADLINE)
		return NULL;
	ns = MAX(deadline - stamp_monotonic(), (int64_t)0);
	*ts = (struct timespec){ .tv_sec = ns / NS_PER_SEC, .tv_nsec = ns % NS_PER_SEC };
	return ts;
}

int cancel_poll(int fd, short events, int64_t deadline, struct cancel *c)
{
	struct pollfd fds[2] = { { .fd = fd, .events = events }, { .fd = -1, .events = POLLIN } };
	struct timespec ts;
	int n;

	if (cancel_fired(c))
		return -ECANCELED;
	if (c && (fds[1].fd = cancel_fd(c)) < 0)
		return fds[1].fd;
	do
		n = ppoll(fds, ELEMENTS(fds), time_left(deadline, &ts), NULL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (fds[1].revents)
		return -ECANCELED;
	if (fds[0].revents & POLLNVAL)
		return -EBADF;
	return fds[0].revents ? fds[0].revents : -ETIMEDOUT;
}

int cancel_sleep(int64_t deadline, struct cancel *c)
{
	int r = cancel_poll(-1, 0, deadline, c);

	return r == -ETIMEDOUT ? 0 : r;
}
