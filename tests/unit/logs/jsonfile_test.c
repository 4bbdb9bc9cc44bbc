/* SPDX-License-Identifier: Apache-2.0 */
/* The json-file writer: Docker's bytes exactly, parts of long lines, rotation, a disk that fails.
 */
#include "base/buf.h"
#include "logs/jsonfile.h"
#include "logs/jsonline.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#define NAME "c-json.log"
static const stamp_ns when = 1704164645678000000ll; /* 2024-01-02T03:04:05.678Z */

static struct jsonfile jf;
static char path[64];
static int dir;

static int make_dir(void **state)
{
	snprintf(path, sizeof(path), "/tmp/berth-log-XXXXXX");
	assert_non_null(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0;
}

static int remove_dir(void **state)
{
	static const char *const names[] = { NAME, NAME ".1", NAME ".2", NAME ".3" };

	jsonfile_close(&jf);
	for (size_t i = 0; i < ELEMENTS(names); i++)
		unlinkat(dir, names[i], 0);
	close(dir);
	return rmdir(path);
}

static void open_log(uint64_t max_size, uint32_t max_files, const char *attrs)
{
	struct jsonfile_config config = { .dir = dir,
					  .name = STR_LIT(NAME),
					  .max_size = max_size,
					  .max_files = max_files,
					  .attrs = str_slice(attrs) };
	struct err e;

	assert_int_equal(jsonfile_open(&jf, &config, &e), 0);
}

static void read_file(const char *name, struct buf *b)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	assert_true(fd >= 0);
	do {
		n = read(fd, buf_room(b, 65536), 65536);
		assert_true(n >= 0);
		buf_added(b, (size_t)n);
	} while (n > 0);
	close(fd);
}

static void assert_file(const char *name, const char *expect)
{
	auto_(buf_done) struct buf b = BUF_INIT;

	read_file(name, &b);
	assert_string_equal(buf_cstr(&b), expect);
}

static void put(enum log_stream stream, const char *text)
{
	jsonfile_put(&jf, stream, str_slice(text), when);
}

#define STDOUT_AT(log, time) "{\"log\":\"" log "\",\"stream\":\"stdout\",\"time\":\"" time "\"}\n"
#define STDOUT(log)	     STDOUT_AT(log, "2024-01-02T03:04:05.678Z")

static void lines_are_dockers(void **state)
{
	open_log(0, 1, NULL);
	put(LOG_STREAM_STDOUT, "hello\n\n<a href=\"x\">&\\\t\r\x01\x7f\n");
	put(LOG_STREAM_STDERR, "caf\xc3\xa9 \xff \xe2\x80\xa9\n");
	put(LOG_STREAM_STDOUT, "in ");
	assert_true(str_is(jsonfile_pending(&jf, LOG_STREAM_STDOUT), "in "));
	put(LOG_STREAM_STDOUT, "pieces");
	put(LOG_STREAM_STDOUT, "\nrest");
	jsonfile_put(&jf, LOG_STREAM_STDOUT, STR_LIT("\n"), 1704164646ll * NS_PER_SEC);
	jsonfile_flush(&jf);
	assert_file(
		NAME,
		STDOUT("hello\\n") STDOUT("\\n") STDOUT(
			"\\u003ca href=\\\"x\\\"\\u003e\\u0026\\\\\\u0009\\r\\u0001\x7f\\n") "{\"log\":\"caf\xc3\xa9 \\ufffd \\u2029\\n\",\"stream\":\"stderr\","
											     "\"time\":\"2024-01-02T03:04:05.678Z\"}\n" STDOUT(
												     "in pieces\\n")
												     STDOUT_AT(
													     "rest\\n",
													     "2024-01-02T03:04:06Z"));
	assert_int_equal(jf.lost, 0);
}

static void attributes_and_ends(void **state)
{
	open_log(0, 1, "{\"tag\":\"x\"}");
	put(LOG_STREAM_STDOUT, "no newline");
	jsonfile_finish(&jf, LOG_STREAM_STDOUT);
	jsonfile_finish(&jf, LOG_STREAM_STDERR);
	jsonfile_flush(&jf);
	auto_(buf_done) struct buf b = BUF_INIT;
	read_file(NAME, &b);
	assert_true(str_starts_with(buf_view(&b), "{\"log\":\"no newline\",\"stream\":\"stdout\","
						  "\"attrs\":{\"tag\":\"x\"},\"time\":\""));
}

