/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the removal of whole trees. The walk keeps one open directory a level on the heap, so that a
 * tree as deep as its maker pleased cannot exhaust the stack; beyond a few hundred levels the
 * directory at hand is moved up to the top first, so that it cannot exhaust descriptors either.
 */
#include "base/vec.h"
#include "os/file.h"
#include "os/path.h"
#include "os/rand.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { LEVELS_MAX = 200 };

struct level {
	DIR *dir;
	char *name; /* in the level above */
};

VEC_DEFINE(levels, struct level);

struct walk {
	struct levels levels;
	int top; /* where the tree hangs, borrowed */
};

static void walk_done(struct walk *w)
{
	vec_for_each (l, &w->levels) {
		closedir(l->dir);
		free(l->name);
	}
	vec_done(&w->levels);
}

static int above(const struct walk *w, size_t level)
{
	return level == 0 ? w->top : dirfd(w->levels.items[level - 1].dir);
}

/* Goes down into the directory `own_fd`, which is `name` in the level above. */
static int enter(struct walk *w, int own_fd, const char *name)
{
	auto_fd int fd = own_fd;
	struct level level = { .name = str_dup(str_slice(name)) };
	int r = -ENOMEM;

	if (fd < 0)
		r = fd;
	else if (level.name && (level.dir = fdopendir(fd)))
		r = vec_push(&w->levels, level);
	if (level.dir)
		fd = -1; /* the stream owns it */
	if (r < 0) {
		if (level.dir)
			closedir(level.dir);
		free(level.name);
	}
	return r;
}

/* Too deep: the directory becomes a neighbour of the tree's own top and is removed from there. */
static int lift(struct walk *w, int parent, const char *name, char *ret_lifted, size_t size)
{
	char random[17];

	rand_hex(random, sizeof(random) - 1);
	snprintf(ret_lifted, size, ".lifted.%s", random);
	return renameat(parent, name, dirfd(w->levels.items[0].dir), ret_lifted) < 0 ? -errno : 0;
}

static int remove_entry(struct walk *w, const char *name)
{
	int parent = dirfd(vec_last(&w->levels)->dir);
	char lifted[32];

	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return -errno;
	if (w->levels.len < LEVELS_MAX)
		return enter(w, path_enter(parent, name), name);
	return lift(w, parent, name, lifted, sizeof(lifted));
}

static int leave(struct walk *w)
{
	size_t at = w->levels.len - 1;
	struct level l = w->levels.items[at];
	int r = 0;

	if (unlinkat(above(w, at), l.name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = -errno;
	if (r == -ENOTEMPTY && at == 0) { /* what was lifted meanwhile */
		rewinddir(l.dir);
		return 0;
	}
	closedir(l.dir);
	free(l.name);
	w->levels.len--;
	return r;
}

static int step(struct walk *w)
{
	struct dirent *entry;

	errno = 0;
	entry = readdir(vec_last(&w->levels)->dir);
	if (!entry)
		return errno ? -errno : leave(w);
	if (str_is(str_slice(entry->d_name), ".") || str_is(str_slice(entry->d_name), ".."))
		return 0;
	return remove_entry(w, entry->d_name);
}

int file_remove_tree(int dir, const char *path)
{
	auto_(walk_done) struct walk w = { .top = dir };
	int fd, r;

	if (unlinkat(dir, path, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if ((r = enter(&w, fd < 0 ? -errno : fd, path)) < 0)
		return r == -ENOENT ? 0 : r;
	while (w.levels.len > 0)
		if ((r = step(&w)) < 0)
			return r;
	return 0;
}
