/* SPDX-License-Identifier: Apache-2.0 */
/* Files read below a limit and replaced whole; descriptors sealed, passed and closed; ids; names.
 */
#include "os/caps.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/rand.h"
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char top[64];
static int dir = -1;

static int set_up(void **state)
{
	strcpy(top, "/tmp/berth-file-XXXXXX");
	assert_non_null(mkdtemp(top));
	dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0;
}

static int tear_down(void **state)
{
	close(dir);
	return file_remove_tree(AT_FDCWD, top);
}

static void test_replace_and_read(void **state)
{
	auto_(buf_done) struct buf b = BUF_INIT;
	struct stat st;
	char text[6];

	assert_int_equal(file_mkdirs(dir, "a/b", 0700), 0);
	assert_int_equal(file_mkdirs(dir, "a/b", 0700), 0);
	assert_int_equal(file_write_atomic(dir, "a/b/f", STR_LIT("first\n"), 0600, FILE_SYNC_DISK),
			 0);
	assert_int_equal(file_write_atomic(dir, "a/b/f", STR_LIT("secon\n"), 0640, FILE_SYNC_NO),
			 0);
	assert_int_equal(fstatat(dir, "a/b/f", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(file_read(dir, "a/b/f", 6, &b), 0);
	assert_string_equal(buf_cstr(&b), "secon\n");
	buf_clear(&b);
	assert_int_equal(file_read(dir, "a/b/f", 5, &b), -E2BIG);
	assert_int_equal(file_read(dir, "a/b/g", 5, &b), -ENOENT);
	assert_int_equal(file_read_text(dir, "a/b/f", text, sizeof(text)), -E2BIG);
	assert_int_equal(file_write_text(dir, "a/b/none", "x"), -ENOENT);
	assert_int_equal(file_write_atomic(dir, "no/f", STR_LIT("x"), 0600, FILE_SYNC_NO), -ENOENT);
	assert_int_equal(fstatat(dir, "a/b", &st, 0), 0);
	assert_int_equal(st.st_nlink, 2); /* nothing temporary left */
}

static void test_sealed(void **state)
{
	auto_fd int fd = fd_sealed("plan", STR_LIT("bytes"));
	char text[8];

	assert_true(fd >= 0);
	assert_int_equal(fd_read(fd, text, sizeof(text)), 5);
	assert_int_equal(fd_write(fd, "x", 1), -EPERM);
	assert_int_equal(ftruncate(fd, 0), -1);
}

static void test_pass_descriptors(void **state)
{
	int ends[2], got[4], sent[3] = { 0, 1, 2 };
	char data[8] = "hello", in[8];
	struct socket_message out = { .data = data, .len = 5, .fds = sent, .fd_count = 3 };
	struct socket_message m = { .data = in, .len = sizeof(in), .fds = got, .fd_room = 4 };

	assert_int_equal(socket_pair(SOCK_SEQPACKET, ends), 0);
	assert_int_equal(socket_send(ends[0], &out, 0), 5);
	assert_int_equal(socket_recv(ends[1], &m, 0), 5);
	assert_int_equal(m.fd_count, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(fcntl(got[i], F_GETFD), FD_CLOEXEC);
		close(got[i]);
	}
	m = (struct socket_message){ .data = in, .len = sizeof(in), .fds = got, .fd_room = 2 };
	assert_int_equal(socket_send(ends[0], &out, 0), 5);
	assert_int_equal(socket_recv(ends[1], &m, 0), -EMSGSIZE);
	m = (struct socket_message){ .data = in, .len = 4, .fds = got, .fd_room = 4 };
	assert_int_equal(socket_send(ends[0], &out, 0), 5);
	assert_int_equal(socket_recv(ends[1], &m, 0), -EMSGSIZE);
	close(ends[0]);
	m.len = sizeof(in);
	assert_int_equal(socket_recv(ends[1], &m, 0), 0);
	close(ends[1]);
}

static void test_listen_below_a_descriptor(void **state)
{
	auto_fd int listener = socket_listen(dir, "s", SOCK_SEQPACKET, 0600);
	auto_fd int client = -1, server = -1, again = -1;
	struct socket_peer peer;
	struct stat st;

	assert_true(listener >= 0);
	assert_int_equal(fstatat(dir, "s", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	client = socket_connect(dir, "s", SOCK_SEQPACKET);
	assert_true(client >= 0);
	server = accept(listener, NULL, NULL);
	assert_int_equal(socket_peer(server, &peer), 0);
	assert_int_equal(peer.pid, getpid());
	again = socket_listen(dir, "s", SOCK_SEQPACKET, 0600); /* a stale file is replaced */
	assert_true(again >= 0);
}

static void test_ids(void **state)
{
	char a[RAND_ID_LEN + 1], b[RAND_ID_LEN + 1];

	rand_id(a);
	rand_id(b);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), RAND_ID_LEN);
	assert_int_equal(strspn(a, "0123456789abcdef"), RAND_ID_LEN);
}

static void test_capability_names(void **state)
{
	static const struct {
		const char *text;
		int cap;
	} rows[] = { { "CAP_CHOWN", 0 },    { "chown", 0 },	{ "Cap_Sys_Admin", 21 },
		     { "SYS_ADMIN", 21 },   { "BPF", 39 },	{ "CAP_", -EINVAL },
		     { "", -EINVAL },	    { "ALL", -EINVAL }, { "CAP_CAP_CHOWN", -EINVAL },
		     { "chown ", -EINVAL }, { "21", -EINVAL } };

	for (size_t i = 0; i < ELEMENTS(rows); i++)
		assert_int_equal(caps_parse(str_slice(rows[i].text)), rows[i].cap);
	for (int cap = 0; cap < caps_count(); cap++)
		assert_int_equal(caps_parse(str_slice(caps_name(cap))), cap);
	assert_null(caps_name(caps_count()));
	assert_null(caps_name(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_replace_and_read, set_up, tear_down),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_pass_descriptors),
		cmocka_unit_test_setup_teardown(test_listen_below_a_descriptor, set_up, tear_down),
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_capability_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
