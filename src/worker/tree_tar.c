/* SPDX-License-Identifier: Apache-2.0 */
/* Owns turning a file tree into a canonical tar, member by member. */
#include "worker/tree_tar.h"

#include "worker/tree_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum { COPY_BUFFER = 128 << 10, XATTR_NAMES = 64 << 10 };

/* ---- extended attributes ---- */

static ssize_t list_xattrs(int fd, int dir, const char *name, char *list, size_t size)
{
	if (fd >= 0)
		return flistxattr(fd, list, size);
	return fchdir(dir) < 0 ? -1 : llistxattr(name, list, size);
}

static ssize_t get_xattr(int fd, const char *name, const char *attr, void *value, size_t size)
{
	return fd >= 0 ? fgetxattr(fd, attr, value, size) : lgetxattr(name, attr, value, size);
}

static int read_xattr(int fd, const char *name, const char *attr, struct arena *a,
		      struct tar_xattr *ret)
{
	ssize_t n = get_xattr(fd, name, attr, NULL, 0);
	char *value;

	if (n < 0)
		return -errno;
	if (!(ret->name = arena_str(a, attr)) || !(value = arena_alloc(a, (size_t)n + 1)))
		return -ENOMEM;
	if (n && (n = get_xattr(fd, name, attr, value, (size_t)n)) < 0)
		return -errno;
	ret->value = (struct str_slice){ value, (size_t)n };
	return 0;
}

static int compare_xattrs(const void *a, const void *b)
{
	const struct tar_xattr *x = a, *y = b;

	return strcmp(x->name, y->name);
}

int tree_xattrs_read(int fd, int dir, const char *name, struct arena *a, struct tree_xattrs *ret)
{
	struct tree_xattrs found = { NULL, 0 };
	char list[XATTR_NAMES];
	ssize_t n = list_xattrs(fd, dir, name, list, sizeof(list));
	size_t count = 0;
	int r;

	*ret = found;
	if (n <= 0)
		return n < 0 && errno != EOPNOTSUPP ? -errno : 0;
	for (const char *p = list; p < list + n; p += strlen(p) + 1)
		count += tree_xattr_allowed(p);
	if (!count)
		return 0;
	if (!(found.items = arena_array(a, count, sizeof(*found.items))))
		return -ENOMEM;
	for (const char *p = list; p < list + n; p += strlen(p) + 1) {
		if (!tree_xattr_allowed(p))
			continue;
		r = read_xattr(fd, name, p, a, &found.items[found.len]);
		if (r == 0)
			found.len++;
		else if (r != -ENODATA)
			return r;
	}
	qsort(found.items, found.len, sizeof(*found.items), compare_xattrs);
	*ret = found;
	return 0;
}

/* ---- members ---- */

static int read_error(const char *path, int error, struct err *e)
{
	return error == -ENOMEM ? err_no_memory(e)
				: err_sys(e, -error, "cannot read '/%.200s'", path);
}

static int write_error(int error, struct err *e)
{
	if (error == -ENOMEM)
		return err_no_memory(e);
	return err_sys(e, -error, "cannot write the archive");
}

static int write_header(struct tree_tar *t, const struct tar_entry *m, struct err *e)
{
	int r = tar_write_header(&t->tap.sink, m);

	t->entries++;
	return r < 0 ? write_error(r, e) : 0;
}

static enum tar_type type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return TAR_DIR;
	case S_IFLNK:
		return TAR_SYMLINK;
	case S_IFCHR:
		return TAR_CHAR;
	case S_IFBLK:
		return TAR_BLOCK_DEVICE;
	case S_IFIFO:
		return TAR_FIFO;
	default:
		return TAR_FILE;
	}
}

static struct tar_entry member_of(const char *path, const struct stat *st)
{
	struct tar_entry m = { .type = type_of(st->st_mode),
			       .name = path,
			       .link = "",
			       .mode = st->st_mode & 07777,
			       .uid = st->st_uid,
			       .gid = st->st_gid };

	m.mtime_ns = st->st_mtim.tv_sec * 1000000000ll + st->st_mtim.tv_nsec;
	if (m.type == TAR_FILE)
		m.size = m.stored = (uint64_t)st->st_size;
	if (m.type == TAR_CHAR || m.type == TAR_BLOCK_DEVICE) {
		m.major = major(st->st_rdev);
		m.minor = minor(st->st_rdev);
	}
	return m;
}

/* 1: the file was seen before, under *ret_first. */
static int find_link(struct tree_tar *t, const char *path, const struct stat *st,
		     const char **ret_first)
{
	char text[48];
	const char *first, *key;

	snprintf(text, sizeof(text), "%llx:%llx", (unsigned long long)st->st_dev,
		 (unsigned long long)st->st_ino);
	if ((first = map_get(&t->links, text))) {
		*ret_first = first;
		return 1;
	}
	if (!(key = arena_str(&t->arena, text)) || !(first = arena_str(&t->arena, path)))
		return -ENOMEM;
	return map_put(&t->links, key, (void *)first);
}

/* Exactly `size` bytes, whatever happens to the file meanwhile: zeros for what it lost. */
static int copy_data(struct tree_tar *t, int fd, uint64_t size, const char *path, struct err *e)
{
	uint64_t left = size;
	int r;

	while (left) {
		ssize_t n = read(fd, t->buffer, (size_t)MIN(left, (uint64_t)COPY_BUFFER));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return read_error(path, -errno, e);
		if (n == 0) {
			n = (ssize_t)MIN(left, (uint64_t)COPY_BUFFER);
			memset(t->buffer, 0, (size_t)n);
		}
		if ((r = t->tap.sink.write(&t->tap.sink, t->buffer, (size_t)n)) < 0)
			return write_error(r, e);
		left -= (uint64_t)n;
	}
	r = tar_write_padding(&t->tap.sink, size);
	return r < 0 ? write_error(r, e) : 0;
}

