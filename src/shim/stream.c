/* SPDX-License-Identifier: Apache-2.0 */
/* Owns a client's life in the shim, and the bytes that leave for it; see stream.h. */
#include "shim/stream.h"

#include "base/own.h"
#include "shim/follow.h"
#include "shim/input.h"
#include "shim/shim.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

static void stream_ready(struct watch *w, uint32_t events);

/* Opening */

static int check_request(const struct shim_stream *r, struct err *e)
{
	if (r->content > SHIM_CONTENT_WAIT || r->wrap > SHIM_WRAP_CHUNKED ||
	    r->source > SHIM_SOURCE_FOLLOW || r->slow > SHIM_SLOW_IS_CUT ||
	    r->wait_for > SHIM_WAIT_REMOVED)
		return err_set(e, ERR_NOT_IMPLEMENTED,
			       "cannot take stream %u: this shim does not know its framing",
			       r->stream_id);
	if (r->exec_id.len > SHIM_ID_MAX || r->detach_keys.len > DETACH_KEYS_MAX ||
	    r->limit > SHIM_RING_MAX)
		return err_set(e, ERR_TOO_LARGE, "cannot take stream %u: a field is too long",
			       r->stream_id);
	if (r->content == SHIM_CONTENT_WAIT && r->exec_id.len > 0)
		return err_set(e, ERR_BAD_PARAMETER, "cannot wait for an exec by a stream");
	if (r->socket < 0)
		return err_set(e, ERR_BAD_PARAMETER, "cannot take stream %u: no socket in it",
			       r->stream_id);
	return 0;
}

static void fill(struct stream *s, const struct shim_stream *r)
{
	s->id = r->stream_id;
	memcpy(s->exec_id, r->exec_id.ptr, r->exec_id.len);
	s->content = (uint8_t)r->content;
	s->wrap = (uint8_t)r->wrap;
	s->directions = (uint8_t)r->directions;
	s->slow = (uint8_t)r->slow;
	s->wait_for = (uint8_t)r->wait_for;
	s->limit = r->limit ? r->limit : SHIM_RING_DEFAULT;
	s->detach.keys.len = (uint8_t)r->detach_keys.len;
	memcpy(s->detach.keys.bytes, r->detach_keys.ptr, r->detach_keys.len);
	s->live = r->content != SHIM_CONTENT_WAIT && r->source == SHIM_SOURCE_LIVE;
	s->tell_failure = r->exec_id.len > 0 && r->content != SHIM_CONTENT_WAIT;
}

static void stream_free(struct stream *s)
{
	list_remove(&s->link);
	ring_done(&s->ring);
	follow_free(s->follow);
	free(s->unread);
	free(s);
}
OWN_PTR(struct stream, stream_free);

static struct process *find_process(struct shim *shim, struct str_slice exec_id)
{
	if (exec_id.len == 0)
		return &shim->container;
	list_for_each (item, &shim->execs) {
		struct process *p = CONTAINER_OF(item, struct process, link);

		if (str_is(exec_id, p->id))
			return p;
	}
	return NULL;
}

static int take_bytes(struct stream *s, const struct shim_stream *r, struct err *e)
{
	if (ring_put(&s->ring, r->unsent.ptr, r->unsent.len) < 0)
		return err_no_memory(e);
	if (r->unread.len == 0 || !(s->directions & SHIM_STDIN))
		return 0;
	s->unread = str_dup(r->unread);
	s->unread_len = r->unread.len;
	return s->unread ? 0 : err_no_memory(e);
}

/* The process may be over already, or never run: then its client hears what there is, and the end.
 */
static void join(struct stream *s, struct process *p)
{
	list_remove(&s->link);
	list_append(&p->streams, &s->link);
	s->process = p;
	if (s->follow)
		follow_pump(s);
	else if (p->state == PROCESS_NEW && p->id[0])
		stream_fail(s); /* an exec that could not be started */
	else if (p->state == PROCESS_EXITED && s->content != SHIM_CONTENT_WAIT)
		stream_finish(s);
	input_begin(s);
}

