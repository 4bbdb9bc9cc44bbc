/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the reading of HEALTHCHECK and its showing in Go's notation, which tools compare histories
 * by. */
#include "build/health.h"

#include "base/num.h"
#include "base/stamp.h"
#include "build/flags.h"
#include "build/words.h"

#include <inttypes.h>

/* The engine refuses shorter spans (docker: container.MinimumDuration). */
#define SPAN_MIN NS_PER_MS

static const struct {
	enum flag flag;
	const char *name;
	size_t offset;
} spans[] = {
	{ FLAG_INTERVAL, "interval", offsetof(struct build_health, interval) },
	{ FLAG_TIMEOUT, "timeout", offsetof(struct build_health, timeout) },
	{ FLAG_START_PERIOD, "start-period", offsetof(struct build_health, start_period) },
	{ FLAG_START_INTERVAL, "start-interval", offsetof(struct build_health, start_interval) },
};

static int parse_span(const struct dockerfile_line *line, const char *name, const char *text,
		      int64_t *ret, struct err *e)
{
	int64_t ns;

	if (num_parse_duration(str_slice(text), &ns) < 0)
		return dockerfile_error(
			e, line->number,
			"time: invalid duration \"%.100s\" (for --%s; a number with "
			"a unit: 300ms, 30s, 1m30s)",
			text, name);
	if (ns != 0 && ns < SPAN_MIN)
		return dockerfile_error(e, line->number, "Interval \"%s\" cannot be less than 1ms",
					name);
	*ret = ns;
	return 0;
}

static int parse_spans(const struct dockerfile_line *line, const struct flags *flags,
		       struct build_health *h, struct err *e)
{
	int r;

	for (size_t i = 0; i < ELEMENTS(spans); i++) {
		const char *text = flags->value[spans[i].flag];
		int64_t *span = (int64_t *)((char *)h + spans[i].offset);

		if (cstr_empty(text))
			continue;
		if ((r = parse_span(line, spans[i].name, text, span, e)) < 0)
			return r;
	}
	return 0;
}

static int parse_retries(const struct dockerfile_line *line, const char *text, int64_t *ret,
			 struct err *e)
{
	int64_t n;

	if (cstr_empty(text))
		return 0;
	if (num_parse_i64(str_slice(text), INT32_MIN, INT32_MAX, &n) < 0)
		return dockerfile_error(e, line->number,
					"strconv.ParseInt: parsing \"%.100s\": invalid syntax "
					"(for --retries)",
					text);
	if (n < 0)
		return dockerfile_error(e, line->number,
					"--retries cannot be negative (%" PRId64 ")", n);
	*ret = n;
	return 0;
}

/* The words behind CMD, with the kind of test before them. */
static int parse_command(const struct dockerfile_line *line, struct str_slice text, struct arena *a,
			 struct build_words *ret, struct err *e)
{
	struct build_words words = { 0 }, test = { 0 };
	int form = words_parse_json(text, a, &words), r = 0;

	if (form == WORDS_JSON_NO_LIST)
		return dockerfile_error(e, line->number,
					"when using JSON array syntax, arrays must be comprised of "
					"strings only");
	if (form == WORDS_NOT_JSON && text.len) {
		const char *shell = arena_slice(a, text);

		r = shell ? build_words_add(&words, a, shell) : -ENOMEM;
	}
	if (form < 0 || r < 0)
		return err_no_memory(e);
	if (!words.len)
		return dockerfile_error(e, line->number, "Missing command after HEALTHCHECK CMD");
	r = build_words_add(&test, a, form == WORDS_JSON ? "CMD" : "CMD-SHELL");
	for (size_t i = 0; i < words.len && r == 0; i++)
		r = build_words_add(&test, a, words.items[i]);
	if (r < 0)
		return err_no_memory(e);
	*ret = test;
	return 0;
}

int health_parse(const struct dockerfile_line *line, struct arena *a, struct build_health *ret,
		 struct err *e)
{
	struct str_slice rest = line->rest, kind = words_cut(&rest);
	struct build_health h = { 0 };
	struct flags flags;
	int r;

	if (!kind.len)
		return dockerfile_error(e, line->number,
					"HEALTHCHECK requires at least one argument");
	if ((r = flags_parse(line, &flags, e)) < 0)
		return r;
	if (str_eq_nocase(kind, STR_LIT("NONE"))) {
		if (rest.len)
			return dockerfile_error(e, line->number,
						"HEALTHCHECK NONE takes no arguments");
		if (build_words_add(&h.test, a, "NONE") < 0)
			return err_no_memory(e);
		*ret = h;
		return 0;
	}
	if (!str_eq_nocase(kind, STR_LIT("CMD")))
		return dockerfile_error(e, line->number,
					"Unknown type \"%.*s\" in HEALTHCHECK (try CMD)",
					(int)MIN(kind.len, (size_t)100), kind.ptr);
	if ((r = parse_command(line, rest, a, &h.test, e)) < 0)
		return r;
	if ((r = parse_spans(line, &flags, &h, e)) < 0)
		return r;
	if ((r = parse_retries(line, flags.value[FLAG_RETRIES], &h.retries, e)) < 0)
		return r;
	*ret = h;
	return 0;
}

/* A decimal number of `unit`s: whole part, and the fraction without its trailing zeros. */
static void put_fraction(int64_t ns, int64_t unit, const char *name, struct buf *out)
{
	int64_t fraction = ns % unit;

	buf_printf(out, "%" PRId64, ns / unit);
	if (fraction)
		buf_char(out, '.');
	while (fraction) {
		unit /= 10;
		buf_printf(out, "%" PRId64, fraction / unit);
		fraction %= unit;
	}
	buf_str(out, name);
}

/* Go's time.Duration.String: "1h0m0s", "1m30s", "2.5s", "300ms", "0s". */
static void put_duration(int64_t ns, struct buf *out)
{
	const int64_t minute = 60 * NS_PER_SEC, hour = 60 * minute;

	buf_char(out, '"');
	if (ns > 0 && ns < NS_PER_SEC) {
		put_fraction(ns, ns < NS_PER_MS ? 1000 : NS_PER_MS, ns < NS_PER_MS ? "µs" : "ms",
			     out);
	} else {
		if (ns >= hour)
			buf_printf(out, "%" PRId64 "h", ns / hour);
		if (ns >= minute)
			buf_printf(out, "%" PRId64 "m", ns % hour / minute);
		put_fraction(ns % minute, NS_PER_SEC, "s", out);
	}
	buf_char(out, '"');
}

/* Go quotes an int as the character with that number. */
static void put_rune(int64_t n, struct buf *out)
{
	if (n < ' ' || n == 0x7f)
		buf_printf(out, "'\\x%02x'", (unsigned)n);
	else if (n < 0x7f)
		buf_printf(out, n == '\'' || n == '\\' ? "'\\%c'" : "'%c'", (int)n);
	else
		buf_printf(out, n > 0xffff ? "'\\U%08x'" : "'\\u%04x'", (unsigned)n);
}

void health_quote(const struct build_health *h, struct buf *out)
{
	const int64_t shown[] = { h->interval, h->timeout, h->start_period, h->start_interval };

	buf_str(out, "&{");
	words_quote_list(&h->test, out);
	for (size_t i = 0; i < ELEMENTS(shown); i++) {
		buf_char(out, ' ');
		put_duration(shown[i], out);
	}
	buf_char(out, ' ');
	put_rune(h->retries, out);
	buf_char(out, '}');
}
