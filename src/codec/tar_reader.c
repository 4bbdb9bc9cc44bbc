/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns reading tar archives. Everything in them is hostile until proved otherwise: numbers are
 * bounded, texts end, sparse maps ascend and fit.
 */
#include "base/num.h"
#include "codec/tar.h"
#include "codec/tar_pax.h"

#include <errno.h>
#include <stdlib.h>

/* POSIX ustar, with what GNU tar puts where ustar has the prefix. */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
	char link[100], magic[6], version[2], user[32], group[32], major[8], minor[8];
	char prefix[155], pad[12];
};
static_assert(sizeof(struct header) == TAR_BLOCK, "a header is a block");

enum {
	GNU_SPARSE_AT = 386, /* four pieces of 24 bytes, a flag, the real size of 12 */
	GNU_SPARSE_IN_HEADER = 4,
	GNU_SPARSE_IN_BLOCK = 21,
	GNU_PIECE = 24,
};

void tar_reader_init(struct tar_reader *r, struct source *from)
{
	*r = (struct tar_reader){ .from = from, .chunk = STR_EMPTY };
}

void tar_reader_done(struct tar_reader *r)
{
	tar_pax_done(&r->pax);
	tar_pax_done(&r->global);
	arena_done(&r->arena);
	arena_done(&r->global_arena);
}

static int bad(struct tar_reader *r, int error, const char *why)
{
	r->why = why;
	return error;
}

/* ---- bytes ---- */

static int fill(struct tar_reader *r)
{
	return r->chunk.len ? 0 : r->from->next(r->from, &r->chunk);
}

/* Reads up to n bytes, fewer only at the end of the stream: how many. */
static ssize_t take(struct tar_reader *r, void *data, size_t n)
{
	size_t done = 0;

	while (done < n) {
		int error = fill(r);
		size_t some = MIN(r->chunk.len, n - done);

		if (error < 0)
			return error;
		if (!some)
			break;
		memcpy((char *)data + done, r->chunk.ptr, some);
		r->chunk = str_skip(r->chunk, some);
		done += some;
	}
	return (ssize_t)done;
}

static int take_whole(struct tar_reader *r, void *data, size_t n)
{
	ssize_t got = take(r, data, n);

	if (got < 0)
		return (int)got;
	return (size_t)got == n ? 0 : bad(r, -ENODATA, "it is cut short");
}

static int skip(struct tar_reader *r, uint64_t n)
{
	while (n) {
		int error = fill(r);
		size_t some = (size_t)MIN((uint64_t)r->chunk.len, n);

		if (error < 0)
			return error;
		if (!some)
			return bad(r, -ENODATA, "it is cut short");
		r->chunk = str_skip(r->chunk, some);
		n -= some;
	}
	return 0;
}

static unsigned padding_of(uint64_t size)
{
	return (unsigned)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
}

/* ---- numbers ---- */

/* GNU's base 256: the first bit says so, the second is the sign. */
static int read_base256(const char *field, size_t n, int64_t *ret)
{
	const unsigned char *bytes = (const unsigned char *)field;
	bool negative = bytes[0] & 0x40;
	uint64_t v = negative ? UINT64_MAX : 0;

	for (size_t i = 0; i < n; i++) {
		unsigned char byte = i ? bytes[i] : (bytes[i] & 0x3f) | (negative ? 0xc0 : 0);

		if ((v >> 56) != (negative ? 0xffu : 0u))
			return -EBADMSG;
		v = v << 8 | byte;
	}
	if (((int64_t)v < 0) != negative)
		return -EBADMSG;
	*ret = (int64_t)v;
	return 0;
}

/* Octal digits between blanks and NULs; an empty field is 0. */
static int read_number(const char *field, size_t n, int64_t *ret)
{
	size_t i = 0;
	uint64_t v = 0;

	if ((unsigned char)field[0] & 0x80)
		return read_base256(field, n, ret);
	while (i < n && field[i] == ' ')
		i++;
	for (; i < n && field[i] >= '0' && field[i] <= '7'; i++)
		v = v << 3 | (uint64_t)(field[i] - '0'); /* 12 digits: 36 bits */
	for (; i < n; i++)
		if (field[i] != ' ' && field[i] != '\0')
			return -EBADMSG;
	*ret = (int64_t)v;
	return 0;
}

