/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the start and the exit of a process; see process.h. */
#include "shim/process.h"

#include "base/own.h"
#include "os/pidfd.h"
#include "shim/follow.h"
#include "shim/shim.h"
#include "shim/stream.h"

#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

static void report_ready(struct watch *w, uint32_t events);
static void exit_ready(struct watch *w, uint32_t events);

void process_init(struct process *p, struct shim *shim)
{
	*p = (struct process){ .shim = shim,
			       .state = PROCESS_NEW,
			       .own_plan = PLAN_INIT,
			       .launch = LAUNCH_INIT,
			       .report = WATCH_INIT(report_ready),
			       .exit = WATCH_INIT(exit_ready) };
	p->plan = &p->own_plan;
	list_init(&p->link);
	list_init(&p->streams);
	for (unsigned i = 0; i < LOG_STREAM_COUNT; i++)
		p->outlets[i] = (struct outlet){ .watch = WATCH_INIT(NULL),
						 .process = p,
						 .which = (enum log_stream)i,
						 .fd = -1 };
	p->inlet = (struct inlet){ .watch = WATCH_INIT(NULL), .fd = -1 };
}

/* Starting */

static int watch_report(struct process *p, struct err *e)
{
	int r;

	p->report.fd = p->launch.report;
	r = loop_watch(&p->shim->loop, &p->report, EPOLLIN);
	return r < 0 ? err_sys_as(e, ERR_INTERNAL, -r, "cannot watch the start of a process") : 0;
}

static bool is_kept(const struct process *p)
{
	return p->plan != &p->own_plan;
}

/* The child's ends of the pipes are closed in any case, or our ends would never see an end. */
static void put_plan_away(struct process *p)
{
	plan_take_back(p->plan, LAUNCH_SLOT_STDIN);
	plan_take_back(p->plan, LAUNCH_SLOT_STDOUT);
	plan_take_back(p->plan, LAUNCH_SLOT_STDERR);
	if (is_kept(p) || (p->state == PROCESS_RUNNING && p->plan->launch.header->undo_count > 0))
		plan_unmap(p->plan);
	else
		plan_close(p->plan);
}

static void start_failed(struct process *p)
{
	loop_forget(&p->shim->loop, &p->report);
	launch_done(&p->launch);
	p->launch = LAUNCH_INIT;
	stdio_close(p);
	p->state = PROCESS_NEW;
	put_plan_away(p);
}

int process_begin(struct process *p, const struct process_setup *setup, struct err *e)
{
	int r;

	p->setup = *setup;
	p->state = PROCESS_STARTING;
	plan_set_value(p->plan, LAUNCH_SLOT_TTY_SIZE, (uint64_t)setup->rows << 16 | setup->cols);
	r = stdio_open(p, e);
	if (r == 0)
		r = launch_begin(&p->plan->launch, p->plan->slots, &p->launch, e);
	if (r == 0)
		r = watch_report(p, e);
	if (r < 0)
		start_failed(p);
	return r;
}

static int watch_exit(struct process *p, struct err *e)
{
	int r;

	p->exit.fd = p->launch.pidfd;
	r = loop_watch(&p->shim->loop, &p->exit, EPOLLIN);
	return r < 0 ? err_sys_as(e, ERR_INTERNAL, -r, "cannot watch a process") : 0;
}

static void report_ready(struct watch *w, uint32_t events)
{
	struct process *p = CONTAINER_OF(w, struct process, report);
	struct err e = ERR_INIT;
	int r;

	loop_forget(&p->shim->loop, &p->report);
	r = launch_finish(&p->launch, &e);
	if (r == 0)
		r = watch_exit(p, &e);
	if (r < 0) {
		start_failed(p);
		p->on_started(p, &e);
		return;
	}
	p->started = stamp_now();
	p->state = PROCESS_RUNNING;
	if (p->on_running)
		p->on_running(p);
	put_plan_away(p);
	stdio_started(p);
	p->on_started(p, NULL);
	stream_process_started(p);
}

/* Ending */

static void undo_plan(struct process *p)
{
	struct err e;

	if (p->plan->memfd < 0)
		return;
	if (plan_map(p->plan, &e) == 0)
		launch_undo(&p->plan->launch, p->plan->slots);
	put_plan_away(p);
}

static void end_streams(struct process *p)
{
	list_for_each (item, &p->streams) {
		struct stream *s = CONTAINER_OF(item, struct stream, link);

		if (s->ended || s->content == SHIM_CONTENT_WAIT)
			continue;
		if (!s->follow)
			stream_finish(s);
		else if (!s->follow->behind)
			follow_pump(s);
	}
}

static void exit_ready(struct watch *w, uint32_t events)
{
	struct process *p = CONTAINER_OF(w, struct process, exit);
	struct pidfd_exit how;

	if (pidfd_reap(p->launch.pidfd, &how) < 0)
		return;
	loop_forget(&p->shim->loop, &p->exit);
	p->record = (struct exit_record){ .pid = (uint32_t)p->launch.pid,
					  .status = (uint32_t)how.code,
					  .time = stamp_now() };
	p->launch.pid = -1; /* reaped: the number may be another's now */
	if (p->on_exiting)
		p->on_exiting(p);
	undo_plan(p); /* kills children that outlived it, before the last output is read */
	stdio_drain(p);
	p->state = PROCESS_EXITED;
	stdio_close(p);
	p->launch.pidfd = own_close(p->launch.pidfd);
	p->launch.tty = own_close(p->launch.tty);
	p->on_exit(p);
	end_streams(p);
}

void process_done(struct process *p)
{
	loop_forget(&p->shim->loop, &p->report);
	loop_forget(&p->shim->loop, &p->exit);
	stdio_close(p);
	launch_done(&p->launch);
	p->launch = LAUNCH_INIT;
	plan_close(&p->own_plan);
}

/* Requests */

static int check_running(const struct process *p, struct err *e)
{
	if (p->state != PROCESS_RUNNING)
		return err_set(e, ERR_CONFLICT, "the process is not running");
	return 0;
}

void process_kill(struct process *p)
{
	if (p->launch.pidfd >= 0 && pidfd_signal(p->launch.pidfd, SIGKILL) < 0)
		return; /* it has just ended: its exit is on its way */
}

int process_signal(struct process *p, int signal, struct err *e)
{
	int r = check_running(p, e);

	if (r < 0)
		return r;
	r = pidfd_signal(p->launch.pidfd, signal);
	return r < 0 ? err_sys(e, -r, "cannot send signal %d to process %u", signal,
			       (unsigned)p->launch.pid)
		     : 0;
}

int process_resize(struct process *p, uint32_t rows, uint32_t cols, struct err *e)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	int r = check_running(p, e);

	if (r < 0)
		return r;
	if (rows > UINT16_MAX || cols > UINT16_MAX)
		return err_set(e, ERR_BAD_PARAMETER, "cannot resize a terminal to %ux%u", cols,
			       rows);
	if (p->launch.tty < 0)
		return err_set(e, ERR_BAD_PARAMETER, "cannot resize: the process has no terminal");
	if (ioctl(p->launch.tty, TIOCSWINSZ, &size) < 0)
		return err_sys(e, errno, "cannot resize the terminal");
	return 0;
}
