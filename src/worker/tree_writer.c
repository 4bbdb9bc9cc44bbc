/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns turning members of an archive into files. A member costs one openat, its writes, one
 * utimensat and one close; owners, modes and attributes only where they differ from what a new file
 * has anyway. Directories on the way to the last member stay open.
 */
#include "worker/tree_writer.h"

#include "os/file.h"
#include "os/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

enum {
	PAGE = 4096,
	SPARSE_FROM = 64 << 10, /* files from this size on get holes where whole pages are zero */
	ENTRIES_MAX = 32 << 20,
};

static const char whiteout_prefix[] = ".wh.";
static const char opaque_name[] = ".wh..wh..opq";
static const char opaque_mark[] = "user.overlay.opaque";

/* ---- names ---- */

int tree_clean_path(const char *name, char *ret, size_t size)
{
	struct str_slice rest = str_slice(name), part;
	size_t len = 0;

	while (str_next(&rest, '/', &part)) {
		if (!part.len || str_is(part, "."))
			continue;
		if (str_is(part, "..")) {
			if (!len)
				return -EXDEV;
			while (len && ret[len - 1] != '/')
				len--;
			len -= len != 0;
			continue;
		}
		if (part.len > NAME_MAX || len + part.len + 2 > size)
			return -ENAMETOOLONG;
		if (len)
			ret[len++] = '/';
		memcpy(ret + len, part.ptr, part.len);
		len += part.len;
	}
	ret[len] = '\0';
	return 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * Overlay's own marks would let an archive hide or redirect what is below it; trusted and most of
 * security belong to the host.
 */
bool tree_xattr_allowed(const char *name)
{
	struct str_slice s = str_slice(name);

	if (str_starts_with(s, "user."))
		return !str_starts_with(s, "user.overlay.");
	return str_is(s, "security.capability") || str_is(s, "system.posix_acl_access") ||
	       str_is(s, "system.posix_acl_default");
}

int tree_archive_error(const struct tar_reader *r, int error, struct err *e)
{
	enum err_kind kind = error == -E2BIG ? ERR_TOO_LARGE : ERR_BAD_PARAMETER;

	if (error == -ENOMEM)
		return err_no_memory(e);
	if (r->why)
		err_set(e, kind, "cannot read the archive: %s", r->why);
	else if (error == -EBADMSG)
		err_set(e, kind, "cannot read the archive: its compressed data are damaged");
	else if (error == -ENODATA)
		err_set(e, kind, "cannot read the archive: it is cut short");
	else if (error == -EFBIG)
		err_set(e, ERR_TOO_LARGE, "cannot read the archive: it is too large");
	else
		err_sys(e, -error, "cannot read the archive");
	return error;
}

/* ---- directories ---- */

static void close_levels(struct tree_writer *w, unsigned depth)
{
	while (w->depth > depth)
		own_close(w->levels[--w->depth].fd);
}

static int open_beneath(int dir, const char *path, uint64_t resolve)
{
	struct open_how how = { .flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
				.resolve = resolve };
	long fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* How many of the open directories are on the way to `path` (of len bytes). */
static unsigned common_levels(const struct tree_writer *w, const char *path, size_t len)
{
	unsigned n = 0;

	while (n < w->depth) {
		size_t end = w->levels[n].path_len;

		if (end > len || memcmp(w->path, path, end) != 0 || (end < len && path[end] != '/'))
			break;
		n++;
	}
	return n;
}

static int note_dir(struct tree_writer *w, const char *path, uint32_t mode, int64_t mtime_ns)
{
	struct tree_dir dir = { .mode = mode, .mtime_ns = mtime_ns };
	uintptr_t index = (uintptr_t)map_get(&w->known, path);
	int r;

	if (index) { /* counted from 1 */
		w->dirs.items[index - 1].mode = mode;
		w->dirs.items[index - 1].mtime_ns = mtime_ns;
		return 0;
	}
	if (!(dir.path = strdup(path)))
		return -ENOMEM;
	if ((r = vec_push(&w->dirs, dir)) < 0) {
		free(dir.path);
		return r;
	}
	return map_put(&w->known, dir.path, (void *)(uintptr_t)w->dirs.len);
}

static void forget_dir(struct tree_writer *w, const char *path)
{
	uintptr_t index = (uintptr_t)map_remove(&w->known, path);

	if (index) {
		free(w->dirs.items[index - 1].path);
		w->dirs.items[index - 1].path = NULL;
	}
}

/* Opens directory `name` below `dir`, made if missing; -ELOOP or -ENOTDIR if it is something else.
 */
static int open_or_make(struct tree_writer *w, int dir, const char *name)
{
	int fd = open_beneath(dir, name, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);

	if (fd != -ENOENT)
		return fd;
	if (mkdirat(dir, name, 0755) < 0)
		return -errno;
	w->size += w->block;
	return open_beneath(dir, name, RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
}

/* A way that leads over symbolic links of the archive itself, kept inside by the kernel. */
static int open_by_root(struct tree_writer *w, const char *path)
{
	close_levels(w, 0);
	return path_mkdirs(w->root, path, 0755);
}

/*
 * The directory that holds `path`'s last part, which *ret_name gets. Borrowed when *ret_own is -1,
 * else to be closed by the caller.
 */
static int open_parent(struct tree_writer *w, const char *path, const char **ret_name, int *ret_own)
{
	size_t len = (size_t)(base_name(path) - path), at;
	unsigned level;
	int fd;

	*ret_name = path + len;
	*ret_own = -1;
	len -= len != 0; /* the slash */
	level = common_levels(w, path, len);
	close_levels(w, level);
	at = level ? w->levels[level - 1].path_len : 0;
	memcpy(w->path, path, len);
	w->path[len] = '\0';
	fd = level ? w->levels[level - 1].fd : w->root;
	while (at < len) {
		size_t begin = at + (at != 0), end = begin;
		char saved;

		while (end < len && path[end] != '/')
			end++;
		saved = w->path[end];
		w->path[end] = '\0';
		fd = w->depth == TREE_CACHE_MAX ? -ELOOP : open_or_make(w, fd, w->path + begin);
		w->path[end] = saved;
		if (fd == -ELOOP || fd == -ENOTDIR)
			return *ret_own = open_by_root(w, w->path);
		if (fd < 0)
			return fd;
		w->levels[w->depth++] = (struct tree_level){ end, fd };
		at = end;
	}
	return fd;
}

/* ---- what a file gets ---- */

struct place {
	int dir;
	const char *name;
	const char *path;
};

static struct timespec time_of(int64_t ns)
{
	struct timespec t = { ns / 1000000000, ns % 1000000000 };

	if (t.tv_nsec < 0) {
		t.tv_sec--;
		t.tv_nsec += 1000000000;
	}
	return t;
}

static int set_times(int dir, const char *name, int fd, int64_t mtime_ns)
{
	struct timespec times[2] = { time_of(mtime_ns), time_of(mtime_ns) };
	int r = fd >= 0 ? futimens(fd, times) : utimensat(dir, name, times, AT_SYMLINK_NOFOLLOW);

	return r < 0 ? -errno : 0;
}

/* What the file system cannot hold is left out, as every unpacker does. */
static bool may_ignore(int error)
{
	return error == EOPNOTSUPP || error == ENOTSUP;
}

static int set_xattr(const struct place *p, int fd, const struct tar_xattr *x)
{
	int r;

	if (!tree_xattr_allowed(x->name))
		return 0;
	if (fd >= 0) {
		r = fsetxattr(fd, x->name, x->value.ptr, x->value.len, 0);
	} else {
		if (fchdir(p->dir) < 0) /* there is no lsetxattrat before Linux 6.13 */
			return -errno;
		r = lsetxattr(p->name, x->name, x->value.ptr, x->value.len, 0);
	}
	return r < 0 && !may_ignore(errno) ? -errno : 0;
}

/* Owner, mode and attributes; `mode` is what it was made with. fd -1: by name, never followed. */
static int set_owner_and_mode(const struct place *p, int fd, const struct tar_entry *m,
			      uint32_t mode)
{
	bool owned = m->uid || m->gid;
	int r;

	if (owned) {
		r = fd >= 0 ? fchown(fd, m->uid, m->gid)
			    : fchownat(p->dir, p->name, m->uid, m->gid, AT_SYMLINK_NOFOLLOW);
		if (r < 0)
			return -errno;
	}
	/* chown takes setuid and setgid away */
	if (m->type != TAR_SYMLINK && (mode != m->mode || (owned && (m->mode & 06000)))) {
		r = fd >= 0 ? fchmod(fd, m->mode) : fchmodat(p->dir, p->name, m->mode, 0);
		if (r < 0)
			return -errno;
	}
	for (size_t i = 0; i < m->n_xattrs; i++)
		if ((r = set_xattr(p, fd, &m->xattrs[i])) < 0)
			return r;
	return 0;
}

static int set_all(const struct place *p, int fd, const struct tar_entry *m, uint32_t mode)
{
	int r = set_owner_and_mode(p, fd, m, mode);

	return r < 0 ? r : set_times(p->dir, p->name, fd, m->mtime_ns);
}

/* ---- data ---- */

static int write_at(int fd, const char *data, size_t n, uint64_t at)
{
	while (n) {
		ssize_t r = pwrite(fd, data, n, (off_t)at);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		data += r;
		n -= (size_t)r;
		at += (uint64_t)r;
	}
	return 0;
}

static bool all_zero(const char *page)
{
	return page[0] == 0 && memcmp(page, page + 1, PAGE - 1) == 0;
}

/* How many bytes from here on are pages that are (not) zero; `at` is their place in the file. */
static size_t run_length(const char *data, size_t n, uint64_t at, bool *ret_zero)
{
	size_t head = (size_t)(-at % PAGE), len;

	if (head || n < PAGE) {
		*ret_zero = false;
		return MIN(n, head ? head : n);
	}
	*ret_zero = all_zero(data);
	for (len = PAGE; n - len >= PAGE && all_zero(data + len) == *ret_zero; len += PAGE)
		;
	return len;
}

static int write_sparse(int fd, const char *data, size_t n, uint64_t at, uint64_t *holes)
{
	int r;

	while (n) {
		bool zero;
		size_t len = run_length(data, n, at, &zero);

		if (zero)
			*holes += len;
		else if ((r = write_at(fd, data, len, at)) < 0)
			return r;
		data += len;
		n -= len;
		at += len;
	}
	return 0;
}

/*
 * The stored bytes go where the pieces say; without pieces, from the beginning on. *holes counts
 * those that were left out.
 */
static int write_pieces(int fd, const struct tar_entry *m, struct tar_reader *r, uint64_t *holes)
{
	struct tar_piece whole = { 0, m->stored };
	const struct tar_piece *piece = m->pieces ? m->pieces : &whole;
	size_t n = m->pieces ? m->n_pieces : 1;
	bool sparse = m->pieces || m->size >= SPARSE_FROM;
	struct str_slice chunk = STR_EMPTY;
	uint64_t done = 0;
	int error;

	while (n) {
		size_t some;

		if (done == piece->length) {
			piece++;
			n--;
			done = 0;
			continue;
		}
		if (!chunk.len && (error = tar_reader_data(r, &chunk)) < 0)
			return error;
		some = (size_t)MIN((uint64_t)chunk.len, piece->length - done);
		error = sparse ? write_sparse(fd, chunk.ptr, some, piece->offset + done, holes)
			       : write_at(fd, chunk.ptr, some, piece->offset + done);
		if (error < 0)
			return error;
		chunk = str_skip(chunk, some);
		done += some;
	}
	return sparse && ftruncate(fd, (off_t)m->size) < 0 ? -errno : 0;
}

/* ---- members ---- */

/* Something is in the way: it goes, and a directory with all that is in it. */
static int clear_place(struct tree_writer *w, const struct place *p)
{
	if (unlinkat(p->dir, p->name, 0) == 0)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return errno == ENOENT ? 0 : -errno;
	forget_dir(w, p->path);
	return file_remove_tree(p->dir, p->name);
}

static int open_new(struct tree_writer *w, const struct place *p, uint32_t mode)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, fd, r;

	fd = openat(p->dir, p->name, flags, mode);
	if (fd >= 0 || errno != EEXIST)
		return fd < 0 ? -errno : fd;
	if ((r = clear_place(w, p)) < 0)
		return r;
	fd = openat(p->dir, p->name, flags, mode);
	return fd < 0 ? -errno : fd;
}

static uint64_t rounded(const struct tree_writer *w, uint64_t n)
{
	return (n + w->block - 1) / w->block * w->block;
}

static int check_room(struct tree_writer *w, uint64_t more)
{
	if (w->max_bytes && (more > w->max_bytes || w->size > w->max_bytes - more))
		return -EFBIG;
	w->size += more;
	return 0;
}

static int add_file(struct tree_writer *w, const struct place *p, const struct tar_entry *m,
		    struct tar_reader *reader)
{
	uint32_t mode = m->mode & 01777;
	uint64_t room = rounded(w, m->stored), holes = 0;
	auto_fd int fd = -1;
	int r = check_room(w, room);

	if (r < 0)
		return r;
	if ((fd = open_new(w, p, mode)) < 0)
		return fd;
	if (m->size && (r = write_pieces(fd, m, reader, &holes)) < 0)
		return r;
	w->size -= room - rounded(w, m->stored - holes);
	return set_all(p, fd, m, mode);
}

/* A directory that is there already only takes the member's metadata. */
static int add_dir(struct tree_writer *w, const struct place *p, const struct tar_entry *m)
{
	struct stat st;
	int r = 0;

	if (mkdirat(p->dir, p->name, 0700) < 0) {
		if (errno != EEXIST)
			return -errno;
		if (fstatat(p->dir, p->name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
		if (!S_ISDIR(st.st_mode)) {
			bool marked = w->kind == TREE_LAYER && S_ISCHR(st.st_mode) && !st.st_rdev;

			if ((r = clear_place(w, p)) < 0)
				return r;
			if (mkdirat(p->dir, p->name, 0700) < 0)
				return -errno;
			if (marked && fchdir(p->dir) == 0 &&
			    lsetxattr(p->name, opaque_mark, "y", 1, 0) < 0)
				return -errno;
		}
	} else if ((r = check_room(w, w->block)) < 0) {
		return r;
	}
	if ((r = set_owner_and_mode(p, -1, m, m->mode)) < 0)
		return r;
	return note_dir(w, p->path, m->mode, m->mtime_ns);
}

static int add_symlink(struct tree_writer *w, const struct place *p, const struct tar_entry *m)
{
	int r;

	if (!*m->link)
		return -EINVAL;
	if (symlinkat(m->link, p->dir, p->name) < 0) {
		if (errno != EEXIST)
			return -errno;
		if ((r = clear_place(w, p)) < 0)
			return r;
		if (symlinkat(m->link, p->dir, p->name) < 0)
			return -errno;
	}
	return set_all(p, -1, m, m->mode);
}

static mode_t node_type(enum tar_type type)
{
	return type == TAR_CHAR ? S_IFCHR : type == TAR_BLOCK_DEVICE ? S_IFBLK : S_IFIFO;
}

static int add_node(struct tree_writer *w, const struct place *p, const struct tar_entry *m)
{
	mode_t mode = node_type(m->type) | (m->mode & 01777);
	dev_t dev = m->type == TAR_FIFO ? 0 : makedev(m->major, m->minor);
	int r;

	if (m->type == TAR_CHAR && !dev) /* a whiteout in disguise */
		return -EPERM;
	if (mknodat(p->dir, p->name, mode, dev) < 0) {
		if (errno != EEXIST)
			return -errno;
		if ((r = clear_place(w, p)) < 0)
			return r;
		if (mknodat(p->dir, p->name, mode, dev) < 0)
			return -errno;
	}
	return set_all(p, -1, m, m->mode & 01777);
}

/* The target is another member; links on the way to it are followed inside, its own never. */
static int add_hardlink(struct tree_writer *w, const struct place *p, const struct tar_entry *m)
{
	char target[PATH_MAX], name[NAME_MAX + 1];
	auto_fd int dir = -1;
	int r;

	if ((r = tree_clean_path(m->link, target, sizeof(target))) < 0)
		return r;
	if (!*target)
		return -EPERM;
	if (cstr_eq(target, p->path))
		return 0;
	if ((dir = path_open_parent(w->root, target, name)) < 0)
		return dir;
	if (linkat(dir, name, p->dir, p->name, 0) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	if ((r = clear_place(w, p)) < 0)
		return r;
	return linkat(dir, name, p->dir, p->name, 0) < 0 ? -errno : 0;
}

/* ---- whiteouts ---- */

/* `dir`/`name` hides all that lower layers have there. "": dir itself, an O_PATH descriptor. */
static int mark_opaque(int dir, const char *name)
{
	if (fchdir(dir) < 0)
		return -errno;
	return lsetxattr(*name ? name : ".", opaque_mark, "y", 1, 0) < 0 ? -errno : 0;
}

static int hide_name(const struct place *p, const char *name)
{
	struct stat st;

	if (!*name || cstr_eq(name, ".") || cstr_eq(name, ".."))
		return -EINVAL;
	if (mknodat(p->dir, name, S_IFCHR, makedev(0, 0)) == 0)
		return 0;
	if (errno != EEXIST)
		return -errno;
	/* The layer itself has the name: only what is below it is hidden. */
	if (fstatat(p->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return S_ISDIR(st.st_mode) ? mark_opaque(p->dir, name) : 0;
}

/* 1: the member was a mark and is done. */
static int add_whiteout(struct tree_writer *w, const struct place *p)
{
	struct str_slice name = str_slice(p->name);
	int r;

	if (w->kind != TREE_LAYER || !str_take_prefix(&name, whiteout_prefix))
		return 0;
	if (cstr_eq(p->name, opaque_name))
		r = mark_opaque(p->dir, "");
	else if (str_starts_with(name, whiteout_prefix)) /* aufs kept its own files so */
		r = 0;
	else
		r = hide_name(p, name.ptr);
	return r < 0 ? r : 1;
}

/* ---- the whole ---- */

static int add_root(struct tree_writer *w, const struct tar_entry *m)
{
	struct place p = { w->root, ".", "" };

	if (m->type != TAR_DIR)
		return -EISDIR;
	if (fchownat(w->root, ".", m->uid, m->gid, 0) < 0)
		return -errno;
	for (size_t i = 0; i < m->n_xattrs; i++) {
		int r = set_xattr(&p, -1, &m->xattrs[i]);

		if (r < 0)
			return r;
	}
	return note_dir(w, ".", m->mode, m->mtime_ns);
}

static int add_at(struct tree_writer *w, const struct place *p, const struct tar_entry *m,
		  struct tar_reader *r)
{
	switch (m->type) {
	case TAR_FILE:
		return add_file(w, p, m, r);
	case TAR_DIR:
		return add_dir(w, p, m);
	case TAR_SYMLINK:
		return add_symlink(w, p, m);
	case TAR_HARDLINK:
		return add_hardlink(w, p, m);
	default:
		return add_node(w, p, m);
	}
}

static int add_clean(struct tree_writer *w, const char *path, const struct tar_entry *m,
		     struct tar_reader *reader)
{
	struct place p = { .path = path };
	auto_fd int own = -1;
	int r;

	if (!*path)
		return add_root(w, m);
	if ((p.dir = open_parent(w, path, &p.name, &own)) < 0)
		return p.dir;
	if ((r = add_whiteout(w, &p)) != 0)
		return MIN(r, 0);
	return add_at(w, &p, m, reader);
}

static int member_error(const struct tar_entry *m, int error, struct err *e)
{
	if (error == -ENOMEM)
		return err_no_memory(e);
	if (error == -EXDEV)
		return err_set(e, ERR_BAD_PARAMETER,
			       "cannot unpack '%.200s': it leads out of the root", m->name);
	if (error == -EFBIG)
		return err_set(e, ERR_TOO_LARGE, "cannot unpack '%.200s': the archive is too large",
			       m->name);
	if (m->type == TAR_HARDLINK)
		return err_sys_as(e, ERR_BAD_PARAMETER, -error, "cannot link '%.200s' to '%.200s'",
				  m->name, m->link);
	if (error == -ENOSPC || error == -EDQUOT || error == -EIO || error == -EROFS)
		return err_sys(e, -error, "cannot unpack '%.200s'", m->name);
	return err_sys_as(e, ERR_BAD_PARAMETER, -error, "cannot unpack '%.200s'", m->name);
}

int tree_writer_add(struct tree_writer *w, const struct tar_entry *m, struct tar_reader *reader,
		    struct err *e)
{
	char path[PATH_MAX];
	int r = tree_clean_path(m->name, path, sizeof(path));

	if (r == 0 && ++w->entries > ENTRIES_MAX)
		return err_set(e, ERR_TOO_LARGE, "cannot unpack: more than %d members",
			       ENTRIES_MAX);
	if (r == 0)
		r = add_clean(w, path, m, reader);
	if (r < 0 && (reader->why || r == -EBADMSG || r == -ENODATA))
		return tree_archive_error(reader, r, e);
	return r < 0 ? member_error(m, r, e) : 0;
}

static int finish_dir(struct tree_writer *w, const struct tree_dir *d)
{
	auto_fd int fd = path_open(w->root, d->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	if (fd < 0) /* replaced by something else since, or reached over such a thing */
		return fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP ? 0 : fd;
	if (fchmod(fd, d->mode) < 0)
		return -errno;
	return set_times(-1, NULL, fd, d->mtime_ns);
}

int tree_writer_finish(struct tree_writer *w, struct err *e)
{
	int r;

	close_levels(w, 0);
	for (size_t i = w->dirs.len; i-- > 0;) {
		struct tree_dir *d = &w->dirs.items[i];

		if (d->path && (r = finish_dir(w, d)) < 0)
			return err_sys(e, -r, "cannot finish directory '%.200s'", d->path);
	}
	return 0;
}

int tree_writer_archive(struct tree_writer *w, struct tar_reader *reader, struct err *e)
{
	struct tar_entry m;
	int r;

	while ((r = tar_reader_next(reader, &m)) > 0)
		if ((r = tree_writer_add(w, &m, reader, e)) < 0)
			return r;
	if (r < 0)
		return tree_archive_error(reader, r, e);
	return tree_writer_finish(w, e);
}

int tree_writer_init(struct tree_writer *w, int root, enum tree_kind kind, struct err *e)
{
	struct statfs fs;

	*w = (struct tree_writer){ .root = root, .kind = kind, .known = MAP_INIT };
	umask(0);
	if (fstatfs(root, &fs) < 0)
		return err_sys(e, errno, "cannot look at the directory to unpack into");
	w->block = (uint32_t)MAX((long)fs.f_bsize, 512l);
	w->size = w->block; /* the root itself */
	if (!(w->path = malloc(PATH_MAX)))
		return err_no_memory(e);
	return 0;
}

void tree_writer_done(struct tree_writer *w)
{
	close_levels(w, 0);
	vec_for_each (d, &w->dirs)
		free(d->path);
	vec_done(&w->dirs);
	map_done(&w->known);
	free(w->path);
	w->path = NULL;
}