/* The sum of all bytes, its own field as blanks; some old tars added signed bytes. */
static bool checksum_holds(const struct header *h)
{
	const unsigned char *bytes = (const unsigned char *)h;
	int64_t wanted, plain = 0, with_sign = 0;

	if (read_number(h->checksum, sizeof(h->checksum), &wanted) < 0)
		return false;
	for (size_t i = 0; i < sizeof(*h); i++) {
		bool own = i >= offsetof(struct header, checksum) &&
			   i < offsetof(struct header, type);

		plain += own ? ' ' : bytes[i];
		with_sign += own ? ' ' : (signed char)bytes[i];
	}
	return wanted == plain || wanted == with_sign;
}

static bool is_zero_block(const struct header *h)
{
	static const struct header zero;

	return memcmp(h, &zero, sizeof(zero)) == 0;
}

bool tar_detect(struct str_slice first)
{
	struct header h;

	if (first.len < TAR_BLOCK)
		return false;
	memcpy(&h, first.ptr, sizeof(h));
	return !is_zero_block(&h) && checksum_holds(&h);
}

/* ---- extended headers ---- */

/* The data of an extended header, NUL behind it. */
static int read_text(struct tar_reader *r, struct arena *a, uint64_t size, char **ret)
{
	char *text;
	int error;

	if (size > TAR_HEADER_LIMIT)
		return bad(r, -E2BIG, "an extended header is longer than 1 MiB");
	if (a->used + size > 4 * TAR_HEADER_LIMIT)
		return bad(r, -E2BIG, "too many extended headers in a row");
	if (!(text = arena_alloc(a, (size_t)size + 1)))
		return -ENOMEM;
	if ((error = take_whole(r, text, (size_t)size)) < 0 ||
	    (error = skip(r, padding_of(size))) < 0)
		return error;
	text[size] = '\0';
	*ret = text;
	return 0;
}

static int read_pax(struct tar_reader *r, struct arena *a, uint64_t size, struct tar_pax *pax)
{
	char *text;
	int error = read_text(r, a, size, &text);

	return error < 0 ? error : tar_pax_parse(text, (size_t)size, pax, &r->why);
}

/* GNU's 'L' and 'K': a name that ends in NUL. */
static int read_long_name(struct tar_reader *r, uint64_t size, unsigned bit, const char **ret)
{
	char *text;
	int error = read_text(r, &r->arena, size, &text);

	if (error < 0)
		return error;
	if (strlen(text) > TAR_NAME_LIMIT)
		return bad(r, -E2BIG, "a name is longer than 65535 bytes");
	r->pax.has |= bit;
	*ret = text;
	return 0;
}

/* True when the header at hand was an extended one and has been read. */
static int read_extended(struct tar_reader *r, const struct header *h, uint64_t size)
{
	int error;

	switch (h->type) {
	case 'x':
	case 'X':
		error = read_pax(r, &r->arena, size, &r->pax);
		break;
	case 'g':
		error = read_pax(r, &r->global_arena, size, &r->global);
		break;
	case 'L':
		error = read_long_name(r, size, PAX_PATH, &r->pax.path);
		break;
	case 'K':
		error = read_long_name(r, size, PAX_LINK, &r->pax.link);
		break;
	case 'V': /* a volume's label */
		error = skip(r, size + padding_of(size));
		break;
	default:
		return 0;
	}
	return error < 0 ? error : 1;
}

/* ---- the member ---- */

static const struct {
	char flag;
	enum tar_type type;
} types[] = {
	{ '0', TAR_FILE },     { '\0', TAR_FILE },   { '7', TAR_FILE }, { 'S', TAR_FILE },
	{ '1', TAR_HARDLINK }, { '2', TAR_SYMLINK }, { '3', TAR_CHAR }, { '4', TAR_BLOCK_DEVICE },
	{ '5', TAR_DIR },      { '6', TAR_FIFO },
};

