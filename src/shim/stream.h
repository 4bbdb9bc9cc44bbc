/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the clients that were handed over: framing what they are sent, keeping what they have not
 * read, hearing what they send, and their end. A stream belongs to a process (the container or an
 * exec) or is parked until its exec comes. One that has ended is freed by streams_sweep at the end
 * of the loop's round.
 */
#pragma once

#include "logs/jsonfile.h"
#include "rpc/detach.h"
#include "rpc/shim.h"
#include "shim/loop.h"
#include "shim/ring.h"

struct follow;
struct process;
struct shim;

struct stream {
	struct list link;
	struct shim *shim;
	struct process *process; /* NULL: parked */
	struct watch watch;
	uint32_t id;
	char exec_id[SHIM_ID_MAX + 1];
	uint8_t content, wrap, directions, slow, wait_for; /* enums of rpc/shim.h */
	bool ended;					   /* only waits for the sweep */
	bool live;	   /* gets output as it comes (not: from the log, or none) */
	bool input_ended;  /* nothing more will be read from it */
	bool hung_up;	   /* nothing more can be written to it */
	bool finishing;	   /* ends once its ring is empty */
	bool failed;	   /* SHIM_END_NOT_STARTED is its end */
	bool over;	   /* its ring passed the limit; the process waits, if it must */
	bool tell_failure; /* an exec: the client is told why it did not start */
	size_t limit;
	struct ring ring;
	struct detach_match detach;
	char *unread; /* input that came with the request, until the process runs */
	size_t unread_len;
	struct follow *follow; /* NULL: not from the log */
};

/*
 * Takes a client over; it is parked, or bound to its process if that exists. The socket is taken
 * out of `request` on success.
 */
int stream_open(struct shim *shim, struct shim_stream *request, struct err *e) _must_check;

/* Gives parked streams of that exec to it. */
void stream_bind_parked(struct shim *shim, struct process *p);

/* The process runs now: input may flow. */
void stream_process_started(struct process *p);

/* Output of the process, for those that want it. */
void stream_output(struct stream *s, enum log_stream which, struct str_slice bytes);

/* Bytes that are framed already, but for the wrap. */
void stream_send(struct stream *s, struct str_slice content);

/* The wait body. */
void stream_answer_wait(struct stream *s, uint32_t status);

/* The head of a frame: stream, three zeros, length in four bytes. Source: docker's attach API. */
void stream_mux_head(char head[8], enum log_stream which, size_t n);

/* Sends what is kept; part of finishing. */
void stream_flush(struct stream *s);

/* Everything was said: ends when it was read. */
void stream_finish(struct stream *s);

void stream_end(struct stream *s, enum shim_end reason);

/* As stream_finish, of a process that was not started. */
void stream_fail(struct stream *s);
void streams_sweep(struct list *streams);

/* Events and pauses follow from the state: call after changing it. */
void stream_update(struct stream *s);

/* A client that has output to read: waits are answered after it. */
bool stream_holds_wait(const struct stream *s);

/* Gives back memory of rings that are empty. */
void stream_trim(struct stream *s);
