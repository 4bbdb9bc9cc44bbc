/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the pool's threads. Each class has a lock, a queue, and a stack of idle threads: the one
 * that became idle last gets the next job, so that the others grow old and leave.
 */
#include "os/pool.h"

#include "base/list.h"
#include "base/stamp.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

enum { POOL_MAGIC = 0x504f4f4c, IDLE_MS_DEFAULT = 5000 };

static const struct pool_limits default_limits[] = {
	[POOL_READ] = { .threads = 8, .queue = 1024 },
	[POOL_WORK] = { .threads = 4096, .queue = 1024 },
};
static_assert(ELEMENTS(default_limits) == POOL_CLASS_COUNT, "limits for each class");

static const char *const thread_names[] = { [POOL_READ] = "read", [POOL_WORK] = "work" };
static_assert(ELEMENTS(thread_names) == POOL_CLASS_COUNT, "a name for each class");

struct side {
	pthread_mutex_t lock;
	pthread_cond_t empty; /* the last thread has left */
	struct pool_limits limits;
	const char *name;
	unsigned idle_ms;
	/* guarded by lock */
	struct pool_job *first, **last;
	unsigned queued, threads, idle_count;
	struct list idle; /* newest last */
	bool closing;
};

struct pool {
	unsigned magic;
	struct side sides[POOL_CLASS_COUNT];
};

/* Lives on its thread's stack. */
struct worker {
	struct side *side;
	pthread_cond_t wake;
	struct pool_job *job; /* handed over by who wakes */
	struct list as_idle;
};

/* ---- the queue; the lock is held ---- */

static void enqueue(struct side *s, struct pool_job *job)
{
	job->next = NULL;
	*s->last = job;
	s->last = &job->next;
	s->queued++;
}

static struct pool_job *dequeue(struct side *s)
{
	struct pool_job *job = s->first;

	if (!job)
		return NULL;
	s->first = job->next;
	if (!s->first)
		s->last = &s->first;
	s->queued--;
	return job;
}

static struct worker *newest_idle(struct side *s)
{
	if (list_empty(&s->idle))
		return NULL;
	return CONTAINER_OF(s->idle.prev, struct worker, as_idle);
}

static void set_idle(struct worker *w)
{
	list_append(&w->side->idle, &w->as_idle);
	w->side->idle_count++;
}

static void set_busy(struct worker *w)
{
	list_remove(&w->as_idle);
	w->side->idle_count--;
}

/* ---- a thread's life ---- */

static struct timespec wake_up_time(const struct side *s)
{
	int64_t ns = stamp_monotonic() + s->idle_ms * NS_PER_MS;

	return (struct timespec){ .tv_sec = ns / NS_PER_SEC, .tv_nsec = ns % NS_PER_SEC };
}

/* The next job, or NULL when it is time to leave. The lock is held. */
static struct pool_job *next_job(struct worker *w)
{
	struct side *s = w->side;
	struct timespec until;
	int r = 0;

	if (s->first)
		return dequeue(s);
	w->job = NULL;
	until = wake_up_time(s);
	set_idle(w);
	while (!w->job && !s->closing && r != ETIMEDOUT)
		r = pthread_cond_timedwait(&w->wake, &s->lock, &until);
	if (!w->job)
		set_busy(w); /* leaves the list; who hands over a job does that itself */
	return w->job;
}