static int type_of(char flag, enum tar_type *ret)
{
	for (size_t i = 0; i < ELEMENTS(types); i++)
		if (types[i].flag == flag) {
			*ret = types[i].type;
			return 0;
		}
	return -ENOTSUP;
}

static size_t copy_field(char *to, const char *field, size_t n)
{
	size_t len = strnlen(field, n);

	memcpy(to, field, len);
	to[len] = '\0';
	return len;
}

/* Only POSIX's own magic means that there is a prefix. */
static void read_names(struct tar_reader *r, const struct header *h)
{
	size_t at = 0;

	if (!memcmp(h->magic, "ustar\0", 6) && h->prefix[0]) {
		at = copy_field(r->name, h->prefix, sizeof(h->prefix));
		r->name[at++] = '/';
	}
	copy_field(r->name + at, h->name, sizeof(h->name));
	copy_field(r->link, h->link, sizeof(h->link));
}

static int read_id(uint64_t value, uint32_t *ret)
{
	if (value >= UINT32_MAX) /* (uid_t)-1 means "leave it" to chown(2) */
		return -EBADMSG;
	*ret = (uint32_t)value;
	return 0;
}

static int read_fields(struct tar_reader *r, const struct header *h, struct tar_entry *e)
{
	int64_t mode, uid, gid, size, mtime, major = 0, minor = 0;
	bool device = e->type == TAR_CHAR || e->type == TAR_BLOCK_DEVICE;

	if (read_number(h->mode, sizeof(h->mode), &mode) < 0 ||
	    read_number(h->uid, sizeof(h->uid), &uid) < 0 ||
	    read_number(h->gid, sizeof(h->gid), &gid) < 0 ||
	    read_number(h->size, sizeof(h->size), &size) < 0 ||
	    read_number(h->mtime, sizeof(h->mtime), &mtime) < 0 ||
	    (device && (read_number(h->major, sizeof(h->major), &major) < 0 ||
			read_number(h->minor, sizeof(h->minor), &minor) < 0)))
		return bad(r, -EBADMSG, "a header's number is malformed");
	if (size < 0 || major < 0 || minor < 0 || mtime > INT64_MAX / 1000000000 ||
	    mtime < INT64_MIN / 1000000000)
		return bad(r, -EBADMSG, "a header's number is out of range");
	e->mode = (uint32_t)mode & 07777;
	e->size = e->stored = (uint64_t)size;
	e->mtime_ns = mtime * 1000000000;
	e->major = (uint32_t)major;
	e->minor = (uint32_t)minor;
	if (read_id((uint64_t)uid, &e->uid) < 0 || read_id((uint64_t)gid, &e->gid) < 0)
		return bad(r, -EBADMSG, "an owner's number is out of range");
	return 0;
}

static int apply_pax(struct tar_reader *r, const struct tar_pax *pax, struct tar_entry *e)
{
	if (pax->has & PAX_PATH)
		e->name = pax->path;
	if (pax->has & PAX_REAL_NAME)
		e->name = pax->real_name;
	if (pax->has & PAX_LINK)
		e->link = pax->link;
	if (pax->has & PAX_SIZE)
		e->size = e->stored = pax->size;
	if (pax->has & PAX_MTIME)
		e->mtime_ns = pax->mtime_ns;
	if (((pax->has & PAX_UID) && read_id(pax->uid, &e->uid) < 0) ||
	    ((pax->has & PAX_GID) && read_id(pax->gid, &e->gid) < 0))
		return bad(r, -EBADMSG, "an owner's number is out of range");
	if (pax->xattrs.len) {
		e->xattrs = pax->xattrs.items;
		e->n_xattrs = pax->xattrs.len;
	}
	return 0;
}

/* ---- sparse files ---- */

