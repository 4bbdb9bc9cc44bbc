/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the small ways with files of our own directories: read whole below a limit, replace by
 * rename, make and remove directories. Paths are relative to `dir` (AT_FDCWD allowed) and trusted:
 * below a container's root use os/path.h. libc only.
 */
#pragma once

#include "base/buf.h"
#include "base/own.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Appends the whole file to *b. -E2BIG beyond `limit` bytes, -ENOENT, -ENOMEM … */
int file_read(int dir, const char *path, size_t limit, struct buf *b) _must_check;
int file_read_fd(int fd, size_t limit, struct buf *b) _must_check; /* from the current position */

/*
 * Reads at most size-1 bytes of a small kernel file (proc, sys, cgroup) into `text`, ends it with
 * NUL and cuts one trailing newline. The length, or -errno; -E2BIG when it does not fit.
 */
ssize_t file_read_text(int dir, const char *path, char *text, size_t size) _must_check;

/* One write(2) to an existing file, never creating: what proc, sys and cgroup files want. */
int file_write_text(int dir, const char *path, const char *text) _must_check;

enum file_sync {
	FILE_SYNC_NO,	/* survives the process, not a power cut */
	FILE_SYNC_DISK, /* the file and its directory entry are on the disk */
};

/* Replaces `path` in one rename: readers see the old content or the new, never a part. */
int file_write_atomic(int dir, const char *path, struct str_slice data, mode_t mode,
		      enum file_sync sync) _must_check;

/* Every missing directory of the path. An existing one is left as it is. */
int file_mkdirs(int dir, const char *path, mode_t mode) _must_check;

/* The directory itself, opened O_PATH | O_DIRECTORY. The descriptor or -errno. */
int file_open_dir(int dir, const char *path) _must_check;

/*
 * Removes a file or a whole tree, never following links and never leaving its file system; -ENOENT
 * is success. Depth is bounded by memory, not by the stack.
 */
int file_remove_tree(int dir, const char *path) _must_check;

bool file_exists(int dir, const char *path);
