/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libberth: the API of the engine from C. Owns the way to the daemon (host, version negotiation,
 * connections) and docker's conventions (error messages, raw and multiplexed streams). Calls take
 * and give JSON text; the types are the caller's business. One thread at a time per struct client.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "net/http_client.h"
#include "os/cancel.h"

#include <stdbool.h>
#include <stdint.h>

struct client;

struct client_options {
	const char *host; /* "unix:///run/berth.sock", "tcp://…"; NULL: client_default_host() */
	const char
		*api_version; /* "1.44": used as it is; NULL: DOCKER_API_VERSION, else negotiated */
	const char *user_agent; /* NULL: "berth/VERSION" */
	struct cancel *cancel;	/* or NULL */
	const struct http_field
		*fields; /* with every request (HttpHeaders of config.json); borrowed */
	size_t field_count;
};

/* BERTH_HOST, else DOCKER_HOST, else unix:///run/berth.sock. Borrowed. */
const char *client_default_host(void);

/* Does not connect yet. ERR_BAD_PARAMETER: a host that cannot be one. */
int client_new(const struct client_options *o, struct client **ret, struct err *e) _must_check;
void client_free(struct client *c);
OWN_PTR(struct client, client_free);

const char *client_host(const struct client *c);

/*
 * The version that paths get, settled at the first need by HEAD /_ping: the daemon's own or
 * CLIENT_API_VERSION, whichever is older. NULL and e set when the daemon cannot be reached.
 */
#define CLIENT_API_VERSION "1.55"
const char *client_api_version(struct client *c, struct err *e);

/* What _ping's headers said: Ostype, Builder-Version, Docker-Experimental. "" when unknown. */
const char *client_server_field(const struct client *c, const char *name);

struct client_call {
	const char *method;
	const char *path;      /* without version: "/containers/json?all=1"; url_add_param helps */
	bool unversioned;      /* the path is used as it is ("/_ping") */
	struct str_slice body; /* .ptr NULL: none (POST then says Content-Length: 0) */
	http_body_fn body_fn;  /* or a body that is streamed */
	void *body_ctx;
	const char *content_type; /* of the body; NULL: application/json */
	const struct http_field *fields;
	size_t field_count;
};

struct client_reply {
	int status;
	struct buf body;
};
#define CLIENT_REPLY_INIT ((struct client_reply){ 0 })
void client_reply_done(struct client_reply *r);

/*
 * Errors of all calls: a status from 400 up becomes an error of the kind that goes with it, whose
 * message is the daemon's own; a daemon that cannot be reached is ERR_UNAVAILABLE with docker's
 * sentence "Cannot connect to the Docker daemon at HOST. Is the docker daemon running?".
 */

/* The whole reply, at most 64 MB. */
int client_call(struct client *c, const struct client_call *q, struct client_reply *ret,
		struct err *e) _must_check;

/*
 * A reply that is read as it comes (logs, events, build, export): read it with http_client_read
 * and free it, on a connection of its own, so that other calls can be made meanwhile.
 */
int client_stream(struct client *c, const struct client_call *q, struct http_client **ret,
		  struct err *e) _must_check;

/*
 * Attach and exec start: both directions raw. *ret_mux tells whether the output is multiplexed as
 * far as the reply's Content-Type says (older versions do not: then `false` means "unknown", and a
 * container without tty is multiplexed).
 */
int client_hijack(struct client *c, const struct client_call *q, struct http_stream *ret,
		  bool *ret_mux, struct err *e) _must_check;

/*
 * Splits a multiplexed stream: reads from `read` until its end and writes payloads to out and err.
 * The daemon's own messages (MUX_SYSTEM) end it with their text as the error.
 */
typedef ssize_t (*client_read_fn)(void *ctx, void *data, size_t n, struct err *e);
int client_demux(client_read_fn read, void *ctx, int out, int err_fd, struct err *e) _must_check;
