/* SPDX-License-Identifier: Apache-2.0 */
/* The reactor: what is forgotten is never called, timers fire in order, posts come from anywhere.
 */
#include "base/stamp.h"
#include "os/reactor.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <cmocka.h>

struct fixture {
	struct reactor *reactor;
};

static int make(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f || reactor_new(&f->reactor) < 0)
		return -1;
	*state = f;
	return 0;
}

static int drop(void **state)
{
	struct fixture *f = *state;

	reactor_free(f->reactor);
	free(f);
	return 0;
}

/* ---- descriptors ---- */

struct watch {
	struct reactor_io io;
	int calls;
	uint32_t seen;
	struct watch *victim; /* forgotten by the callback */
};

static void count(struct reactor_io *io, uint32_t events)
{
	struct watch *w = CONTAINER_OF(io, struct watch, io);

	w->calls++;
	w->seen = events;
	if (w->victim)
		reactor_forget(&w->victim->io);
}

static void watch_eventfd(struct fixture *f, struct watch *w, unsigned value)
{
	w->io.fd = eventfd(value, EFD_CLOEXEC | EFD_NONBLOCK);
	w->io.ready = count;
	assert_true(w->io.fd >= 0);
	assert_int_equal(reactor_watch(f->reactor, &w->io, EPOLLIN), 0);
}

static void done(struct watch *w)
{
	reactor_forget(&w->io);
	close(w->io.fd);
}

static void calls_while_it_holds(void **state)
{
	struct fixture *f = *state;
	struct watch w = { 0 };

	watch_eventfd(f, &w, 0);
	reactor_turn(f->reactor, 0);
	assert_int_equal(w.calls, 0);
	eventfd_write(w.io.fd, 1);
	reactor_turn(f->reactor, -1);
	reactor_turn(f->reactor, -1);
	assert_int_equal(w.calls, 2);
	assert_int_equal(w.seen, EPOLLIN);
	reactor_modify(&w.io, 0);
	reactor_turn(f->reactor, 0);
	assert_int_equal(w.calls, 2);
	reactor_modify(&w.io, EPOLLIN | EPOLLONESHOT);
	reactor_turn(f->reactor, 0);
	reactor_turn(f->reactor, 0);
	assert_int_equal(w.calls, 3);
	done(&w);
	reactor_forget(&w.io);
}

/* Both are ready in one batch; whoever is called first forgets the other. */
static void forgets_within_the_batch(void **state)
{
	struct fixture *f = *state;
	struct watch a = { 0 }, b = { 0 };

	watch_eventfd(f, &a, 1);
	watch_eventfd(f, &b, 1);
	a.victim = &b;
	b.victim = &a;
	reactor_turn(f->reactor, -1);
	assert_int_equal(a.calls + b.calls, 1);
	done(&a);
	done(&b);
}

static void detaches_from_another_owner(void **state)
{
	struct fixture *f = *state;
	struct watch w = { 0 };
	int fd;

	watch_eventfd(f, &w, 1);
	fd = reactor_detach(&w.io);
	assert_int_equal(w.io.fd, -1);
	reactor_turn(f->reactor, 0);
	assert_int_equal(w.calls, 0);
	done(&w);
	close(fd);
}

static void refuses_a_plain_file(void **state)
{
	struct fixture *f = *state;
	FILE *file = tmpfile();
	struct watch w = { .io = { .fd = fileno(file), .ready = count } };

	assert_int_equal(reactor_watch(f->reactor, &w.io, EPOLLIN), -EPERM);
	assert_null(w.io.reactor);
	fclose(file);
}

static void serves_signals(void **state)
{
	struct fixture *f = *state;
	struct watch w = { .io.ready = count };
	struct signalfd_siginfo info;
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &old);
	w.io.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	assert_int_equal(reactor_watch(f->reactor, &w.io, EPOLLIN), 0);
	raise(SIGUSR1);
	reactor_turn(f->reactor, -1);
	assert_int_equal(w.calls, 1);
	assert_int_equal(read(w.io.fd, &info, sizeof(info)), sizeof(info));
	sigprocmask(SIG_SETMASK, &old, NULL);
	done(&w);
}

/* ---- timers ---- */

enum { TIMERS = 500 };

struct timed {
	struct reactor_timer timer;
	struct reactor *reactor;
	int64_t *last; /* deadline of the one that fired before */
	int calls, again;
};

static void fire(struct reactor_timer *timer)
{
	struct timed *t = CONTAINER_OF(timer, struct timed, timer);

	assert_true(timer->deadline >= *t->last);
	*t->last = timer->deadline;
	t->calls++;
	if (t->again > 0) {
		t->again--;
		reactor_arm(t->reactor, timer, 0);
	}
}

