/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the calendar arithmetic (days from civil, proleptic Gregorian), so that no locale is asked.
 */
#include "base/stamp.h"

#include "base/num.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

stamp_ns stamp_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t stamp_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static int64_t days_from_civil(int64_t y, unsigned m, unsigned d)
{
	int64_t era;
	unsigned yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = (unsigned)(y - era * 400);
	doy = (153 * (m + (m > 2 ? -3u : 9u)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + (int64_t)doe - 719468;
}

static void civil_from_days(int64_t z, int64_t *y, unsigned *m, unsigned *d)
{
	int64_t era;
	unsigned doe, yoe, doy, mp;

	z += 719468;
	era = (z >= 0 ? z : z - 146096) / 146097;
	doe = (unsigned)(z - era * 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = doy - (153 * mp + 2) / 5 + 1;
	*m = mp + (mp < 10 ? 3 : -9u);
	*y = (int64_t)yoe + era * 400 + (*m <= 2);
}

/* 1 to 31 for a month that exists, else 0. */
static unsigned days_of_month(unsigned y, unsigned m)
{
	static const uint8_t days[] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m < ELEMENTS(days) ? days[m] + (m == 2 && leap) : 0;
}

static size_t format_seconds(stamp_ns t, char *text, unsigned *ret_ns)
{
	int64_t secs = t / NS_PER_SEC, ns = t % NS_PER_SEC, days, rest, y;
	unsigned m, d;

	if (ns < 0) {
		ns += NS_PER_SEC;
		secs--;
	}
	days = secs / 86400;
	rest = secs % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	civil_from_days(days, &y, &m, &d);
	*ret_ns = (unsigned)ns;
	return (size_t)snprintf(text, STAMP_TEXT_MAX, "%04d-%02u-%02uT%02d:%02d:%02d", (int)y, m, d,
				(int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
}

char *stamp_format_fixed(stamp_ns t, char *text)
{
	unsigned ns;
	size_t n = format_seconds(t, text, &ns);

	snprintf(text + n, STAMP_TEXT_MAX - n, ".%09uZ", ns);
	return text;
}

char *stamp_format(stamp_ns t, char *text)
{
	unsigned ns;
	size_t n;

	if (t == 0)
		return strcpy(text, "0001-01-01T00:00:00Z");
	n = format_seconds(t, text, &ns);
	if (ns) {
		n += (size_t)snprintf(text + n, STAMP_TEXT_MAX - n, ".%09u", ns);
		while (text[n - 1] == '0')
			n--;
	}
	strcpy(text + n, "Z");
	return text;
}

static int take_number(struct str_slice *s, size_t digits, char after, unsigned max, unsigned *ret)
{
	if (s->len < digits || num_parse_u32(str_first(*s, digits), max, ret) < 0)
		return -EINVAL;
	*s = str_skip(*s, digits);
	if (!after)
		return 0;
	if (!s->len ||
	    (s->ptr[0] != after && !(after == 'T' && (s->ptr[0] == 't' || s->ptr[0] == ' '))))
		return -EINVAL;
	*s = str_skip(*s, 1);
	return 0;
}

static int take_fraction(struct str_slice *s, unsigned *ret_ns)
{
	unsigned scale = 100000000, ns = 0;
	size_t n = 0;

	*ret_ns = 0;
	if (!str_take_prefix(s, "."))
		return 0;
	for (; n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9'; n++, scale /= 10)
		ns += (unsigned)(s->ptr[n] - '0') * scale;
	*s = str_skip(*s, n);
	*ret_ns = ns;
	return n ? 0 : -EINVAL;
}

static int take_offset(struct str_slice *s, int64_t *ret_secs)
{
	unsigned h, m;
	int sign;

	*ret_secs = 0;
	if (str_take_prefix(s, "Z") || str_take_prefix(s, "z"))
		return 0;
	sign = str_take_prefix(s, "-") ? -1 : str_take_prefix(s, "+") ? 1 : 0;
	if (!sign || take_number(s, 2, ':', 23, &h) < 0 || take_number(s, 2, 0, 59, &m) < 0)
		return -EINVAL;
	*ret_secs = sign * (int64_t)(h * 3600 + m * 60);
	return 0;
}

int stamp_parse(struct str_slice s, stamp_ns *ret)
{
	unsigned y, mo, d, h, mi, sec, ns;
	int64_t offset, secs, t;

	if (take_number(&s, 4, '-', 9999, &y) < 0 || take_number(&s, 2, '-', 12, &mo) < 0 ||
	    take_number(&s, 2, 'T', 31, &d) < 0 || take_number(&s, 2, ':', 23, &h) < 0 ||
	    take_number(&s, 2, ':', 59, &mi) < 0 || take_number(&s, 2, 0, 60, &sec) < 0 ||
	    take_fraction(&s, &ns) < 0 || take_offset(&s, &offset) < 0 || s.len || !d ||
	    d > days_of_month(y, mo))
		return -EINVAL;
	if (y == 1 && mo == 1 && d == 1) {
		*ret = 0;
		return 0;
	}
	secs = days_from_civil(y, mo, d) * 86400 + h * 3600 + mi * 60 + sec - offset;
	if (__builtin_mul_overflow(secs, NS_PER_SEC, &t) ||
	    __builtin_add_overflow(t, (int64_t)ns, &t))
		return -EINVAL;
	*ret = t;
	return 0;
}
