/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the way from a client to stdin; see input.h. */
#include "shim/input.h"

#include "shim/follow.h"
#include "shim/shim.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { INPUT_READ = 32 << 10 };
static_assert(2 * INPUT_READ + DETACH_KEYS_MAX <= SHIM_SCRATCH, "the text and what passes through");

static bool feeds_stdin(const struct stream *s)
{
	return (s->directions & SHIM_STDIN) && s->content != SHIM_CONTENT_WAIT;
}

bool input_wanted(const struct stream *s)
{
	if (s->input_ended)
		return false;
	return !feeds_stdin(s) || stdin_ready(s->process) || stdin_gone(s->process);
}

/* Detach keys are looked for in everything a client types, also in what came with the request. */
static void feed(struct stream *s, struct str_slice bytes)
{
	char *out = shim_scratch + INPUT_READ;
	enum detach_result result;
	size_t n;

	if (s->detach.keys.len == 0) {
		stdin_write(s->process, bytes);
		return;
	}
	result = detach_feed(&s->detach, bytes, out, &n);
	stdin_write(s->process, (struct str_slice){ out, n });
	if (result == DETACH_YES)
		stream_end(s, SHIM_END_DETACHED);
}

/* A stdin that will never come drops the bytes; one that is not there yet lets them wait. */
void input_begin(struct stream *s)
{
	char *unread = s->unread;

	if (unread && (stdin_ready(s->process) || stdin_gone(s->process))) {
		s->unread = NULL;
		if (stdin_ready(s->process))
			feed(s, (struct str_slice){ unread, s->unread_len });
		free(unread);
	}
	stream_update(s);
}

/*
 * Half a close: output goes on, but a client that only listens to a body (wait, logs -f) and shuts
 * its side down has left, as in docker's server.
 */
static void end_of_input(struct stream *s)
{
	s->input_ended = true;
	if (feeds_stdin(s))
		stdin_client_left(s->process);
	if (s->hung_up || s->content == SHIM_CONTENT_WAIT || (s->follow && !s->follow->then_live))
		stream_end(s, SHIM_END_EOF);
	stream_update(s);
}

static void read_client(struct stream *s)
{
	ssize_t n = recv(s->watch.fd, shim_scratch, INPUT_READ, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0)
		stream_end(s, errno == ECONNRESET ? SHIM_END_EOF : SHIM_END_ERROR);
	else if (n == 0)
		end_of_input(s);
	else if (feeds_stdin(s) && stdin_ready(s->process))
		feed(s, (struct str_slice){ shim_scratch, (size_t)n });
	/* else nobody reads it: dropped */
	stream_update(s);
}

/*
 * A client that is gone altogether may have left input behind, which still belongs to the process:
 * it leaves the epoll set, where its hang-up would be reported for ever, until that is read.
 */
static void hung_up(struct stream *s)
{
	s->hung_up = true;
	ring_consume(&s->ring, s->ring.len);
	while (!s->ended && input_wanted(s))
		read_client(s);
	if (s->input_ended)
		stream_end(s, SHIM_END_EOF);
	stream_update(s);
}

void input_hear(struct stream *s, uint32_t events)
{
	if (events & (EPOLLHUP | EPOLLERR))
		hung_up(s);
	else if (input_wanted(s))
		read_client(s);
}

void input_resume(struct process *p)
{
	list_for_each (item, &p->streams) {
		struct stream *s = CONTAINER_OF(item, struct stream, link);

		if (s->ended)
			continue;
		if (s->unread)
			input_begin(s);
		else if (s->hung_up)
			hung_up(s);
		else
			stream_update(s);
	}
}
