/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns turning members of an archive into files below one directory descriptor. Names are cleaned
 * as text, then looked up with openat2 inside the tree: no member, in whatever order, reaches
 * anything outside. A later member of the same name replaces the former.
 *
 * Two ways: a layer, where `.wh.NAME` becomes overlay's marks, and a plain archive, where every
 * name is a file.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/tar.h"

#include <sys/types.h>

enum tree_kind { TREE_LAYER, TREE_PLAIN };

enum {
	TREE_DEPTH_MAX = 512, /* directories below each other */
	TREE_CACHE_MAX = 64,  /* of which so many are kept open */
};

/* A directory whose times and mode are set when all is in it. */
struct tree_dir {
	char *path;
	int64_t mtime_ns;
	uint32_t mode;
};

struct tree_level {
	size_t path_len; /* of the part of `path` that names this directory */
	int fd;
};

struct tree_writer {
	int root; /* borrowed */
	enum tree_kind kind;
	uint64_t max_bytes; /* 0: no limit */
	uint64_t size;	    /* bytes on disk so far */
	uint64_t entries;
	uint32_t block;				  /* of the file system */
	struct tree_level levels[TREE_CACHE_MAX]; /* the way to the directory last written to */
	unsigned depth;
	char *path; /* its path */
	size_t path_cap;
	VEC(struct tree_dir) dirs;
	struct map known; /* of `dirs`, by path */
	char *block_buffer;
};

/* umask becomes 0: the process is the job's. */
int tree_writer_init(struct tree_writer *w, int root, enum tree_kind kind, struct err *e)
	_must_check;
void tree_writer_done(struct tree_writer *w);

/* Adds a member, reading its data from r. Errors name the member. */
int tree_writer_add(struct tree_writer *w, const struct tar_entry *m, struct tar_reader *r,
		    struct err *e) _must_check;

/* Sets what directories get at the end. */
int tree_writer_finish(struct tree_writer *w, struct err *e) _must_check;

/* A whole archive: add for each member, then finish. */
int tree_writer_archive(struct tree_writer *w, struct tar_reader *r, struct err *e) _must_check;

/*
 * `name` as a path below a root: no leading '/', no empty, "." or ".." parts; "" is the root
 * itself. -EXDEV: it leads out of it; -ENAMETOOLONG.
 */
int tree_clean_path(const char *name, char *ret, size_t size) _must_check;

/* What err texts call a reader's trouble. Sets e and returns the errno. */
int tree_archive_error(const struct tar_reader *r, int error, struct err *e);

/* May an archive set this extended attribute? */
bool tree_xattr_allowed(const char *name);