/* Lengths around the part size, cut into reads of several sizes: always the same parts. */
static void long_lines_come_in_parts(void **state)
{
	static const size_t lengths[] = { 16383, 16384, 16385, 32768, 40000 };
	static const size_t reads[] = { 65536, 16384, 1000 };
	auto_free char *text = malloc(40001);

	memset(text, 'a', 40001);
	for (size_t i = 0; i < ELEMENTS(lengths) * ELEMENTS(reads); i++) {
		size_t length = lengths[i / ELEMENTS(reads)], piece = reads[i % ELEMENTS(reads)];
		size_t parts = length / JSONFILE_PART_MAX, n = 0;
		auto_(buf_done) struct buf b = BUF_INIT;
		struct str_slice rest, line;

		unlinkat(dir, NAME, 0);
		open_log(0, 1, NULL);
		text[length] = '\n';
		for (size_t at = 0; at <= length; at += piece)
			jsonfile_put(&jf, LOG_STREAM_STDOUT,
				     (struct str_slice){ text + at, MIN(piece, length + 1 - at) },
				     when + (stamp_ns)at);
		text[length] = 'a';
		jsonfile_close(&jf);
		read_file(NAME, &b);
		rest = buf_view(&b);
		while (str_cut(&rest, '\n', &line)) {
			struct log_line l;

			assert_int_equal(jsonline_parse((char *)line.ptr, line.len, &l), 0);
			assert_int_equal(l.partial, n < parts);
			assert_int_equal(l.text.len, n < parts ? JSONFILE_PART_MAX
							       : length % JSONFILE_PART_MAX + 1);
			n++;
		}
		assert_int_equal(n, parts + 1);
	}
}

static size_t count_lines(const char *name)
{
	auto_(buf_done) struct buf b = BUF_INIT;
	size_t n = 0;

	read_file(name, &b);
	for (size_t i = 0; i < b.len; i++)
		n += b.data[i] == '\n';
	return n;
}

/* A file may pass the limit by its last line, as docker's does. */
static void rotates_by_size_and_count(void **state)
{
	size_t record = strlen(STDOUT("1234567890\\n"));
	struct stat st;

	open_log(record * 10, 3, NULL);
	for (unsigned i = 0; i < 25; i++)
		put(LOG_STREAM_STDOUT, "1234567890\n");
	jsonfile_flush(&jf);
	assert_int_equal(count_lines(NAME), 5);
	assert_int_equal(count_lines(NAME ".1"), 10);
	assert_int_equal(count_lines(NAME ".2"), 10);
	assert_int_equal(fstatat(dir, NAME, &st, 0), 0);
	assert_int_equal(jsonfile_end(&jf).file, st.st_ino);
	assert_int_equal(jsonfile_end(&jf).offset, record * 5);
	for (unsigned i = 0; i < 10; i++)
		put(LOG_STREAM_STDOUT, "1234567890\n");
	jsonfile_flush(&jf);
	assert_int_equal(count_lines(NAME), 5);
	assert_int_equal(faccessat(dir, NAME ".3", F_OK, 0), -1);

	open_log(record * 10, 1, NULL);
	for (unsigned i = 0; i < 7; i++)
		put(LOG_STREAM_STDOUT, "1234567890\n");
	jsonfile_flush(&jf);
	assert_int_equal(count_lines(NAME), 2);
}

static void torn_lines_are_ended(void **state)
{
	int fd = openat(dir, NAME, O_WRONLY | O_CREAT, 0600);

	assert_int_equal(write(fd, "{\"log\":\"to", 10), 10);
	close(fd);
	open_log(0, 1, NULL);
	put(LOG_STREAM_STDOUT, "new\n");
	jsonfile_flush(&jf);
	assert_file(NAME, "{\"log\":\"to\n" STDOUT("new\\n"));
}

/* RLIMIT_FSIZE stands for a full disk: a write that fails half way leaves no half record. */
static void a_full_disk_loses_lines_only(void **state)
{
	size_t record = strlen(STDOUT("12345\\n"));
	struct rlimit old, low;

	open_log(0, 1, NULL);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	low = (struct rlimit){ record * 2 + 10, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
	put(LOG_STREAM_STDOUT, "12345\n");
	jsonfile_flush(&jf);
	put(LOG_STREAM_STDOUT, "12345\n12345\n");
	jsonfile_flush(&jf);
	assert_int_equal(jf.lost, record * 2);
	assert_int_equal(jf.last_error, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	put(LOG_STREAM_STDOUT, "12345\n");
	jsonfile_flush(&jf);
	assert_file(NAME, STDOUT("12345\\n") STDOUT("12345\\n"));
}

static void bad_configurations(void **state)
{
	static const char *const names[] = { "", "a/b" };
	struct err e;

	for (size_t i = 0; i < ELEMENTS(names); i++) {
		struct jsonfile_config config = { .dir = dir, .name = str_slice(names[i]) };

		assert_true(jsonfile_open(&jf, &config, &e) < 0);
	}
	struct jsonfile_config config = { .dir = -1, .name = STR_LIT("x") };
	assert_true(jsonfile_open(&jf, &config, &e) < 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(lines_are_dockers),	TEST(attributes_and_ends),
		TEST(long_lines_come_in_parts), TEST(rotates_by_size_and_count),
		TEST(torn_lines_are_ended),	TEST(a_full_disk_loses_lines_only),
		TEST(bad_configurations),
	};

	jf.fd = -1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
