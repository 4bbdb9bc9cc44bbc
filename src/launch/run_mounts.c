/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the steps that fill the root: file systems, binds, device nodes, masks. Each mount is made
 * detached and moved onto a place that is already open, so no path is walked twice.
 */
#include "launch/runner.h"
#include "os/mount.h"
#include "os/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/*
 * proc, sys and dev must be what they seem, since masks and sysctls are found below them: their
 * place is a real directory directly below the root (CVE-2019-16884, CVE-2019-19921).
 */
static int open_anchor(struct runner *r, const char *path)
{
	int root = r->at[LAUNCH_AT_ROOT], flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, fd;

	while (*path == '/')
		path++;
	fd = openat(root, path, flags);
	if (fd < 0 && errno == ENOENT && mkdirat(root, path, 0755) == 0)
		fd = openat(root, path, flags);
	return fd < 0 ? -errno : fd;
}

static int cannot_mount(struct err *e, int result, const char *what, const char *target)
{
	if (result == -ENOTDIR)
		return err_set(
			e, ERR_BAD_PARAMETER,
			"cannot mount '%s' on '%s': not a directory: Are you trying to mount "
			"a directory onto a file (or vice-versa)? Check if the specified host "
			"path exists and is the expected type",
			what, target);
	return err_sys_as(e, ERR_INTERNAL, -result, "cannot mount '%s' on '%s'", what, target);
}

/* A new file system, attached; with `becomes`, later steps name places below it. */
int launch_run_filesystem(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_filesystem *s = (const void *)step;
	const char *type = launch_text(step, s->type), *target = launch_text(step, s->target);
	const char *source = launch_text(step, s->source);
	bool is_anchor = s->at == LAUNCH_AT_ROOT && s->becomes;
	int place, fs, result;

	fs = mount_new(type, *source ? source : type, launch_text(step, s->options), s->attrs);
	if (fs < 0)
		return err_sys_as(e, ERR_INTERNAL, -fs, "cannot make a %s for '%s'", type, target);
	place = is_anchor ? open_anchor(r, target)
			  : launch_place_open(r, s->at, target, LAUNCH_PLACE_DIR);
	result = place < 0 ? place : mount_attach(fs, place);
	if (result < 0)
		return cannot_mount(e, result, type, target);
	if (s->becomes && s->becomes < LAUNCH_AT_COUNT)
		r->at[s->becomes] = fs;
	return 0;
}

static int set_attributes(int mount, const struct launch_step_bind *s)
{
	struct mount_change change = { .set = s->set, .clear = s->clear };
	bool deep = s->flags & LAUNCH_BIND_SET_RECURSIVE;
	int result;

	if (deep)
		change.propagation = s->propagation;
	if (change.set || change.clear || change.propagation) {
		result = mount_set(mount, deep ? MOUNT_RECURSIVE : MOUNT_ONE, change);
		if (result < 0)
			return result;
	}
	if (deep || !s->propagation)
		return 0;
	return mount_set(mount, s->flags & LAUNCH_BIND_RECURSIVE ? MOUNT_RECURSIVE : MOUNT_ONE,
			 (struct mount_change){ .propagation = s->propagation });
}

/* A copied tree, attached. */
int launch_run_bind(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_bind *s = (const void *)step;
	const char *target = launch_text(step, s->target);
	int mount = r->fds[s->slot], place, result;

	if (mount < 0)
		return 0; /* optional, and not there */
	if ((result = set_attributes(mount, s)) < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot set the options of '%s'",
				  target);
	place = launch_place_open(r, s->at, target,
				  s->flags & LAUNCH_BIND_FILE ? LAUNCH_PLACE_FILE
							      : LAUNCH_PLACE_DIR);
	result = place < 0 ? place : mount_attach(mount, place);
	return result < 0 ? cannot_mount(e, result, "its source", target) : 0;
}

int launch_run_peer_bind(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_peer_bind *s = (const void *)step;
	const char *target = launch_text(step, s->target);
	struct mount_change change = { .set = s->set };
	int mount = r->fds[s->slot], place, result;

	place = launch_place_open(r, s->at, target, LAUNCH_PLACE_DIR);
	result = place < 0 ? place : mount_set(mount, MOUNT_ONE, change);
	if (result == 0)
		result = mount_attach(mount, place);
	return result < 0 ? cannot_mount(e, result, launch_text(step, s->path), target) : 0;
}

/* The directory that a name is made in, and the name. */
static int open_parent(struct runner *r, uint64_t at, const char *path, char *ret_name)
{
	if (at >= LAUNCH_AT_COUNT || r->at[at] < 0)
		return -EBADF;
	return path_open_parent(r->at[at], path, ret_name);
}

static int cannot_make(struct err *e, int result, const char *what, const char *path)
{
	return err_sys_as(e, ERR_INTERNAL, -result, "cannot make %s '%s'", what, path);
}