static void cond_init_monotonic(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

struct start {
	struct side *side;
	struct pool_job *job;
};

static void serve(struct worker *w, struct pool_job *job)
{
	struct side *s = w->side;

	pthread_setname_np(pthread_self(), s->name);
	while (job) {
		job->run(job);
		pthread_mutex_lock(&s->lock);
		job = next_job(w);
		if (!job && --s->threads == 0)
			pthread_cond_signal(&s->empty);
		pthread_mutex_unlock(&s->lock);
	}
}

static void *thread_main(void *arg)
{
	struct start start = *(struct start *)arg;
	struct worker w = { .side = start.side };

	free(arg);
	list_init(&w.as_idle);
	cond_init_monotonic(&w.wake);
	serve(&w, start.job);
	pthread_cond_destroy(&w.wake);
	return NULL;
}

static int start_thread_with(pthread_attr_t *attr, struct start *own_start)
{
	sigset_t all, old;
	pthread_t thread;
	int r;

	/* Signals are the reactor's business. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&thread, attr, thread_main, own_start);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -r;
}

static int start_thread(struct side *s, struct pool_job *job)
{
	struct start *start = malloc(sizeof(*start));
	pthread_attr_t attr;
	int r;

	if (!start)
		return -ENOMEM;
	*start = (struct start){ .side = s, .job = job };
	if (pthread_attr_init(&attr) != 0) {
		free(start);
		return -ENOMEM;
	}
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attr, POOL_STACK);
	r = start_thread_with(&attr, start);
	pthread_attr_destroy(&attr);
	if (r < 0)
		free(start);
	return r;
}

/* ---- the pool ---- */

static void side_init(struct side *s, const struct pool_options *o, enum pool_class class)
{
	const struct pool_limits *limits = &o->limits[class], *defaults = &default_limits[class];

	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->empty, NULL);
	s->limits.threads = limits->threads ? limits->threads : defaults->threads;
	s->limits.queue = limits->queue ? limits->queue : defaults->queue;
	s->idle_ms = o->idle_ms ? o->idle_ms : IDLE_MS_DEFAULT;
	s->name = thread_names[class];
	s->last = &s->first;
	list_init(&s->idle);
}

int pool_new(const struct pool_options *o, struct pool **ret)
{
	static const struct pool_options defaults;
	struct pool *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->magic = POOL_MAGIC;
	for (int i = 0; i < POOL_CLASS_COUNT; i++)
		side_init(&p->sides[i], o ? o : &defaults, (enum pool_class)i);
	*ret = p;
	return 0;
}

static void side_done(struct side *s)
{
	pthread_mutex_lock(&s->lock);
	s->closing = true;
	list_for_each (link, &s->idle)
		pthread_cond_signal(&CONTAINER_OF(link, struct worker, as_idle)->wake);
	while (s->threads > 0)
		pthread_cond_wait(&s->empty, &s->lock);
	pthread_mutex_unlock(&s->lock);
	pthread_cond_destroy(&s->empty);
	pthread_mutex_destroy(&s->lock);
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	MAGIC_CHECK(p, POOL_MAGIC);
	for (int i = 0; i < POOL_CLASS_COUNT; i++)
		side_done(&p->sides[i]);
	p->magic = 0;
	free(p);
}

/* The lock is held. */
static int submit(struct side *s, struct pool_job *job)
{
	struct worker *idle = newest_idle(s);

	if (idle) {
		set_busy(idle);
		idle->job = job;
		pthread_cond_signal(&idle->wake);
		return 0;
	}
	if (s->threads < s->limits.threads) {
		s->threads++;
		if (start_thread(s, job) == 0)
			return 0;
		s->threads--; /* no memory or no more threads: those that exist must do */
	}
	if (s->threads == 0 || s->queued >= s->limits.queue)
		return -EAGAIN;
	enqueue(s, job);
	return 0;
}

int pool_submit(struct pool *p, enum pool_class class, struct pool_job *job)
{
	struct side *s;
	int r;

	MAGIC_CHECK(p, POOL_MAGIC);
	assert(class < POOL_CLASS_COUNT);
	s = &p->sides[class];
	pthread_mutex_lock(&s->lock);
	r = submit(s, job);
	pthread_mutex_unlock(&s->lock);
	return r;
}

void pool_stats(struct pool *p, enum pool_class class, struct pool_stats *ret)
{
	struct side *s = &p->sides[class];

	pthread_mutex_lock(&s->lock);
	*ret = (struct pool_stats){ .threads = s->threads,
				    .idle = s->idle_count,
				    .queued = s->queued };
	pthread_mutex_unlock(&s->lock);
}