/* Pieces of an old GNU header or of the blocks that continue it. */
static int read_gnu_pieces(struct tar_reader *r, const char *at, size_t n)
{
	for (size_t i = 0; i < n; i++, at += GNU_PIECE) {
		struct tar_piece piece;
		int64_t offset, length;

		if (!at[0])
			break;
		if (read_number(at, 12, &offset) < 0 || read_number(at + 12, 12, &length) < 0 ||
		    offset < 0 || length < 0)
			return bad(r, -EBADMSG, "a sparse map is malformed");
		if (r->pax.pieces.len >= TAR_SPARSE_LIMIT)
			return bad(r, -E2BIG, "a sparse map has too many pieces");
		piece = (struct tar_piece){ (uint64_t)offset, (uint64_t)length };
		if (vec_push(&r->pax.pieces, piece) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int read_gnu_sparse(struct tar_reader *r, const struct header *h, struct tar_entry *e)
{
	const char *at = (const char *)h + GNU_SPARSE_AT;
	const char *flag = at + GNU_SPARSE_IN_HEADER * GNU_PIECE;
	char block[TAR_BLOCK], more = *flag;
	int64_t real_size;
	int error;

	if (read_number(flag + 1, 12, &real_size) < 0 || real_size < 0)
		return bad(r, -EBADMSG, "a sparse file's size is malformed");
	if ((error = read_gnu_pieces(r, at, GNU_SPARSE_IN_HEADER)) < 0)
		return error;
	while (more) {
		if ((error = take_whole(r, block, sizeof(block))) < 0 ||
		    (error = read_gnu_pieces(r, block, GNU_SPARSE_IN_BLOCK)) < 0)
			return error;
		more = block[GNU_SPARSE_IN_BLOCK * GNU_PIECE];
	}
	r->pax.sparse = true;
	e->size = (uint64_t)real_size;
	return 0;
}

/* One decimal line of the map that version 1.0 keeps before the data. */
static int read_map_number(struct tar_reader *r, struct str_slice *block, char *store,
			   struct tar_entry *e, uint64_t *ret)
{
	char digits[24];
	size_t n = 0;
	int error;

	for (;; *block = str_skip(*block, 1)) {
		if (!block->len) {
			if (e->stored < TAR_BLOCK)
				return bad(r, -EBADMSG, "a sparse map does not end");
			if ((error = take_whole(r, store, TAR_BLOCK)) < 0)
				return error;
			e->stored -= TAR_BLOCK;
			*block = (struct str_slice){ store, TAR_BLOCK };
		}
		if (*block->ptr == '\n')
			break;
		if (n == sizeof(digits))
			return bad(r, -EBADMSG, "a sparse map is malformed");
		digits[n++] = *block->ptr;
	}
	*block = str_skip(*block, 1);
	if (num_parse_u64((struct str_slice){ digits, n }, INT64_MAX, ret) < 0)
		return bad(r, -EBADMSG, "a sparse map is malformed");
	return 0;
}

static int read_map(struct tar_reader *r, struct tar_entry *e)
{
	struct str_slice block = STR_EMPTY;
	char store[TAR_BLOCK];
	uint64_t count;
	int error = read_map_number(r, &block, store, e, &count);

	if (error < 0)
		return error;
	if (count > TAR_SPARSE_LIMIT)
		return bad(r, -E2BIG, "a sparse map has too many pieces");
	r->pax.pieces.len = 0;
	while (count--) {
		struct tar_piece piece;

		if ((error = read_map_number(r, &block, store, e, &piece.offset)) < 0 ||
		    (error = read_map_number(r, &block, store, e, &piece.length)) < 0)
			return error;
		if (vec_push(&r->pax.pieces, piece) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int check_pieces(struct tar_reader *r, const struct tar_entry *e)
{
	uint64_t end = 0, sum = 0;

	vec_for_each (p, &r->pax.pieces) {
		if (p->offset < end || p->length > INT64_MAX || p->offset > e->size ||
		    p->length > e->size - p->offset)
			return bad(r, -EBADMSG, "a sparse map does not ascend");
		end = p->offset + p->length;
		sum += p->length;
	}
	return sum == e->stored ? 0 : bad(r, -EBADMSG, "a sparse map and its data differ in size");
}

static int read_sparse(struct tar_reader *r, const struct header *h, struct tar_entry *e)
{
	int error = 0;

	if (h->type == 'S')
		error = read_gnu_sparse(r, h, e);
	if (error < 0 || !r->pax.sparse || e->type != TAR_FILE)
		return error;
	if (r->pax.has & PAX_REAL_SIZE)
		e->size = r->pax.real_size;
	if (r->pax.map_in_data && (error = read_map(r, e)) < 0)
		return error;
	if ((error = check_pieces(r, e)) < 0)
		return error;
	e->pieces = r->pax.pieces.items;
	e->n_pieces = r->pax.pieces.len;
	if (!e->pieces) { /* all hole: a list all the same */
		static const struct tar_piece none;

		e->pieces = &none;
	}
	return 0;
}

static int read_member(struct tar_reader *r, const struct header *h, struct tar_entry *e)
{
	size_t len;
	int error;

	if (type_of(h->type, &e->type) < 0)
		return bad(r, -ENOTSUP, "a member is of an unknown kind");
	read_names(r, h);
	e->name = r->name;
	e->link = r->link;
	if ((error = read_fields(r, h, e)) < 0 || (error = apply_pax(r, &r->global, e)) < 0 ||
	    (error = apply_pax(r, &r->pax, e)) < 0)
		return error;
	len = strlen(e->name);
	if (e->type == TAR_FILE && h->type != 'S' && len && e->name[len - 1] == '/')
		e->type = TAR_DIR; /* as tars from before POSIX wrote them */
	if (e->type != TAR_FILE)
		e->size = e->stored = 0; /* others have no data, whatever their size says */
	if ((error = read_sparse(r, h, e)) < 0)
		return error;
	r->left = e->stored;
	r->padding = padding_of(e->stored);
	return 1;
}

/* The next block that is not the end: 1, or 0. */
static int read_header(struct tar_reader *r, struct header *h)
{
	ssize_t n = take(r, h, sizeof(*h));

	if (n < 0)
		return (int)n;
	if (n == 0 || ((size_t)n == sizeof(*h) && is_zero_block(h))) {
		r->ended = true;
		return 0;
	}
	if ((size_t)n < sizeof(*h))
		return bad(r, -ENODATA, "it is cut short");
	if (!checksum_holds(h))
		return bad(r, -EBADMSG, "a header's checksum does not hold");
	return 1;
}

int tar_reader_next(struct tar_reader *r, struct tar_entry *ret)
{
	struct tar_entry e = { .name = "", .link = "" };
	struct header h;
	int64_t size;
	int error;

	if (r->ended)
		return 0;
	if ((error = skip(r, r->left)) < 0 || (error = skip(r, r->padding)) < 0)
		return error;
	r->left = r->padding = 0;
	if (r->arena.used)
		arena_done(&r->arena);
	tar_pax_clear(&r->pax);
	do {
		if ((error = read_header(r, &h)) <= 0)
			return error;
		if (read_number(h.size, sizeof(h.size), &size) < 0 || size < 0)
			return bad(r, -EBADMSG, "a header's size is malformed");
		error = read_extended(r, &h, (uint64_t)size);
	} while (error > 0);
	if (error < 0 || (error = read_member(r, &h, &e)) < 0)
		return error;
	*ret = e;
	return 1;
}

int tar_reader_data(struct tar_reader *r, struct str_slice *ret)
{
	int error;

	*ret = STR_EMPTY;
	if (!r->left)
		return 0;
	if ((error = fill(r)) < 0)
		return error;
	if (!r->chunk.len)
		return bad(r, -ENODATA, "it is cut short");
	*ret = str_first(r->chunk, (size_t)MIN(r->left, (uint64_t)r->chunk.len));
	r->chunk = str_skip(r->chunk, ret->len);
	r->left -= ret->len;
	return 0;
}

int tar_reader_drain(struct tar_reader *r)
{
	r->chunk = STR_EMPTY;
	return source_drain(r->from);
}
