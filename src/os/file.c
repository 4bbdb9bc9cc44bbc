/* SPDX-License-Identifier: Apache-2.0 */
/* Owns whole-file reading, replacing by rename and the directories of our own trees. */
#include "os/file.h"

#include "os/fd.h"
#include "os/rand.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 32 * 1024 };

int file_read_fd(int fd, size_t limit, struct buf *b)
{
	size_t total = 0;

	for (;;) {
		size_t want = MIN(limit - total + 1, (size_t)READ_STEP);
		char *room = buf_room(b, want);
		ssize_t n;

		if (!room)
			return buf_error(b);
		n = fd_read(fd, room, want);
		if (n <= 0)
			return (int)n;
		total += n;
		if (total > limit)
			return -E2BIG;
		buf_added(b, n);
	}
}

int file_read(int dir, const char *path, size_t limit, struct buf *b)
{
	auto_fd int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : file_read_fd(fd, limit, b);
}

ssize_t file_read_text(int dir, const char *path, char *text, size_t size)
{
	auto_fd int fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	ssize_t n = 1;

	if (fd < 0)
		return -errno;
	while (n > 0) {
		if (used == size)
			return -E2BIG;
		if ((n = fd_read(fd, text + used, size - used)) < 0)
			return n;
		used += n;
	}
	if (used == size)
		return -E2BIG;
	if (used > 0 && text[used - 1] == '\n')
		used--;
	text[used] = '\0';
	return (ssize_t)used;
}

int file_write_text(int dir, const char *path, const char *text)
{
	auto_fd int fd = openat(dir, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = fd_write(fd, text, strlen(text));
	return n < 0 ? (int)n : 0;
}

/* "some/dir/name" -> a temporary name beside it: "some/dir/.name.3f2a…", cut to what fits. */
static int temporary_beside(const char *path, char *ret, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char random[17];
	int n;

	if (strlen(name) > NAME_MAX - sizeof(random) - 1)
		return -ENAMETOOLONG;
	rand_hex(random, sizeof(random) - 1);
	n = snprintf(ret, size, "%.*s.%s.%s", (int)(name - path), path, name, random);
	return n >= (int)size ? -ENAMETOOLONG : 0;
}

static int sync_parent(int dir, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX] = ".";
	auto_fd int fd = -1;

	if (slash)
		snprintf(parent, sizeof(parent), "%.*s", slash == path ? 1 : (int)(slash - path),
			 path);
	fd = openat(dir, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int fill(int dir, const char *name, struct str_slice data, mode_t mode, enum file_sync sync)
{
	auto_fd int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int r;

	if (fd < 0)
		return -errno;
	if ((r = fd_write_full(fd, data.ptr, data.len)) < 0)
		return r;
	return sync == FILE_SYNC_DISK && fsync(fd) < 0 ? -errno : 0;
}

int file_write_atomic(int dir, const char *path, struct str_slice data, mode_t mode,
		      enum file_sync sync)
{
	char temporary[PATH_MAX];
	int r;

	if ((r = temporary_beside(path, temporary, sizeof(temporary))) < 0)
		return r;
	r = fill(dir, temporary, data, mode, sync);
	if (r == 0 && renameat(dir, temporary, dir, path) < 0)
		r = -errno;
	if (r < 0) {
		unlinkat(dir, temporary, 0);
		return r;
	}
	return sync == FILE_SYNC_DISK ? sync_parent(dir, path) : 0;
}

int file_mkdirs(int dir, const char *path, mode_t mode)
{
	char head[PATH_MAX];
	size_t n = strlen(path);

	if (n >= sizeof(head))
		return -ENAMETOOLONG;
	memcpy(head, path, n + 1);
	for (char *at = head + 1; n > 0; at++) {
		char end = *at;

		if (end && end != '/')
			continue;
		*at = '\0';
		if (mkdirat(dir, head, mode) < 0 && errno != EEXIST)
			return -errno;
		if (!end)
			break;
		*at = end;
	}
	return 0;
}

int file_open_dir(int dir, const char *path)
{
	int fd = openat(dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

bool file_exists(int dir, const char *path)
{
	return faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
