/* SPDX-License-Identifier: Apache-2.0 */
/* Exit records: written whole, read back, and anything else is said to be damaged. */
#include "base/own.h"
#include "rpc/exit_record.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char path[64];
static int dir;

static int make_dir(void **state)
{
	snprintf(path, sizeof(path), "/tmp/berth-exit-XXXXXX");
	assert_non_null(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0;
}

static int remove_dir(void **state)
{
	unlinkat(dir, "exit", 0);
	close(dir);
	return rmdir(path);
}

static void records_come_back(void **state)
{
	struct exit_record in = { .pid = 12,
				  .status = 137,
				  .time = 1700000000123456789ll,
				  .oom_kills = 3 },
			   out = { 0 };
	char name[EXIT_RECORD_NAME_MAX];
	struct err e;

	assert_int_equal(exit_record_write(dir, EXIT_RECORD_CONTAINER, &in, &e), 0);
	in.status = 0;
	assert_int_equal(exit_record_write(dir, EXIT_RECORD_CONTAINER, &in, &e), 0);
	assert_int_equal(exit_record_read(dir, EXIT_RECORD_CONTAINER, &out, &e), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(exit_record_read(dir, "absent", &out, &e), -ENOENT);
	assert_int_equal(e.kind, ERR_NOT_FOUND);
	assert_string_equal(exit_record_exec_name(STR_LIT("abc"), name), "exec-abc.exit");
	assert_true(exit_record_write(dir, "no/where", &in, &e) < 0);
}

static void damage_is_noticed(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} rows[] = {
		{ "pid 1\nstatus 2\ntime 3\noom_kills 0\n", true },
		{ "time 3\nlater words\n", true },
		{ "", false },
		{ "pid 1\nstatus 2\n", false },
		{ "pid 1\nstatus 2\ntime 3", false },
		{ "status 256\ntime 3\n", false },
		{ "status -1\ntime 3\n", false },
		{ "time 3\n\n", false },
	};
	struct exit_record r;
	struct err e;

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		int fd = openat(dir, "exit", O_WRONLY | O_CREAT | O_TRUNC, 0600);

		assert_int_equal(write(fd, rows[i].text, strlen(rows[i].text)),
				 strlen(rows[i].text));
		close(fd);
		assert_int_equal(exit_record_read(dir, "exit", &r, &e) == 0, rows[i].good);
		if (!rows[i].good)
			assert_int_equal(e.kind, ERR_DATA_LOSS);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back),
		cmocka_unit_test(damage_is_noticed),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
