/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the merged view of layer trees: which tree has a name, which names a directory has. */
#include "storage/view.h"

#include "base/map.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

static const char *const opaque_marks[] = { "user.overlay.opaque", "trusted.overlay.opaque" };

bool view_is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

bool view_is_opaque(int fd)
{
	char value[2];

	for (size_t i = 0; i < ELEMENTS(opaque_marks); i++)
		if (fgetxattr(fd, opaque_marks[i], value, sizeof(value)) == 1 && value[0] == 'y')
			return true;
	return false;
}

void view_dir_done(struct view_dir *d)
{
	for (unsigned i = 0; i < d->n; i++)
		own_close(d->fds[i]);
	free(d->fds);
	*d = VIEW_DIR_INIT;
}

static int open_dir(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NOATIME);

	if (fd < 0 && errno == EPERM) /* somebody else's, without CAP_FOWNER */
		fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int dir_init(struct view_dir *d, unsigned max)
{
	d->n = 0;
	d->fds = calloc(MAX(max, 1u), sizeof(*d->fds));
	return d->fds ? 0 : -ENOMEM;
}

/* Adds a tree's directory: 1 when it hides everything further down. */
static int dir_add(struct view_dir *d, int dir, const char *name)
{
	int fd = open_dir(dir, name);

	if (fd < 0)
		return fd;
	d->fds[d->n++] = fd;
	return view_is_opaque(fd);
}

int view_root(const int *lowers, unsigned n_lowers, int upper, struct view_dir *ret)
{
	auto_(view_dir_done) struct view_dir d = VIEW_DIR_INIT;
	int r = dir_init(&d, n_lowers + 1);

	if (r == 0 && upper >= 0)
		r = dir_add(&d, upper, ".");
	for (unsigned i = n_lowers; i-- > 0 && r == 0;)
		r = dir_add(&d, lowers[i], ".");
	if (r < 0)
		return r;
	*ret = d;
	d = VIEW_DIR_INIT;
	return 0;
}