/* One that is there already stays: devices may be named twice. */
int launch_run_node(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_node *s = (const void *)step;
	const char *path = launch_text(step, s->path);
	dev_t device = makedev((unsigned)s->major, (unsigned)s->minor);
	char name[NAME_MAX + 1];
	int dir = open_parent(r, s->at, path, name), result = dir;

	if (dir >= 0)
		result = mknodat(dir, name, (mode_t)s->mode, device) < 0 ? -errno : 0;
	if (result == -EEXIST)
		return 0;
	if (result == 0 && (s->uid || s->gid) &&
	    fchownat(dir, name, (uid_t)s->uid, (gid_t)s->gid, AT_SYMLINK_NOFOLLOW) < 0)
		result = -errno;
	return result < 0 ? cannot_make(e, result, "device", path) : 0;
}

int launch_run_link(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_link *s = (const void *)step;
	const char *path = launch_text(step, s->path);
	char name[NAME_MAX + 1];
	int dir = open_parent(r, s->at, path, name);

	if (dir < 0)
		return cannot_make(e, dir, "link", path);
	if (symlinkat(launch_text(step, s->target), dir, name) < 0 && errno != EEXIST)
		return cannot_make(e, -errno, "link", path);
	return 0;
}

int launch_run_dir(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_dir *s = (const void *)step;
	const char *path = launch_text(step, s->path);
	char name[NAME_MAX + 1];
	int dir = open_parent(r, s->at, path, name);

	if (dir < 0)
		return cannot_make(e, dir, "directory", path);
	if (mkdirat(dir, name, (mode_t)s->mode) < 0 && errno != EEXIST)
		return cannot_make(e, -errno, "directory", path);
	return 0;
}

/* An existing place only: a path that this kernel or image lacks needs no mask. */
static int open_existing(struct runner *r, uint64_t at, const char *path)
{
	if (at >= LAUNCH_AT_COUNT || r->at[at] < 0)
		return -ENOENT;
	return path_open(r->at[at], path, O_PATH, 0);
}

/*
 * The container's /dev/null, which an image or a volume may have replaced by something else: what
 * is bound over a secret must be the real one (CVE-2025-31133).
 */
static int null_device(struct runner *r)
{
	bool own = r->at[LAUNCH_AT_DEV] >= 0;
	struct stat st;
	int fd;

	if (r->null >= 0)
		return r->null;
	fd = own ? openat(r->at[LAUNCH_AT_DEV], "null", O_PATH | O_NOFOLLOW | O_CLOEXEC)
		 : path_open(r->at[LAUNCH_AT_ROOT], "/dev/null", O_PATH | O_NOFOLLOW, 0);
	if (own && fd < 0)
		fd = -errno;
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || !S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return -ENXIO;
	return r->null = fd;
}

/* The first directory that is masked gets a new empty file system, the others copies of its mount.
 */
static int mask_directory(struct runner *r, int place)
{
	int fs = r->empty >= 0
			 ? mount_clone(r->empty, "", MOUNT_ONE)
			 : mount_new("tmpfs", "tmpfs", "size=0,nr_inodes=1,mode=555",
				     MOUNT_RDONLY | MOUNT_NOSUID | MOUNT_NODEV | MOUNT_NOEXEC);
	int result = fs < 0 ? fs : mount_attach(fs, place);

	if (result == 0 && r->empty < 0)
		r->empty = fs;
	return result;
}

static int mask_file(struct runner *r, int place)
{
	int null = null_device(r), copy;

	if (null < 0)
		return null;
	copy = mount_clone(null, "", MOUNT_ONE);
	return copy < 0 ? copy : mount_attach(copy, place);
}

int launch_run_mask(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_mask *s = (const void *)step;
	const char *path = launch_text(step, s->paths);

	for (uint32_t i = 0; i < s->paths.size; i++, path = launch_next_text(path)) {
		int place = open_existing(r, s->at, path), result = 0;
		struct stat st;

		if (place == -ENOENT || place == -ENOTDIR)
			continue;
		if (place < 0 || fstat(place, &st) < 0)
			result = place < 0 ? place : -errno;
		else if (S_ISDIR(st.st_mode))
			result = mask_directory(r, place);
		else
			result = mask_file(r, place);
		if (result < 0)
			return err_sys_as(e, ERR_INTERNAL, -result, "cannot mask '%s'", path);
	}
	return 0;
}

/* Each path is bound over itself, read-only. */
int launch_run_readonly(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_readonly *s = (const void *)step;
	const char *path = launch_text(step, s->paths);

	for (uint32_t i = 0; i < s->paths.size; i++, path = launch_next_text(path)) {
		struct mount_change change = { .set = MOUNT_RDONLY };
		int place = open_existing(r, s->at, path), copy, result;

		if (place == -ENOENT || place == -ENOTDIR)
			continue;
		copy = result = place < 0 ? place : mount_clone(place, "", MOUNT_RECURSIVE);
		if (copy >= 0)
			result = mount_set(copy, MOUNT_RECURSIVE, change);
		if (copy >= 0 && result == 0)
			result = mount_attach(copy, place);
		if (result < 0)
			return err_sys_as(e, ERR_INTERNAL, -result, "cannot make '%s' read-only",
					  path);
	}
	return 0;
}
