/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the matching of .dockerignore patterns. A pattern becomes a row of steps; a path is run
 * through all the places where it may be in that row at once, so that no pattern takes longer than
 * the product of both lengths.
 */
#include "codec/ignore.h"

#include "base/own.h"

#include <stdint.h>

enum step_kind {
	STEP_LITERAL, /* one code point */
	STEP_ANY,     /* '?': one, not '/' */
	STEP_STAR,    /* '*': any number, none of them '/' */
	STEP_DEEP, /* double star before more: nothing, or whatever ends in '/'; enters STEP_DEEP_IN
		    */
	STEP_DEEP_IN, /* the inside of STEP_DEEP, always right behind it */
	STEP_REST,    /* double star at an end: anything */
	STEP_CLASS,   /* [a-z] */
};

struct range {
	uint32_t low, high;
};

struct step {
	enum step_kind kind;
	uint32_t c;
	bool negated;
	const struct range *ranges;
	size_t n_ranges;
};

struct ignore_pattern {
	struct ignore_pattern *next;
	bool is_exception;
	struct step *steps;
	size_t n_steps;
	/* What comes before the first step that is no literal; for ignore_may_include_below. */
	const char *literal;
	bool is_literal; /* `literal` is the whole pattern */
};

void ignore_done(struct ignore *ig)
{
	arena_done(&ig->arena);
	*ig = IGNORE_INIT;
}

/*
 * Takes one code point off the front. Bytes that are no UTF-8 stand for themselves, above all code
 * points, so that they equal only each other.
 */
static uint32_t take_rune(struct str_slice *s)
{
	const unsigned char *p = (const unsigned char *)s->ptr;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

	for (size_t i = 1; i < n; i++) {
		if (i >= s->len || (p[i] & 0xc0) != 0x80) {
			n = 0;
			break;
		}
		c = c << 6 | (p[i] & 0x3f);
	}
	*s = str_skip(*s, n ? n : 1);
	return n ? c : 0x110000u + p[0];
}

/* One bound of a range: a code point, '\' before it allowed. Source: Go path/filepath Match. */
static int take_bound(struct str_slice *s, uint32_t *ret)
{
	if (!s->len || s->ptr[0] == '-' || s->ptr[0] == ']')
		return -EINVAL;
	if (s->ptr[0] == '\\')
		*s = str_skip(*s, 1);
	if (!s->len)
		return -EINVAL;
	*ret = take_rune(s);
	return s->len ? 0 : -EINVAL;
}

/* Behind the '['. */
static int take_class(struct ignore *ig, struct str_slice *s, struct step *step)
{
	struct range *ranges = arena_array(&ig->arena, s->len + 1, sizeof(*ranges));
	int r;

	if (!ranges)
		return -ENOMEM;
	step->kind = STEP_CLASS;
	step->ranges = ranges;
	step->negated = str_take_prefix(s, "^");
	while (!step->n_ranges || !str_starts_with(*s, "]")) {
		struct range *range = &ranges[step->n_ranges++];

		if ((r = take_bound(s, &range->low)) < 0)
			return r;
		range->high = range->low;
		if (str_take_prefix(s, "-") && (r = take_bound(s, &range->high)) < 0)
			return r;
	}
	*s = str_skip(*s, 1);
	return 0;
}

static bool has_special(struct str_slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (strchr("*?[]\\", s.ptr[i]))
			return true;
	return false;
}

/*
 * Behind a double star. Before more, it stands for whole directories; at the end for anything, and
 * so it does at the beginning of a pattern that is plain otherwise and does not go on with '/'.
 */
static void take_double_star(struct str_slice *s, bool first, struct step *steps, size_t *n)
{
	bool slash = str_take_prefix(s, "/");

	if (!s->len || (first && !slash && !has_special(*s))) {
		steps[(*n)++].kind = STEP_REST;
		return;
	}
	steps[(*n)++].kind = STEP_DEEP;
	steps[(*n)++].kind = STEP_DEEP_IN;
}

