/* SPDX-License-Identifier: Apache-2.0 */
/* Owns connections, the queue, and what a daemon is told when it connects; see control.h. */
#include "shim/control.h"

#include "base/own.h"
#include "shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

/* A message that the daemon did not take at once, with duplicates of its descriptors. */
struct queued {
	struct list link;
	struct rpc_writer writer;
	_Alignas(8) char data[];
};

static _Alignas(8) char message_in[RPC_MESSAGE_MAX], message_out[CONTROL_MESSAGE_MAX];

static void line_ready(struct watch *w, uint32_t events);
static void greet(struct shim *shim);

/* The queue */

static void drop(struct control *c, struct queued *q)
{
	for (unsigned i = 0; i < q->writer.n_fds; i++)
		own_close(q->writer.fds[i]);
	c->queued -= q->writer.len;
	list_remove(&q->link);
	free(q);
}

static void hang_up(struct control *c)
{
	int fd = c->line.fd;
	struct list *first;

	loop_forget(&c->shim->loop, &c->line);
	own_close(fd);
	while ((first = list_first(&c->queue)))
		drop(c, CONTAINER_OF(first, struct queued, link));
	slot_stock_clear(&c->shim->stock);
}

static int enqueue(struct control *c, const struct rpc_writer *w)
{
	struct queued *q;
	unsigned n = 0;

	if (c->queued + w->len > CONTROL_QUEUE_MAX)
		return -ENOBUFS;
	q = malloc(sizeof(*q) + w->len);
	if (!q)
		return -ENOMEM;
	q->writer = *w;
	q->writer.data = q->data;
	memcpy(q->data, w->data, w->len);
	list_append(&c->queue, &q->link);
	c->queued += w->len;
	for (; n < w->n_fds; n++) {
		q->writer.fds[n] = fcntl(w->fds[n], F_DUPFD_CLOEXEC, 3);
		if (q->writer.fds[n] < 0)
			break;
	}
	if (n < w->n_fds) {
		q->writer.n_fds = n;
		drop(c, q);
		return -EMFILE;
	}
	return 0;
}

static void watch_line(struct control *c)
{
	uint32_t events = EPOLLIN | (list_empty(&c->queue) ? 0u : (uint32_t)EPOLLOUT);

	if (control_is_open(c) && loop_watch(&c->shim->loop, &c->line, events) < 0)
		hang_up(c);
}

static void flush(struct control *c)
{
	struct list *first;

	while ((first = list_first(&c->queue))) {
		struct queued *q = CONTAINER_OF(first, struct queued, link);
		int r = rpc_send(c->line.fd, &q->writer);

		if (r == -EAGAIN || r == -ENOBUFS)
			break;
		if (r < 0) {
			hang_up(c);
			return;
		}
		drop(c, q);
	}
	watch_line(c);
}

static void send_writer(struct control *c, const struct rpc_writer *w)
{
	int r = -EAGAIN;

	if (!control_is_open(c))
		return;
	if (list_empty(&c->queue))
		r = rpc_send(c->line.fd, w);
	if (r == -EAGAIN || r == -ENOBUFS)
		r = enqueue(c, w);
	if (r < 0)
		hang_up(c);
	else
		watch_line(c);
}

void control_send(struct control *c, const struct control_message *m)
{
	struct rpc_writer w;

	rpc_writer_init(&w, message_out, sizeof(message_out),
			(struct rpc_header){ m->type, m->flags, m->seq });
	if (m->shape)
		rpc_encode(&w, m->shape, m->fields);
	send_writer(c, &w);
}

/* Messages */

struct reply_to control_reply_to(const struct control *c, const struct rpc_message *m)
{
	return (struct reply_to){ m->head.seq, c->epoch };
}

void control_ok(struct control *c, struct reply_to to)
{
	if (to.epoch == c->epoch)
		control_send(c, &(struct control_message){ .type = RPC_OK, .seq = to.seq });
}

void control_error(struct control *c, struct reply_to to, const struct err *e)
{
	struct rpc_writer w;

	if (to.epoch != c->epoch)
		return;
	rpc_writer_init(&w, message_out, sizeof(message_out),
			(struct rpc_header){ .type = RPC_ERROR, .seq = to.seq });
	rpc_put_error(&w, e);
	send_writer(c, &w);
}

void control_started(struct control *c, const struct process *p, struct reply_to to)
{
	struct shim_started started = { .exec_id = str_slice(p->id),
					.pid = (uint32_t)p->launch.pid,
					.pidfd = p->launch.pidfd,
					.time = p->started };
	bool asked = to.seq != 0 && to.epoch == c->epoch;

	control_send(c, &(struct control_message){ .type = SHIM_STARTED,
						   .flags = asked ? 0 : RPC_REPLAY,
						   .seq = asked ? to.seq : 0,
						   .shape = &shim_started_shape,
						   .fields = &started });
}