static int open_file(int dir, const char *name)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	int fd = openat(dir, name, flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)
		fd = openat(dir, name, flags);
	return fd < 0 ? -errno : fd;
}

static int add_file(struct tree_tar *t, const struct walk_entry *entry, struct tar_entry *m,
		    struct err *e)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct tree_xattrs xattrs;
	auto_fd int fd = open_file(entry->in.dir, entry->name);
	int r;

	if (fd < 0)
		return read_error(entry->path, fd, e);
	if ((r = tree_xattrs_read(fd, -1, NULL, &a, &xattrs)) < 0)
		return read_error(entry->path, r, e);
	m->xattrs = xattrs.items;
	m->n_xattrs = xattrs.len;
	if ((r = write_header(t, m, e)) < 0)
		return r;
	return m->size ? copy_data(t, fd, m->size, entry->path, e) : 0;
}

/* Everything that has no data: attributes by name, links' targets. */
static int add_other(struct tree_tar *t, const struct walk_entry *entry, struct tar_entry *m,
		     struct err *e)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	char target[PATH_MAX];
	struct tree_xattrs xattrs;
	ssize_t n;
	int r;

	if (m->type == TAR_SYMLINK) {
		n = readlinkat(entry->in.dir, entry->name, target, sizeof(target) - 1);
		if (n < 0)
			return read_error(entry->path, -errno, e);
		target[n] = '\0';
		m->link = target;
	}
	if ((r = tree_xattrs_read(-1, entry->in.dir, entry->name, &a, &xattrs)) < 0)
		return read_error(entry->path, r, e);
	m->xattrs = xattrs.items;
	m->n_xattrs = xattrs.len;
	return write_header(t, m, e);
}

int tree_tar_add(struct tree_tar *t, const struct walk_entry *entry, struct err *e)
{
	const struct stat *st = &entry->in.st;
	struct tar_entry m = member_of(entry->path, st);
	const char *first = NULL;
	int r;

	if (S_ISSOCK(st->st_mode)) /* tar has no sockets */
		return 0;
	if (!S_ISDIR(st->st_mode) && st->st_nlink > 1) {
		if ((r = find_link(t, entry->path, st, &first)) < 0)
			return err_no_memory(e);
		if (r > 0) {
			m.type = TAR_HARDLINK;
			m.link = first;
			m.size = m.stored = 0;
			return write_header(t, &m, e);
		}
	}
	t->size += (uint64_t)st->st_blocks * 512;
	return m.type == TAR_FILE ? add_file(t, entry, &m, e) : add_other(t, entry, &m, e);
}

int tree_tar_add_root(struct tree_tar *t, int dir, struct err *e)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct tree_xattrs xattrs;
	struct tar_entry m;
	struct stat st;
	int r;

	if (fstat(dir, &st) < 0 || (r = tree_xattrs_read(-1, dir, ".", &a, &xattrs)) < 0)
		return read_error("", errno ? -errno : -EIO, e);
	t->size += (uint64_t)st.st_blocks * 512;
	m = member_of("./", &st);
	m.xattrs = xattrs.items;
	m.n_xattrs = xattrs.len;
	if (m.mode == 0755 && !m.uid && !m.gid && !m.n_xattrs)
		return 0;
	return write_header(t, &m, e);
}

/* Marks have no owner and no time: they say only a name. */
static int add_mark(struct tree_tar *t, const char *name, struct err *e)
{
	struct tar_entry m = { .type = TAR_FILE, .name = name, .link = "", .mode = 0600 };

	return name ? write_header(t, &m, e) : err_no_memory(e);
}

int tree_tar_hide(struct tree_tar *t, const char *path, struct err *e)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct str_slice name = str_slice(path), dir = STR_EMPTY;

	if (!str_cut_last(&name, '/', &dir))
		return add_mark(t, arena_printf(&a, ".wh.%s", path), e);
	return add_mark(t, arena_printf(&a, "%.*s/.wh.%.*s", STR_ARG(dir), STR_ARG(name)), e);
}

int tree_tar_hide_below(struct tree_tar *t, const char *dir, struct err *e)
{
	auto_(arena_done) struct arena a = ARENA_INIT;

	return add_mark(t, arena_printf(&a, "%s%s.wh..wh..opq", dir, *dir ? "/" : ""), e);
}

int tree_tar_end(struct tree_tar *t, struct err *e)
{
	int r = tar_write_end(&t->tap.sink);

	t->bytes = t->tap.total;
	return r < 0 ? write_error(r, e) : 0;
}

int tree_tar_init(struct tree_tar *t, struct sink *to, struct err *e)
{
	*t = (struct tree_tar){ .to = to, .arena = ARENA_INIT, .links = MAP_INIT };
	sink_tap_init(&t->tap, to);
	t->buffer = malloc(COPY_BUFFER);
	return t->buffer ? 0 : err_no_memory(e);
}

void tree_tar_done(struct tree_tar *t)
{
	map_done(&t->links);
	arena_done(&t->arena);
	free(t->buffer);
	t->buffer = NULL;
}
