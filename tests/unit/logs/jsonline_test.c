/* SPDX-License-Identifier: Apache-2.0 */
/* One log line: what Docker writes is read, anything else is refused. */
#include "logs/jsonline.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define T "\"time\":\"2024-01-02T03:04:05.678Z\""

static const struct {
	const char *line, *text; /* NULL: refused */
	enum log_stream stream;
	bool partial;
	const char *attrs;
} rows[] = {
	{ "{\"log\":\"a\\n\",\"stream\":\"stdout\"," T "}", "a\n", LOG_STREAM_STDOUT, false, "" },
	{ "{\"log\":\"a\",\"stream\":\"stderr\"," T "}", "a", LOG_STREAM_STDERR, true, "" },
	{ "{" T ",\"stream\":\"stderr\",\"log\":\"a\"}", "a", LOG_STREAM_STDERR, true, "" },
	{ "{\"stream\":\"stdout\"," T "}", "", LOG_STREAM_STDOUT, true, "" },
	{ "{\"log\":\"\\u003c\\\"\\\\\\/\\b\\f\\t\\r\\u00e9\\u20ac\\ud83d\\ude00\\n\","
	  "\"stream\":\"stdout\",\"attrs\":{\"k\":\"}\\\"\"}," T "}",
	  "<\"\\/\b\f\t\r\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n", LOG_STREAM_STDOUT, false,
	  "{\"k\":\"}\\\"\"}" },
	{ "{\"log\":\"\\ud83dx\\ude00\\n\",\"stream\":\"stdout\"," T "}",
	  "\xef\xbf\xbdx\xef\xbf\xbd\n", LOG_STREAM_STDOUT, false, "" },
	{ "{\"log\":\"0123456789abcdef0123456789abcdef\\t0123456789abcdef\\n\",\"stream\":\"stdout\"," T
	  "}",
	  "0123456789abcdef0123456789abcdef\t0123456789abcdef\n", LOG_STREAM_STDOUT, false, "" },
	{ "", NULL },
	{ "{}", NULL },
	{ "{\"log\":\"a\"," T "}", NULL },
	{ "{\"log\":\"a\",\"stream\":\"stdout\"}", NULL },
	{ "{\"log\":\"a\",\"log\":\"a\",\"stream\":\"stdout\"," T "}", NULL },
	{ "{\"log\":\"a\",\"stream\":\"stdin\"," T "}", NULL },
	{ "{\"log\":\"a\",\"stream\":\"stdout\",\"time\":\"yesterday\"}", NULL },
	{ "{\"log\":\"a\",\"stream\":\"stdout\"," T "} ", NULL },
	{ "{\"log\":\"a\",\"stream\":\"stdout\"," T, NULL },
	{ "{\"log\":\"a\\x\",\"stream\":\"stdout\"," T "}", NULL },
	{ "{\"log\":\"a\\u00g0\",\"stream\":\"stdout\"," T "}", NULL },
	{ "{\"log\":\"a\tb\",\"stream\":\"stdout\"," T "}", NULL },
	{ "{\"log\":\"a\",\"other\":1,\"stream\":\"stdout\"," T "}", NULL },
	{ "{\"log\":\"a\",\"attrs\":\"b\",\"stream\":\"stdout\"," T "}", NULL },
	{ "{\"log\":\"a\",\"attrs\":{\"b\":[[[[[[[[[[]]]]]]]]]]},\"stream\":\"stdout\"," T "}",
	  NULL },
};

static void lines(void **state)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		char *line = strdup(rows[i].line);
		struct log_line l;
		int r = jsonline_parse(line, strlen(line), &l);

		assert_int_equal(r == 0, !!rows[i].text);
		if (r == 0) {
			assert_int_equal(l.text.len, strlen(rows[i].text));
			assert_memory_equal(l.text.ptr, rows[i].text, l.text.len);
			assert_int_equal(l.stream, rows[i].stream);
			assert_int_equal(l.partial, rows[i].partial);
			assert_int_equal(l.stamp, 1704164645678000000ll);
			assert_true(str_is(l.attrs, rows[i].attrs));
		}
		free(line);
	}
}

/* Every beginning of a good line is torn, and no byte beyond it is read (the copy is exact). */
static void torn_lines(void **state)
{
	const char *whole = rows[4].line;

	for (size_t n = 0; n < strlen(whole); n++) {
		char *line = malloc(n ? n : 1);
		struct log_line l;

		memcpy(line, whole, n);
		assert_int_equal(jsonline_parse(line, n, &l), -EBADMSG);
		free(line);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(torn_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
