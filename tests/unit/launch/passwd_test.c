/* SPDX-License-Identifier: Apache-2.0 */
/* --user and --group-add against a container's own files, and files that mean harm. */
#include "launch/passwd.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

static char top[64];
static int root = -1;
static struct passwd_identity id; /* large */

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "# a comment\n"
			     "broken line\n"
			     "1234:x:7:7::/trap:/bin/sh\n"
			     "0:x:77:77::/trap:/bin/sh\n"
			     "www:x:33:33:www:/var/www:/bin/sh\n"
			     "high:x:4294967296:0::/:\n"
			     "neg:x:-1:0::/:\n"
			     "short:x:44:55\n"
			     "last:x:99:98::/last:";
static const char groups[] = "root:x:0:\n"
			     "www:x:33:\n"
			     "audio:x:29:www,other\n"
			     "video:x:44:other,www\n"
			     "33:x:1000:www\n"
			     "wheel:x:10:root\n";

static int set_up(void **state)
{
	strcpy(top, "/tmp/berth-passwd-XXXXXX");
	assert_non_null(mkdtemp(top));
	root = open(top, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(root, "etc", 0755), 0);
	assert_int_equal(file_write_atomic(root, "etc/passwd", STR_LIT(passwd), 0644, FILE_SYNC_NO),
			 0);
	return file_write_atomic(root, "etc/group", STR_LIT(groups), 0644, FILE_SYNC_NO);
}

static int tear_down(void **state)
{
	close(root);
	return file_remove_tree(AT_FDCWD, top);
}

static void test_users(void **state)
{
	static const struct {
		const char *user;
		const char *expected; /* "uid gid home groups…", or the error's text */
	} rows[] = {
		{ "", "0 0 /root 0 10" },
		{ "root", "0 0 /root 0 10" },
		{ "0", "0 0 /root 0 10" },
		{ "www", "33 33 /var/www 33 29 44 1000" },
		{ "33", "33 33 /var/www 33 29 44 1000" },
		{ "www:audio", "33 29 /var/www 29" },
		{ "www:5", "33 5 /var/www 5" },
		{ "www:33", "33 33 /var/www 33" }, /* a number is no name */
		{ "1234", "1234 0 / 0" },
		{ "1234:1", "1234 1 / 1" },
		{ "7", "7 7 /trap 7" },
		{ ":audio", "0 29 /root 29" },
		{ "short", "44 55 / 55" },
		{ "last", "99 98 /last 98" },
		{ "2147483647", "2147483647 0 / 0" },
		{ "2147483648", "uids and gids must be in range 0-2147483647: '2147483648'" },
		{ "4294967296", "uids and gids must be in range 0-2147483647: '4294967296'" },
		{ "99999999999999999999",
		  "uids and gids must be in range 0-2147483647: '99999999999999999999'" },
		{ "-1", "uids and gids must be in range 0-2147483647: '-1'" },
		{ "+5", "uids and gids must be in range 0-2147483647: '+5'" },
		{ "0x0", "unable to find user 0x0: no matching entries in passwd file" },
		{ "high", "unable to find user high: no matching entries in passwd file" },
		{ "nobody", "unable to find user nobody: no matching entries in passwd file" },
		{ "www:none", "unable to find group none: no matching entries in group file" },
		{ "www:-3", "uids and gids must be in range 0-2147483647: '-3'" },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		struct err e = ERR_INIT;
		auto_(buf_done) struct buf text = BUF_INIT;

		if (passwd_resolve(root, rows[i].user, NULL, 0, &id, &e) < 0) {
			assert_string_equal(e.message, rows[i].expected);
			continue;
		}
		buf_printf(&text, "%u %u %s", id.uid, id.gid, id.home);
		for (size_t g = 0; g < id.group_count; g++)
			buf_printf(&text, " %u", id.groups[g]);
		assert_string_equal(buf_cstr(&text), rows[i].expected);
	}
}

static void test_more_groups(void **state)
{
	struct err e = ERR_INIT;

	assert_int_equal(passwd_resolve(root, "5",
					"audio\0"
					"77\0audio\0",
					3, &id, &e),
			 0);
	assert_int_equal(id.group_count, 3);
	assert_int_equal(id.groups[1], 29);
	assert_int_equal(id.groups[2], 77);
	assert_true(passwd_resolve(root, "5", "nope", 1, &id, &e) < 0);
	assert_string_equal(e.message,
			    "Unable to find group nope: no matching entries in group file");
}

static void replace(const char *name)
{
	assert_int_equal(unlinkat(root, name, 0), 0);
}

static void test_hostile_files(void **state)
{
	struct err e = ERR_INIT;
	int fd;

	replace("etc/passwd");
	assert_int_equal(symlinkat("/etc/passwd", root, "etc/passwd"), 0); /* itself, inside */
	assert_int_equal(passwd_resolve(root, "5", NULL, 0, &id, &e), 0);
	assert_int_equal(id.gid, 0);
	replace("etc/passwd");
	assert_int_equal(mkfifoat(root, "etc/passwd", 0644), 0);
	assert_int_equal(passwd_resolve(root, "5", NULL, 0, &id, &e), 0);
	replace("etc/passwd");
	assert_int_equal(mkdirat(root, "etc/passwd", 0755), 0);
	assert_int_equal(passwd_resolve(root, "5", NULL, 0, &id, &e), 0);
	assert_int_equal(unlinkat(root, "etc/passwd", AT_REMOVEDIR), 0);
	fd = openat(root, "etc/passwd", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(ftruncate(fd, 1ll << 40), 0); /* a hole as large as a disk */
	close(fd);
	assert_true(passwd_resolve(root, "5", NULL, 0, &id, &e) < 0);
	assert_int_equal(e.errnum, EFBIG);
}

static void test_long_lines(void **state)
{
	auto_(buf_done) struct buf text = BUF_INIT;
	struct err e = ERR_INIT;

	for (int i = 0; i < 100000; i++)
		buf_char(&text, 'x');
	buf_str(&text, ":x:5:5::/trap:\nwww:x:1:2::/after:\n");
	for (int i = 0; i < 40000; i++)
		buf_char(&text, 'y');
	assert_int_equal(file_write_atomic(root, "etc/passwd", buf_view(&text), 0644, FILE_SYNC_NO),
			 0);
	assert_int_equal(passwd_resolve(root, "www", NULL, 0, &id, &e), 0);
	assert_string_equal(id.home, "/after");
	assert_int_equal(passwd_resolve(root, "5", NULL, 0, &id, &e), 0);
	assert_string_equal(id.home, "/");
}

static void test_no_files(void **state)
{
	struct err e = ERR_INIT;

	replace("etc/passwd");
	replace("etc/group");
	assert_int_equal(passwd_resolve(root, "", NULL, 0, &id, &e), 0);
	assert_int_equal(passwd_resolve(root, "5:6", NULL, 0, &id, &e), 0);
	assert_true(passwd_resolve(root, "root", NULL, 0, &id, &e) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_users, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_more_groups, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hostile_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_files, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
