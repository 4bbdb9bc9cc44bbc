/* SPDX-License-Identifier: Apache-2.0 */
/* Owns a process's stdin, stdout, stderr or terminal, from our side; see process.h. */
#include "base/own.h"
#include "shim/follow.h"
#include "shim/input.h"
#include "shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	DRAIN_MAX = 4 << 20, /* a survivor that writes on cannot hold the exit up for ever */
	PENDING_MAX = 64 << 10,
};

/* Output */

static void capture_output(struct capture *c, struct str_slice bytes)
{
	size_t n = MIN(bytes.len, sizeof(c->text) - c->len);

	memcpy(c->text + c->len, bytes.ptr, n);
	c->len += n;
	c->cut |= n < bytes.len;
}

static void deliver(struct process *p, enum log_stream which, struct str_slice bytes)
{
	if (p->capture) {
		capture_output(p->capture, bytes);
		return;
	}
	if (p == &p->shim->container)
		shim_log_output(p->shim, which, bytes);
	list_for_each (item, &p->streams) {
		struct stream *s = CONTAINER_OF(item, struct stream, link);

		if (s->live && !s->ended)
			stream_output(s, which, bytes);
	}
	/* After the live ones: a stream that has caught up goes live behind these bytes. */
	list_for_each (item, &p->streams) {
		struct stream *s = CONTAINER_OF(item, struct stream, link);

		if (s->follow && !s->ended && !s->follow->behind)
			follow_pump(s);
	}
	if (bytes.len > SHIM_OUTPUT_READ / 4)
		shim_busy(p->shim);
}

static void outlet_end(struct outlet *o)
{
	int fd = o->fd;

	loop_forget(&o->process->shim->loop, &o->watch);
	o->fd = own_close(fd);
}

