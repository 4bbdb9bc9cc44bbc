/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns blobs/sha256: files named by the digest of their bytes, written beside and renamed into
 * place, read-only from then on. It does not know why a blob is kept; that is image.c's business.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "codec/digest.h"

enum { BLOB_JSON_MAX = 4 << 20 }; /* bytes of a manifest, index or config */

struct blobs {
	int dir;       /* DATA_ROOT/blobs/sha256 */
	int data_root; /* borrowed; for syncfs */
};
#define BLOBS_INIT ((struct blobs){ .dir = -1, .data_root = -1 })

/* Makes the directories. */
int blobs_open(int data_root, struct blobs *ret, struct err *e) _must_check;
void blobs_close(struct blobs *b);

/* Writes bytes under their digest; one that is there stays. Not yet on the platter. */
int blob_put(const struct blobs *b, struct str_slice bytes, struct digest *ret, struct err *e)
	_must_check;
/* Renames the file HEX of `from` into place; one that is there already wins. */
int blob_adopt(const struct blobs *b, int from, const struct digest *d, struct err *e) _must_check;
bool blob_exists(const struct blobs *b, const struct digest *d);
/* ERR_DATA_LOSS when it is missing. */
int blob_open(const struct blobs *b, const struct digest *d, int *ret_fd, struct err *e)
	_must_check;
/* Whole, into the arena, with a NUL behind; refuses more than BLOB_JSON_MAX; the digest is checked.
 */
int blob_read(const struct blobs *b, const struct digest *d, struct arena *a, struct str_slice *ret,
	      struct err *e) _must_check;
void blob_remove(const struct blobs *b, const struct digest *d);
/* Everything written so far reaches the disk. */
int blobs_sync(const struct blobs *b, struct err *e) _must_check;
