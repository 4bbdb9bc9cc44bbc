/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the walk that makes missing places: one component at a time, each looked up by openat2. */
#include "os/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TRIES = 64, LINKS_MAX = 40, DIR_FLAGS = O_PATH | O_DIRECTORY };

/* openat2 answers EAGAIN when a rename anywhere in the system made the walk unsure: ask again. */
static int open_in(int root, const char *path, int flags, mode_t mode, uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
		.mode = flags & O_CREAT ? mode : 0,
		.resolve = resolve,
	};

	for (int i = 0; i < TRIES; i++) {
		int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

		if (fd >= 0)
			return fd;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return -EAGAIN;
}

int path_open(int root, const char *path, int flags, mode_t mode)
{
	return open_in(root, path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

/* Cuts the path before its last component. False when it has none that could be made. */
static bool split(const char *path, char *head, size_t size, char *name)
{
	size_t end = strlen(path), begin;

	while (end > 0 && path[end - 1] == '/')
		end--;
	begin = end;
	while (begin > 0 && path[begin - 1] != '/')
		begin--;
	if (begin == end || end - begin > NAME_MAX || begin >= size)
		return false;
	memcpy(name, path + begin, end - begin);
	name[end - begin] = '\0';
	memcpy(head, path, begin);
	head[begin] = '\0';
	return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int make_here(int dir, const char *name, enum path_kind kind, mode_t mode)
{
	int fd;

	if (kind == PATH_DIR)
		return mkdirat(dir, name, mode) < 0 && errno != EEXIST ? -errno : 0;
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
		    mode);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	close(fd);
	return 0;
}

/* A walk that makes what is missing: path[0..begin) is open as `dir`, path[begin..end) comes next.
 */
struct walk {
	int root, dir;
	enum path_kind kind;
	mode_t mode;
	unsigned links;
	size_t begin, end;
	char path[PATH_MAX];
};

static void walk_to(struct walk *w, int dir)
{
	if (w->dir >= 0 && w->dir != w->root)
		close(w->dir);
	w->dir = dir;
}

static bool next_part(struct walk *w)
{
	w->begin = w->end + strspn(w->path + w->end, "/");
	w->end = w->begin + strcspn(w->path + w->begin, "/");
	return w->end > w->begin;
}

static bool is_last(const struct walk *w)
{
	return w->path[w->end + strspn(w->path + w->end, "/")] == '\0';
}

/* What is at path[0..end), as a process below the root would find it. */
static int open_so_far(struct walk *w)
{
	char after = w->path[w->end];
	int flags = is_last(w) && w->kind == PATH_FILE ? O_PATH : DIR_FLAGS, fd;

	w->path[w->end] = '\0';
	fd = path_open(w->root, w->path, flags, 0);
	w->path[w->end] = after;
	return fd;
}

/*
 * The part at hand is a link to something missing: puts its target into the path in its place and
 * begins again.
 */
static int splice_link(struct walk *w, const char *name)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t n = readlinkat(w->dir, name, target, sizeof(target) - 1);
	size_t at = w->begin;

	if (n < 0)
		return errno == EINVAL ? -ENOENT : -errno;
	if (++w->links > LINKS_MAX)
		return -ELOOP;
	target[n] = '\0';
	if (target[0] == '/')
		at = 0;
	if (at + n + strlen(w->path + w->end) >= sizeof(w->path))
		return -ENAMETOOLONG;
	strcpy(rest, w->path + w->end);
	strcpy(stpcpy(w->path + at, target), rest);
	walk_to(w, w->root);
	w->begin = w->end = 0;
	return 0;
}

/* One part further: open as w->dir, or made first. */
static int walk_part(struct walk *w)
{
	bool last = is_last(w);
	char name[NAME_MAX + 1];
	int fd = open_so_far(w), r;

	if (fd == -ENOENT) {
		if (w->end - w->begin > NAME_MAX)
			return -ENAMETOOLONG;
		memcpy(name, w->path + w->begin, w->end - w->begin);
		name[w->end - w->begin] = '\0';
		if ((r = make_here(w->dir, name, last ? w->kind : PATH_DIR,
				   last || w->kind == PATH_DIR ? w->mode : 0755)) < 0)
			return r;
		if ((fd = open_so_far(w)) == -ENOENT)
			return splice_link(w, name);
	}
	if (fd < 0)
		return fd;
	walk_to(w, fd);
	return 0;
}

static int make(int root, const char *path, enum path_kind kind, mode_t mode)
{
	struct walk w = { .root = root, .dir = root, .kind = kind, .mode = mode };
	int fd = path_open(root, path, kind == PATH_DIR ? DIR_FLAGS : O_PATH, 0), r;

	if (fd != -ENOENT || !*path)
		return fd;
	if (strlen(path) >= sizeof(w.path))
		return -ENAMETOOLONG;
	strcpy(w.path, path);
	while (next_part(&w))
		if ((r = walk_part(&w)) < 0) {
			walk_to(&w, -1);
			return r;
		}
	return w.dir == root ? -ENOENT : w.dir;
}

int path_make(int root, const char *path, enum path_kind kind)
{
	return make(root, path, kind, kind == PATH_DIR ? 0755 : 0644);
}

int path_mkdirs(int root, const char *path, mode_t mode)
{
	return make(root, path, PATH_DIR, mode);
}

int path_open_parent(int root, const char *path, char *ret_name)
{
	char head[PATH_MAX], name[NAME_MAX + 1];
	int dir;

	if (!split(path, head, sizeof(head), name))
		return -EINVAL;
	dir = make(root, head[0] ? head : ".", PATH_DIR, 0755);
	if (dir >= 0)
		strcpy(ret_name, name);
	return dir;
}

int path_enter(int dir, const char *name)
{
	return open_in(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
		       RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS);
}