static int take_step(struct ignore *ig, struct str_slice *s, struct step *steps, size_t *n)
{
	bool first = *n == 0;

	if (str_take_prefix(s, "**")) {
		take_double_star(s, first, steps, n);
	} else if (str_take_prefix(s, "*")) {
		steps[(*n)++].kind = STEP_STAR;
	} else if (str_take_prefix(s, "?")) {
		steps[(*n)++].kind = STEP_ANY;
	} else if (str_take_prefix(s, "[")) {
		return take_class(ig, s, &steps[(*n)++]);
	} else {
		if (str_take_prefix(s, "\\") && !s->len)
			return -EINVAL;
		steps[*n].kind = STEP_LITERAL;
		steps[(*n)++].c = take_rune(s);
	}
	return 0;
}

static int compile(struct ignore *ig, struct ignore_pattern *p, struct str_slice text)
{
	size_t plain = 0;
	int r;

	while (plain < text.len && !strchr("*?[\\", text.ptr[plain]))
		plain++;
	p->literal = arena_slice(&ig->arena, str_first(text, plain));
	p->is_literal = plain == text.len;
	p->steps = arena_array(&ig->arena, text.len, sizeof(*p->steps));
	if (!p->literal || !p->steps)
		return -ENOMEM;
	while (text.len)
		if ((r = take_step(ig, &text, p->steps, &p->n_steps)) < 0)
			return r;
	return 0;
}

/* As Go's filepath.Clean: "a//b/./c/../d/" is "a/b/d"; what leads above the root keeps its "..". */
static struct str_slice clean(struct str_slice path, char *out)
{
	struct str_slice rest = path, part;
	bool rooted = str_starts_with(path, "/");
	size_t len = 0, floor = 0;

	while (str_next(&rest, '/', &part)) {
		if (!part.len || str_is(part, "."))
			continue;
		if (str_is(part, "..") && len > floor) {
			while (len > floor && out[--len] != '/')
				;
			continue;
		}
		if (str_is(part, "..") && rooted)
			continue;
		if (len)
			out[len++] = '/';
		memcpy(out + len, part.ptr, part.len);
		len += part.len;
		if (str_is(part, ".."))
			floor = len;
	}
	return (struct str_slice){ out, len };
}

int ignore_add(struct ignore *ig, struct str_slice pattern)
{
	char cleaned[IGNORE_PATTERN_MAX];
	struct str_slice text = str_trim(pattern);
	struct ignore_pattern *p;
	int r;

	if (!text.len)
		return 0;
	if (text.len > IGNORE_PATTERN_MAX)
		return -E2BIG;
	p = arena_new(&ig->arena, struct ignore_pattern);
	if (!p)
		return -ENOMEM;
	p->is_exception = str_take_prefix(&text, "!");
	text = str_trim(text);
	if (!text.len)
		return -EINVAL;
	text = clean(text, cleaned);
	if (!text.len)
		return 0; /* the root itself: it is never left out */
	if ((r = compile(ig, p, text)) < 0)
		return r;
	if (!ig->last)
		ig->last = &ig->first;
	*ig->last = p;
	ig->last = &p->next;
	ig->n_patterns++;
	ig->has_exceptions |= p->is_exception;
	return 0;
}

int ignore_parse(struct ignore *ig, struct str_slice text, unsigned *ret_line)
{
	struct str_slice rest = text, line;
	unsigned number = 0;
	int r;

	*ret_line = 1;
	if (text.len > IGNORE_FILE_MAX)
		return -E2BIG;
	str_take_prefix(&rest, "\xef\xbb\xbf");
	while (str_next(&rest, '\n', &line)) {
		*ret_line = ++number;
		if (str_starts_with(line, "#"))
			continue;
		if (str_index(line, 0) >= 0)
			return -EINVAL;
		if ((r = ignore_add(ig, line)) < 0)
			return r;
	}
	return 0;
}

