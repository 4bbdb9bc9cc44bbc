/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns lookups below a descriptor that nobody inside can lead astray: openat2 with RESOLVE_IN_ROOT
 * and RESOLVE_NO_MAGICLINKS. Links in `path` are followed as a process whose root is `root` would.
 * libc only, Linux 5.6.
 */
#pragma once

#include "base/own.h"

#include <sys/types.h>

/* open(2) below `root`, close-on-exec always. The descriptor or -errno (-EAGAIN is retried). */
int path_open(int root, const char *path, int flags, mode_t mode) _must_check;

enum path_kind { PATH_DIR, PATH_FILE };

/*
 * The place itself (O_PATH), made where it is missing: directories on the way 0755, the last part
 * an empty directory or file. A dangling link on the way is followed and its target made, inside.
 */
int path_make(int root, const char *path, enum path_kind kind) _must_check;

/* As path_make for a directory, with the mode of directories that are made. */
int path_mkdirs(int root, const char *path, mode_t mode) _must_check;

/*
 * Opens the directory that holds the last part of `path` (made when missing) and gives that part's
 * name in `ret_name` (NAME_MAX + 1 bytes). -EINVAL when the path ends in nothing, "." or "..".
 */
int path_open_parent(int root, const char *path, char *ret_name) _must_check;

/*
 * Opens the directory `name` of `dir` to be read: no link, no other mount (-EXDEV), not outside.
 * For walks over trees that someone else may be changing.
 */
int path_enter(int dir, const char *name) _must_check;
