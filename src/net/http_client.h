/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns one HTTP/1.1 connection from the client's side: requests one after the other, bodies in and
 * out as streams, and the connection itself after an upgrade. Blocking; every wait also waits for
 * the token given at the start. One thread at a time.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "net/http_exchange.h"
#include "os/cancel.h"

#include <stdbool.h>
#include <stdint.h>

struct http_client;

/* Takes a connected stream (non-blocking or not). `host` is what the Host header says. */
int http_client_new(int own_fd, const char *host, struct cancel *c, struct http_client **ret,
		    struct err *e) _must_check;
void http_client_free(struct http_client *c);
OWN_PTR(struct http_client, http_client_free);

/* Gives the next piece of a body: bytes written to data (0: the end), or a negative errno. */
typedef ssize_t (*http_body_fn)(void *ctx, void *data, size_t n, struct err *e);

struct http_field {
	const char *name, *value;
};

struct http_request {
	const char *method;
	const char *target; /* "/v1.44/containers/json?all=1" */
	const struct http_field
		*fields; /* further headers; Host, lengths and codings are made here */
	size_t field_count;
	struct str_slice body; /* sent with Content-Length; .ptr NULL: none */
	http_body_fn body_fn;  /* or: sent chunked, piece by piece */
	void *body_ctx;
	const char *upgrade; /* protocol to upgrade to, or NULL */
};

/*
 * Sends the request and reads the head of the reply. A reply that comes before the body has been
 * sent ends the sending. Interim replies (100, 103) are skipped. Errors: ERR_CANCELLED,
 * ERR_UNAVAILABLE (the connection broke before a reply; http_client_stale tells whether it was an
 * idle connection that the server had closed: try again on a new one), ERR_BAD_PARAMETER.
 */
int http_client_call(struct http_client *c, const struct http_request *q, int *ret_status,
		     struct err *e) _must_check;
bool http_client_stale(const struct http_client *c);

/* Of the last reply: .ptr NULL when absent; valid until the next call. */
struct str_slice http_client_header(const struct http_client *c, const char *name);
int64_t http_client_length(const struct http_client *c); /* -1: unknown */

/* Up to n bytes of the reply's body as they come; 0 at the end. ERR_DATA_LOSS: it was cut short. */
ssize_t http_client_read(struct http_client *c, void *data, size_t n, struct err *e) _must_check;
int http_client_read_all(struct http_client *c, size_t limit, struct buf *b, struct err *e)
	_must_check;

/* True when the reply's body has been read and the connection can carry another request. */
bool http_client_reusable(const struct http_client *c);

/* After a 101, or a 200 with a raw body: the connection leaves the client. */
int http_client_hijack(struct http_client *c, struct http_stream *ret, struct err *e) _must_check;

/* For select loops: the connection's descriptor, borrowed. */
int http_client_fd(const struct http_client *c);