static bool class_holds(const struct step *s, uint32_t c)
{
	for (size_t i = 0; i < s->n_ranges; i++)
		if (c >= s->ranges[i].low && c <= s->ranges[i].high)
			return !s->negated;
	return s->negated;
}

/* A place is the number of steps that are done. `at` holds one bit a place. */
struct places {
	uint64_t at[IGNORE_PATTERN_MAX / 64 + 1];
};

static void mark(struct places *p, size_t place)
{
	p->at[place / 64] |= 1ull << place % 64;
}

static bool is_marked(const struct places *p, size_t place)
{
	return p->at[place / 64] >> place % 64 & 1;
}

/* Being at a step that may take nothing is being behind it as well. */
static void mark_through(const struct ignore_pattern *pattern, struct places *p, size_t place)
{
	mark(p, place);
	while (place < pattern->n_steps) {
		enum step_kind kind = pattern->steps[place].kind;

		if (kind == STEP_DEEP) {
			mark(p, place + 1);
			place += 2;
		} else if (kind == STEP_STAR || kind == STEP_REST) {
			place++;
		} else {
			return;
		}
		mark(p, place);
	}
}

/* Where one character leads from a place. */
static void advance(const struct ignore_pattern *pattern, size_t place, uint32_t c,
		    struct places *to)
{
	const struct step *step = &pattern->steps[place];

	switch (step->kind) {
	case STEP_LITERAL:
		if (step->c == c)
			mark_through(pattern, to, place + 1);
		break;
	case STEP_ANY:
		if (c != '/')
			mark_through(pattern, to, place + 1);
		break;
	case STEP_STAR:
		if (c != '/')
			mark_through(pattern, to, place);
		break;
	case STEP_REST:
		mark_through(pattern, to, place);
		break;
	case STEP_CLASS:
		if (class_holds(step, c))
			mark_through(pattern, to, place + 1);
		break;
	case STEP_DEEP:
		break; /* its inside is marked with it */
	case STEP_DEEP_IN:
		mark(to, place);
		if (c == '/')
			mark_through(pattern, to, place + 1);
		break;
	}
}

/*
 * The path itself, or one of its parents: whenever a whole name has been read and the last place is
 * reached, the pattern has named what was read so far.
 */
static bool names(const struct ignore_pattern *pattern, struct str_slice path)
{
	struct places now = { 0 }, then;
	struct str_slice rest = path;
	size_t words = pattern->n_steps / 64 + 1;

	mark_through(pattern, &now, 0);
	while (rest.len) {
		uint32_t c = take_rune(&rest);

		memset(then.at, 0, words * sizeof(*then.at));
		for (size_t w = 0; w < words; w++)
			for (uint64_t bits = now.at[w]; bits; bits &= bits - 1) {
				size_t place = w * 64 + (size_t)__builtin_ctzll(bits);

				if (place < pattern->n_steps)
					advance(pattern, place, c, &then);
			}
		memcpy(now.at, then.at, words * sizeof(*now.at));
		if ((!rest.len || rest.ptr[0] == '/') && is_marked(&now, pattern->n_steps))
			return true;
	}
	return false;
}

bool ignore_excludes(const struct ignore *ig, struct str_slice path)
{
	bool excluded = false;

	if (!path.len)
		return false;
	for (const struct ignore_pattern *p = ig->first; p; p = p->next)
		if (p->is_exception == excluded && names(p, path))
			excluded = !p->is_exception;
	return excluded;
}

/* One of the two begins with the other: the exception's plain beginning may lie below the
 * directory. */
bool ignore_may_include_below(const struct ignore *ig, struct str_slice dir)
{
	for (const struct ignore_pattern *p = ig->first; p; p = p->next) {
		struct str_slice literal = str_slice(p->literal);
		size_t n = MIN(literal.len, dir.len);

		if (!p->is_exception || (n && memcmp(literal.ptr, dir.ptr, n) != 0))
			continue;
		if (!p->is_literal || (literal.len > dir.len && literal.ptr[dir.len] == '/'))
			return true;
	}
	return false;
}
