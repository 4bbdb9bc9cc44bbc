/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns writing tar archives in one canonical form: ustar headers, PAX records for what does not fit
 * them, no names of users, no times of access: the same tree always gives the same bytes.
 */
#include "codec/tar.h"

#include <errno.h>
#include <stdio.h>

struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
	char link[100], magic[6], version[2], user[32], group[32], major[8], minor[8];
	char prefix[155], pad[12];
};
static_assert(sizeof(struct header) == TAR_BLOCK, "a header is a block");

static const char flags[TAR_TYPE_COUNT] = {
	[TAR_FILE] = '0', [TAR_HARDLINK] = '1',	    [TAR_SYMLINK] = '2', [TAR_DIR] = '5',
	[TAR_CHAR] = '3', [TAR_BLOCK_DEVICE] = '4', [TAR_FIFO] = '6',
};

/* A number that fits the field's octal digits: true. */
static bool put_octal(char *field, size_t n, uint64_t value)
{
	for (size_t i = n - 1; i-- > 0; value >>= 3)
		field[i] = (char)('0' + (value & 7));
	field[n - 1] = '\0';
	return value == 0;
}

static bool put_text(char *field, size_t n, const char *text)
{
	size_t len = strlen(text);

	memcpy(field, text, MIN(len, n));
	return len <= n;
}

/* The length that a record begins with counts its own digits. */
static void add_record(struct buf *out, const char *key, const char *suffix, struct str_slice value)
{
	size_t body = strlen(key) + strlen(suffix) + value.len + 3; /* blank, '=', newline */
	size_t len = body, digits;

	do {
		digits = (size_t)snprintf(NULL, 0, "%zu", len);
		if (len == body + digits)
			break;
		len = body + digits;
	} while (true);
	buf_printf(out, "%zu %s%s=", len, key, suffix);
	buf_slice(out, value);
	buf_char(out, '\n');
}

static void add_number(struct buf *out, const char *key, int64_t value)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lld", (long long)value);

	add_record(out, key, "", (struct str_slice){ text, (size_t)n });
}

static void finish_header(struct header *h, char type)
{
	const unsigned char *bytes = (const unsigned char *)h;
	unsigned sum = 0;

	memcpy(h->magic, "ustar", 6);
	memcpy(h->version, "00", 2);
	h->type = type;
	memset(h->checksum, ' ', sizeof(h->checksum));
	for (size_t i = 0; i < sizeof(*h); i++)
		sum += bytes[i];
	put_octal(h->checksum, 7, sum);
	h->checksum[7] = ' ';
}

/* Whole seconds, downwards. */
static int64_t seconds(int64_t ns)
{
	return ns / 1000000000 - (ns % 1000000000 < 0);
}

static const char *full_name(const struct tar_entry *e, struct buf *store)
{
	size_t len = strlen(e->name);

	if (e->type != TAR_DIR || (len && e->name[len - 1] == '/'))
		return e->name;
	buf_str(store, e->name);
	buf_char(store, '/');
	return buf_cstr(store);
}

/* The plain header; what does not fit goes to `pax`. */
static void fill_header(struct header *h, const struct tar_entry *e, const char *name,
			struct buf *pax)
{
	int64_t mtime = seconds(e->mtime_ns);

	if (!put_text(h->name, sizeof(h->name), name))
		add_record(pax, "path", "", str_slice(name));
	if (!put_text(h->link, sizeof(h->link), e->link))
		add_record(pax, "linkpath", "", str_slice(e->link));
	put_octal(h->mode, sizeof(h->mode), e->mode & 07777);
	if (!put_octal(h->uid, sizeof(h->uid), e->uid))
		add_number(pax, "uid", e->uid);
	if (!put_octal(h->gid, sizeof(h->gid), e->gid))
		add_number(pax, "gid", e->gid);
	if (!put_octal(h->size, sizeof(h->size), e->stored))
		add_number(pax, "size", (int64_t)e->stored);
	if (!put_octal(h->mtime, sizeof(h->mtime), mtime < 0 ? 0 : (uint64_t)mtime) || mtime < 0)
		add_number(pax, "mtime", mtime);
	put_octal(h->major, sizeof(h->major), e->major);
	put_octal(h->minor, sizeof(h->minor), e->minor);
	for (size_t i = 0; i < e->n_xattrs; i++)
		add_record(pax, "SCHILY.xattr.", e->xattrs[i].name, e->xattrs[i].value);
}

static int write_pax(struct sink *to, const struct buf *pax)
{
	struct header h = { 0 };
	int r;

	if (buf_error(pax))
		return buf_error(pax);
	put_text(h.name, sizeof(h.name), "PaxHeaders.0/member");
	put_octal(h.mode, sizeof(h.mode), 0644);
	put_octal(h.uid, sizeof(h.uid), 0);
	put_octal(h.gid, sizeof(h.gid), 0);
	put_octal(h.size, sizeof(h.size), pax->len);
	put_octal(h.mtime, sizeof(h.mtime), 0);
	put_octal(h.major, sizeof(h.major), 0);
	put_octal(h.minor, sizeof(h.minor), 0);
	finish_header(&h, 'x');
	if ((r = to->write(to, &h, sizeof(h))) < 0 || (r = to->write(to, pax->data, pax->len)) < 0)
		return r;
	return tar_write_padding(to, pax->len);
}

int tar_write_header(struct sink *to, const struct tar_entry *e)
{
	auto_(buf_done) struct buf pax = BUF_INIT, store = BUF_INIT;
	struct header h = { 0 };
	const char *name = full_name(e, &store);
	int r;

	assert(e->type < TAR_TYPE_COUNT && !e->pieces);
	fill_header(&h, e, name, &pax);
	finish_header(&h, flags[e->type]);
	if (buf_error(&store))
		return buf_error(&store);
	if ((pax.len || buf_error(&pax)) && (r = write_pax(to, &pax)) < 0)
		return r;
	return to->write(to, &h, sizeof(h));
}

int tar_write_padding(struct sink *to, uint64_t size)
{
	static const char zeros[TAR_BLOCK];
	size_t n = (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;

	return n ? to->write(to, zeros, n) : 0;
}

int tar_write_end(struct sink *to)
{
	static const char zeros[2 * TAR_BLOCK];

	return to->write(to, zeros, sizeof(zeros));
}
