/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns one request and its reply, from the parsed head to the last byte. An exchange is in one of
 * three places:
 *
 *  handler  on the reactor's thread, inside http_handler.request: it replies at once, moves or
 *           parks. Nothing blocks, a body cannot be read.
 *  pool     after http_move, inside the function that was named: body reads and reply writes
 *           block, and end with ERR_CANCELLED when the client goes away. The exchange ends when the
 *           function returns (a reply not begun becomes a 500), unless it parked or hijacked.
 *  parked   after http_park, on the reactor's thread: written to without blocking whenever its
 *           owner has something, until http_reply_end, or until `gone`.
 *
 * Calls are made from the place where the exchange is. Text that accessors return is valid as long
 * as the exchange.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "os/cancel.h"
#include "os/pool.h"
#include "os/socket.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct http_exchange;

/* ---- the request ---- */

struct str_slice http_method(const struct http_exchange *x);
struct str_slice http_path(const struct http_exchange *x);  /* "/v1.44/x", as sent, not decoded */
struct str_slice http_query(const struct http_exchange *x); /* after '?'; may be empty */
/* The first header of that name (any case), without blanks around; .ptr NULL when absent. */
struct str_slice http_header(const struct http_exchange *x, const char *name);
/* The i-th header as sent; false beyond the last. */
bool http_header_at(const struct http_exchange *x, size_t i, struct str_slice *ret_name,
		    struct str_slice *ret_value);
bool http_has_body(const struct http_exchange *x);	    /* a length above 0, or chunked */
int64_t http_content_length(const struct http_exchange *x); /* -1: chunked */
void *http_listener_ctx(const struct http_exchange *x);
/* -ENOTSUP unless it came by a unix socket. */
int http_peer(const struct http_exchange *x, struct socket_peer *ret) _must_check;
/* A word of the handler's own that travels with the exchange. */
void http_set_user(struct http_exchange *x, void *user);
void *http_user(const struct http_exchange *x);

/*
 * The token that fires when the client is gone (end of its input after the body, or a broken
 * connection). Borrowed; exists once the exchange has been moved or parked, NULL before that.
 */
struct cancel *http_cancel(const struct http_exchange *x);

/* ---- where it goes on ---- */

/*
 * To a thread of the pool, from the handler or from being parked. On error (ERR_UNAVAILABLE: the
 * pool is full; ERR_NO_MEMORY) the exchange stays where it is and wants a reply.
 */
typedef void (*http_run_fn)(struct http_exchange *x, void *ctx);
int http_move(struct http_exchange *x, enum pool_class class, http_run_fn run, void *ctx,
	      struct err *e) _must_check;

/*
 * Parks, from the handler or as the last act of a pool function. `start` (may be NULL) is called
 * on the reactor's thread when it is parked; `drained` (may be NULL) when all that was written has
 * left; `gone` when the client went away or did not take its bytes: afterwards the exchange is no
 * more, without any call of the owner's.
 */
struct http_parked {
	void (*start)(struct http_exchange *x, void *ctx);
	void (*drained)(struct http_exchange *x, void *ctx);
	void (*gone)(struct http_exchange *x, void *ctx);
};
int http_park(struct http_exchange *x, const struct http_parked *owner, void *ctx, struct err *e)
	_must_check;

/* ---- the request's body: pool only ---- */

/*
 * Up to n bytes; 0 at the end. The first call answers Expect: 100-continue. Errors: ERR_CANCELLED
 * (client gone), ERR_BAD_PARAMETER (broken framing), ERR_DEADLINE (the client paused too long).
 */
ssize_t http_body_read(struct http_exchange *x, void *data, size_t n, struct err *e) _must_check;
/* All of it; ERR_TOO_LARGE beyond `limit` bytes. */
int http_body_read_all(struct http_exchange *x, size_t limit, struct buf *b, struct err *e)
	_must_check;
/*
 * All of it into a descriptor (pipe, file, socket; blocking or not), spliced where the kernel can.
 * An error of the descriptor is returned as it comes (-EPIPE: the reader there is done).
 */
int http_body_pump(struct http_exchange *x, int to, uint64_t *ret_bytes, struct err *e) _must_check;

/* ---- the reply ---- */

/* A header of the coming reply; copied. Before the reply begins. */
int http_reply_header(struct http_exchange *x, const char *name, struct str_slice value,
		      struct err *e) _must_check;

/* A whole reply. content_type NULL: no such header. 204 and 304 have no body. */
int http_reply(struct http_exchange *x, int status, const char *content_type, struct str_slice body,
	       struct err *e);

enum { HTTP_LENGTH_UNKNOWN = -1 }; /* chunked; until the connection's end for HTTP/1.0 */

/*
 * A reply in pieces, each sent as it is written; the head leaves with the first piece, with
 * http_reply_flush or with the end. Errors: ERR_CANCELLED (client gone), ERR_DEADLINE, and while
 * parked ERR_TOO_LARGE when the client has not taken parked_bytes: the owner gives up (gone is not
 * called) and the connection is closed. The body of a reply to HEAD is swallowed.
 */
int http_reply_begin(struct http_exchange *x, int status, const char *content_type, int64_t length,
		     struct err *e) _must_check;
int http_reply_write(struct http_exchange *x, const void *data, size_t n, struct err *e)
	_must_check;
int http_reply_flush(struct http_exchange *x, struct err *e) _must_check;
/* Everything that comes from a descriptor until its end. Pool only. */
int http_reply_pump(struct http_exchange *x, int from, uint64_t *ret_bytes, struct err *e)
	_must_check;
/* Ends the exchange when it is parked: x is no more. */
int http_reply_end(struct http_exchange *x, struct err *e);
/* Breaks off: the connection is closed, so that a client sees that the body is not whole. */
void http_reply_abort(struct http_exchange *x);
bool http_reply_begun(const struct http_exchange *x);
size_t http_reply_pending(const struct http_exchange *x); /* parked: bytes not taken yet */

/* ---- hijacking ---- */

/* A connection that left the server. The descriptor is non-blocking and in no epoll set. */
struct http_stream {
	int fd;
	struct buf unread; /* came from the client after the request */
	struct buf unsent; /* must go to the client before anything else */
};
#define HTTP_STREAM_INIT ((struct http_stream){ .fd = -1 })
void http_stream_done(struct http_stream *s);

enum http_hijack_style {
	/* 101 UPGRADED when the client asked to upgrade, else 200 with a raw body to the end. */
	HTTP_HIJACK_RAW,
	/* An ordinary chunked 200 (begun or not) whose chunks the new owner writes. */
	HTTP_HIJACK_CHUNKED,
};

struct http_hijack {
	enum http_hijack_style style;
	const char *content_type; /* or NULL */
	const char *upgrade;	  /* protocol in the 101; NULL: what the client asked for */
	bool head_unsent; /* the head goes to stream.unsent, for whoever gets the descriptor */
};

/*
 * Takes the connection away from the server; from any place. In the handler and in the pool x is
 * still readable until the function returns; a parked exchange is no more. On error it wants a
 * reply as before. A body that the request had must have been read.
 */
int http_hijack(struct http_exchange *x, const struct http_hijack *how, struct http_stream *ret,
		struct err *e) _must_check;

/* Does the client ask to upgrade to this protocol (any case; NULL: to anything)? */
bool http_wants_upgrade(const struct http_exchange *x, const char *protocol);
