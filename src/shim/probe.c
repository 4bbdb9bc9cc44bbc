/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the running and judging of health probes; see probe.h. */
#include "shim/probe.h"

#include "base/own.h"
#include "shim/shim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

static void probe_expired(struct timer *t);
static void probe_started(struct process *p, const struct err *e);
static void probe_exited(struct process *p);

static struct shim *shim_of(const struct probe *probe)
{
	return probe->process.shim;
}

void probe_init(struct probe *probe, struct shim *shim)
{
	*probe = (struct probe){ .plan = PLAN_INIT };
	process_init(&probe->process, shim);
	probe->process.plan = &probe->plan;
	probe->process.capture = &probe->capture;
	probe->process.on_started = probe_started;
	probe->process.on_exit = probe_exited;
	timer_init(&probe->timer, probe_expired);
}

void probe_tell(const struct probe *probe, uint16_t flags)
{
	const struct capture *c = &probe->capture;
	struct shim_health health = { .status = probe->verdict,
				      .failing_streak = probe->failing_streak,
				      .exit_code = probe->exit_code,
				      .started = probe->begun,
				      .ended = probe->ended,
				      .output = { c->text, c->len },
				      .output_cut = c->cut };

	if (probe->told)
		control_send(&shim_of(probe)->control,
			     &(struct control_message){ .type = SHIM_HEALTH,
							.flags = flags,
							.shape = &shim_health_shape,
							.fields = &health });
}

/* When */

static bool in_start_period(const struct probe *probe, stamp_ns at)
{
	return probe->verdict == SHIM_HEALTH_STARTING &&
	       at - shim_of(probe)->container.started < probe->start_period;
}

static void plan_next(struct probe *probe)
{
	int64_t wait = in_start_period(probe, stamp_now()) ? probe->start_interval
							   : probe->interval;

	timer_set(&shim_of(probe)->loop, &probe->timer, stamp_monotonic() + wait);
}

static void say(struct probe *probe, const char *text)
{
	struct capture *c = &probe->capture;

	c->len = MIN(strlen(text), sizeof(c->text));
	memcpy(c->text, text, c->len);
	c->cut = false;
}

/* Judging */

static void judge(struct probe *probe)
{
	if (probe->exit_code == 0) {
		probe->failing_streak = 0;
		probe->verdict = SHIM_HEALTH_HEALTHY;
		return;
	}
	if (in_start_period(probe, probe->begun))
		return;
	if (++probe->failing_streak >= probe->retries)
		probe->verdict = SHIM_HEALTH_UNHEALTHY;
}

static void finish(struct probe *probe, int64_t exit_code)
{
	probe->exit_code = exit_code;
	probe->ended = stamp_now();
	probe->told = true;
	if (shim_of(probe)->container.state != PROCESS_RUNNING)
		return;
	judge(probe);
	probe_tell(probe, 0);
	plan_next(probe);
}

/* Go's way to write a duration, as far as whole milliseconds: "1m30s", "5s", "1.5s", "200ms". */
static void format_timeout(int64_t ns, char *text, size_t size)
{
	int64_t ms = ns / NS_PER_MS, hours = ms / 3600000, minutes = ms / 60000 % 60;
	int64_t rest = ms % 60000;
	int n = 0;

	if (ms < 1000) {
		snprintf(text, size, "%lldms", (long long)ms);
		return;
	}
	if (hours > 0)
		n += snprintf(text + n, size - (size_t)n, "%lldh", (long long)hours);
	if (hours > 0 || minutes > 0)
		n += snprintf(text + n, size - (size_t)n, "%lldm", (long long)minutes);
	n += snprintf(text + n, size - (size_t)n, "%lld", (long long)(rest / 1000));
	if (rest % 1000) {
		n += snprintf(text + n, size - (size_t)n, ".%03lld", (long long)(rest % 1000));
		while (text[n - 1] == '0')
			n--;
	}
	snprintf(text + n, size - (size_t)n, "s");
}

static void finish_timed_out(struct probe *probe)
{
	char text[96] = "Health check exceeded timeout (";

	format_timeout(probe->timeout, text + strlen(text), 48);
	strcat(text, ")");
	say(probe, text);
	finish(probe, -1);
}

static void probe_started(struct process *p, const struct err *e)
{
	struct probe *probe = CONTAINER_OF(p, struct probe, process);

	if (!e)
		return;
	timer_clear(&probe->timer);
	if (probe->timed_out) {
		finish_timed_out(probe);
		return;
	}
	say(probe, e->message);
	finish(probe, e->exit_code ? (int64_t)e->exit_code : -1);
}

static void probe_exited(struct process *p)
{
	struct probe *probe = CONTAINER_OF(p, struct probe, process);

	timer_clear(&probe->timer);
	p->state = PROCESS_NEW;
	if (probe->timed_out)
		finish_timed_out(probe);
	else
		finish(probe, p->record.status);
}

/* Running */

static void run(struct probe *probe)
{
	struct shim *shim = shim_of(probe);
	struct process_setup setup = { .tty = false };
	struct err e = ERR_INIT;
	int r;

	probe->begun = stamp_now();
	probe->timed_out = probe->capture.cut = false;
	probe->capture.len = 0;
	r = plan_map(&probe->plan, &e);
	if (r == 0) {
		shim_lend_container(shim, &probe->plan);
		r = process_begin(&probe->process, &setup, &e);
	}
	if (r < 0)
		probe_started(&probe->process, &e);
	else
		timer_set(&shim->loop, &probe->timer, stamp_monotonic() + probe->timeout);
}

static void probe_expired(struct timer *t)
{
	struct probe *probe = CONTAINER_OF(t, struct probe, timer);
	struct process *p = &probe->process;

	if (shim_of(probe)->container.state != PROCESS_RUNNING || probe->plan.memfd < 0)
		return;
	if (p->state != PROCESS_NEW) {
		probe->timed_out = true;
		process_kill(p);
	} else if (shim_of(probe)->paused) {
		plan_next(probe);
	} else {
		run(probe);
	}
}

static void stop(struct probe *probe)
{
	timer_clear(&probe->timer);
	process_done(&probe->process);
	probe->process.state = PROCESS_NEW;
}

int probe_set(struct probe *probe, struct shim_probe *request, struct err *e)
{
	struct shim *shim = shim_of(probe);
	int r;

	stop(probe);
	plan_close(&probe->plan);
	probe->told = false;
	probe->verdict = SHIM_HEALTH_STARTING;
	probe->failing_streak = 0;
	if (request->plan < 0)
		return 0;
	if (request->interval <= 0 || request->timeout <= 0 || request->start_period < 0)
		return err_set(e, ERR_BAD_PARAMETER, "cannot set a health check without times");
	r = plan_open(&probe->plan, TAKE_FD(request->plan), &shim->stock, request->slot_numbers,
		      request->slot_fds, e);
	if (r < 0)
		return r;
	plan_unmap(&probe->plan);
	probe->interval = request->interval;
	probe->timeout = request->timeout;
	probe->start_period = request->start_period;
	probe->start_interval = request->start_interval > 0 ? request->start_interval
							    : request->interval;
	probe->retries = MAX(request->retries, 1u);
	if (shim->container.state == PROCESS_RUNNING)
		probe_container_started(probe);
	return 0;
}

void probe_container_started(struct probe *probe)
{
	if (probe->plan.memfd >= 0)
		plan_next(probe);
}

void probe_container_exited(struct probe *probe)
{
	stop(probe);
	plan_close(&probe->plan);
}
