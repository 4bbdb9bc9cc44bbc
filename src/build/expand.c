/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the expansion of words. The word is walked once; a ${…} evaluates its own word by a nested
 * walk over the same text. Everything that a walk gives out goes to a sink, which knows whether
 * blanks cut.
 */
#include "build/expand.h"

#include "build/pattern.h"
#include "build/words.h"

struct walk {
	const struct expand_scope *scope;
	struct str_slice rest;
	unsigned depth;
	bool raw_escapes; /* in a pattern: escapes stay for the pattern */
	const char *error;
	struct buf *message; /* for errors with a name in them; `error` points into it */
};

/* Where text goes. With words it is also cut at blanks that no quote protects. */
struct sink {
	struct buf whole, word;
	struct build_words *words; /* NULL: no cutting */
	struct arena *a;
};

static int fail(struct walk *w, const char *error)
{
	if (!w->error)
		w->error = error;
	return -EINVAL;
}

static int sink_end_word(struct sink *s)
{
	const char *word;
	int r = 0;

	if (s->word.len) {
		word = arena_slice(s->a, buf_view(&s->word));
		r = word ? build_words_add(s->words, s->a, word) : -ENOMEM;
	}
	buf_truncate(&s->word, 0);
	return r;
}

/* Text that was quoted or escaped: blanks in it do not cut. */
static void sink_raw(struct sink *s, struct str_slice text)
{
	buf_slice(&s->whole, text);
	if (s->words)
		buf_slice(&s->word, text);
}

static int sink_text(struct sink *s, struct str_slice text)
{
	int r = 0;

	buf_slice(&s->whole, text);
	for (size_t i = 0; s->words && i < text.len && r == 0; i++) {
		if (words_is_blank(text.ptr[i]))
			r = sink_end_word(s);
		else
			buf_char(&s->word, text.ptr[i]);
	}
	return r;
}

static void sink_done(struct sink *s)
{
	buf_done(&s->whole);
	buf_done(&s->word);
}

static char peek(const struct walk *w)
{
	return w->rest.len ? w->rest.ptr[0] : 0;
}

