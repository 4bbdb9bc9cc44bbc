/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns turning a file tree into a canonical tar: names sorted, hard links to the first name,
 * attributes in order, whiteouts as OCI layers have them. The same tree gives the same bytes.
 */
#pragma once

#include "base/err.h"
#include "base/map.h"
#include "codec/tar.h"
#include "storage/view.h"

struct tree_tar {
	struct sink *to;
	uint64_t entries, bytes; /* members, bytes of the archive */
	uint64_t size;		 /* bytes on disk of what was read, as du counts */
	struct map links;	 /* "dev:ino" -> first name, of files with several */
	struct arena arena;
	struct sink_tap tap; /* counts */
	char *buffer;
};

int tree_tar_init(struct tree_tar *t, struct sink *to, struct err *e) _must_check;
void tree_tar_done(struct tree_tar *t);

/* One entry of a walk; `entry.in` says where it is. Directories without what is below them. */
int tree_tar_add(struct tree_tar *t, const struct walk_entry *entry, struct err *e) _must_check;
/* The root directory itself as "./", unless it is what every root is (0755, root's, no attributes).
 */
int tree_tar_add_root(struct tree_tar *t, int dir, struct err *e) _must_check;
/* A whiteout for the path, or for all below the directory "path". */
int tree_tar_hide(struct tree_tar *t, const char *path, struct err *e) _must_check;
int tree_tar_hide_below(struct tree_tar *t, const char *dir, struct err *e) _must_check;
int tree_tar_end(struct tree_tar *t, struct err *e) _must_check;

/* Extended attributes that archives carry, sorted by name; arena memory. */
struct tree_xattrs {
	struct tar_xattr *items;
	size_t len;
};
/* Of fd, or of dir/name (not followed) when fd is -1. 0 or -errno. */
int tree_xattrs_read(int fd, int dir, const char *name, struct arena *a, struct tree_xattrs *ret)
	_must_check;
