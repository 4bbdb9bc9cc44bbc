/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the start of the container and of its execs, their log, and what their exits set going. */
#include "base/num.h"
#include "base/own.h"
#include "os/file.h"
#include "shim/hold.h"
#include "shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

enum {
	WAIT_FOR_CLIENTS_MS = 2000, /* then waits are answered though output is still unread */
	NOTE_EVERY_S = 10,
};

/* The log */

static int open_log(struct shim *shim, struct shim_start *request, struct err *e)
{
	struct jsonfile_config config = { .name = request->log_name,
					  .max_size = request->log_max_size,
					  .max_files = request->log_max_files,
					  .compressed = request->log_compressed };
	int r;

	if (request->log == SHIM_LOG_NONE)
		return 0;
	if (request->log != SHIM_LOG_JSON_FILE)
		return err_set(e, ERR_NOT_IMPLEMENTED, "this shim does not know log driver %u",
			       request->log);
	if (request->log_attrs.len > sizeof(shim->log_attrs))
		return err_set(e, ERR_TOO_LARGE, "cannot start: the log's attributes are too long");
	memcpy(shim->log_attrs, request->log_attrs.ptr, request->log_attrs.len);
	config.attrs = (struct str_slice){ shim->log_attrs, request->log_attrs.len };
	config.dir = request->log_dir;
	r = jsonfile_open(&shim->log, &config, e);
	if (r < 0)
		return r;
	shim->log_dir = TAKE_FD(request->log_dir);
	shim->logging = true;
	return 0;
}

static void close_log(struct shim *shim)
{
	if (shim->logging)
		jsonfile_close(&shim->log);
	shim->logging = false;
	shim->log_dir = own_close(shim->log_dir);
}

/* A full disk costs lines, never the container; the daemon's log says so now and then. */
static void note_trouble(struct shim *shim)
{
	int64_t now = stamp_monotonic();
	char text[160];

	if (!shim->log.last_error || (shim->noted && now - shim->noted < NOTE_EVERY_S * NS_PER_SEC))
		return;
	shim->noted = now;
	snprintf(text, sizeof(text), "cannot write the log: %s; %llu bytes lost so far",
		 strerror(shim->log.last_error), (unsigned long long)shim->log.lost);
	shim->log.last_error = 0;
	control_note(&shim->control, text);
}

void shim_log_output(struct shim *shim, enum log_stream which, struct str_slice bytes)
{
	if (!shim->logging)
		return;
	jsonfile_put(&shim->log, which, bytes, stamp_now());
	jsonfile_flush(&shim->log);
	note_trouble(shim);
}

/* The container */

static void keep_cgroup(struct process *p)
{
	struct shim *shim = p->shim;

	for (unsigned i = 0; i < CGROUP_HIERARCHY_COUNT; i++) {
		int fd = plan_slot_fd(p->plan, LAUNCH_SLOT_CGROUP, i);

		if (fd >= 0)
			shim->cgroup.dirs[i] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	}
}

/* Those who waited for a container that never ran learn the status it is said to have. */
static void container_started(struct process *p, const struct err *e)
{
	struct shim *shim = p->shim;

	if (!e) {
		control_started(&shim->control, p, p->reply_to);
		probe_container_started(&shim->probe);
		return;
	}
	control_error(&shim->control, p->reply_to, e);
	close_log(shim);
	shim_fail_streams(p, e);
}

/* The line "oom_kill N" of memory.events (v2) or memory.oom_control (v1); 0 where there is none. */
static uint64_t read_oom_kills(int dir, const char *file)
{
	struct str_slice rest, line;
	char text[1024];
	ssize_t n = dir < 0 ? -1 : file_read_text(dir, file, text, sizeof(text));
	uint64_t count = 0;

	rest = (struct str_slice){ text, n < 0 ? 0 : (size_t)n };
	while (str_next(&rest, '\n', &line)) {
		if (str_take_prefix(&line, "oom_kill ") &&
		    num_parse_u64(line, UINT64_MAX, &count) == 0)
			return count;
	}
	return 0;
}

static void container_exiting(struct process *p)
{
	const int *dirs = p->shim->cgroup.dirs;

	probe_container_exited(&p->shim->probe);
	p->record.oom_kills = read_oom_kills(dirs[CGROUP_MEMORY], "memory.oom_control");
	if (dirs[CGROUP_MEMORY] < 0)
		p->record.oom_kills = read_oom_kills(dirs[CGROUP_UNIFIED], "memory.events");
}

static void write_record(struct process *p, const char *name)
{
	struct err e = ERR_INIT;

	if (exit_record_write(p->shim->run_dir, name, &p->record, &e) < 0)
		control_note(&p->shim->control, e.message);
}

