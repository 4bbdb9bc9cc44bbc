/* SPDX-License-Identifier: Apache-2.0 */
/* Owns what happens between clone and exec of a helper program, in memory borrowed from the caller.
 */
#include "os/spawn.h"

#include "os/clone.h"
#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U /* Linux 6.3 */
#endif

/* Shared with the child: it writes `error`, the caller reads it when it wakes. */
struct birth {
	const struct spawn_request *request;
	int fds[SPAWN_FDS_MAX];
	int program_fd;
	int error;
};

static const char *const no_environment[] = { NULL };

/* Out of the way of the numbers that are about to be filled. */
static int lift(struct birth *b)
{
	int count = (int)b->request->fd_count;

	for (int i = 0; i < count; i++) {
		int from = b->request->fds[i];

		b->fds[i] = from < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : from;
		if (b->fds[i] >= 0 && b->fds[i] < count && b->fds[i] != i)
			b->fds[i] = fcntl(b->fds[i], F_DUPFD_CLOEXEC, count);
		if (b->fds[i] < 0)
			return -errno;
	}
	if (b->request->path)
		return 0;
	b->program_fd = fcntl(b->request->program_fd, F_DUPFD_CLOEXEC, count);
	return b->program_fd < 0 ? -errno : 0;
}

static int place(const struct birth *b)
{
	int count = (int)b->request->fd_count;

	for (int i = 0; i < count; i++) {
		int r = b->fds[i] == i ? fcntl(i, F_SETFD, 0) : dup2(b->fds[i], i);

		if (r < 0)
			return -errno;
	}
	return fd_close_from(count, b->program_fd);
}

/* "0" is the writer itself: no search for a task, no lock on the whole thread group. */
static int join_cgroups(const struct spawn_request *q)
{
	for (size_t i = 0; i < q->cgroup_v1_count; i++)
		if (write(q->cgroup_v1[i], "0", 1) < 0)
			return -errno;
	return 0;
}

static int prepare(struct birth *b)
{
	const struct spawn_request *q = b->request;
	int r;

	if ((r = join_cgroups(q)) < 0)
		return r;
	if (q->new_session && setsid() < 0)
		return -errno;
	if (q->cwd >= 0 && fchdir(q->cwd) < 0)
		return -errno;
	if ((r = lift(b)) < 0)
		return r;
	return place(b);
}

static int be_born(void *ctx)
{
	struct birth *b = ctx;
	const struct spawn_request *q = b->request;
	char *const *argv = (char *const *)q->argv;
	char *const *envp = (char *const *)(q->envp ? q->envp : no_environment);

	b->error = prepare(b);
	if (b->error < 0)
		return 127;
	clone_reset_signals();
	if (q->path)
		execve(q->path, argv, envp);
	else
		syscall(SYS_execveat, b->program_fd, "", argv, envp, AT_EMPTY_PATH);
	b->error = -errno;
	return 127;
}

int spawn_program(const struct spawn_request *request, struct spawned *ret)
{
	struct birth birth = { .request = request, .program_fd = -1 };
	struct clone_request clone = { .cgroup = request->cgroup };
	sigset_t all, old;
	int pidfd = -1;
	pid_t pid;

	if (request->fd_count > SPAWN_FDS_MAX)
		return -E2BIG;
	clone.ret_pidfd = &pidfd;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = clone_borrowing(&clone, be_born, &birth);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (pid < 0)
		return pid;
	if (birth.error < 0) {
		close(pidfd);
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
			;
		return birth.error;
	}
	*ret = (struct spawned){ .pid = pid, .pidfd = pidfd };
	return 0;
}

static int copy_all(int from, int to)
{
	for (;;) {
		ssize_t n = sendfile(to, from, NULL, 1 << 20);

		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

int spawn_seal(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	auto_fd int from = open(path, O_RDONLY | O_CLOEXEC);
	auto_fd int to = -1;
	int r;

	if (from < 0)
		return -errno;
	to = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	if (to < 0 && errno == EINVAL)
		to = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to < 0)
		return -errno;
	if ((r = copy_all(from, to)) < 0)
		return r;
	if (fchmod(to, 0555) < 0 ||
	    fcntl(to, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return -errno;
	return TAKE_FD(to);
}
