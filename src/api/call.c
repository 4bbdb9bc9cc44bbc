/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the ways in which a call answers. */
#include "api/call.h"

#include "codec/json.h"

#include <stdarg.h>
#include <stdlib.h>

static const char json_content[] = "application/json";

void call_keep(struct call *c)
{
	c->kept = true;
}

void call_free(struct call *c)
{
	if (!c)
		return;
	arena_done(&c->arena);
	free(c);
}

/* ---- one value ---- */

static int finish(struct call *c, struct buf *text, struct err *e)
{
	buf_char(text, '\n');
	if (buf_error(text) == -E2BIG)
		return err_set(e, ERR_INTERNAL, "cannot reply: the answer is larger than %d MB",
			       BUF_MAX_DEFAULT >> 20);
	if (buf_error(text))
		return err_no_memory(e);
	return http_reply(c->x, c->op->success, json_content, buf_view(text), e);
}

int call_reply_as(struct call *c, const struct json_type *t, const void *value, struct err *e)
{
	auto_(buf_done) struct buf text = BUF_INIT;

	json_encode(t, value, c->version | JSON_PLAIN, &text);
	return finish(c, &text, e);
}

int call_reply(struct call *c, const void *value, struct err *e)
{
	auto_(buf_done) struct buf text = BUF_INIT;

	assert(c->op->reply);
	json_encode(c->op->reply, value, c->version | JSON_PLAIN, &text);
	if (c->op->flags & OP_FILLED && str_is(buf_view(&text), "null")) {
		buf_clear(&text);
		buf_str(&text, "[]");
	}
	return finish(c, &text, e);
}

int call_done(struct call *c, struct err *e)
{
	return http_reply(c->x, c->op->success, NULL, STR_EMPTY, e);
}

/* ---- errors ---- */

void call_reply_error(struct http_exchange *x, const struct err *e)
{
	auto_(buf_done) struct buf text = BUF_INIT;
	struct error_response body = { .message = e->message };
	int status = err_kind_http_status(e->kind);

	if (status == 304) {
		http_reply(x, status, NULL, STR_EMPTY, NULL);
		return;
	}
	json_encode(&error_response_json, &body, JSON_VERSION_ANY | JSON_PLAIN, &text);
	buf_char(&text, '\n');
	http_reply(x, status, json_content, buf_view(&text), NULL);
}

/* ---- streams of messages ---- */

void call_format_message(const struct call *c, const struct stream_message *message,
			 struct buf *out)
{
	json_encode(&stream_message_json, message, c->version, out);
	buf_str(out, "\r\n");
}

int call_stream(struct call *c, const struct stream_message *message, struct err *e)
{
	auto_(buf_done) struct buf text = BUF_INIT;
	int r = 0;

	call_format_message(c, message, &text);
	if (buf_error(&text))
		return err_no_memory(e);
	if (!http_reply_begun(c->x))
		r = http_reply_begin(c->x, c->op->success, json_content, HTTP_LENGTH_UNKNOWN, e);
	return r < 0 ? r : http_reply_write(c->x, text.data, text.len, e);
}

int call_stream_status(struct call *c, const char *id, struct err *e, const char *format, ...)
{
	auto_(buf_done) struct buf text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	if (buf_error(&text))
		return err_no_memory(e);
	return call_stream(c, &(struct stream_message){ .status = buf_cstr(&text), .id = id }, e);
}

int call_stream_text(struct call *c, struct err *e, const char *format, ...)
{
	auto_(buf_done) struct buf text = BUF_INIT;
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	if (buf_error(&text))
		return err_no_memory(e);
	return call_stream(c, &(struct stream_message){ .stream = buf_cstr(&text) }, e);
}
