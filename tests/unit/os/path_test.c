/* SPDX-License-Identifier: Apache-2.0 */
/* Lookups below a root: links of every kind stay inside, missing places are made, hostile trees go.
 */
#include "os/file.h"
#include "os/path.h"

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
static int root = -1, outside = -1;

static int set_up(void **state)
{
	strcpy(top, "/tmp/berth-path-XXXXXX");
	assert_non_null(mkdtemp(top));
	outside = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(outside, "root", 0755), 0);
	assert_int_equal(mkdirat(outside, "secret", 0755), 0);
	root = openat(outside, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0;
}

static int tear_down(void **state)
{
	close(root);
	close(outside);
	return file_remove_tree(AT_FDCWD, top);
}

/* Where the descriptor points, without the temporary directory's name. */
static const char *place(int fd, char *text, size_t size)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, text, size - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_int_equal(strncmp(text, top, strlen(top)), 0);
	return text + strlen(top);
}

static void test_make(void **state)
{
	static const struct {
		const char *link, *target; /* made first, when not NULL */
		const char *path;
		enum path_kind kind;
		const char *expected;
	} rows[] = {
		{ NULL, NULL, "/a/b/c", PATH_DIR, "/root/a/b/c" },
		{ NULL, NULL, "a/b/file", PATH_FILE, "/root/a/b/file" },
		{ NULL, NULL, "/../../secret/x", PATH_DIR, "/root/secret/x" },
		{ "up", "../../secret", "/up/in", PATH_DIR, "/root/secret/in" },
		{ "abs", "/not/there", "/abs", PATH_DIR, "/root/not/there" },
		{ "abs2", "/not/there2", "/abs2/below/f", PATH_FILE, "/root/not/there2/below/f" },
		{ "rel", "here/../here2", "/rel/z", PATH_DIR, "/root/here2/z" },
		{ "flink", "/etc/real", "/flink", PATH_FILE, "/root/etc/real" },
		{ "trail", "/tr/", "/trail//x///", PATH_DIR, "/root/tr/x" },
	};
	char text[256];

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_fd int fd = -1;

		if (rows[i].link)
			assert_int_equal(symlinkat(rows[i].target, root, rows[i].link), 0);
		if (i == 6)
			assert_int_equal(mkdirat(root, "here", 0755), 0);
		fd = path_make(root, rows[i].path, rows[i].kind);
		if (fd < 0)
			fail_msg("%s: %s", rows[i].path, strerror(-fd));
		assert_string_equal(place(fd, text, sizeof(text)), rows[i].expected);
	}
	assert_true(!file_exists(outside, "secret/in") && !file_exists(outside, "secret/x"));
}

static void test_refusals(void **state)
{
	char longest[300], name[256];

	assert_int_equal(symlinkat("loop2", root, "loop1"), 0);
	assert_int_equal(symlinkat("loop1", root, "loop2"), 0);
	assert_int_equal(path_make(root, "/loop1/x", PATH_DIR), -ELOOP);
	assert_int_equal(symlinkat("self/self", root, "self"), 0);
	assert_int_equal(path_make(root, "self", PATH_FILE), -ELOOP);
	assert_int_equal(path_make(root, "", PATH_DIR), -ENOENT);
	assert_int_equal(path_make(root, "/missing/..", PATH_DIR) >= 0 ? 0 : -1, 0);
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(path_make(root, longest, PATH_DIR), -ENAMETOOLONG);
	assert_int_equal(path_open_parent(root, "/", name), -EINVAL);
	assert_int_equal(path_open_parent(root, "/x/..", name), -EINVAL);
	assert_int_equal(path_open(root, "/proc/self/exe", O_RDONLY, 0), -ENOENT);
}

static void test_magic_links(void **state)
{
	int slash = open("/", O_PATH | O_DIRECTORY);

	assert_int_equal(path_open(slash, "/proc/self/exe", O_RDONLY, 0), -ELOOP);
	assert_int_equal(path_open(slash, "/proc/self/cwd/x", O_RDONLY, 0), -ELOOP);
	close(slash);
}

static void test_parent(void **state)
{
	char name[256], text[256];
	auto_fd int dir = path_open_parent(root, "/dev/sub/node/", name);

	assert_true(dir >= 0);
	assert_string_equal(name, "node");
	assert_string_equal(place(dir, text, sizeof(text)), "/root/dev/sub");
}

static void test_remove_deep_tree(void **state)
{
	auto_fd int at = openat(outside, "root", O_PATH | O_DIRECTORY);

	assert_int_equal(mkdirat(at, "deep", 0755), 0);
	for (int i = 0; i < 1500; i++) {
		int below = openat(at, "deep", O_PATH | O_DIRECTORY);

		assert_true(below >= 0);
		assert_int_equal(mkdirat(below, "deep", 0755), 0);
		assert_int_equal(symlinkat("../../../secret", below, "link"), 0);
		close(at);
		at = below;
	}
	assert_int_equal(mkdirat(outside, "secret/kept", 0755), 0);
	assert_int_equal(file_remove_tree(outside, "root/deep"), 0);
	assert_false(file_exists(outside, "root/deep"));
	assert_true(file_exists(outside, "secret/kept"));
	assert_int_equal(file_remove_tree(outside, "root/deep"), 0); /* absent: fine */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_make, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
		cmocka_unit_test(test_magic_links),
		cmocka_unit_test_setup_teardown(test_parent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_remove_deep_tree, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
