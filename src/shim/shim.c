/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the shim's whole: its loop's rounds, its buffers, its leaving. */
#include "shim/shim.h"

#include "base/own.h"
#include "shim/follow.h"
#include "shim/hold.h"

#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>

enum { IDLE_AFTER_MS = 500 };

char shim_scratch[SHIM_SCRATCH] __attribute__((aligned(4096)));

/* One per process: big, zero, and touched only where it is used. */
static struct shim the_shim;
static volatile sig_atomic_t got_sigterm;

/* Memory */

static void give_back(void *begin, size_t size)
{
	uintptr_t from = ((uintptr_t)begin + 4095) & ~(uintptr_t)4095;
	uintptr_t to = ((uintptr_t)begin + size) & ~(uintptr_t)4095;

	if (to > from)
		madvise((void *)from, to - from, MADV_DONTNEED);
}

static void trim_streams(struct list *streams)
{
	list_for_each (item, streams)
		stream_trim(CONTAINER_OF(item, struct stream, link));
}

static void idle_expired(struct timer *t)
{
	struct shim *shim = CONTAINER_OF(t, struct shim, idle);

	give_back(shim_scratch, sizeof(shim_scratch));
	follow_give_back();
	if (shim->log.batched == 0)
		give_back(shim->log.batch, sizeof(shim->log.batch));
	trim_streams(&shim->container.streams);
	list_for_each (item, &shim->execs)
		trim_streams(&CONTAINER_OF(item, struct process, link)->streams);
}

void shim_busy(struct shim *shim)
{
	if (list_empty(&shim->idle.link))
		timer_set(&shim->loop, &shim->idle, stamp_monotonic() + IDLE_AFTER_MS * NS_PER_MS);
}

/* Rounds */

static void answer_waits(struct shim *shim)
{
	bool held = false;

	list_for_each (item, &shim->container.streams)
		held |= stream_holds_wait(CONTAINER_OF(item, struct stream, link));
	if (held && !shim->waits_due)
		return;
	list_for_each (item, &shim->container.streams) {
		struct stream *s = CONTAINER_OF(item, struct stream, link);

		if (s->content != SHIM_CONTENT_WAIT || s->ended || s->finishing)
			continue;
		if (s->wait_for == SHIM_WAIT_EXIT || shim->removed)
			stream_answer_wait(s, shim->container.record.status);
	}
}

static void free_exec(struct process *p)
{
	list_for_each (item, &p->streams)
		stream_end(CONTAINER_OF(item, struct stream, link), SHIM_END_EOF);
	streams_sweep(&p->streams);
	process_done(p);
	list_remove(&p->link);
	free(p);
}

static void sweep_execs(struct shim *shim)
{
	list_for_each_safe (item, &shim->execs) {
		struct process *p = CONTAINER_OF(item, struct process, link);

		streams_sweep(&p->streams);
		/* NEW: its start failed. */
		if (list_empty(&p->streams) && (p->state == PROCESS_NEW || p->acked))
			free_exec(p);
	}
}

static bool has_clients(const struct shim *shim)
{
	if (!list_empty(&shim->container.streams))
		return true;
	list_for_each (item, &shim->execs) {
		if (!list_empty(&CONTAINER_OF(item, struct process, link)->streams))
			return true;
	}
	return false;
}

/* Nothing that matters is left: the exit is known and told, or nothing ever ran and nobody asks. */
static bool may_leave(const struct shim *shim)
{
	switch (shim->container.state) {
	case PROCESS_EXITED:
		return (shim->acked && !has_clients(shim)) || got_sigterm;
	case PROCESS_NEW:
		return !control_is_open(&shim->control);
	default:
		return false;
	}
}

/* After each round of events: what has ended is freed, what became due is done. */
static void settle(struct loop *loop)
{
	struct shim *shim = CONTAINER_OF(loop, struct shim, loop);

	if (shim->container.state == PROCESS_EXITED)
		answer_waits(shim);
	streams_sweep(&shim->container.streams);
	streams_sweep(&shim->parked);
	sweep_execs(shim);
	if (shim->acked)
		control_close(&shim->control);
	if (may_leave(shim))
		loop->stopped = true;
}

static void waits_expired(struct timer *t)
{
	CONTAINER_OF(t, struct shim, waits)->waits_due = true;
}

/* Beginning and end */

static void on_sigterm(int signal)
{
	got_sigterm = 1;
}

/*
 * At a shutdown every process gets SIGTERM: the shim outlives its container to write down how it
 * ended, and leaves then without an acknowledgement.
 */
static void set_signals(void)
{
	static const int ignored[] = { SIGPIPE, SIGHUP, SIGINT, SIGQUIT };
	struct sigaction action = { .sa_handler = on_sigterm };
	sigset_t block;

	for (size_t i = 0; i < ELEMENTS(ignored); i++)
		signal(ignored[i], SIG_IGN);
	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigprocmask(SIG_BLOCK, &block, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int init(struct shim *shim, struct err *e)
{
	int r = loop_init(&shim->loop, settle, e);

	if (r < 0)
		return r;
	shim->run_dir = SHIM_FD_DIR;
	shim->log_dir = -1;
	shim->log.fd = -1;
	shim->cgroup = CGROUP_INIT;
	list_init(&shim->execs);
	list_init(&shim->parked);
	list_init(&shim->holds);
	timer_init(&shim->idle, idle_expired);
	timer_init(&shim->waits, waits_expired);
	process_init(&shim->container, shim);
	probe_init(&shim->probe, shim);
	return control_init(&shim->control, shim, e);
}

/* QUIT, or nothing left to do. What still runs is killed: its cgroup is the daemon's business. */
static void done(struct shim *shim)
{
	probe_container_exited(&shim->probe);
	list_for_each_safe (item, &shim->execs)
		free_exec(CONTAINER_OF(item, struct process, link));
	process_done(&shim->container);
	if (shim->logging)
		jsonfile_close(&shim->log);
	hold_release_all(&shim->holds);
}

int shim_main(void)
{
	struct shim *shim = &the_shim;
	struct err e = ERR_INIT;

	prctl(PR_SET_NAME, "berth-shim");
	prctl(PR_SET_DUMPABLE, 0); /* children inherit it until they execute */
	set_signals();
	if (init(shim, &e) < 0) {
		dprintf(2, "berth-shim: %s\n", e.message);
		return 1;
	}
	loop_run(&shim->loop);
	done(shim);
	return 0;
}
