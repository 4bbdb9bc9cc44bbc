/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the tar format: ustar, PAX and GNU headers (long names, base-256 numbers, the four kinds of
 * sparse maps) read from a pulled stream, and canonical PAX archives written to a pushed one. It
 * makes no file and knows no path: names are bytes here.
 *
 * Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual, "Tar Internals".
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "codec/stream.h"

#include <stdint.h>

enum {
	TAR_BLOCK = 512,
	TAR_NAME_LIMIT = 65535,	    /* bytes of a name or link target */
	TAR_HEADER_LIMIT = 1 << 20, /* bytes of one extended header */
	TAR_XATTR_LIMIT = 64 << 10, /* bytes of one extended attribute, as the kernel has it */
	TAR_SPARSE_LIMIT = 1 << 16, /* pieces of one sparse file */
};

enum tar_type {
	TAR_FILE,
	TAR_HARDLINK,
	TAR_SYMLINK,
	TAR_CHAR,
	TAR_BLOCK_DEVICE,
	TAR_DIR,
	TAR_FIFO,
	TAR_TYPE_COUNT
};

struct tar_xattr {
	const char *name; /* "user.x", without the SCHILY prefix */
	struct str_slice value;
};

/* A piece of a sparse file that holds data. */
struct tar_piece {
	uint64_t offset, length;
};

/* A member. Texts end in NUL and hold none; they live until the next tar_reader_next. */
struct tar_entry {
	enum tar_type type;
	const char *name; /* as stored: may begin with '/', "./", hold ".." */
	const char *link; /* target of a symbolic or hard link, else "" */
	uint32_t mode;	  /* permission bits, 07777 */
	uint32_t uid, gid;
	uint32_t major, minor;
	uint64_t size;	 /* bytes of the file when unpacked; 0 but for TAR_FILE */
	uint64_t stored; /* bytes of data that follow in the archive */
	int64_t mtime_ns;
	const struct tar_xattr *xattrs;
	size_t n_xattrs;
	const struct tar_piece *pieces; /* sparse: where the stored bytes go; NULL: from 0 on */
	size_t n_pieces;
};

VEC_DEFINE(tar_xattrs, struct tar_xattr);
VEC_DEFINE(tar_pieces, struct tar_piece);

/* What extended headers say about the next member, or (PAX 'g') about all that follow. */
struct tar_pax {
	unsigned has; /* bits of tar_pax.c */
	const char *path, *link, *real_name;
	uint64_t size, uid, gid, real_size;
	int64_t mtime_ns;
	bool sparse, map_in_data;
	struct tar_xattrs xattrs;
	struct tar_pieces pieces;
};

struct tar_reader {
	struct source *from;
	struct str_slice chunk; /* bytes taken from the source and not yet used */
	uint64_t left;		/* stored bytes of the current member not yet read */
	unsigned padding;	/* and the zeros behind them */
	bool ended;
	const char *why;	   /* what was wrong: static text, NULL when nothing was */
	struct arena arena;	   /* texts of the current member's extended headers */
	struct arena global_arena; /* texts of `global` */
	struct tar_pax pax, global;
	char name[160 + 100], link[104]; /* from the plain header */
};

void tar_reader_init(struct tar_reader *r, struct source *from);
void tar_reader_done(struct tar_reader *r);

/*
 * The next member: 1, 0 at the end of the archive (a zero block, or the end of the stream after
 * whole members), or a negative errno with r->why set: -EBADMSG (damaged or not tar), -E2BIG (a
 * limit), -ENODATA (cut short), -ENOTSUP (a kind of member that cannot be unpacked), -ENOMEM; what
 * the source returned comes through with r->why NULL. Data of the member before that was not read
 * is skipped.
 */
int tar_reader_next(struct tar_reader *r, struct tar_entry *ret) _must_check;

/* The member's stored bytes, piece by piece, borrowed until the next call; empty at their end. */
int tar_reader_data(struct tar_reader *r, struct str_slice *ret) _must_check;

/* Reads the stream to its end, so that a digest over it sees every byte. */
int tar_reader_drain(struct tar_reader *r) _must_check;

/*
 * Is this the beginning of a tar archive: a header whose checksum holds? Wants TAR_BLOCK bytes.
 */
bool tar_detect(struct str_slice first_bytes);

/*
 * Writes a member's header in canonical form: PAX records only where ustar cannot hold a value,
 * whole seconds. Directories' names get their '/'. xattrs are written in the order given.
 */
int tar_write_header(struct sink *to, const struct tar_entry *entry) _must_check;
/* Zeros up to the block's end after `size` bytes of data. */
int tar_write_padding(struct sink *to, uint64_t size) _must_check;
int tar_write_end(struct sink *to) _must_check; /* two zero blocks */
