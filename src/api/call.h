/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns one call of the API: the row it goes by, what was asked (decoded), and the ways to answer.
 * A handler reads c->query and c->body, calls a verb of the engine, and ends with one of the
 * call_reply functions; or it fails, and the message goes out with the status of its kind.
 *
 *	int api_container_stop(struct call *c, struct err *e)
 *	{
 *		const struct container_stop_query *q = c->query;
 *		int r = container_stop(c->engine, c->name, q->signal, &q->timeout, c->cancel, e);
 *
 *		return r < 0 ? r : call_done(c, e);
 *	}
 *
 * Everything that is decoded lives in c->arena and goes with the call, when the handler returns. A
 * handler that parks or hijacks the exchange returns 0 and touches c->x no more; what it needs
 * later it copies, or it keeps the whole call (call_keep).
 */
#pragma once

#include "api/operation.h"
#include "base/arena.h"
#include "base/err.h"
#include "net/http_exchange.h"
#include "types/api.h"

struct engine;

/* What all calls share; berthd fills it and gives it to the HTTP server as the handler's ctx. */
struct api {
	struct engine *engine;
	unsigned min_version; /* oldest minor version accepted, not below API_VERSION_FLOOR */
	bool experimental;
};

struct call {
	const struct api *api;
	struct engine *engine;
	struct http_exchange *x;
	const struct operation *op;
	unsigned version; /* minor version of the API that the client speaks */
	const char *name; /* the path's variable, "" without one */
	void *query;	  /* the operation's query struct; NULL: it has none */
	void *body;    /* the decoded body; all zero when none came; NULL: the row names no type */
	bool has_body; /* one came, and was not null */
	bool kept;
	struct cancel *cancel; /* fires when the client goes away; NULL on the reactor's thread */
	struct arena arena;
};

typedef int (*call_fn)(struct call *c, struct err *e);

/* The handler of each row; NULL: not there in this build. api/handlers.c */
extern const call_fn api_handlers[OP_COUNT];

enum { API_BODY_MAX = 8 << 20 }; /* bytes of a JSON body */

/* The row's success status and reply type. */
int call_reply(struct call *c, const void *value, struct err *e);
/* The same as another type. */
int call_reply_as(struct call *c, const struct json_type *t, const void *value, struct err *e);
/* The row's success status and no body. */
int call_done(struct call *c, struct err *e);

/*
 * Streams of messages (build, pull, load, import), each a line of JSON. The head leaves with the
 * first one: until then a failure is an ordinary error reply. Not for two threads at once.
 */
int call_stream(struct call *c, const struct stream_message *message, struct err *e) _must_check;
/* {"status": …, "id": …}; id may be NULL. */
int call_stream_status(struct call *c, const char *id, struct err *e, const char *format, ...)
	_printf(4, 5);
/* {"stream": …} */
int call_stream_text(struct call *c, struct err *e, const char *format, ...) _printf(3, 4);

/* The call outlives its handler: whoever kept it frees it. */
void call_keep(struct call *c);
void call_free(struct call *c);
OWN_PTR(struct call, call_free);

/* The text of a message as it goes out, for those who write it themselves. */
void call_format_message(const struct call *c, const struct stream_message *message,
			 struct buf *out);

/* Replies with an error: {"message": …} and the status of its kind; 304 has no body. */
void call_reply_error(struct http_exchange *x, const struct err *e);
