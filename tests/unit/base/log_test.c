/* SPDX-License-Identifier: Apache-2.0 */
/* The log: one line a message whatever is in it, levels, JSON that parses. */
#include "base/log.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

static int saved_stderr = -1, capture = -1;

static int set_up(void **state)
{
	capture = memfd_create("log", MFD_CLOEXEC);
	saved_stderr = dup(STDERR_FILENO);
	return capture < 0 || dup2(capture, STDERR_FILENO) < 0;
}

static int tear_down(void **state)
{
	dup2(saved_stderr, STDERR_FILENO);
	saved_stderr = own_close(saved_stderr);
	capture = own_close(capture);
	return 0;
}

/* What was written since set_up, without the time that every line begins with. */
static const char *written(size_t time_at)
{
	static char text[8192];
	ssize_t n = pread(capture, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return n > (ssize_t)time_at ? text + time_at : "";
}

static void text_stays_one_line(void **state)
{
	log_init("berthd", LOG_INFO, LOG_TEXT);
	log_info("a \"%s\"\n\x01", "b");
	assert_string_equal(written(31), "info berthd: a \"b\"\\n\\u0001\n");
}

static void json_is_escaped(void **state)
{
	log_init("berthd", LOG_INFO, LOG_JSON);
	log_warn("a \"b\\c\"\t");
	assert_string_equal(written(41), "\"level\":\"warning\",\"program\":\"berthd\","
					 "\"msg\":\"a \\\"b\\\\c\\\"\\u0009\"}\n");
}

static void quiet_levels_say_nothing(void **state)
{
	log_init("berthd", LOG_WARN, LOG_TEXT);
	log_info("no");
	log_debug("no");
	assert_string_equal(written(0), "");
	log_set_level(LOG_DEBUG);
	errno = EXDEV;
	log_debug("yes");
	assert_int_equal(errno, EXDEV);
	assert_string_equal(written(31), "debug berthd: yes\n");
}

static void long_messages_are_cut(void **state)
{
	char text[6000];

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_init("berthd", LOG_INFO, LOG_JSON);
	log_error("%s", text);
	assert_true(strlen(written(0)) < 4096);
	assert_string_equal(written(0) + strlen(written(0)) - 3, "\"}\n");
	assert_int_equal(strchr(written(0), '\n') - written(0) + 1, strlen(written(0)));
}

static void reads_levels(void **state)
{
	static const struct {
		const char *text;
		int r;
		enum log_level level;
	} rows[] = {
		{ "debug", 0, LOG_DEBUG }, { "info", 0, LOG_INFO },
		{ "warn", 0, LOG_WARN },   { "warning", 0, LOG_WARN },
		{ "error", 0, LOG_ERROR }, { "fatal", 0, LOG_ERROR },
		{ "", -EINVAL, LOG_INFO }, { "Info", -EINVAL, LOG_INFO },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		enum log_level level = LOG_INFO;

		assert_int_equal(log_level_parse(str_slice(rows[i].text), &level), rows[i].r);
		assert_int_equal(level, rows[i].level);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(text_stays_one_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(json_is_escaped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(quiet_levels_say_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(long_messages_are_cut, set_up, tear_down),
		cmocka_unit_test(reads_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
