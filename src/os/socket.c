/* SPDX-License-Identifier: Apache-2.0 */
/* Owns sendmsg and recvmsg with SCM_RIGHTS. */
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128 };

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int) * SOCKET_FDS_MAX)];
};

int socket_pair(int type, int ret_ends[2])
{
	return socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ret_ends) < 0 ? -errno : 0;
}

static int address(int dir, const char *name, struct sockaddr_un *ret)
{
	int n;

	ret->sun_family = AF_UNIX;
	if (dir == AT_FDCWD)
		n = snprintf(ret->sun_path, sizeof(ret->sun_path), "%s", name);
	else
		n = snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", dir,
			     name);
	return n >= (int)sizeof(ret->sun_path) ? -ENAMETOOLONG : 0;
}

/* The mode is set on the descriptor before bind: the file never exists with another one. */
int socket_listen(int dir, const char *name, int type, mode_t mode)
{
	auto_fd int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;
	int r;

	if (fd < 0)
		return -errno;
	if ((r = address(dir, name, &addr)) < 0)
		return r;
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return -errno;
	if (fchmod(fd, mode) < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    chmod(addr.sun_path, mode) < 0 || listen(fd, BACKLOG) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int socket_connect(int dir, const char *name, int type)
{
	auto_fd int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;
	int r;

	if (fd < 0)
		return -errno;
	if ((r = address(dir, name, &addr)) < 0)
		return r;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

ssize_t socket_send(int fd, const struct socket_message *m, int flags)
{
	struct iovec part = { m->data, m->len };
	struct msghdr h = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control;
	ssize_t n;

	if (m->fd_count > SOCKET_FDS_MAX)
		return -E2BIG;
	if (m->fd_count > 0) {
		struct cmsghdr *c = &control.header;

		memset(&control, 0, CMSG_SPACE(sizeof(int) * m->fd_count));
		h.msg_control = &control;
		h.msg_controllen = CMSG_SPACE(sizeof(int) * m->fd_count);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * m->fd_count);
		memcpy(CMSG_DATA(c), m->fds, sizeof(int) * m->fd_count);
	}
	do
		n = sendmsg(fd, &h, MSG_NOSIGNAL | flags);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* Every descriptor of the message into `fds`; what has no room is closed. How many there were. */
static size_t take_fds(struct msghdr *h, int *fds, size_t room)
{
	size_t count = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (count < room)
				fds[count] = fd;
			else
				close(fd);
			count++;
		}
	}
	return count;
}

ssize_t socket_recv(int fd, struct socket_message *m, int flags)
{
	struct iovec part = { m->data, m->len };
	union control control;
	struct msghdr h = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	size_t count;
	ssize_t n;

	do
		n = recvmsg(fd, &h, MSG_CMSG_CLOEXEC | flags);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	count = take_fds(&h, m->fds, m->fd_room);
	m->len = n;
	m->fd_count = MIN(count, m->fd_room);
	if (count > m->fd_room || (h.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
		while (m->fd_count > 0)
			close(m->fds[--m->fd_count]);
		return -EMSGSIZE;
	}
	return n;
}

int socket_peer(int fd, struct socket_peer *ret)
{
	struct {
		pid_t pid;
		uid_t uid;
		gid_t gid;
	} credentials;
	socklen_t n = sizeof(credentials);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &n) < 0)
		return -errno;
	*ret = (struct socket_peer){ credentials.pid, credentials.uid, credentials.gid };
	return 0;
}