int stream_open(struct shim *shim, struct shim_stream *request, struct err *e)
{
	auto_(stream_freep) struct stream *s = NULL;
	struct process *p = find_process(shim, request->exec_id);
	int r;

	if ((r = check_request(request, e)) < 0)
		return r;
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_no_memory(e);
	list_init(&s->link);
	s->shim = shim;
	s->watch = WATCH_INIT(stream_ready);
	fill(s, request);
	if ((r = take_bytes(s, request, e)) < 0)
		return r;
	if (request->source != SHIM_SOURCE_LIVE && (r = follow_open(s, request, e)) < 0)
		return r;
	s->watch.fd = TAKE_FD(request->socket);
	if (p)
		join(TAKE_PTR(s), p);
	else
		list_append(&shim->parked, &TAKE_PTR(s)->link);
	return 0;
}

void stream_bind_parked(struct shim *shim, struct process *p)
{
	list_for_each_safe (item, &shim->parked) {
		struct stream *s = CONTAINER_OF(item, struct stream, link);

		if (cstr_eq(s->exec_id, p->id))
			join(s, p);
	}
}

void stream_process_started(struct process *p)
{
	list_for_each_safe (item, &p->streams)
		input_begin(CONTAINER_OF(item, struct stream, link));
}

/* The end */

/* The object stays until the end of this round of the loop: others may be walking over it. */
void stream_end(struct stream *s, enum shim_end reason)
{
	int fd = s->watch.fd;

	if (s->ended)
		return;
	s->ended = true;
	control_stream_end(&s->shim->control, s, reason);
	loop_forget(&s->shim->loop, &s->watch);
	own_close(fd);
	ring_done(&s->ring);
	if (!s->process)
		return;
	if ((s->directions & SHIM_STDIN) && !s->input_ended && reason != SHIM_END_DETACHED)
		stdin_client_left(s->process);
	stdio_update(s->process);
}

static void broken(struct stream *s, int error)
{
	stream_end(s, error == EPIPE || error == ECONNRESET ? SHIM_END_EOF : SHIM_END_ERROR);
}

void stream_finish(struct stream *s)
{
	if (s->finishing || s->ended)
		return;
	if (s->wrap == SHIM_WRAP_CHUNKED && !s->hung_up && ring_put(&s->ring, "0\r\n\r\n", 5) < 0) {
		broken(s, ENOMEM);
		return;
	}
	s->finishing = true;
	s->live = false;
	stream_flush(s);
}

void stream_fail(struct stream *s)
{
	s->failed = true;
	stream_finish(s);
}

void streams_sweep(struct list *streams)
{
	list_for_each_safe (item, streams) {
		struct stream *s = CONTAINER_OF(item, struct stream, link);

		if (s->ended)
			stream_free(s);
	}
}

/* Sending */

static bool would_wait(int error)
{
	return error == EAGAIN || error == EINTR || error == ENOBUFS;
}

/* After a change of the ring: the limit in both directions, with room between them. */
static void weigh(struct stream *s)
{
	bool over = s->over ? s->ring.len > s->limit / 2 : s->ring.len > s->limit;

	if (over && s->slow == SHIM_SLOW_IS_CUT) {
		stream_end(s, SHIM_END_SLOW);
		return;
	}
	if (over != s->over) {
		s->over = over;
		if (s->process)
			stdio_update(s->process);
	}
	stream_update(s);
}

void stream_flush(struct stream *s)
{
	struct iovec iov[2];
	struct msghdr msg = { .msg_iov = iov };
	ssize_t n;

	while (s->ring.len > 0 && !s->hung_up && !s->ended) {
		msg.msg_iovlen = (size_t)ring_peek(&s->ring, iov);
		n = sendmsg(s->watch.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && !would_wait(errno)) {
			broken(s, errno);
			return;
		}
		if (n < 0)
			break;
		ring_consume(&s->ring, (size_t)n);
	}
	if (!s->finishing || (s->ring.len > 0 && !s->hung_up)) {
		weigh(s);
		return;
	}
	/* So that the client sees the end also where its socket was duplicated. */
	shutdown(s->watch.fd, SHUT_WR);
	stream_end(s, s->failed ? SHIM_END_NOT_STARTED : SHIM_END_EOF);
}

/* What did not go out at once is kept. `sent` bytes of the pieces are gone already. */
static void keep_rest(struct stream *s, const struct iovec *iov, int count, size_t sent)
{
	for (int i = 0; i < count; i++) {
		size_t skip = MIN(sent, iov[i].iov_len);

		sent -= skip;
		if (ring_put(&s->ring, (const char *)iov[i].iov_base + skip,
			     iov[i].iov_len - skip) < 0) {
			broken(s, ENOMEM);
			return;
		}
	}
	shim_busy(s->shim);
	weigh(s);
}

