/* SPDX-License-Identifier: Apache-2.0 */
/* Owns number grammars: decimal, octal, byte sizes, Go durations. All integer arithmetic. */
#include "base/num.h"

#include <errno.h>
#include <stdbool.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int parse_base(struct str_slice s, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (s.len == 0)
		return -EINVAL;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_digit(s.ptr[i]) || (unsigned)(s.ptr[i] - '0') >= base)
			return -EINVAL;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s.ptr[i] - '0'), &value) ||
		    value > max)
			return -ERANGE;
	}
	*ret = value;
	return 0;
}

int num_parse_u64(struct str_slice s, uint64_t max, uint64_t *ret)
{
	return parse_base(s, 10, max, ret);
}

int num_parse_u32(struct str_slice s, uint32_t max, uint32_t *ret)
{
	uint64_t value;
	int r = parse_base(s, 10, max, &value);

	if (r == 0)
		*ret = (uint32_t)value;
	return r;
}

int num_parse_octal(struct str_slice s, uint32_t max, uint32_t *ret)
{
	uint64_t value;
	int r = parse_base(s, 8, max, &value);

	if (r == 0)
		*ret = (uint32_t)value;
	return r;
}

int num_parse_i64(struct str_slice s, int64_t min, int64_t max, int64_t *ret)
{
	bool negative = str_take_prefix(&s, "-");
	uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, magnitude;
	int64_t value;
	int r = parse_base(s, 10, limit, &magnitude);

	if (r < 0)
		return r;
	value = negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

/*
 * Takes "123" or "123.456" off *s and scales it: whole * unit + fraction * unit, with the fraction
 * cut at 9 digits. The unit is known only after the number, hence two steps.
 */
struct decimal {
	uint64_t whole, fraction, fraction_scale;
};

static int take_decimal(struct str_slice *s, struct decimal *ret)
{
	struct decimal d = { .fraction_scale = 1 };
	size_t n = 0, digits = 0;

	for (; n < s->len && is_digit(s->ptr[n]); n++, digits++)
		if (__builtin_mul_overflow(d.whole, 10u, &d.whole) ||
		    __builtin_add_overflow(d.whole, (uint64_t)(s->ptr[n] - '0'), &d.whole))
			return -ERANGE;
	if (n < s->len && s->ptr[n] == '.') {
		for (n++; n < s->len && is_digit(s->ptr[n]); n++, digits++) {
			if (d.fraction_scale >= 1000000000)
				continue;
			d.fraction = d.fraction * 10 + (uint64_t)(s->ptr[n] - '0');
			d.fraction_scale *= 10;
		}
	}
	if (digits == 0)
		return -EINVAL;
	*s = str_skip(*s, n);
	*ret = d;
	return 0;
}

static int scale(struct decimal d, uint64_t unit, uint64_t *ret)
{
	uint64_t whole;
	unsigned __int128 part = (unsigned __int128)d.fraction * unit / d.fraction_scale;

	if (__builtin_mul_overflow(d.whole, unit, &whole) ||
	    __builtin_add_overflow(whole, (uint64_t)part, ret) || *ret > INT64_MAX)
		return -ERANGE;
	return 0;
}

int num_parse_bytes(struct str_slice s, int64_t *ret)
{
	static const char letters[] = "bkmgtp";
	struct decimal d;
	uint64_t unit = 1, bytes;
	int r = take_decimal(&s, &d);

	if (r < 0)
		return r;
	if (s.len && s.ptr[0] == ' ')
		s = str_skip(s, 1);
	if (s.len) {
		const char *at = memchr(letters, s.ptr[0] | 0x20, sizeof(letters) - 1);

		if (!at)
			return -EINVAL;
		unit = 1ull << (10 * (at - letters));
		s = str_skip(s, 1);
		if (unit > 1 && s.len && !str_eq_nocase(s, STR_LIT("b")) &&
		    !str_eq_nocase(s, STR_LIT("ib")))
			return -EINVAL;
		if (unit == 1 && s.len)
			return -EINVAL;
	}
	r = scale(d, unit, &bytes);
	if (r == 0)
		*ret = (int64_t)bytes;
	return r;
}

static const struct {
	const char *suffix;
	uint64_t ns;
} duration_units[] = {
	{ "ns", 1 },	   { "us", 1000 },	{ "\u00b5s", 1000 },  { "\u03bcs", 1000 },
	{ "ms", 1000000 }, { "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 },
};

static int take_unit(struct str_slice *s, uint64_t *ret_ns)
{
	for (size_t i = 0; i < ELEMENTS(duration_units); i++) {
		if (str_take_prefix(s, duration_units[i].suffix)) {
			*ret_ns = duration_units[i].ns;
			return 0;
		}
	}
	return -EINVAL;
}

int num_parse_duration(struct str_slice s, int64_t *ret_ns)
{
	bool negative = str_take_prefix(&s, "-");
	uint64_t total = 0;

	if (!negative)
		str_take_prefix(&s, "+");
	if (str_is(s, "0")) {
		*ret_ns = 0;
		return 0;
	}
	if (s.len == 0)
		return -EINVAL;
	while (s.len) {
		struct decimal d;
		uint64_t unit, part;
		int r;

		if ((r = take_decimal(&s, &d)) < 0 || (r = take_unit(&s, &unit)) < 0 ||
		    (r = scale(d, unit, &part)) < 0)
			return r;
		if (__builtin_add_overflow(total, part, &total) || total > INT64_MAX)
			return -ERANGE;
	}
	*ret_ns = negative ? -(int64_t)total : (int64_t)total;
	return 0;
}
