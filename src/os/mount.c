/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the mount calls of Linux 5.2 to 5.12 by number: no libc of Debian 12 wraps them all. */
#include "os/mount.h"

#include "base/buf.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Values of linux/mount.h, which cannot be included beside sys/mount.h. */
enum {
	OPEN_CLOEXEC = 0x1, /* FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC */
	CONFIG_FLAG = 0,    /* FSCONFIG_SET_FLAG */
	CONFIG_STRING = 1,
	CONFIG_CREATE = 6,
	TREE_CLONE = 0x1,	/* OPEN_TREE_CLONE */
	MOVE_F_EMPTY = 0x4,	/* MOVE_MOUNT_F_EMPTY_PATH */
	MOVE_T_EMPTY = 0x40,	/* MOVE_MOUNT_T_EMPTY_PATH */
	AT_WHOLE_TREE = 0x8000, /* AT_RECURSIVE */
	OPTION_MAX = 256,	/* what fsconfig takes of a string */
	PAGE = 4096,		/* what mount(2) takes of options */
};

struct mount_attr_words { /* struct mount_attr, version 0 */
	uint64_t set, clear, propagation, userns;
};

static int set_option(int fs, struct str_slice option)
{
	char name[OPTION_MAX], *value;

	if (option.len >= sizeof(name))
		return -ENAMETOOLONG;
	memcpy(name, option.ptr, option.len);
	name[option.len] = '\0';
	value = strchr(name, '=');
	if (value)
		*value++ = '\0';
	if (syscall(SYS_fsconfig, fs, value ? CONFIG_STRING : CONFIG_FLAG, name, value, 0) < 0)
		return -errno;
	return 0;
}

static int configure(int fs, const char *source, const char *options)
{
	struct str_slice rest = str_slice(options), option;
	int r;

	if (source && syscall(SYS_fsconfig, fs, CONFIG_STRING, "source", source, 0) < 0)
		return -errno;
	while (rest.len > 0 && str_next(&rest, ',', &option))
		if (option.len > 0 && (r = set_option(fs, option)) < 0)
			return r;
	return syscall(SYS_fsconfig, fs, CONFIG_CREATE, NULL, NULL, 0) < 0 ? -errno : 0;
}

int mount_new(const char *fstype, const char *source, const char *options, unsigned attrs)
{
	auto_fd int fs = (int)syscall(SYS_fsopen, fstype, OPEN_CLOEXEC);
	int fd, r;

	if (fs < 0)
		return -errno;
	if ((r = configure(fs, source, options)) < 0)
		return r;
	fd = (int)syscall(SYS_fsmount, fs, OPEN_CLOEXEC, attrs);
	return fd < 0 ? -errno : fd;
}

int mount_clone(int dir, const char *path, enum mount_tree tree)
{
	unsigned flags = TREE_CLONE | O_CLOEXEC | (*path ? 0 : AT_EMPTY_PATH) |
			 (tree == MOUNT_RECURSIVE ? AT_WHOLE_TREE : 0);
	int fd = (int)syscall(SYS_open_tree, dir, path, flags);

	return fd < 0 ? -errno : fd;
}

int mount_attach(int mount, int target)
{
	int r = (int)syscall(SYS_move_mount, mount, "", target, "", MOVE_F_EMPTY | MOVE_T_EMPTY);

	return r < 0 ? -errno : 0;
}

int mount_set(int mount, enum mount_tree tree, struct mount_change change)
{
	struct mount_attr_words words = { change.set, change.clear, change.propagation, 0 };
	unsigned flags = AT_EMPTY_PATH | (tree == MOUNT_RECURSIVE ? AT_WHOLE_TREE : 0);

	if (syscall(SYS_mount_setattr, mount, "", flags, &words, sizeof(words)) < 0)
		return -errno;
	return 0;
}

int mount_make_private(void)
{
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? -errno : 0;
}

/* pivot_root(".", ".") stacks the old root on the new one at the same place; then it goes. */
int mount_pivot(int root)
{
	if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0)
		return -errno;
	return chdir("/") < 0 ? -errno : 0;
}

int mount_check_type(int fd, long magic)
{
	struct statfs st;

	if (fstatfs(fd, &st) < 0)
		return -errno;
	return (long)st.f_type == magic ? 0 : -EXDEV;
}

int mount_here(int fd)
{
	char link[32], path[PAGE];
	struct stat before, after;
	auto_fd int here = -1;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return -errno;
	path[n] = '\0';
	here = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (here < 0 || fstat(fd, &before) < 0 || fstat(here, &after) < 0)
		return -errno;
	if (before.st_dev != after.st_dev || before.st_ino != after.st_ino)
		return -ESTALE;
	return TAKE_FD(here);
}

struct options {
	char text[PAGE];
	size_t len;
};

static void add(struct options *o, const char *format, ...) _printf(2, 3);
static void add(struct options *o, const char *format, ...)
{
	va_list args;

	if (o->len >= sizeof(o->text))
		return;
	va_start(args, format);
	o->len += vsnprintf(o->text + o->len, sizeof(o->text) - o->len, format, args);
	va_end(args);
}

/* The mount(2) way: an attached layer by its descriptor, so that a page holds more than 130. */
int mount_overlay(const struct mount_layers *layers, const char *target)
{
	struct options o = { .len = 0 };

	assert(layers->lower_count > 0);
	add(&o, "%s%s", layers->options ? layers->options : "", layers->options ? "," : "");
	for (size_t i = 0; i < layers->lower_count; i++)
		add(&o, "%s/proc/self/fd/%d", i ? ":" : "lowerdir=", layers->lowers[i]);
	if (layers->upper >= 0)
		add(&o, ",upperdir=/proc/self/fd/%d,workdir=/proc/self/fd/%d", layers->upper,
		    layers->work);
	if (o.len >= sizeof(o.text))
		return -E2BIG;
	return mount("overlay", target, "overlay", 0, o.text) < 0 ? -errno : 0;
}
