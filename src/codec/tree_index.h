/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the index of a file tree: what a build context (or an image's tree) holds, with a digest per
 * file, made by a worker into a file and mapped by whoever asks. A reader trusts nothing in it: it
 * is checked when opened. Paths have no leading '/', no "." or "..", and sort with '/' before any
 * other byte, so that what is below a directory follows it at once. Entry 0 is the root, path "".
 */
#pragma once

#include "base/arena.h"
#include "base/own.h"
#include "codec/digest.h"

#include <stdint.h>

enum {
	TREE_INDEX_VERSION = 1,
	TREE_INDEX_ENTRIES_MAX = 4 << 20,
	TREE_INDEX_NO_LINK = -1,
};

/* As it lies in the file, little endian. */
struct tree_entry {
	uint64_t path, link, xattrs; /* offsets in the text area; path and link end in NUL */
	uint32_t path_len, link_len, xattrs_len;
	uint32_t mode; /* S_IFMT and permission bits */
	uint32_t uid, gid;
	uint32_t major, minor;
	uint64_t size;
	int64_t mtime_ns;
	uint64_t data;	      /* offset of the file's bytes in the spool */
	int32_t hardlink;     /* entry whose file this one is, or TREE_INDEX_NO_LINK */
	uint32_t end;	      /* first entry that is not below this one */
	struct digest digest; /* of the file's bytes; zero for everything else */
};

struct tree_index {
	const void *map;
	size_t map_len;
	const struct tree_entry *entries;
	size_t n_entries;
	const char *texts;
	size_t texts_len;
};

/* Maps and checks the index in fd (which may be closed after). -EBADMSG: not sound. */
int tree_index_open(int fd, struct tree_index *ret) _must_check;
void tree_index_close(struct tree_index *t);

const char *tree_index_path(const struct tree_index *t, const struct tree_entry *e);
const char *tree_index_link(const struct tree_index *t, const struct tree_entry *e);
const char *tree_index_name(const struct tree_index *t, const struct tree_entry *e); /* last part */

/* By exact path; NULL when absent. */
const struct tree_entry *tree_index_find(const struct tree_index *t, struct str_slice path);

/*
 * By a path as a user writes it: cleaned ("./a//b/", "/a/b"), symbolic links followed inside the
 * tree, the last one too. NULL with *ret_error -ENOENT, -ELOOP, -ENOTDIR or -EPERM (leads out of
 * the tree by "..").
 */
const struct tree_entry *tree_index_resolve(const struct tree_index *t, struct str_slice path,
					    int *ret_error);

/*
 * Entries that `pattern` (Go's filepath.Match, one '*' never crosses '/') names, in order. Each
 * index is pushed on ret (arena memory). -EINVAL: a malformed pattern.
 */
int tree_index_match(const struct tree_index *t, struct str_slice pattern, struct arena *a,
		     uint32_t **ret, size_t *ret_len) _must_check;

/* One pattern against one name, '/' apart: 1, 0 or -EINVAL. Source: Go path/filepath Match. */
int tree_index_pattern_matches(struct str_slice pattern, struct str_slice name) _must_check;

/*
 * Digest of an entry and all below it: relative names, types, modes, contents, link targets, device
 * numbers, attributes; never times, and owners only with TREE_DIGEST_OWNERS. Entries whose bit is
 * set in `excluded` (may be NULL) are left out.
 */
enum tree_digest_flags { TREE_DIGEST_PLAIN, TREE_DIGEST_OWNERS };
void tree_index_digest(const struct tree_index *t, const struct tree_entry *e,
		       enum tree_digest_flags flags, const uint8_t *excluded, struct digest *ret);

/* Making one: add entries in any order, a later one of the same path replaces the former. */
struct tree_index_builder;
struct tree_index_item {
	struct str_slice path; /* clean, see above */
	struct str_slice link, xattrs;
	struct tree_entry entry; /* offsets are filled by the builder */
};
int tree_index_builder_new(struct tree_index_builder **ret) _must_check;
void tree_index_builder_free(struct tree_index_builder *b);
OWN_PTR(struct tree_index_builder, tree_index_builder_free);
/* -E2BIG beyond TREE_INDEX_ENTRIES_MAX. */
int tree_index_builder_add(struct tree_index_builder *b, const struct tree_index_item *item)
	_must_check;
/* Sorts, adds missing parents (mode 0755, root), writes the file. */
int tree_index_builder_write(struct tree_index_builder *b, int fd) _must_check;
