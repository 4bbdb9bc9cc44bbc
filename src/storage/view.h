/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns looking at a root without mounting it: the merged view of layer trees, read through their
 * directory descriptors with overlay's own rules (a character device 0:0 hides a name, an opaque
 * directory hides what is below it). Nothing is followed, nothing is written. One thread a view.
 *
 * Source: Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories".
 */
#pragma once

#include "base/buf.h"
#include "base/own.h"
#include "base/vec.h"

#include <stdbool.h>
#include <sys/stat.h>

enum {
	VIEW_DEPTH_MAX = 1024,	  /* directories below each other */
	VIEW_NAMES_MAX = 4 << 20, /* names in one directory */
};

/* One directory of the view: the trees that make it, topmost first. */
struct view_dir {
	int *fds; /* open for reading */
	unsigned n;
};
#define VIEW_DIR_INIT ((struct view_dir){ NULL, 0 })

/*
 * The root of the view: `lowers` lowest first, `upper` above them unless it is -1. The descriptors
 * (O_PATH will do) stay the caller's. 0 or -errno.
 */
int view_root(const int *lowers, unsigned n_lowers, int upper, struct view_dir *ret) _must_check;
void view_dir_done(struct view_dir *d);

/* A name in a directory: where it really is. */
struct view_entry {
	int dir;	/* borrowed from the view_dir: the tree's directory that has it */
	unsigned layer; /* index of that */
	struct stat st;
};

/* -ENOENT when the view has no such name. */
int view_find(const struct view_dir *d, const char *name, struct view_entry *ret) _must_check;

/* The directory `name`, which `found` (by view_find) says is one. */
int view_open(const struct view_dir *d, const char *name, const struct view_entry *found,
	      struct view_dir *ret) _must_check;

/* The names in a directory, sorted by bytes. */
int view_list(const struct view_dir *d, struct str_vec *ret) _must_check;

bool view_is_whiteout(const struct stat *st);
/* Does the directory hide what lower layers have below it? `fd` open for reading. */
bool view_is_opaque(int fd);

/*
 * A path (no leading '/', no "." or "..") looked up name by name, following no links: -ENOENT,
 * -ENOTDIR, -ELOOP where a directory on the way is a symbolic link.
 */
struct view_found {
	struct view_dir parent; /* done with view_dir_done */
	struct view_entry entry;
	char name[256];
};
int view_lookup(const struct view_dir *root, const char *path, struct view_found *ret) _must_check;

/* ---- walking ---- */

struct walk_frame {
	struct view_dir dir;
	struct str_vec names;
	size_t next;
	size_t path_len;
};

/* Everything below a directory, parents before children, siblings sorted. */
struct walk {
	VEC(struct walk_frame) frames;
	struct buf path;
	struct view_dir pending; /* a directory that was just returned and is to be entered */
	bool raw;		 /* one tree as it stands: whiteouts are entries like others */
};

struct walk_entry {
	const char *path; /* relative to where the walk began, no leading '/' */
	const char *name;
	struct view_entry in;
	const struct view_dir *opened; /* a directory: itself, open; else NULL */
};

/* Takes the directory, also when it fails. */
int walk_begin(struct walk *w, struct view_dir *own_root) _must_check;
/* 1: *ret, valid until the next call; 0: the end; -errno. */
int walk_next(struct walk *w, struct walk_entry *ret) _must_check;
/* Does not enter the directory that walk_next just returned. */
void walk_skip(struct walk *w);
void walk_done(struct walk *w);
