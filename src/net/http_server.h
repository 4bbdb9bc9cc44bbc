/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns an HTTP/1.1 server: listeners and connections on the reactor, request heads parsed there and
 * given to one handler. What a handler may do with a request is in net/http_exchange.h. An idle
 * connection costs its descriptor and about 200 bytes.
 *
 * Refused with a reply and the end of the connection: a malformed head (RFC 9112, without its
 * tolerances), more than the limits, a Content-Length beside a Transfer-Encoding, either of them
 * twice, a transfer coding other than chunked.
 */
#pragma once

#include "base/err.h"
#include "base/own.h"
#include "net/http_exchange.h"
#include "os/pool.h"
#include "os/reactor.h"

#include <stdint.h>

struct http_handler {
	/* On the reactor's thread, with the head parsed: answer, http_move or http_park. */
	void (*request)(struct http_exchange *x, void *ctx);
	void *ctx;
};

struct http_limits {
	uint32_t head_bytes;   /* 64 kB: request line and headers, also trailers */
	uint32_t headers;      /* 100 */
	uint32_t connections;  /* 10,000; more wait in the kernel's queue */
	uint32_t parked_bytes; /* 1 MB: replies a parked client has not taken yet */
	uint32_t head_ms;      /* 30 s from a head's first byte to its last; 408 */
	uint32_t body_ms;      /* 10 min between two pieces of a body; 408 */
	uint32_t write_ms;     /* none: a client that takes nothing for this long is cut off */
	uint32_t idle_ms;      /* none: between requests */
};

struct http_server_options {
	struct reactor *reactor;
	struct pool *pool;
	struct http_handler handler;
	struct http_limits limits; /* zeros: the defaults above */
	/* Header lines sent with every reply, each "Name: value\r\n"; copied. */
	struct str_slice default_headers;
};

struct http_server;

int http_server_new(const struct http_server_options *o, struct http_server **ret, struct err *e)
	_must_check;

/*
 * Serves a listening stream socket, unix or TCP; it becomes the server's and is made non-blocking.
 * `ctx` is what http_listener_ctx gives for its requests (which socket it came by: rights differ).
 */
int http_server_listen(struct http_server *s, int own_fd, void *ctx, struct err *e) _must_check;

/* Serves one connected stream (berth-gate's, tests). */
int http_server_adopt(struct http_server *s, int own_fd, void *ctx, struct err *e) _must_check;

/* Accepts no more, closes idle connections; running exchanges end by themselves, the last of their
 * connection. `drained` is called when none is left (maybe at once); parked ones are told `gone`.
 */
void http_server_drain(struct http_server *s, void (*drained)(void *ctx), void *ctx);

/* Fires the token of every exchange that runs. */
void http_server_cancel_all(struct http_server *s);

/* Closes everything; no exchange may be in the pool any more. Reactor's thread, as all above. */
void http_server_free(struct http_server *s);
OWN_PTR(struct http_server, http_server_free);

struct http_server_stats {
	uint64_t requests, accepted;
	uint32_t connections, running, parked;
};
void http_server_stats(const struct http_server *s, struct http_server_stats *ret);
