/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens: who is fired with whom, and that every wait ends. */
#include "base/stamp.h"
#include "os/cancel.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct cancel *token(struct cancel *parent)
{
	struct cancel *c;

	assert_int_equal(cancel_new(parent, &c), 0);
	return c;
}

static void fires_its_children(void **state)
{
	auto_(cancel_unrefp) struct cancel *parent = token(NULL), *a = token(parent),
					   *b = token(parent), *deep = token(a), *late = NULL;

	cancel_fire(b, CANCEL_PREEMPTED);
	assert_int_equal(cancel_fired(parent), CANCEL_NONE);
	cancel_fire(parent, CANCEL_CLIENT);
	cancel_fire(parent, CANCEL_SHUTDOWN);
	assert_int_equal(cancel_fired(parent), CANCEL_CLIENT);
	assert_int_equal(cancel_fired(a), CANCEL_CLIENT);
	assert_int_equal(cancel_fired(deep), CANCEL_CLIENT);
	assert_int_equal(cancel_fired(b), CANCEL_PREEMPTED);
	late = token(parent);
	assert_int_equal(cancel_fired(late), CANCEL_CLIENT);
}

static void outlives_its_parent(void **state)
{
	struct cancel *parent = token(NULL);
	auto_(cancel_unrefp) struct cancel *child = token(parent);

	cancel_unref(parent);
	assert_int_equal(cancel_fired(child), CANCEL_NONE);
	cancel_fire(child, CANCEL_DEADLINE);
	assert_int_equal(cancel_fired(child), CANCEL_DEADLINE);
}

static void the_null_token_never_fires(void **state)
{
	struct cancel_hook hook = { 0 };

	cancel_fire(NULL, CANCEL_CLIENT);
	assert_int_equal(cancel_fired(NULL), CANCEL_NONE);
	assert_int_equal(cancel_fd(NULL), -1);
	assert_int_equal(cancel_sleep(0, NULL), 0);
	cancel_hook(NULL, &hook);
	cancel_unhook(&hook);
	cancel_unref(cancel_ref(NULL));
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void is_a_descriptor(void **state)
{
	auto_(cancel_unrefp) struct cancel *a = token(NULL), *b = token(NULL);
	int fd = cancel_fd(a);

	assert_true(fd >= 0);
	assert_int_equal(cancel_fd(a), fd);
	assert_false(readable(fd));
	cancel_fire(a, CANCEL_CLIENT);
	assert_true(readable(fd));
	cancel_fire(b, CANCEL_CLIENT);
	assert_true(readable(cancel_fd(b)));
}

static void polls(void **state)
{
	auto_(cancel_unrefp) struct cancel *c = token(NULL);
	int64_t past = stamp_monotonic() - 1;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(cancel_poll(fds[0], POLLIN, past, c), -ETIMEDOUT);
	assert_int_equal(cancel_poll(fds[0], POLLIN, stamp_monotonic() + NS_PER_MS, NULL),
			 -ETIMEDOUT);
	assert_int_equal(cancel_poll(fds[1], POLLOUT, CANCEL_NO_DEADLINE, c), POLLOUT);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(cancel_poll(fds[0], POLLIN, past, c), POLLIN);
	cancel_fire(c, CANCEL_CLIENT);
	assert_int_equal(cancel_poll(fds[0], POLLIN, CANCEL_NO_DEADLINE, c), -ECANCELED);
	assert_int_equal(cancel_sleep(CANCEL_NO_DEADLINE, c), -ECANCELED);
	close(fds[1]);
	close(fds[0]);
	assert_int_equal(cancel_poll(fds[0], POLLIN, past, NULL), -EBADF);
}

static void *fire_soon(void *arg)
{
	usleep(2000);
	cancel_fire(arg, CANCEL_SHUTDOWN);
	return NULL;
}

static void wakes_a_sleeper(void **state)
{
	auto_(cancel_unrefp) struct cancel *parent = token(NULL), *child = token(parent);
	pthread_t thread;

	pthread_create(&thread, NULL, fire_soon, parent);
	assert_int_equal(cancel_sleep(CANCEL_NO_DEADLINE, child), -ECANCELED);
	pthread_join(thread, NULL);
}

struct counted {
	struct cancel_hook hook;
	int calls;
};

static void count(struct cancel_hook *hook)
{
	CONTAINER_OF(hook, struct counted, hook)->calls++;
}

static void runs_hooks_once(void **state)
{
	auto_(cancel_unrefp) struct cancel *parent = token(NULL), *child = token(parent);
	struct counted a = { { .fn = count }, 0 }, removed = a, late = a;

	cancel_hook(child, &a.hook);
	cancel_hook(child, &removed.hook);
	cancel_unhook(&removed.hook);
	cancel_fire(parent, CANCEL_CLIENT);
	cancel_hook(child, &late.hook);
	assert_int_equal(a.calls, 1);
	assert_int_equal(removed.calls, 0);
	assert_int_equal(late.calls, 1);
	cancel_unhook(&a.hook);
	cancel_unhook(&late.hook);
}

/* Children come and go while their parent fires. */
static void *churn(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		auto_(cancel_unrefp) struct cancel *c = token(arg);

		(void)!cancel_fd(c);
	}
	return NULL;
}

static void is_safe_among_threads(void **state)
{
	auto_(cancel_unrefp) struct cancel *parent = token(NULL);
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, churn, parent);
	cancel_fire(parent, CANCEL_CLIENT);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

static void names_its_reasons(void **state)
{
	for (int i = 0; i < CANCEL_REASON_COUNT; i++)
		assert_non_null(cancel_reason_text((enum cancel_reason)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fires_its_children),
		cmocka_unit_test(outlives_its_parent),
		cmocka_unit_test(the_null_token_never_fires),
		cmocka_unit_test(is_a_descriptor),
		cmocka_unit_test(polls),
		cmocka_unit_test(wakes_a_sleeper),
		cmocka_unit_test(runs_hooks_once),
		cmocka_unit_test(is_safe_among_threads),
		cmocka_unit_test(names_its_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
