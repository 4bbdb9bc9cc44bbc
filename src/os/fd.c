/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the retries and loops around the plain calls on descriptors. */
#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#endif

enum { ALL_SEALS = 0x1 | 0x2 | 0x4 | 0x8 }; /* SEAL, SHRINK, GROW, WRITE of linux/fcntl.h */

static int set_flag(int fd, int get, int set, int flag, bool on)
{
	int old = fcntl(fd, get), want;

	if (old < 0)
		return -errno;
	want = on ? old | flag : old & ~flag;
	if (want == old)
		return 0;
	return fcntl(fd, set, want) < 0 ? -errno : 0;
}

int fd_set_cloexec(int fd, bool on)
{
	return set_flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, on);
}

int fd_set_nonblock(int fd, bool on)
{
	return set_flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, on);
}

int fd_dup(int fd, int min)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, min);

	return copy < 0 ? -errno : copy;
}

int fd_pipe(int flags, int *ret_read, int *ret_write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | flags) < 0)
		return -errno;
	*ret_read = ends[0];
	*ret_write = ends[1];
	return 0;
}

ssize_t fd_read(int fd, void *data, size_t n)
{
	ssize_t got;

	do
		got = read(fd, data, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

ssize_t fd_write(int fd, const void *data, size_t n)
{
	ssize_t put;

	do
		put = write(fd, data, n);
	while (put < 0 && errno == EINTR);
	return put < 0 ? -errno : put;
}

int fd_read_full(int fd, void *data, size_t n)
{
	char *at = data;

	while (n > 0) {
		ssize_t got = fd_read(fd, at, n);

		if (got < 0)
			return (int)got;
		if (got == 0)
			return -EIO;
		at += got;
		n -= got;
	}
	return 0;
}

int fd_write_full(int fd, const void *data, size_t n)
{
	const char *at = data;

	while (n > 0) {
		ssize_t put = fd_write(fd, at, n);

		if (put < 0)
			return (int)put;
		at += put;
		n -= put;
	}
	return 0;
}

int fd_sealed(const char *name, struct str_slice data)
{
	auto_fd int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return -errno;
	if ((r = fd_write_full(fd, data.ptr, data.len)) < 0)
		return r;
	if (fcntl(fd, F_ADD_SEALS, ALL_SEALS) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return TAKE_FD(fd);
}

/* close_range(2), Linux 5.9; no wrapper in musl. An empty range is no call. */
static int close_span(unsigned first, unsigned last)
{
	if (first > last)
		return 0;
	return syscall(SYS_close_range, first, last, 0) < 0 ? -errno : 0;
}

int fd_close_from(int first, int keep)
{
	int r;

	assert(first >= 0);
	if (keep < first)
		return close_span(first, ~0u);
	if (keep > first && (r = close_span(first, keep - 1)) < 0)
		return r;
	return close_span(keep + 1, ~0u);
}