static char next(struct walk *w)
{
	char c = peek(w);

	if (w->rest.len)
		w->rest = str_skip(w->rest, 1);
	return c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_name(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* POSIX 2.5.2: a special parameter is one character, a positional one all digits. */
static struct str_slice take_name(struct walk *w)
{
	struct str_slice from = w->rest;
	size_t n = 0;

	if (is_digit(peek(w))) {
		while (n < from.len && is_digit(from.ptr[n]))
			n++;
	} else if (peek(w) && strchr("@*#?-$!", peek(w))) {
		n = 1;
	} else {
		while (n < from.len && is_name(from.ptr[n]))
			n++;
	}
	w->rest = str_skip(from, n);
	return str_first(from, n);
}

static const char *lookup(const struct walk *w, struct str_slice name)
{
	return w->scope->lookup(w->scope->ctx, name);
}

static int walk_dollar(struct walk *w, struct buf *out);

static int walk_single_quoted(struct walk *w, struct sink *s)
{
	struct str_slice inside;

	next(w);
	if (!str_cut(&w->rest, '\'', &inside))
		return fail(w,
			    "unexpected end of statement while looking for matching single-quote");
	sink_raw(s, inside);
	return 0;
}

/* An escape inside double quotes: only '"', '$' and itself can be escaped, others keep the escape.
 */
static void walk_quoted_escape(struct walk *w, struct buf *out)
{
	char escape = w->scope->escape, c = peek(w);

	if (w->raw_escapes)
		buf_char(out, escape);
	if (!w->rest.len)
		return;
	if (c == '"' || c == '$' || c == escape)
		buf_char(out, next(w));
	else
		buf_char(out, escape);
}

static int walk_double_quoted(struct walk *w, struct sink *s)
{
	auto_(buf_done) struct buf inside = BUF_INIT_MAX(EXPAND_RESULT_MAX);
	int r = 0;

	next(w);
	while (w->rest.len && peek(w) != '"' && r == 0) {
		if (peek(w) == '$') {
			r = walk_dollar(w, &inside);
			continue;
		}
		char c = next(w);

		if (c == w->scope->escape)
			walk_quoted_escape(w, &inside);
		else
			buf_char(&inside, c);
	}
	if (r < 0)
		return r;
	if (!w->rest.len)
		return fail(w,
			    "unexpected end of statement while looking for matching double-quote");
	next(w);
	sink_raw(s, buf_view(&inside));
	return buf_error(&inside);
}

static int walk_plain(struct walk *w, struct sink *s)
{
	struct str_slice at = str_first(w->rest, 1);

	if (next(w) != w->scope->escape)
		return sink_text(s, at);
	if (w->raw_escapes)
		sink_raw(s, at);
	if (w->rest.len)
		sink_raw(s, str_first(w->rest, 1));
	next(w);
	return 0;
}

static int walk_dollar_into(struct walk *w, struct sink *s)
{
	auto_(buf_done) struct buf value = BUF_INIT_MAX(EXPAND_RESULT_MAX);
	int r = walk_dollar(w, &value);

	if (r == 0)
		r = buf_error(&value);
	return r < 0 ? r : sink_text(s, buf_view(&value));
}

/* Walks up to `stop`, which is taken too; 0: up to the end of the text. */
static int walk_until(struct walk *w, char stop, struct sink *s)
{
	int r = 0;

	while (w->rest.len && r == 0) {
		char c = peek(w);

		if (stop && c == stop) {
			next(w);
			return 0;
		}
		if (c == '\'')
			r = walk_single_quoted(w, s);
		else if (c == '"')
			r = walk_double_quoted(w, s);
		else if (c == '$')
			r = walk_dollar_into(w, s);
		else
			r = walk_plain(w, s);
		if (r == 0)
			r = buf_error(&s->whole);
	}
	if (r == 0 && stop)
		return fail(w, stop == '/' ? "syntax error: missing '/' in ${}"
					   : "syntax error: missing '}'");
	return r;
}

/* The word or pattern inside a ${}, up to `stop`. */
static int walk_operand(struct walk *w, char stop, bool raw_escapes, struct buf *out)
{
	struct sink s = { .whole = BUF_INIT_MAX(EXPAND_RESULT_MAX) };
	bool outer = w->raw_escapes;
	int r;

	if (++w->depth > EXPAND_DEPTH_MAX) {
		w->depth--;
		return fail(w, "substitutions are nested too deeply");
	}
	w->raw_escapes = raw_escapes;
	r = walk_until(w, stop, &s);
	w->raw_escapes = outer;
	w->depth--;
	buf_slice(out, buf_view(&s.whole));
	sink_done(&s);
	return r < 0 ? r : buf_error(out);
}

static int fail_named(struct walk *w, const char *format, struct str_slice name, const char *text)
{
	buf_clear(w->message);
	buf_printf(w->message, format, STR_ARG(name), text);
	return fail(w, buf_cstr(w->message));
}

/* ${name?word}: the word, or a sentence of ours, is why there is no value. */
static int fail_unset(struct walk *w, struct str_slice name, const struct buf *word, bool is_set)
{
	const char *why = is_set ? "is not allowed to be empty" : "is not allowed to be unset";

	return fail_named(w, "%.*s: %s", name, word->len ? buf_cstr(word) : why);
}

/* ${name#pattern}, ## % %%; `kind` is '#' or '%', doubled at the pattern's start for the longest.
 */
static int trim_value(struct walk *w, char kind, struct str_slice pattern, const char *value,
		      struct buf *out)
{
	struct str_slice text = str_slice(value);
	enum pattern_length which = PATTERN_SHORTEST;
	ptrdiff_t n;

	if (pattern.len && pattern.ptr[0] == kind) {
		which = PATTERN_LONGEST;
		pattern = str_skip(pattern, 1);
	}
	if (!pattern_is_valid(pattern))
		return fail_named(w, "invalid pattern (%.*s) in substitution%s", pattern, "");
	if (text.len > EXPAND_MATCH_MAX)
		return fail(w, "the value is too long for a pattern");
	if (kind == '#') {
		n = pattern_at_start(pattern, text, which);
		buf_slice(out, n < 0 ? text : str_skip(text, (size_t)n));
	} else {
		n = pattern_at_end(pattern, text, which);
		buf_slice(out, n < 0 ? text : str_first(text, text.len - (size_t)n));
	}
	return 0;
}

/* After ${name and one of - + ? # %, with or without a colon before it. */
static int walk_modifier(struct walk *w, struct str_slice name, char kind, bool empty_is_unset,
			 struct buf *out)
{
	auto_(buf_done) struct buf word = BUF_INIT_MAX(EXPAND_RESULT_MAX);
	const char *value;
	bool there;
	int r = walk_operand(w, '}', kind == '#' || kind == '%', &word);

	if (r < 0)
		return r;
	value = lookup(w, name);
	there = value && !(empty_is_unset && !*value);
	switch (kind) {
	case '-':
		buf_str(out, there ? value : buf_cstr(&word));
		return 0;
	case '+':
		buf_str(out, there ? buf_cstr(&word) : "");
		return 0;
	case '?':
		buf_str(out, value);
		return there ? 0 : fail_unset(w, name, &word, value);
	default:
		return trim_value(w, kind, buf_view(&word), cstr_or(value, ""), out);
	}
}

static void replace_matches(struct str_slice text, struct str_slice pattern,
			    struct str_slice replacement, bool all, struct buf *out)
{
	bool done = false;

	while (text.len) {
		ptrdiff_t n = done ? -1 : pattern_at_start(pattern, text, PATTERN_LONGEST);

		if (n <= 0) {
			buf_char(out, text.ptr[0]);
			text = str_skip(text, 1);
			continue;
		}
		buf_slice(out, replacement);
		text = str_skip(text, (size_t)n);
		done = !all;
	}
}

/* After ${name/ */
static int walk_replace(struct walk *w, struct str_slice name, struct buf *out)
{
	auto_(buf_done) struct buf pattern = BUF_INIT_MAX(EXPAND_RESULT_MAX);
	auto_(buf_done) struct buf replacement = BUF_INIT_MAX(EXPAND_RESULT_MAX);
	bool all = peek(w) == '/';
	const char *value;
	int r;

	if (all)
		next(w);
	if ((r = walk_operand(w, '/', true, &pattern)) < 0)
		return r;
	if ((r = walk_operand(w, '}', true, &replacement)) < 0)
		return r;
	if (!pattern_is_valid(buf_view(&pattern)))
		return fail_named(w, "invalid pattern (%.*s) in substitution%s", buf_view(&pattern),
				  "");
	value = cstr_or(lookup(w, name), "");
	if (strlen(value) > EXPAND_MATCH_MAX)
		return fail(w, "the value is too long for a pattern");
	replace_matches(str_slice(value), buf_view(&pattern), buf_view(&replacement), all, out);
	return 0;
}

/* After ${ */
static int walk_braced(struct walk *w, struct buf *out)
{
	struct str_slice name;
	bool colon = false;
	char kind;

	if (!w->rest.len)
		return fail(w, "syntax error: missing '}'");
	if (strchr("{}:", peek(w)))
		return fail(w, "syntax error: bad substitution");
	name = take_name(w);
	kind = next(w);
	if (kind == '}') {
		buf_str(out, lookup(w, name));
		return 0;
	}
	if (kind == '/')
		return walk_replace(w, name, out);
	if (kind == ':') {
		colon = true;
		kind = next(w);
	}
	if (kind && strchr("-+?#%", kind))
		return walk_modifier(w, name, kind, colon, out);
	if (!kind)
		return fail(w, "syntax error: missing '}'");
	return fail_named(w, "unsupported modifier (%.*s) in substitution%s",
			  (struct str_slice){ (char[]){ colon ? ':' : kind, kind }, colon ? 2 : 1 },
			  "");
}

/* At a '$'. One that names nothing stands for itself. */
static int walk_dollar(struct walk *w, struct buf *out)
{
	struct str_slice name;

	next(w);
	if (peek(w) == '{') {
		next(w);
		return walk_braced(w, out);
	}
	name = take_name(w);
	buf_str(out, name.len ? lookup(w, name) : "$");
	return 0;
}

static int walk_whole(struct walk *w, const char *word, struct sink *s, struct err *e)
{
	auto_(buf_done) struct buf quoted = BUF_INIT_MAX(4096), message = BUF_INIT_MAX(4096);
	int r;

	w->rest = str_slice(word);
	w->message = &message;
	r = walk_until(w, 0, s);
	if (r == 0 && s->words)
		r = sink_end_word(s);
	if (r == 0)
		r = buf_error(&s->whole) ? buf_error(&s->whole) : buf_error(&s->word);
	if (r == -ENOMEM)
		return err_no_memory(e);
	if (r == -E2BIG)
		return err_set(e, ERR_BAD_PARAMETER,
			       "failed to process an argument: with its variables filled in it is "
			       "longer than %d bytes",
			       EXPAND_RESULT_MAX);
	if (r == 0)
		return 0;
	words_quote(str_first(str_slice(word), MIN(strlen(word), (size_t)200)), &quoted);
	return err_set(e, ERR_BAD_PARAMETER, "failed to process %s: %s", buf_cstr(&quoted),
		       w->error);
}

int expand_word(const struct expand_scope *scope, const char *word, struct arena *a,
		const char **ret, struct err *e)
{
	auto_(sink_done) struct sink s = { .whole = BUF_INIT_MAX(EXPAND_RESULT_MAX) };
	struct walk w = { .scope = scope };
	int r = walk_whole(&w, word, &s, e);
	const char *copy;

	if (r < 0)
		return r;
	copy = arena_slice(a, buf_view(&s.whole));
	if (!copy)
		return err_no_memory(e);
	*ret = copy;
	return 0;
}

int expand_words(const struct expand_scope *scope, const char *word, struct arena *a,
		 struct build_words *words, struct err *e)
{
	auto_(sink_done) struct sink s = {
		.whole = BUF_INIT_MAX(EXPAND_RESULT_MAX),
		.word = BUF_INIT_MAX(EXPAND_RESULT_MAX),
		.words = words,
		.a = a,
	};
	struct walk w = { .scope = scope };

	return walk_whole(&w, word, &s, e);
}
