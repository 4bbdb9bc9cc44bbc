/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the steps from a request's body to a struct. */
#include "api/body.h"

#include "codec/json.h"

#include <errno.h>

int body_check_type(struct str_slice content_type, struct err *e)
{
	struct str_slice rest = content_type, media = content_type;

	str_cut(&rest, ';', &media);
	media = str_trim(media);
	if (str_eq_nocase(media, STR_LIT("application/json")))
		return 0;
	if (!media.len)
		return err_set(e, ERR_BAD_PARAMETER,
			       "malformed Content-Type header (%.*s): mime: no media type",
			       (int)MIN(content_type.len, (size_t)200), content_type.ptr);
	return err_set(e, ERR_BAD_PARAMETER,
		       "unsupported Content-Type header (%.*s): must be 'application/json'",
		       (int)MIN(content_type.len, (size_t)200), content_type.ptr);
}

static int decode(struct call *c, struct str_slice text, struct err *e)
{
	struct json_error why = { "" };
	int r;

	if (!text.len)
		return err_set(e, ERR_BAD_PARAMETER, "invalid JSON: EOF");
	r = json_decode(c->op->body, text, c->version, &c->arena, c->body, &why);
	if (r == -ENOMEM)
		return err_no_memory(e);
	if (r < 0)
		return err_set(e, ERR_BAD_PARAMETER, "invalid JSON: %s", why.text);
	c->has_body = !str_is(text, "null");
	return 0;
}

int body_decode(struct call *c, struct err *e)
{
	auto_(buf_done) struct buf text = BUF_INIT_MAX(API_BODY_MAX);
	struct str_slice content_type = http_header(c->x, "Content-Type");
	const struct json_row *row = &c->op->body->schema->rows[c->op->body->row];
	int r;

	c->body = arena_alloc(&c->arena, row->size);
	if (!c->body)
		return err_no_memory(e);
	if (!content_type.len && !http_has_body(c->x))
		return c->op->flags & OP_NEEDS_BODY ? decode(c, STR_EMPTY, e) : 0;
	if ((r = body_check_type(content_type, e)) < 0)
		return r;
	if (!http_has_body(c->x))
		return c->op->flags & OP_NEEDS_BODY ? decode(c, STR_EMPTY, e) : 0;
	if ((r = http_body_read_all(c->x, API_BODY_MAX, &text, e)) < 0)
		return r;
	return decode(c, str_trim(buf_view(&text)), e);
}
