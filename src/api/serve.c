/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the stations of a call, in the order in which it passes them. */
#include "api/serve.h"

#include "api/body.h"
#include "api/router.h"
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- failures ---- */

/* Once the reply has begun, a stream of messages ends with one that says what went wrong. */
static void end_stream(struct call *c, const struct err *e)
{
	struct error_detail detail = { .message = e->message };
	struct stream_message message = { .error_detail = &detail, .error = e->message };
	struct err ignored;

	if (c->op->class == OP_CLASS_STREAM && call_stream(c, &message, &ignored) == 0)
		http_reply_end(c->x, NULL);
	else
		http_reply_abort(c->x);
}

static void fail(struct call *c, const struct err *e)
{
	if (err_kind_http_status(e->kind) >= 500)
		log_error("%s %s%s%s: %s", c->op->name, c->name, *c->name ? " " : "", c->op->method,
			  e->message);
	if (e->kind == ERR_CANCELLED)
		http_reply_abort(c->x);
	else if (http_reply_begun(c->x))
		end_stream(c, e);
	else
		call_reply_error(c->x, e);
}

/* ---- the handler's turn ---- */

static int decode_query(struct call *c, struct err *e)
{
	if (!c->op->query)
		return 0;
	c->query = arena_alloc(&c->arena, c->op->query->size);
	if (!c->query)
		return err_no_memory(e);
	return query_decode(c->op->query, http_query(c->x), c->version, &c->arena, c->query, e);
}

static int run(struct call *c, struct err *e)
{
	call_fn handler = api_handlers[c->op - operations];
	int r;

	if (!handler)
		return err_set(e, ERR_NOT_IMPLEMENTED, "%s is not served by this engine",
			       c->op->name);
	if ((r = decode_query(c, e)) < 0)
		return r;
	if (c->op->body && (r = body_decode(c, e)) < 0)
		return r;
	return handler(c, e);
}

static void run_and_free(struct http_exchange *x, void *ctx)
{
	struct call *c = ctx;
	struct err e = ERR_INIT;

	c->cancel = http_cancel(x);
	if (run(c, &e) < 0)
		fail(c, &e);
	if (!c->kept)
		call_free(c);
}

/* ---- on the reactor's thread ---- */

static void add_headers(const struct api *api, struct http_exchange *x)
{
	char version[16];

	snprintf(version, sizeof(version), "1.%d", API_VERSION_NEWEST);
	/* A header that finds no memory is missing; the reply is right without it. */
	(void)!http_reply_header(x, "Api-Version", str_slice(version), NULL);
	(void)!http_reply_header(x, "Docker-Experimental",
				 api->experimental ? STR_LIT("true") : STR_LIT("false"), NULL);
	(void)!http_reply_header(x, "Ostype", STR_LIT("linux"), NULL);
	(void)!http_reply_header(x, "Server", STR_LIT("Docker/" BERTH_VERSION " (linux)"), NULL);
}

static void refuse(const struct api *api, struct http_exchange *x, const struct route *route,
		   const struct err *e)
{
	char text[ERR_MESSAGE_MAX + 2];

	if (route->known)
		add_headers(api, x);
	if (!route->plain_text) {
		call_reply_error(x, e);
		return;
	}
	snprintf(text, sizeof(text), "%s\n", e->message);
	http_reply(x, err_kind_http_status(e->kind), "text/plain; charset=utf-8", str_slice(text),
		   NULL);
}

static struct call *make_call(const struct api *api, struct http_exchange *x,
			      const struct route *route, struct arena *a)
{
	struct call *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->api = api;
	c->engine = api->engine;
	c->x = x;
	c->op = route->op;
	c->version = route->version;
	c->name = route->name;
	arena_adopt(&c->arena, a);
	return c;
}

static void dispatch(struct call *c)
{
	enum pool_class class = c->op->class == OP_CLASS_READ ? POOL_READ : POOL_WORK;
	struct err e = ERR_INIT;

	add_headers(c->api, c->x);
	if (c->op->class == OP_CLASS_NOW) {
		run_and_free(c->x, c);
		return;
	}
	if (http_move(c->x, class, run_and_free, c, &e) < 0) {
		call_reply_error(c->x, &e);
		call_free(c);
	}
}

void api_request(struct http_exchange *x, void *ctx)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	const struct api *api = ctx;
	struct err e = ERR_INIT;
	struct route route;
	struct call *c;

	if (str_is(http_method(x), "OPTIONS")) {
		http_reply(x, 200, NULL, STR_EMPTY, NULL);
		return;
	}
	if (router_find(http_method(x), http_path(x), api->min_version, &a, &route, &e) < 0) {
		refuse(api, x, &route, &e);
		return;
	}
	c = make_call(api, x, &route, &a);
	if (!c) {
		err_no_memory(&e);
		refuse(api, x, &route, &e);
		return;
	}
	dispatch(c);
}
