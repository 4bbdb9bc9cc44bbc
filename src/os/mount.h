/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns mounts by descriptor: file systems made detached, trees cloned detached, both moved onto an
 * open directory or file. Works from Linux 5.12 on; names and values as in mount_setattr(2). libc
 * only.
 */
#pragma once

#include "base/own.h"

#include <stddef.h>
#include <stdint.h>

/* Attributes of a mount (MOUNT_ATTR_* of the kernel, named here because the headers of glibc, musl
 * and the kernel cannot be included together). */
enum {
	MOUNT_RDONLY = 0x1,
	MOUNT_NOSUID = 0x2,
	MOUNT_NODEV = 0x4,
	MOUNT_NOEXEC = 0x8,
	MOUNT_NOATIME = 0x10,
	MOUNT_STRICTATIME = 0x20,
	MOUNT_NODIRATIME = 0x80,
	MOUNT_ATIME_MASK = 0x70,
};

enum mount_tree { MOUNT_ONE, MOUNT_RECURSIVE };

/* Propagation, for mount_set; 0 leaves it. The values of MS_*. */
enum mount_propagation {
	MOUNT_KEEP = 0,
	MOUNT_UNBINDABLE = 1 << 17,
	MOUNT_PRIVATE = 1 << 18,
	MOUNT_SLAVE = 1 << 19,
	MOUNT_SHARED = 1 << 20,
};

/*
 * A new instance of a file system, attached nowhere. `options` is "name=value,flag,…" or NULL;
 * values hold no comma. attrs: MOUNT_*. The descriptor or -errno.
 */
int mount_new(const char *fstype, const char *source, const char *options, unsigned attrs)
	_must_check;

/* A detached copy of what is mounted at `path` below `dir` ("": dir itself, which may be a file).
 */
int mount_clone(int dir, const char *path, enum mount_tree tree) _must_check;

/* Attaches a detached mount on the open directory or file `target`. */
int mount_attach(int mount, int target) _must_check;

struct mount_change {
	uint64_t set, clear, propagation;
};

/* Changes attributes and propagation of the mount whose root is `mount`. */
int mount_set(int mount, enum mount_tree tree, struct mount_change change) _must_check;

/* Nothing that is mounted here from now on is seen elsewhere, nor the other way. */
int mount_make_private(void) _must_check;

/*
 * The same place in the caller's mount namespace: a descriptor opened before unshare(CLONE_NEWNS),
 * or received from a process in another namespace, names a mount that this namespace may not use
 * (overlay and open_tree answer EINVAL). Needs /proc. A new O_PATH descriptor; -ESTALE when another
 * thing is at that path here.
 */
int mount_here(int fd) _must_check;

struct mount_layers {
	const int *lowers; /* top one first; of this mount namespace */
	size_t lower_count;
	int upper, work;     /* -1, -1: read-only */
	const char *options; /* "userxattr,…" or NULL */
};

/* Mounts an overlay on `target`, a trusted path. -E2BIG for more layers than a page can name. */
int mount_overlay(const struct mount_layers *layers, const char *target) _must_check;

/* Makes `root` (a mount point) the root of this mount namespace and detaches what was there. */
int mount_pivot(int root) _must_check;

/*
 * The type that statfs(2) reports is `magic`: for procfs before anything security relevant is
 * written. -EXDEV when it is another.
 */
int mount_check_type(int fd, long magic) _must_check;
