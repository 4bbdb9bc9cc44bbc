/* SPDX-License-Identifier: Apache-2.0 */
/* Programs start with exactly the descriptors, signals and directory they were given. */
#include "os/fd.h"
#include "os/ns.h"
#include "os/pidfd.h"
#include "os/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Runs a shell command with its output in `text`; the exit as a shell gives it. */
static int run(struct spawn_request request, const char *command, char *text, size_t size)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	int in, out, fds[3], r;
	struct pidfd_exit end;
	struct spawned child;
	ssize_t n;

	assert_int_equal(fd_pipe(0, &in, &out), 0);
	fds[0] = -1;
	fds[1] = fds[2] = out;
	request.argv = argv;
	request.fds = fds;
	request.fd_count = 3;
	r = spawn_program(&request, &child);
	close(out);
	if (r < 0) {
		close(in);
		return r;
	}
	for (size_t used = 0; (n = fd_read(in, text + used, size - used - 1)) > 0; used += n)
		text[used + n] = '\0';
	assert_int_equal(pidfd_wait(child.pidfd, &end), 0);
	close(child.pidfd);
	close(in);
	return end.code;
}

static struct spawn_request shell(void)
{
	struct spawn_request r = SPAWN_REQUEST_INIT;

	r.path = "/bin/sh";
	return r;
}

static void test_exact_descriptors(void **state)
{
	char text[256] = "";
	int extra = open("/", O_PATH); /* not even close-on-exec */

	assert_int_equal(run(shell(), "echo /proc/self/fd/*; exit 7", text, sizeof(text)), 7);
	/* the shell's own directory stream is the fourth */
	assert_string_equal(text,
			    "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n");
	close(extra);
}

static void test_signals_are_reset(void **state)
{
	char text[1024] = "";
	sigset_t set, old;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, &old);
	assert_int_equal(
		run(shell(), "grep -E 'Sig(Blk|Ign)' /proc/self/status", text, sizeof(text)), 0);
	sigprocmask(SIG_SETMASK, &old, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	assert_string_equal(text, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

static void test_order_of_descriptors(void **state)
{
	const char *argv[] = { "sh", "-c", "echo out; echo err >&2; echo three >&3", NULL };
	struct spawn_request q = shell();
	struct pidfd_exit end;
	struct spawned child;
	char text[64] = "";
	int in, out, fds[4];

	assert_int_equal(fd_pipe(0, &in, &out), 0);
	/* crossed on purpose: each source sits on another's target */
	assert_int_equal(dup2(out, 50), 50);
	fds[0] = in;
	fds[1] = 50;
	fds[2] = -1;
	fds[3] = out;
	q.argv = argv;
	q.fds = fds;
	q.fd_count = 4;
	assert_int_equal(spawn_program(&q, &child), 0);
	assert_int_equal(pidfd_wait(child.pidfd, &end), 0);
	assert_int_equal(end.code, 0);
	assert_int_equal(fd_read(in, text, sizeof(text) - 1), 10);
	assert_string_equal(text, "out\nthree\n");
	close(child.pidfd);
	close(in);
	close(out);
	close(50);
}

static void test_failures(void **state)
{
	struct spawn_request q = shell();
	char text[8];

	q.path = "/no/such/program";
	assert_int_equal(run(q, "", text, sizeof(text)), -ENOENT);
	q.path = "/etc/passwd";
	assert_int_equal(run(q, "", text, sizeof(text)), -EACCES);
	q = shell();
	q.cwd = 2; /* not a directory */
	assert_true(run(q, "", text, sizeof(text)) < 0);
}

static void test_sealed_program(void **state)
{
	struct spawn_request q = SPAWN_REQUEST_INIT;
	char text[64] = "";

	q.program_fd = spawn_seal("/bin/sh");
	assert_true(q.program_fd >= 0);
	assert_int_equal(run(q, "kill -9 $$", text, sizeof(text)), 137);
	assert_int_equal(fd_write(q.program_fd, "x", 1), -EPERM);
	close(q.program_fd);
	assert_int_equal(spawn_seal("/no/such/program"), -ENOENT);
}

static void test_namespace_apart(void **state)
{
	auto_fd int mine = ns_self(CLONE_NEWNET), fresh = ns_new(CLONE_NEWNET), after = -1;
	unsigned long a, b, c;

	if (fresh == -EPERM)
		skip();
	assert_true(mine >= 0 && fresh >= 0);
	after = ns_self(CLONE_NEWNET);
	assert_int_equal(ns_inode(mine, &a), 0);
	assert_int_equal(ns_inode(fresh, &b), 0);
	assert_int_equal(ns_inode(after, &c), 0);
	assert_int_not_equal(a, b);
	assert_int_equal(a, c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact_descriptors),
		cmocka_unit_test(test_signals_are_reset),
		cmocka_unit_test(test_order_of_descriptors),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_sealed_program),
		cmocka_unit_test(test_namespace_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