static void container_exit(struct process *p)
{
	struct shim *shim = p->shim;

	if (shim->logging) {
		for (unsigned i = 0; i < LOG_STREAM_COUNT; i++)
			jsonfile_finish(&shim->log, (enum log_stream)i);
		jsonfile_flush(&shim->log);
	}
	hold_release_all(&shim->holds);
	write_record(p, EXIT_RECORD_CONTAINER);
	control_exit(&shim->control, p, 0);
	for (unsigned i = 0; i < CGROUP_HIERARCHY_COUNT; i++)
		shim->cgroup.dirs[i] = own_close(shim->cgroup.dirs[i]);
	timer_set(&shim->loop, &shim->waits, stamp_monotonic() + WAIT_FOR_CLIENTS_MS * NS_PER_MS);
}

int shim_start_container(struct shim *shim, struct shim_start *request, struct reply_to to,
			 struct err *e)
{
	struct process *p = &shim->container;
	struct process_setup setup = { .tty = request->tty,
				       .stdin_open = request->stdin_open,
				       .stdin_once = request->stdin_once,
				       .rows = (uint16_t)request->rows,
				       .cols = (uint16_t)request->cols };
	int r;

	if (p->state != PROCESS_NEW)
		return err_set(e, ERR_CONFLICT, "cannot start the container twice");
	p->reply_to = to;
	p->on_running = keep_cgroup;
	p->on_started = container_started;
	p->on_exiting = container_exiting;
	p->on_exit = container_exit;
	r = plan_open(p->plan, TAKE_FD(request->plan), &shim->stock, request->slot_numbers,
		      request->slot_fds, e);
	if (r == 0)
		r = open_log(shim, request, e);
	if (r == 0)
		r = process_begin(p, &setup, e);
	if (r < 0) {
		plan_close(p->plan);
		close_log(shim);
		shim_fail_streams(p, e);
	}
	return r;
}

/* Execs */

static void exec_started(struct process *p, const struct err *e)
{
	if (!e) {
		control_started(&p->shim->control, p, p->reply_to);
		return;
	}
	control_error(&p->shim->control, p->reply_to, e);
	shim_fail_streams(p, e);
}

static void exec_exit(struct process *p)
{
	char name[EXIT_RECORD_NAME_MAX];

	write_record(p, exit_record_exec_name(str_slice(p->id), name));
	control_exit(&p->shim->control, p, 0);
}

void shim_lend_container(struct shim *shim, struct plan *plan)
{
	plan_lend(plan, LAUNCH_SLOT_PEER, 0, shim->container.launch.pidfd);
	for (unsigned i = 0; i < CGROUP_HIERARCHY_COUNT; i++) {
		if (shim->cgroup.dirs[i] >= 0)
			plan_lend(plan, LAUNCH_SLOT_CGROUP, i, shim->cgroup.dirs[i]);
	}
}

static int begin_exec(struct process *p, struct shim_exec *request, struct err *e)
{
	struct process_setup setup = { .tty = request->tty,
				       .stdin_open = request->stdin_open,
				       .stdin_once = true,
				       .rows = (uint16_t)request->rows,
				       .cols = (uint16_t)request->cols };
	int r;

	r = plan_open(p->plan, TAKE_FD(request->plan), &p->shim->stock, request->slot_numbers,
		      request->slot_fds, e);
	if (r < 0)
		return r;
	shim_lend_container(p->shim, p->plan);
	return process_begin(p, &setup, e);
}

static unsigned count_execs(const struct shim *shim)
{
	unsigned n = 0;

	list_for_each (item, &shim->execs)
		n++;
	return n;
}

int shim_start_exec(struct shim *shim, struct shim_exec *request, struct reply_to to, struct err *e)
{
	struct process *p;
	int r;

	if (shim->container.state != PROCESS_RUNNING)
		return err_set(e, ERR_CONFLICT, "the container is not running");
	if (count_execs(shim) >= SHIM_EXECS_MAX)
		return err_set(e, ERR_CONFLICT, "cannot run more than %d execs in a container",
			       SHIM_EXECS_MAX);
	p = malloc(sizeof(*p));
	if (!p)
		return err_no_memory(e);
	process_init(p, shim);
	memcpy(p->id, request->exec_id.ptr, request->exec_id.len);
	p->reply_to = to;
	p->on_started = exec_started;
	p->on_exit = exec_exit;
	p->state = PROCESS_STARTING;
	list_append(&shim->execs, &p->link);
	stream_bind_parked(shim, p);
	r = begin_exec(p, request, e);
	if (r < 0) {
		p->state = PROCESS_NEW; /* the sweep frees it */
		shim_fail_streams(p, e);
	}
	return r;
}

/* Whoever is attached to a process that could not be started hears why, as docker's client does. */
void shim_fail_streams(struct process *p, const struct err *e)
{
	char text[ERR_MESSAGE_MAX + 2];
	int n = snprintf(text, sizeof(text), "%s\r\n", e->message);

	list_for_each (item, &p->streams) {
		struct stream *s = CONTAINER_OF(item, struct stream, link);

		if (s->content == SHIM_CONTENT_WAIT) {
			stream_answer_wait(s, e->exit_code ? e->exit_code : 128);
			continue;
		}
		if (s->tell_failure)
			stream_output(s, LOG_STREAM_STDOUT, (struct str_slice){ text, (size_t)n });
		stream_fail(s);
	}
}
