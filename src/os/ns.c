/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the dance of leaving a namespace and coming back with a descriptor of another. */
#include "os/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct ns_file {
	int type;
	const char *name;
};

static const struct ns_file files[] = {
	{ CLONE_NEWNET, "net" }, { CLONE_NEWIPC, "ipc" }, { CLONE_NEWUTS, "uts" },
	{ CLONE_NEWNS, "mnt" },	 { CLONE_NEWPID, "pid" }, { CLONE_NEWCGROUP, "cgroup" },
};

static const char *file_of(int type)
{
	for (size_t i = 0; i < ELEMENTS(files); i++)
		if (files[i].type == type)
			return files[i].name;
	return NULL;
}

static int open_ns(const char *process, int type)
{
	const char *name = file_of(type);
	char path[64];
	int fd;

	if (!name)
		return -EINVAL;
	snprintf(path, sizeof(path), "/proc/%s/ns/%s", process, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int ns_self(int type)
{
	return open_ns("thread-self", type);
}

int ns_of_pid(pid_t pid, int type)
{
	char process[16];

	snprintf(process, sizeof(process), "%d", (int)pid);
	return open_ns(process, type);
}

int ns_join(int fd, int types)
{
	return setns(fd, types) < 0 ? -errno : 0;
}

/* A thread left in a namespace that is not its own would do the next request's work there. */
static void come_back(int old, int type)
{
	if (setns(old, type) < 0)
		abort();
}

int ns_new(int type)
{
	auto_fd int old = ns_self(type);
	int fresh;

	if (old < 0)
		return old;
	if (unshare(type) < 0)
		return -errno;
	fresh = ns_self(type);
	come_back(old, type);
	return fresh;
}

int ns_run_in_net(int netns, int (*work)(void *ctx), void *ctx)
{
	auto_fd int old = ns_self(CLONE_NEWNET);
	int r;

	if (old < 0)
		return old;
	if ((r = ns_join(netns, CLONE_NEWNET)) < 0)
		return r;
	r = work(ctx);
	come_back(old, CLONE_NEWNET);
	return r;
}

int ns_inode(int fd, unsigned long *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret = (unsigned long)st.st_ino;
	return 0;
}
