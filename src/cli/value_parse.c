/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the JSON grammar (RFC 8259) as value trees read it: strict, bounded in depth. */
#include "cli/value.h"

#include <errno.h>

struct reader {
	struct value_tree *tree;
	const char *at, *end, *begin;
	unsigned depth;
	struct err *e;
};

static struct value *parse_value(struct reader *r);

static struct value *refuse(struct reader *r, const char *expected)
{
	err_set(r->e, ERR_DATA_LOSS, "cannot read JSON at byte %zu: %s expected",
		(size_t)(r->at - r->begin), expected);
	return NULL;
}

static void skip_blanks(struct reader *r)
{
	while (r->at < r->end && memchr(" \t\r\n", *r->at, 4))
		r->at++;
}

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_hex4(struct reader *r, uint32_t *ret)
{
	*ret = 0;
	if (r->end - r->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(*r->at++);

		if (digit < 0)
			return false;
		*ret = *ret << 4 | (uint32_t)digit;
	}
	return true;
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
	} else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* After "\u": a lone surrogate becomes U+FFFD, as Go's decoder has it. */
static char *take_unicode(struct reader *r, char *to)
{
	uint32_t c, low;

	if (!take_hex4(r, &c))
		return NULL;
	if (c >= 0xd800 && c < 0xdc00 && r->end - r->at >= 6 && r->at[0] == '\\' &&
	    r->at[1] == 'u') {
		const char *before = r->at;

		r->at += 2;
		if (!take_hex4(r, &low))
			return NULL;
		if (low >= 0xdc00 && low < 0xe000)
			return put_utf8(to, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
		r->at = before;
	}
	return put_utf8(to, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
}

static char *take_escape(struct reader *r, char *to)
{
	static const char from[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (r->at == r->end)
		return NULL;
	if (*r->at == 'u') {
		r->at++;
		return take_unicode(r, to);
	}
	at = memchr(from, *r->at, sizeof(from) - 1);
	if (!at)
		return NULL;
	r->at++;
	*to++ = means[at - from];
	return to;
}

/* After the opening quote. The decoded text is never longer than its escapes. */
static char *take_string(struct reader *r, size_t *ret_len)
{
	const char *close = r->at;
	char *text, *to;

	while (close < r->end && *close != '"')
		close += *close == '\\' ? 2 : 1;
	if (close >= r->end) {
		refuse(r, "a closing quote");
		return NULL;
	}
	text = to = arena_alloc(&r->tree->arena, (size_t)(close - r->at) + 1);
	if (!text) {
		err_no_memory(r->e);
		return NULL;
	}
	while (r->at < close) {
		if ((unsigned char)*r->at < 0x20) {
			refuse(r, "no control character in a string");
			return NULL;
		}
		if (*r->at != '\\') {
			*to++ = *r->at++;
			continue;
		}
		r->at++;
		to = take_escape(r, to);
		if (!to) {
			refuse(r, "an escape");
			return NULL;
		}
	}
	r->at = close + 1;
	*ret_len = (size_t)(to - text);
	return text;
}

static struct value *new_value(struct reader *r, enum value_kind kind)
{
	struct value *v = value_new(r->tree, kind);

	if (r->tree->error) {
		err_no_memory(r->e);
		return NULL;
	}
	return v;
}

static struct value *parse_string(struct reader *r)
{
	size_t len;
	char *text = take_string(r, &len);
	struct value *v = text ? new_value(r, VALUE_STRING) : NULL;

	if (v) {
		v->text = text;
		v->text_len = len;
	}
	return v;
}

static size_t take_digits(struct reader *r)
{
	const char *from = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return (size_t)(r->at - from);
}

static struct value *parse_number(struct reader *r)
{
	const char *from = r->at;
	struct value *v;
	char *text;

	r->at += *r->at == '-';
	if (r->at < r->end && *r->at == '0')
		r->at++;
	else if (!take_digits(r))
		return refuse(r, "a value");
	if (r->at < r->end && *r->at == '.' && (r->at++, !take_digits(r)))
		return refuse(r, "a digit");
	if (r->at < r->end && (*r->at | 0x20) == 'e') {
		r->at++;
		r->at += r->at < r->end && (*r->at == '+' || *r->at == '-');
		if (!take_digits(r))
			return refuse(r, "a digit");
	}
	text = arena_slice(&r->tree->arena, str_range(from, r->at));
	v = text ? new_value(r, VALUE_NUMBER) : NULL;
	if (!v) {
		err_no_memory(r->e);
		return NULL;
	}
	v->text = text;
	v->text_len = (size_t)(r->at - from);
	return v;
}

static struct value *parse_word(struct reader *r)
{
	static const struct {
		const char *word;
		enum value_kind kind;
		bool boolean;
	} words[] = { { "null", VALUE_NULL, false },
		      { "true", VALUE_BOOL, true },
		      { "false", VALUE_BOOL, false } };
	struct str_slice rest = str_range(r->at, r->end);

	for (size_t i = 0; i < ELEMENTS(words); i++) {
		if (str_take_prefix(&rest, words[i].word)) {
			struct value *v = new_value(r, words[i].kind);

			r->at = rest.ptr;
			if (v)
				v->boolean = words[i].boolean;
			return v;
		}
	}
	return refuse(r, "a value");
}

static struct value *parse_array(struct reader *r)
{
	struct value *array = new_value(r, VALUE_ARRAY), *item;

	if (!array || take(r, ']'))
		return array;
	do {
		item = parse_value(r);
		if (!item)
			return NULL;
		value_add(array, item);
	} while (take(r, ','));
	return take(r, ']') ? array : refuse(r, "',' or ']'");
}

static struct value *parse_member(struct reader *r)
{
	struct value *member;
	size_t len;
	char *key;

	if (!take(r, '"'))
		return refuse(r, "a name in quotes");
	key = take_string(r, &len);
	if (!key)
		return NULL;
	if (!take(r, ':'))
		return refuse(r, "':'");
	member = parse_value(r);
	if (member)
		member->key = key;
	return member;
}

static struct value *parse_object(struct reader *r)
{
	struct value *object = new_value(r, VALUE_OBJECT), *member;

	if (!object || take(r, '}'))
		return object;
	do {
		member = parse_member(r);
		if (!member)
			return NULL;
		value_add(object, member);
	} while (take(r, ','));
	return take(r, '}') ? object : refuse(r, "',' or '}'");
}

static struct value *parse_value(struct reader *r)
{
	struct value *v;

	skip_blanks(r);
	if (r->at == r->end)
		return refuse(r, "a value");
	if (r->depth == VALUE_DEPTH_MAX)
		return refuse(r, "less nesting");
	r->depth++;
	if (take(r, '{'))
		v = parse_object(r);
	else if (take(r, '['))
		v = parse_array(r);
	else if (take(r, '"'))
		v = parse_string(r);
	else if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'))
		v = parse_number(r);
	else
		v = parse_word(r);
	r->depth--;
	return v;
}

int value_parse(struct value_tree *t, struct str_slice text, struct value **ret, struct err *e)
{
	struct err why = ERR_INIT;
	struct reader r = {
		.tree = t, .begin = text.ptr, .at = text.ptr, .end = text.ptr + text.len, .e = &why
	};
	struct value *v = parse_value(&r);

	if (v) {
		skip_blanks(&r);
		if (r.at != r.end)
			v = refuse(&r, "the end of the text");
	}
	if (!v)
		return err_copy(e, &why);
	*ret = v;
	return 0;
}