/* Bytes read; 0 at the end (a terminal's is EIO: nobody has its other side open); or -errno. */
static ssize_t outlet_read(struct outlet *o)
{
	ssize_t n;

	do {
		n = read(o->fd, shim_scratch, SHIM_OUTPUT_READ);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EIO ? 0 : -errno;
	if (n > 0)
		deliver(o->process, o->which, (struct str_slice){ shim_scratch, (size_t)n });
	return n;
}

static void outlet_ready(struct watch *w, uint32_t events)
{
	struct outlet *o = CONTAINER_OF(w, struct outlet, watch);
	ssize_t n = outlet_read(o);

	if (n == 0 || (n < 0 && n != -EAGAIN))
		outlet_end(o);
}

static bool is_held_up(const struct process *p)
{
	list_for_each (item, &p->streams) {
		struct stream *s = CONTAINER_OF(item, struct stream, link);

		if (s->live && s->over && !s->ended)
			return true;
	}
	return false;
}

void stdio_update(struct process *p)
{
	uint32_t events = is_held_up(p) ? 0 : EPOLLIN;

	for (unsigned i = 0; i < LOG_STREAM_COUNT; i++) {
		struct outlet *o = &p->outlets[i];

		if (o->fd < 0 || o->watch.fd < 0)
			continue;
		if (loop_watch(&p->shim->loop, &o->watch, events) < 0)
			outlet_end(o);
	}
}

void stdio_drain(struct process *p)
{
	for (unsigned i = 0; i < LOG_STREAM_COUNT; i++) {
		struct outlet *o = &p->outlets[i];
		size_t total = 0;
		ssize_t n;

		if (o->fd < 0)
			continue;
		while (total < DRAIN_MAX && (n = outlet_read(o)) > 0)
			total += (size_t)n;
		outlet_end(o);
	}
}

/* Input */

static void inlet_close(struct process *p)
{
	struct inlet *in = &p->inlet;
	int fd = in->fd;

	loop_forget(&p->shim->loop, &in->watch);
	in->fd = own_close(fd);
	free(in->pending);
	in->pending = NULL;
	in->pending_len = in->pending_at = 0;
	input_resume(p);
}

bool stdin_ready(const struct process *p)
{
	return p->state == PROCESS_RUNNING && p->inlet.fd >= 0 && !p->inlet.pending &&
	       !p->inlet.closing;
}

bool stdin_gone(const struct process *p)
{
	return p->state == PROCESS_EXITED || (p->state == PROCESS_RUNNING && p->inlet.fd < 0);
}

static int keep_pending(struct inlet *in, struct str_slice bytes)
{
	in->pending = str_dup(bytes);
	if (!in->pending)
		return -ENOMEM;
	in->pending_len = bytes.len;
	in->pending_at = 0;
	return 0;
}

/* Bytes written; 0 when it takes none now; -errno when it never will. */
static ssize_t write_some(int fd, const char *data, size_t n)
{
	ssize_t done;

	do {
		done = write(fd, data, n);
	} while (done < 0 && errno == EINTR);
	if (done < 0)
		return errno == EAGAIN ? 0 : -errno;
	return done;
}

static uint32_t inlet_events(const struct process *p)
{
	/* EPOLLERR: the reader of the pipe is gone; a terminal's other side is EPOLLHUP. */
	return p->inlet.pending ? EPOLLOUT | EPOLLERR : EPOLLERR;
}

static void watch_inlet(struct process *p)
{
	if (loop_watch(&p->shim->loop, &p->inlet.watch, inlet_events(p)) < 0)
		inlet_close(p);
}

void stdin_write(struct process *p, struct str_slice bytes)
{
	struct inlet *in = &p->inlet;
	ssize_t n;

	if (in->fd < 0 || bytes.len == 0)
		return;
	n = write_some(in->fd, bytes.ptr, bytes.len);
	if (n < 0 || ((size_t)n < bytes.len && keep_pending(in, str_skip(bytes, (size_t)n)) < 0)) {
		inlet_close(p);
		return;
	}
	watch_inlet(p);
}

static void inlet_ready(struct watch *w, uint32_t events)
{
	struct process *p = CONTAINER_OF(w, struct process, inlet.watch);
	struct inlet *in = &p->inlet;
	ssize_t n = 0;

	if (in->pending)
		n = write_some(in->fd, in->pending + in->pending_at,
			       in->pending_len - in->pending_at);
	if (n < 0 || (events & (EPOLLERR | EPOLLHUP))) {
		inlet_close(p);
		return;
	}
	in->pending_at += (size_t)n;
	if (in->pending_at < in->pending_len)
		return;
	free(in->pending);
	in->pending = NULL;
	if (in->closing) {
		inlet_close(p);
		return;
	}
	watch_inlet(p);
	input_resume(p);
}

/*
 * StdinOnce, and every exec: the process sees the end of its input when its client has none any
 * more. A terminal has no such end.
 */
void stdin_client_left(struct process *p)
{
	struct inlet *in = &p->inlet;

	if (!p->setup.stdin_once || p->setup.tty || in->fd < 0)
		return;
	in->closing = true;
	if (!in->pending)
		inlet_close(p);
}

/* Opening and closing */

static int open_null(int *ret)
{
	*ret = open("/dev/null", O_RDWR | O_CLOEXEC);
	return *ret < 0 ? -errno : 0;
}

/* Our end does not block; the process's end is an ordinary one. */
static int open_pipe(int *ret_ours, int *ret_theirs, bool ours_reads)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ret_ours = ends[ours_reads ? 0 : 1];
	*ret_theirs = ends[ours_reads ? 1 : 0];
	if (fcntl(*ret_ours, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

static int open_ends(struct process *p, int theirs[3])
{
	int r = p->setup.stdin_open ? open_pipe(&p->inlet.fd, &theirs[0], false)
				    : open_null(&theirs[0]);

	if (r == 0)
		r = open_pipe(&p->outlets[0].fd, &theirs[1], true);
	if (r == 0)
		r = open_pipe(&p->outlets[1].fd, &theirs[2], true);
	return r;
}

int stdio_open(struct process *p, struct err *e)
{
	int theirs[3] = { -1, -1, -1 };
	int r;

	if (p->setup.tty)
		return 0;
	r = open_ends(p, theirs);
	for (unsigned i = 0; i < 3; i++)
		plan_give(p->plan, (enum launch_role)(LAUNCH_SLOT_STDIN + i), theirs[i]);
	if (r < 0) {
		stdio_close(p);
		return err_sys_as(e, ERR_INTERNAL, -r, "cannot make the pipes of a process");
	}
	return 0;
}

/* One descriptor for each direction: an epoll set holds a descriptor once. */
static void begin_terminal(struct process *p)
{
	int flags = fcntl(p->launch.tty, F_GETFL);

	if (flags >= 0)
		fcntl(p->launch.tty, F_SETFL, flags | O_NONBLOCK);
	p->outlets[0].fd = fcntl(p->launch.tty, F_DUPFD_CLOEXEC, 3);
	if (p->setup.stdin_open)
		p->inlet.fd = fcntl(p->launch.tty, F_DUPFD_CLOEXEC, 3);
}

void stdio_started(struct process *p)
{
	if (p->setup.tty)
		begin_terminal(p);
	for (unsigned i = 0; i < LOG_STREAM_COUNT; i++) {
		p->outlets[i].watch.fd = p->outlets[i].fd;
		p->outlets[i].watch.ready = outlet_ready;
	}
	p->inlet.watch.fd = p->inlet.fd;
	p->inlet.watch.ready = inlet_ready;
	stdio_update(p);
}

void stdio_close(struct process *p)
{
	for (unsigned i = 0; i < LOG_STREAM_COUNT; i++) {
		if (p->outlets[i].fd >= 0)
			outlet_end(&p->outlets[i]);
	}
	if (p->inlet.fd >= 0)
		inlet_close(p);
}
