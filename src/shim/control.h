/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the line to the daemon: the socket it started the shim with, and those of later daemons.
 * What a daemon does not read at once is queued; one that reads nothing for long is cut off and
 * told everything again when it comes back. Without a daemon nothing is queued: the state is the
 * queue.
 */
#pragma once

#include "rpc/shim.h"
#include "shim/loop.h"
#include "shim/process.h"

struct shim;
struct stream;

enum {
	CONTROL_MESSAGE_MAX = 16 << 10, /* what the shim says: a health result is the longest */
	CONTROL_QUEUE_MAX = 1 << 20,
};

struct control {
	struct shim *shim;
	struct watch listen, line; /* line.fd -1: no daemon */
	uint64_t epoch;		   /* counts connections */
	struct list queue;	   /* struct queued.link */
	size_t queued;		   /* bytes */
};

int control_init(struct control *c, struct shim *shim, struct err *e) _must_check;
static inline bool control_is_open(const struct control *c)
{
	return c->line.fd >= 0;
}

/* No more daemons, no more messages. */
void control_close(struct control *c);

/* One message from a shape; flags and seq as in its header. */
struct control_message {
	uint16_t type, flags;
	uint32_t seq;
	const struct rpc_shape *shape; /* NULL: no fields */
	const void *fields;
};
void control_send(struct control *c, const struct control_message *m);

struct reply_to control_reply_to(const struct control *c, const struct rpc_message *m);
void control_ok(struct control *c, struct reply_to to);
void control_error(struct control *c, struct reply_to to, const struct err *e);

/* Events. */
void control_started(struct control *c, const struct process *p, struct reply_to to);
void control_exit(struct control *c, const struct process *p, uint16_t flags);
void control_stream_end(struct control *c, const struct stream *s, enum shim_end reason);
void control_note(struct control *c, const char *text);

/* requests.c: what the daemon asks for. */
void request_handle(struct shim *shim, struct rpc_message *m);
