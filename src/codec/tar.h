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
#include "codec/compress.h"

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
	const char *name;	  /* as stored: may begin with '/', "./", hold ".." */
	const char *link;	  /* target of a symbolic or hard link, else "" */
	const char *user, *group; /* names, "" where absent */
	uint32_t mode;		  /* permission bits, 07777 */
	uint32_t uid, gid;
	uint32_t major, minor;
	uint64_t size;	 /* bytes of the file when unpacked; 0 but for TAR_FILE */
	uint64_t stored; /* bytes of data that follow in the archive */
	int64_t mtime_ns;
	const struct tar_xattr *xattrs;
	size_t n_xattrs;
	const struct tar_piece *pieces; /* sparse: where the stored bytes go; NULL: from 0 on */
	size_t n_pieces;
	uint64_t data_offset; /* where the stored bytes begin in the (plain) stream */
};

/* What was wrong, for the message: static text, "" when nothing was. */
struct tar_reader {
	struct source *from;
	struct str_slice chunk; /* bytes taken from the source and not yet used */
	uint64_t position;	/* of chunk.ptr in the stream */
	uint64_t left;		/* stored bytes of the current entry not yet read */
	uint32_t padding;	/* and the zeros behind them */
	bool ended;
	const char *why;
	struct arena arena; /* the current entry's texts */
	struct arena global_arena;
	struct tar_pax *global; /* PAX 'g' records in force */
};

void tar_reader_init(struct tar_reader *r, struct source *from);
void tar_reader_done(struct tar_reader *r);

/*
 * The next member: 1, 0 at the end of the archive (two zero blocks, or the end of the stream after
 * whole members), or a negative errno with r->why set: -EBADMSG (damaged or not tar), -E2BIG (a
 * limit), -ENODATA (cut short), -ENOTSUP (a kind of member that cannot be unpacked), -ENOMEM.
 * Data of the member before that was not read is skipped.
 */
int tar_reader_next(struct tar_reader *r, struct tar_entry *ret) _must_check;

/* The member's stored bytes, piece by piece, borrowed until the next call; empty at their end. */
int tar_reader_data(struct tar_reader *r, struct str_slice *ret) _must_check;

/* Reads the stream to its end, so that a digest over it sees every byte. */
int tar_reader_drain(struct tar_reader *r) _must_check;

/*
 * Is this the beginning of a tar archive: a header whose checksum holds, or a zero block? Wants
 * TAR_BLOCK bytes.
 */
bool tar_detect(struct str_slice first_bytes);

/* Appends entry headers in canonical form: PAX records only where ustar cannot hold the value. */
int tar_write_header(struct sink *to, const struct tar_entry *entry) _must_check;
/* Zeros up to the block's end after `size` bytes of data. */
int tar_write_padding(struct sink *to, uint64_t size) _must_check;
int tar_write_end(struct sink *to) _must_check; /* two zero blocks */
