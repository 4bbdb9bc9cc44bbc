/* SPDX-License-Identifier: Apache-2.0 */
/* The pool: every job runs once, classes do not wait for one another, idle threads leave. */
#include "os/pool.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>

#include <cmocka.h>

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t change;
	int inside;
	bool open;
};
#define GATE_INIT \
	((struct gate){ .lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER })

struct job {
	struct pool_job job;
	struct gate *gate;
	atomic_int *ran;
};

/* Waits inside until the gate is opened. */
static void wait_inside(struct pool_job *job)
{
	struct job *j = CONTAINER_OF(job, struct job, job);

	pthread_mutex_lock(&j->gate->lock);
	j->gate->inside++;
	pthread_cond_broadcast(&j->gate->change);
	while (!j->gate->open)
		pthread_cond_wait(&j->gate->change, &j->gate->lock);
	pthread_mutex_unlock(&j->gate->lock);
	atomic_fetch_add(j->ran, 1);
}

static void wait_for_inside(struct gate *g, int n)
{
	pthread_mutex_lock(&g->lock);
	while (g->inside < n)
		pthread_cond_wait(&g->change, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

static void open_gate(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	g->open = true;
	pthread_cond_broadcast(&g->change);
	pthread_mutex_unlock(&g->lock);
}

static void reads_do_not_wait_for_operations(void **state)
{
	const struct pool_options o = { .limits = { { 1, 4 }, { 2, 4 } } };
	struct gate work = GATE_INIT, read = GATE_INIT;
	struct job jobs[4];
	struct pool *p;
	atomic_int ran = 0;

	assert_int_equal(pool_new(&o, &p), 0);
	for (int i = 0; i < 4; i++) {
		jobs[i] = (struct job){ { .run = wait_inside }, i < 3 ? &work : &read, &ran };
		assert_int_equal(pool_submit(p, i < 3 ? POOL_WORK : POOL_READ, &jobs[i].job), 0);
	}
	wait_for_inside(&work, 2);
	wait_for_inside(&read, 1);
	open_gate(&read);
	open_gate(&work);
	pool_free(p);
	assert_int_equal(ran, 4);
}

static void the_queue_has_an_end(void **state)
{
	const struct pool_options o = { .limits = { { 1, 2 }, { 1, 2 } } };
	struct gate gate = GATE_INIT;
	struct job jobs[4];
	struct pool_stats stats;
	struct pool *p;
	atomic_int ran = 0;

	assert_int_equal(pool_new(&o, &p), 0);
	for (int i = 0; i < 4; i++) {
		jobs[i] = (struct job){ { .run = wait_inside }, &gate, &ran };
		assert_int_equal(pool_submit(p, POOL_WORK, &jobs[i].job), i < 3 ? 0 : -EAGAIN);
	}
	pool_stats(p, POOL_WORK, &stats);
	assert_int_equal(stats.threads, 1);
	assert_int_equal(stats.queued, 2);
	open_gate(&gate);
	pool_free(p);
	assert_int_equal(ran, 3);
}

static void idle_threads_leave(void **state)
{
	const struct pool_options o = { .idle_ms = 1 };
	struct gate gate = GATE_INIT;
	struct pool_stats stats;
	struct job job;
	struct pool *p;
	atomic_int ran = 0;

	assert_int_equal(pool_new(&o, &p), 0);
	open_gate(&gate);
	for (int round = 0; round < 2; round++) {
		job = (struct job){ { .run = wait_inside }, &gate, &ran };
		assert_int_equal(pool_submit(p, POOL_WORK, &job.job), 0);
		do {
			usleep(1000);
			pool_stats(p, POOL_WORK, &stats);
		} while (stats.threads > 0);
		assert_int_equal(ran, round + 1);
	}
	pool_free(p);
}

struct chained {
	struct pool_job job;
	struct pool *pool;
	atomic_int *left;
};

static void submit_again(struct pool_job *job)
{
	struct chained *c = CONTAINER_OF(job, struct chained, job);

	if (atomic_fetch_sub(c->left, 1) > 0)
		while (pool_submit(c->pool, POOL_READ, job) < 0)
			usleep(100);
}

/* Jobs that submit themselves, from the pool's own threads. */
static void jobs_submit_jobs(void **state)
{
	struct chained jobs[8];
	struct pool *p;
	atomic_int left = 20000;

	assert_int_equal(pool_new(NULL, &p), 0);
	for (int i = 0; i < 8; i++) {
		jobs[i] = (struct chained){ { .run = submit_again }, p, &left };
		assert_int_equal(pool_submit(p, POOL_READ, &jobs[i].job), 0);
	}
	while (atomic_load(&left) > -8)
		usleep(1000);
	pool_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_do_not_wait_for_operations),
		cmocka_unit_test(the_queue_has_an_end),
		cmocka_unit_test(idle_threads_leave),
		cmocka_unit_test(jobs_submit_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
