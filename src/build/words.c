/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the splitting and showing of words. The rules are those of Docker's parser, which treats the
 * quotes of an instruction's words, of its flags and of a shell in three different ways.
 */
#include "build/words.h"

#include <jansson.h>

/* Nesting beyond this is no command line of anybody; jansson recurses (DESIGN: 256 kB stacks). */
enum { JSON_DEPTH_MAX = 64 };

bool words_is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str_slice words_trim(struct str_slice s)
{
	while (s.len && words_is_blank(s.ptr[0]))
		s = str_skip(s, 1);
	while (s.len && words_is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct str_slice words_cut(struct str_slice *rest)
{
	struct str_slice head = *rest;
	size_t n = 0;

	while (n < head.len && !words_is_blank(head.ptr[n]))
		n++;
	*rest = str_skip(head, n);
	while (rest->len && words_is_blank(rest->ptr[0]))
		*rest = str_skip(*rest, 1);
	return str_first(head, n);
}

static int add_slice(struct build_words *w, struct arena *a, struct str_slice s)
{
	const char *copy = arena_slice(a, s);

	return copy ? build_words_add(w, a, copy) : -ENOMEM;
}

int words_split(struct str_slice text, struct arena *a, struct build_words *ret)
{
	struct build_words words = { 0 };
	struct str_slice rest = words_trim(text);
	int r;

	while (rest.len) {
		r = add_slice(&words, a, words_cut(&rest));
		if (r < 0)
			return r;
	}
	*ret = words;
	return 0;
}

/* Where the word that starts at s.ptr ends: the first blank outside quotes. */
static size_t quoted_length(struct str_slice s, char escape)
{
	char quote = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!quote && words_is_blank(c))
			break;
		if (c == escape && quote != '\'') {
			i++;
			continue;
		}
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '\'' || c == '"')
			quote = c;
	}
	return MIN(i, s.len);
}

/* An escape with nothing behind it escapes nothing; one behind another escape does not count. */
static bool ends_in_lone_escape(struct str_slice s, char escape)
{
	char quote = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (c == escape && quote != '\'') {
			if (i + 1 == s.len)
				return true;
			i++;
		} else if (quote) {
			quote = c == quote ? 0 : quote;
		} else if (c == '\'' || c == '"') {
			quote = c;
		}
	}
	return false;
}

int words_split_quoted(struct str_slice text, char escape, struct arena *a, struct build_words *ret)
{
	struct build_words words = { 0 };
	struct str_slice rest = words_trim(text);
	int r = 0;

	while (rest.len && r == 0) {
		struct str_slice word = str_first(rest, quoted_length(rest, escape));

		rest = words_trim(str_skip(rest, word.len));
		if (ends_in_lone_escape(word, escape))
			word.len--;
		if (word.len)
			r = add_slice(&words, a, word);
	}
	if (r == 0)
		*ret = words;
	return r;
}

/*
 * One flag, without its quotes, into `out`; returns how much of `s` it took. Inside flags both
 * kinds of quotes and the backslash (whatever the escape directive says) work in the same way.
 */
static size_t take_flag(struct str_slice s, struct buf *out)
{
	char quote = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (!quote && words_is_blank(c))
			break;
		if (c == '\\') {
			if (++i < s.len)
				buf_char(out, s.ptr[i]);
		} else if (quote ? c == quote : c == '\'' || c == '"') {
			quote = quote ? 0 : c;
		} else {
			buf_char(out, c);
		}
	}
	return MIN(i, s.len);
}

int words_take_flags(struct str_slice *rest, struct arena *a, struct build_words *ret)
{
	auto_(buf_done) struct buf flag = BUF_INIT;
	struct build_words flags = { 0 };
	struct str_slice s = words_trim(*rest);
	int r;

	while (str_starts_with(s, "--")) {
		buf_clear(&flag);
		s = words_trim(str_skip(s, take_flag(s, &flag)));
		if (buf_error(&flag))
			return buf_error(&flag);
		if (str_is(buf_view(&flag), "--"))
			break;
		r = add_slice(&flags, a, buf_view(&flag));
		if (r < 0)
			return r;
	}
	*rest = s;
	*ret = flags;
	return 0;
}

/* The deepest nesting of brackets outside strings, without parsing. */
static size_t json_depth(struct str_slice s)
{
	size_t depth = 0, deepest = 0;
	bool in_string = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];

		if (in_string && c == '\\')
			i++;
		else if (c == '"')
			in_string = !in_string;
		else if (!in_string && (c == '[' || c == '{'))
			deepest = MAX(deepest, ++depth);
		else if (!in_string && (c == ']' || c == '}') && depth)
			depth--;
	}
	return deepest;
}

static int take_strings(json_t *array, struct arena *a, struct build_words *ret)
{
	struct build_words words = { arena_array(a, 1, sizeof(char *)), 0 };
	size_t i;
	json_t *item;
	int r;

	if (!words.items)
		return -ENOMEM;
	json_array_foreach(array, i, item)
	{
		if (!json_is_string(item))
			return WORDS_JSON_NO_LIST;
		r = add_slice(&words, a, str_slice(json_string_value(item)));
		if (r < 0)
			return r;
	}
	*ret = words;
	return WORDS_JSON;
}

int words_parse_json(struct str_slice text, struct arena *a, struct build_words *ret)
{
	struct str_slice s = words_trim(text);
	json_error_t why;
	json_t *array;
	int r;

	if (!str_starts_with(s, "[") || json_depth(s) > JSON_DEPTH_MAX)
		return WORDS_NOT_JSON;
	array = json_loadb(s.ptr, s.len, 0, &why);
	if (!array)
		return json_error_code(&why) == json_error_out_of_memory ? -ENOMEM : WORDS_NOT_JSON;
	r = take_strings(array, a, ret);
	json_decref(array);
	return r;
}

const char *words_join(const struct build_words *w, const char *between, struct arena *a)
{
	auto_(buf_done) struct buf text = BUF_INIT;

	for (size_t i = 0; i < w->len; i++) {
		if (i)
			buf_str(&text, between);
		buf_str(&text, w->items[i]);
	}
	return buf_error(&text) ? NULL : arena_slice(a, buf_view(&text));
}

/* Bytes of the UTF-8 sequence at s.ptr, or 0 if there is none. */
static size_t utf8_length(struct str_slice s)
{
	unsigned char lead = (unsigned char)s.ptr[0];
	size_t n = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

	if (!n || lead > 0xf4 || n > s.len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s.ptr[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

void words_quote(struct str_slice s, struct buf *out)
{
	static const char escaped[] = "\a\b\f\n\r\t\v\"\\", letters[] = "abfnrtv\"\\";

	buf_char(out, '"');
	while (s.len) {
		size_t n = utf8_length(s);
		const char *special = s.ptr[0] ? strchr(escaped, s.ptr[0]) : NULL;

		if (special)
			buf_printf(out, "\\%c", letters[special - escaped]);
		else if (n == 0 || (n == 1 && (s.ptr[0] < ' ' || s.ptr[0] == 0x7f)))
			buf_printf(out, "\\x%02x", (unsigned char)s.ptr[0]);
		else
			buf_append(out, s.ptr, n);
		s = str_skip(s, n ? n : 1);
	}
	buf_char(out, '"');
}

void words_quote_list(const struct build_words *w, struct buf *out)
{
	buf_char(out, '[');
	for (size_t i = 0; i < w->len; i++) {
		if (i)
			buf_char(out, ' ');
		words_quote(str_slice(w->items[i]), out);
	}
	buf_char(out, ']');
}