void control_exit(struct control *c, const struct process *p, uint16_t flags)
{
	struct shim_exit fields = { .exec_id = str_slice(p->id),
				    .pid = p->record.pid,
				    .status = p->record.status,
				    .time = p->record.time,
				    .oom_kills = p->record.oom_kills };

	control_send(c, &(struct control_message){ .type = p->id[0] ? SHIM_EXEC_EXIT : SHIM_EXIT,
						   .flags = flags,
						   .shape = &shim_exit_shape,
						   .fields = &fields });
}

void control_stream_end(struct control *c, const struct stream *s, enum shim_end reason)
{
	struct shim_stream_end fields = { .stream_id = s->id,
					  .exec_id = str_slice(s->exec_id),
					  .reason = reason };

	control_send(c, &(struct control_message){ .type = SHIM_STREAM_END,
						   .shape = &shim_stream_end_shape,
						   .fields = &fields });
}

void control_note(struct control *c, const char *text)
{
	struct shim_note note = { .text = str_slice(text) };

	control_send(c, &(struct control_message){
				.type = SHIM_NOTE, .shape = &shim_note_shape, .fields = &note });
}

/* Greeting */

static void tell_process(struct control *c, const struct process *p)
{
	if (p->state == PROCESS_RUNNING)
		control_started(c, p, (struct reply_to){ 0 });
	else if (p->state == PROCESS_EXITED)
		control_exit(c, p, RPC_REPLAY);
}

static uint32_t count(const struct list *l)
{
	uint32_t n = 0;

	list_for_each (item, l)
		n++;
	return n;
}

static uint32_t count_streams(const struct shim *shim)
{
	uint32_t n = count(&shim->container.streams) + count(&shim->parked);

	list_for_each (item, &shim->execs)
		n += count(&CONTAINER_OF(item, struct process, link)->streams);
	return n;
}

static void say_hello(struct shim *shim)
{
	static const uint32_t states[] = { [PROCESS_NEW] = SHIM_IDLE,
					   [PROCESS_STARTING] = SHIM_IDLE,
					   [PROCESS_RUNNING] = SHIM_RUNNING,
					   [PROCESS_EXITED] = SHIM_EXITED };
	uint64_t steps = launch_step_set();
	struct shim_hello hello = { .protocol = SHIM_PROTOCOL,
				    .plan_version = LAUNCH_VERSION,
				    .steps = { (const char *)&steps, sizeof(steps) },
				    .state = states[shim->container.state],
				    .shim_pid = (uint32_t)getpid(),
				    .execs = count(&shim->execs),
				    .streams = count_streams(shim),
				    .version = STR_LIT(BERTH_VERSION) };

	control_send(&shim->control, &(struct control_message){ .type = SHIM_HELLO,
								.shape = &shim_hello_shape,
								.fields = &hello });
}

static void greet(struct shim *shim)
{
	struct control *c = &shim->control;

	say_hello(shim);
	tell_process(c, &shim->container);
	list_for_each (item, &shim->execs)
		tell_process(c, CONTAINER_OF(item, struct process, link));
	probe_tell(&shim->probe, RPC_REPLAY);
	control_send(c, &(struct control_message){ .type = SHIM_READY });
}

/* Connections */

static void adopt(struct control *c, int own_fd)
{
	if (control_is_open(c))
		hang_up(c);
	c->epoch++;
	c->line.fd = own_fd;
	watch_line(c);
	greet(c->shim);
}

static void listen_ready(struct watch *w, uint32_t events)
{
	struct control *c = CONTAINER_OF(w, struct control, listen);
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		adopt(c, fd);
}

static void line_ready(struct watch *w, uint32_t events)
{
	struct control *c = CONTAINER_OF(w, struct control, line);
	struct rpc_message m;
	int r;

	if (events & EPOLLOUT)
		flush(c);
	if (!control_is_open(c) || !(events & ~(uint32_t)EPOLLOUT))
		return;
	r = rpc_receive(c->line.fd, message_in, sizeof(message_in), &m);
	if (r == -EAGAIN)
		return;
	if (r <= 0 && r != -EBADMSG) {
		hang_up(c);
		return;
	}
	if (r < 0) {
		control_note(c, "a message from the daemon was malformed and has been dropped");
		return;
	}
	request_handle(c->shim, &m);
	rpc_message_done(&m);
}

int control_init(struct control *c, struct shim *shim, struct err *e)
{
	int r;

	c->shim = shim;
	list_init(&c->queue);
	c->listen = (struct watch){ .fd = SHIM_FD_LISTEN, .ready = listen_ready };
	c->line = WATCH_INIT(line_ready);
	r = loop_watch(&shim->loop, &c->listen, EPOLLIN);
	if (r < 0)
		return err_sys_as(e, ERR_INTERNAL, -r, "cannot watch the shim's socket");
	adopt(c, SHIM_FD_CONTROL);
	return 0;
}

void control_close(struct control *c)
{
	int fd = c->listen.fd;

	loop_forget(&c->shim->loop, &c->listen);
	own_close(fd);
	hang_up(c);
}
