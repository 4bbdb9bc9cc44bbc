/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the grammar of one line of a json-file log. */
#include "logs/jsonline.h"

#include "logs/escape.h"

#include <errno.h>

struct reader {
	char *at, *end;
};

enum { SEEN_LOG = 1, SEEN_STREAM = 2, SEEN_ATTRS = 4, SEEN_TIME = 8, ATTRS_DEPTH_MAX = 8 };

static bool take(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static bool take_string(struct reader *r, struct str_slice *ret)
{
	char *begin, *text_end, *next;

	if (!take(r, '"'))
		return false;
	begin = r->at;
	next = log_unescape(begin, r->end, &text_end);
	if (!next)
		return false;
	*ret = str_range(begin, text_end);
	r->at = next;
	return true;
}

/* Walks over an object without changing it: whoever wants its members decodes it properly. */
static bool take_object(struct reader *r, struct str_slice *ret)
{
	const char *begin = r->at;
	unsigned depth = 0;
	bool quoted = false;

	if (r->at == r->end || *r->at != '{')
		return false;
	for (; r->at < r->end; r->at++) {
		char c = *r->at;

		if (quoted && c == '\\' && r->end - r->at > 1)
			r->at++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '[') && ++depth > ATTRS_DEPTH_MAX)
			return false;
		else if (!quoted && (c == '}' || c == ']') && --depth == 0)
			break;
	}
	if (!take(r, '}'))
		return false;
	*ret = str_range(begin, r->at);
	return true;
}

static bool take_stream(struct reader *r, enum log_stream *ret)
{
	struct str_slice name;

	if (!take_string(r, &name))
		return false;
	*ret = str_is(name, "stderr") ? LOG_STREAM_STDERR : LOG_STREAM_STDOUT;
	return *ret == LOG_STREAM_STDERR || str_is(name, "stdout");
}

static bool take_time(struct reader *r, stamp_ns *ret)
{
	struct str_slice text;

	return take_string(r, &text) && stamp_parse(text, ret) == 0;
}

static bool take_member(struct reader *r, struct log_line *line, unsigned *seen)
{
	struct str_slice key;
	unsigned bit;
	bool ok;

	if (!take_string(r, &key) || !take(r, ':'))
		return false;
	if (str_is(key, "log")) {
		bit = SEEN_LOG;
		ok = take_string(r, &line->text);
	} else if (str_is(key, "stream")) {
		bit = SEEN_STREAM;
		ok = take_stream(r, &line->stream);
	} else if (str_is(key, "attrs")) {
		bit = SEEN_ATTRS;
		ok = take_object(r, &line->attrs);
	} else if (str_is(key, "time")) {
		bit = SEEN_TIME;
		ok = take_time(r, &line->stamp);
	} else {
		return false;
	}
	if (*seen & bit)
		return false;
	*seen |= bit;
	return ok;
}

int jsonline_parse(char *line, size_t n, struct log_line *ret)
{
	struct reader r = { line, line + n };
	struct log_line l = { .text = STR_EMPTY, .attrs = STR_EMPTY };
	unsigned seen = 0;

	if (!take(&r, '{'))
		return -EBADMSG;
	do {
		if (!take_member(&r, &l, &seen))
			return -EBADMSG;
	} while (take(&r, ','));
	if (!take(&r, '}') || r.at != r.end)
		return -EBADMSG;
	/* An empty "log" is left out by Docker's writer. */
	if ((seen & (SEEN_STREAM | SEEN_TIME)) != (SEEN_STREAM | SEEN_TIME))
		return -EBADMSG;
	l.partial = !str_ends_with(l.text, "\n");
	*ret = l;
	return 0;
}