/* Armed in a scrambled order, some moved, some taken out: the others fire in order, each once. */
static void fires_in_order(void **state)
{
	struct fixture *f = *state;
	static struct timed timers[TIMERS];
	int64_t start = stamp_monotonic() - NS_PER_SEC, last = 0;

	for (int i = 0; i < TIMERS; i++) {
		timers[i] = (struct timed){ .timer.fire = fire, .last = &last };
		reactor_arm(f->reactor, &timers[i].timer, start + i * 7919 % TIMERS);
	}
	for (int i = 0; i < TIMERS; i += 3)
		reactor_disarm(f->reactor, &timers[i].timer);
	for (int i = 1; i < TIMERS; i += 3)
		reactor_arm(f->reactor, &timers[i].timer, start + i * 104729 % TIMERS);
	reactor_turn(f->reactor, 0);
	for (int i = 0; i < TIMERS; i++) {
		assert_int_equal(timers[i].calls, i % 3 != 0);
		assert_false(reactor_armed(&timers[i].timer));
	}
}

static void waits_for_a_timer(void **state)
{
	struct fixture *f = *state;
	int64_t last = 0, due = stamp_monotonic() + 5 * NS_PER_MS;
	struct timed t = { .timer.fire = fire, .last = &last };

	reactor_arm(f->reactor, &t.timer, due);
	assert_true(reactor_armed(&t.timer));
	while (!t.calls)
		reactor_turn(f->reactor, -1);
	assert_true(stamp_monotonic() >= due);
}

/* One that rearms itself for the past is served once a turn. */
static void does_not_starve(void **state)
{
	struct fixture *f = *state;
	int64_t last = 0;
	struct timed t = { .timer.fire = fire, .reactor = f->reactor, .last = &last, .again = 2 };

	reactor_arm(f->reactor, &t.timer, 1);
	reactor_turn(f->reactor, -1);
	assert_int_equal(t.calls, 1);
	reactor_turn(f->reactor, -1);
	reactor_turn(f->reactor, -1);
	assert_int_equal(t.calls, 3);
}

/* ---- posts ---- */

enum { THREADS = 4, POSTS = 2000 };

struct posted {
	struct reactor_post post;
	struct fixture *f;
	int thread, number;
};

static int next_number[THREADS], total;

static void run_post(struct reactor_post *post)
{
	struct posted *p = CONTAINER_OF(post, struct posted, post);

	assert_true(reactor_here(p->f->reactor));
	assert_int_equal(p->number, next_number[p->thread]++);
	if (++total == THREADS * POSTS)
		reactor_stop(p->f->reactor);
	free(p);
}

struct poster {
	struct fixture *f;
	int number;
};

static void *post_many(void *arg)
{
	struct poster *who = arg;

	for (int i = 0; i < POSTS; i++) {
		struct posted *p = calloc(1, sizeof(*p));

		assert(p);
		*p = (struct posted){ { .run = run_post }, who->f, who->number, i };
		reactor_post(who->f->reactor, &p->post);
	}
	return NULL;
}

static void takes_posts_from_threads(void **state)
{
	struct fixture *f = *state;
	struct poster who[THREADS];
	pthread_t threads[THREADS];

	total = 0;
	memset(next_number, 0, sizeof(next_number));
	for (int i = 0; i < THREADS; i++) {
		who[i] = (struct poster){ f, i };
		pthread_create(&threads[i], NULL, post_many, &who[i]);
	}
	reactor_run(f->reactor);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(total, THREADS * POSTS);
}

struct again {
	struct reactor_post post;
	struct reactor *reactor;
	int left;
};

static void post_again(struct reactor_post *post)
{
	struct again *a = CONTAINER_OF(post, struct again, post);

	if (a->left-- > 0)
		reactor_post(a->reactor, post);
	else
		reactor_stop(a->reactor);
}

static void posts_from_its_own_thread(void **state)
{
	struct fixture *f = *state;
	struct again a = { { .run = post_again }, f->reactor, 3 };

	reactor_post(f->reactor, &a.post);
	reactor_run(f->reactor);
	assert_int_equal(a.left, -1);
}

static void *ask_here(void *arg)
{
	return reactor_here(arg) ? arg : NULL;
}

static void ask_from_thread(struct reactor_post *post)
{
	struct again *a = CONTAINER_OF(post, struct again, post);
	pthread_t thread;
	void *answer;

	pthread_create(&thread, NULL, ask_here, a->reactor);
	pthread_join(thread, &answer);
	assert_null(answer);
	assert_true(reactor_here(a->reactor));
	reactor_stop(a->reactor);
}

static void knows_its_thread(void **state)
{
	struct fixture *f = *state;
	struct again a = { { .run = ask_from_thread }, f->reactor, 0 };

	assert_true(reactor_here(f->reactor));
	reactor_post(f->reactor, &a.post);
	reactor_run(f->reactor);
	assert_true(reactor_here(f->reactor));
}

#define WITH_REACTOR(test) cmocka_unit_test_setup_teardown(test, make, drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_REACTOR(calls_while_it_holds),
		WITH_REACTOR(forgets_within_the_batch),
		WITH_REACTOR(detaches_from_another_owner),
		WITH_REACTOR(refuses_a_plain_file),
		WITH_REACTOR(serves_signals),
		WITH_REACTOR(fires_in_order),
		WITH_REACTOR(waits_for_a_timer),
		WITH_REACTOR(does_not_starve),
		WITH_REACTOR(takes_posts_from_threads),
		WITH_REACTOR(posts_from_its_own_thread),
		WITH_REACTOR(knows_its_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