static void send_pieces(struct stream *s, struct iovec *iov, int count)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)count };
	size_t total = 0;
	ssize_t n = 0;

	if (s->hung_up || s->ended)
		return;
	for (int i = 0; i < count; i++)
		total += iov[i].iov_len;
	if (s->ring.len == 0) {
		n = sendmsg(s->watch.fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && !would_wait(errno)) {
			broken(s, errno);
			return;
		}
		n = MAX(n, (ssize_t)0);
	}
	if ((size_t)n < total)
		keep_rest(s, iov, count, (size_t)n);
}

enum { CHUNK_HEAD_MAX = 20, MUX_HEAD = 8 };

static struct iovec piece(const void *data, size_t n)
{
	return (struct iovec){ (void *)data, n };
}

/* Puts the chunk's own bytes around iov[1..count-2]. Source: RFC 9112 §7.1. */
static void send_wrapped(struct stream *s, struct iovec *iov, int count)
{
	char head[CHUNK_HEAD_MAX];
	size_t total = 0;

	if (s->wrap != SHIM_WRAP_CHUNKED) {
		send_pieces(s, iov + 1, count - 2);
		return;
	}
	for (int i = 1; i < count - 1; i++)
		total += iov[i].iov_len;
	if (total == 0)
		return;
	iov[0] = piece(head, (size_t)snprintf(head, sizeof(head), "%zx\r\n", total));
	iov[count - 1] = piece("\r\n", 2);
	send_pieces(s, iov, count);
}

void stream_send(struct stream *s, struct str_slice content)
{
	struct iovec iov[3];

	iov[1] = piece(content.ptr, content.len);
	send_wrapped(s, iov, 3);
}

void stream_mux_head(char head[8], enum log_stream which, size_t n)
{
	memset(head, 0, MUX_HEAD);
	head[0] = which == LOG_STREAM_STDERR ? 2 : 1;
	for (int i = 0; i < 4; i++)
		head[4 + i] = (char)(n >> (24 - 8 * i));
}

void stream_output(struct stream *s, enum log_stream which, struct str_slice bytes)
{
	unsigned wanted = which == LOG_STREAM_STDERR ? SHIM_STDERR : SHIM_STDOUT;
	struct iovec iov[4];
	char head[MUX_HEAD];

	if (!(s->directions & wanted) || s->finishing || bytes.len == 0)
		return;
	stream_mux_head(head, which, bytes.len);
	iov[1] = piece(head, s->content == SHIM_CONTENT_MUX ? sizeof(head) : 0);
	iov[2] = piece(bytes.ptr, bytes.len);
	send_wrapped(s, iov, 4);
}

void stream_answer_wait(struct stream *s, uint32_t status)
{
	char body[32];
	int n = snprintf(body, sizeof(body), "{\"StatusCode\":%u}\n", status);

	stream_send(s, (struct str_slice){ body, (size_t)n });
	stream_finish(s);
}

/* Events */

void stream_update(struct stream *s)
{
	uint32_t events = EPOLLERR; /* always reported: keeps a quiet stream in the set */

	if (s->ended)
		return;
	if (s->hung_up || !s->process)
		events = 0;
	else if (s->ring.len > 0 || (s->follow && s->follow->behind))
		events |= EPOLLOUT;
	if (!s->hung_up && s->process && input_wanted(s))
		events |= EPOLLIN | EPOLLRDHUP;
	/* Out of memory for an epoll entry: the client is better told than left waiting. */
	if (loop_watch(&s->shim->loop, &s->watch, events) < 0)
		shutdown(s->watch.fd, SHUT_RDWR);
}

static void stream_ready(struct watch *w, uint32_t events)
{
	struct stream *s = CONTAINER_OF(w, struct stream, watch);

	if (events & EPOLLOUT) {
		stream_flush(s);
		if (!s->ended && s->follow && s->follow->behind)
			follow_pump(s);
	}
	if (!s->ended && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
		input_hear(s, events);
}

bool stream_holds_wait(const struct stream *s)
{
	return s->content != SHIM_CONTENT_WAIT && !s->ended;
}

void stream_trim(struct stream *s)
{
	ring_trim(&s->ring);
}