int view_find(const struct view_dir *d, const char *name, struct view_entry *ret)
{
	struct stat st;

	for (unsigned i = 0; i < d->n; i++) {
		if (fstatat(d->fds[i], name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			if (errno == ENOENT)
				continue;
			return -errno;
		}
		if (view_is_whiteout(&st))
			return -ENOENT;
		*ret = (struct view_entry){ d->fds[i], i, st };
		return 0;
	}
	return -ENOENT;
}

/* What a lower tree has under the name of a directory joins it, unless it is no directory. */
static int join_lower(const struct view_dir *d, unsigned layer, const char *name,
		      struct view_dir *to)
{
	struct stat st;

	if (fstatat(d->fds[layer], name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISDIR(st.st_mode) ? dir_add(to, d->fds[layer], name) : 1;
}

int view_open(const struct view_dir *d, const char *name, const struct view_entry *found,
	      struct view_dir *ret)
{
	auto_(view_dir_done) struct view_dir to = VIEW_DIR_INIT;
	int r = dir_init(&to, d->n - found->layer);

	if (r == 0)
		r = dir_add(&to, d->fds[found->layer], name);
	for (unsigned i = found->layer + 1; i < d->n && r == 0; i++)
		r = join_lower(d, i, name, &to);
	if (r < 0)
		return r;
	*ret = to;
	to = VIEW_DIR_INIT;
	return 0;
}

/* ---- listing ---- */

static bool is_dot(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* A hidden name is remembered too, so that no lower tree brings it back. */
static int add_name(struct str_vec *names, struct map *seen, const char *name, bool hidden)
{
	static char gone[] = "";
	char *copy;

	if (seen && map_get(seen, name))
		return 0;
	if (names->len >= VIEW_NAMES_MAX)
		return -E2BIG;
	if (!(copy = strdup(name)))
		return -ENOMEM;
	if (str_vec_add_own(names, copy) < 0)
		return -ENOMEM;
	return seen ? map_put(seen, copy, hidden ? gone : copy) : 0;
}

static int list_tree(int fd, struct str_vec *names, struct map *seen, bool raw)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	struct dirent *e;
	DIR *stream;

	if (copy < 0)
		return -errno;
	if (!(stream = fdopendir(copy))) {
		own_close(copy);
		return -ENOMEM;
	}
	while (r == 0 && (errno = 0, e = readdir(stream))) {
		struct stat st;
		bool hidden = false;

		if (is_dot(e->d_name))
			continue;
		if (!raw && (e->d_type == DT_CHR || e->d_type == DT_UNKNOWN))
			hidden = fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
				 view_is_whiteout(&st);
		if (!hidden || seen)
			r = add_name(names, seen, e->d_name, hidden);
	}
	if (r == 0 && errno)
		r = -errno;
	closedir(stream);
	return r;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Drops the names that a whiteout hides; they own their memory. */
static void drop_hidden(struct str_vec *names, const struct map *seen)
{
	size_t kept = 0;

	for (size_t i = 0; i < names->len; i++) {
		char *name = names->items[i];

		if (map_get(seen, name) == name)
			names->items[kept++] = name;
		else
			free(name);
	}
	names->len = kept;
}

static int list_names(const struct view_dir *d, struct str_vec *names, bool raw)
{
	struct map seen = MAP_INIT;
	bool merge = d->n > 1;
	int r = 0;

	for (unsigned i = 0; i < d->n && r == 0; i++)
		r = list_tree(d->fds[i], names, merge ? &seen : NULL, raw);
	if (r == 0 && merge)
		drop_hidden(names, &seen);
	map_done(&seen);
	if (r == 0 && names->len)
		qsort(names->items, names->len, sizeof(*names->items), compare_names);
	return r;
}

int view_list(const struct view_dir *d, struct str_vec *ret)
{
	auto_(str_vec_done) struct str_vec names = STR_VEC_INIT;
	int r = list_names(d, &names, false);

	if (r < 0)
		return r;
	*ret = names;
	names = STR_VEC_INIT;
	return 0;
}

/* ---- paths ---- */

static int step_into(struct view_dir *at, const char *name, const struct view_entry *e)
{
	struct view_dir next;
	int r;

	if (S_ISLNK(e->st.st_mode))
		return -ELOOP;
	if (!S_ISDIR(e->st.st_mode))
		return -ENOTDIR;
	if ((r = view_open(at, name, e, &next)) < 0)
		return r;
	view_dir_done(at);
	*at = next;
	return 0;
}

static int copy_dir(const struct view_dir *d, struct view_dir *ret)
{
	auto_(view_dir_done) struct view_dir copy = VIEW_DIR_INIT;
	int r = dir_init(&copy, d->n), fd;

	for (unsigned i = 0; i < d->n && r == 0; i++) {
		if ((fd = open_dir(d->fds[i], ".")) < 0)
			r = fd;
		else
			copy.fds[copy.n++] = fd;
	}
	if (r < 0)
		return r;
	*ret = copy;
	copy = VIEW_DIR_INIT;
	return 0;
}

int view_lookup(const struct view_dir *root, const char *path, struct view_found *ret)
{
	auto_(view_dir_done) struct view_dir at = VIEW_DIR_INIT;
	struct str_slice rest = str_slice(path), part;
	struct view_found found;
	int r = copy_dir(root, &at);

	if (r < 0)
		return r;
	while (str_next(&rest, '/', &part)) {
		if (!part.len || part.len >= sizeof(found.name))
			return part.len ? -ENAMETOOLONG : -EINVAL;
		memcpy(found.name, part.ptr, part.len);
		found.name[part.len] = '\0';
		if (is_dot(found.name))
			return -EINVAL;
		if ((r = view_find(&at, found.name, &found.entry)) < 0)
			return r;
		if (rest.ptr && (r = step_into(&at, found.name, &found.entry)) < 0)
			return r;
	}
	found.parent = at;
	at = VIEW_DIR_INIT;
	*ret = found;
	return 0;
}

/* ---- walking ---- */

static void frame_done(struct walk_frame *f)
{
	view_dir_done(&f->dir);
	str_vec_done(&f->names);
}

/* Enters a directory, whose memory it takes. */
static int enter(struct walk *w, struct view_dir *own_dir)
{
	struct walk_frame f = { .dir = *own_dir, .names = STR_VEC_INIT, .path_len = w->path.len };
	int r;

	*own_dir = VIEW_DIR_INIT;
	if (w->frames.len >= VIEW_DEPTH_MAX)
		r = -ENAMETOOLONG;
	else
		r = list_names(&f.dir, &f.names, w->raw);
	if (r == 0)
		r = vec_push(&w->frames, f);
	if (r < 0)
		frame_done(&f);
	return r;
}

int walk_begin(struct walk *w, struct view_dir *own_root)
{
	return enter(w, own_root);
}

static int find_in(const struct walk *w, const struct walk_frame *f, const char *name,
		   struct view_entry *ret)
{
	if (!w->raw)
		return view_find(&f->dir, name, ret);
	*ret = (struct view_entry){ .dir = f->dir.fds[0] };
	return fstatat(ret->dir, name, &ret->st, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static int set_path(struct walk *w, const struct walk_frame *f, const char *name)
{
	buf_truncate(&w->path, f->path_len);
	if (f->path_len)
		buf_char(&w->path, '/');
	buf_str(&w->path, name);
	return buf_error(&w->path);
}

/* The next name of the innermost directory; one that vanished meanwhile is passed over. */
static int next_here(struct walk *w, struct walk_frame *f, struct walk_entry *ret)
{
	struct walk_entry e = { 0 };
	int r;

	do {
		if (f->next == f->names.len)
			return 0;
		e.name = f->names.items[f->next++];
		r = find_in(w, f, e.name, &e.in);
	} while (r == -ENOENT);
	if (r < 0 || (r = set_path(w, f, e.name)) < 0)
		return r;
	if (S_ISDIR(e.in.st.st_mode)) {
		if ((r = view_open(&f->dir, e.name, &e.in, &w->pending)) < 0)
			return r;
		e.opened = &w->pending;
	}
	e.path = buf_cstr(&w->path);
	*ret = e;
	return 1;
}

int walk_next(struct walk *w, struct walk_entry *ret)
{
	int r;

	if (w->pending.fds && (r = enter(w, &w->pending)) < 0)
		return r;
	while (w->frames.len) {
		struct walk_frame *f = vec_last(&w->frames);

		if ((r = next_here(w, f, ret)) != 0)
			return r;
		frame_done(f);
		w->frames.len--;
	}
	return 0;
}

void walk_skip(struct walk *w)
{
	view_dir_done(&w->pending);
}

void walk_done(struct walk *w)
{
	view_dir_done(&w->pending);
	vec_for_each (f, &w->frames)
		frame_done(f);
	vec_done(&w->frames);
	buf_done(&w->path);
}
