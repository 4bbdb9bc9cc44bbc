/* SPDX-License-Identifier: Apache-2.0 */
/* Owns unix sockets and the passing of descriptors over them. libc only. */
#pragma once

#include "base/own.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>

enum { SOCKET_FDS_MAX = 253 }; /* SCM_MAX_FD of the kernel */

/* A pair, close-on-exec. type: SOCK_STREAM or SOCK_SEQPACKET, | SOCK_NONBLOCK. */
int socket_pair(int type, int ret_ends[2]) _must_check;

/*
 * Listens on / connects to `name` in the directory `dir` (AT_FDCWD: a whole path): the path that
 * the kernel sees is /proc/self/fd/DIR/NAME, so that long data roots fit in sun_path. An old socket
 * there is replaced. The descriptor (close-on-exec, non-blocking if the type says so) or -errno.
 */
int socket_listen(int dir, const char *name, int type, mode_t mode) _must_check;
int socket_connect(int dir, const char *name, int type) _must_check;

struct socket_message {
	void *data;
	size_t len; /* in: room or length; socket_recv sets what came */
	int *fds;   /* socket_recv: room for fd_room, close-on-exec, owned by the caller */
	size_t fd_room, fd_count;
};

/*
 * One message with its descriptors, never SIGPIPE. flags: MSG_DONTWAIT or 0. Bytes sent / received
 * (0: the other side has closed) or -errno. A received message that did not fit, in bytes or in
 * descriptors, is -EMSGSIZE and its descriptors are closed.
 */
ssize_t socket_send(int fd, const struct socket_message *m, int flags) _must_check;
ssize_t socket_recv(int fd, struct socket_message *m, int flags) _must_check;

/* Who is at the other end (SO_PEERCRED). */
struct socket_peer {
	pid_t pid;
	uid_t uid;
	gid_t gid;
};
int socket_peer(int fd, struct socket_peer *ret) _must_check;
