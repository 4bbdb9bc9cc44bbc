/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the records of PAX extended headers: "LENGTH KEY=VALUE\n". Unknown keys are skipped, an
 * empty value takes an earlier one back.
 */
#include "codec/tar_pax.h"

#include "base/num.h"

#include <errno.h>

struct record {
	struct str_slice key;
	char *value; /* ends in NUL, may hold others */
	size_t len;
};

typedef int (*record_fn)(struct tar_pax *pax, const struct record *rec);

static int read_text(const struct record *rec, const char **ret)
{
	if (memchr(rec->value, '\0', rec->len) || rec->len > TAR_NAME_LIMIT)
		return -EBADMSG;
	*ret = rec->value;
	return 0;
}

static struct str_slice value_of(const struct record *rec)
{
	return (struct str_slice){ rec->value, rec->len };
}

static void set_has(struct tar_pax *pax, unsigned bit, const struct record *rec)
{
	if (rec->len)
		pax->has |= bit;
	else
		pax->has &= ~bit;
}

static int set_path(struct tar_pax *pax, const struct record *rec)
{
	set_has(pax, PAX_PATH, rec);
	return read_text(rec, &pax->path);
}

/* A sparse file's own name; its "path" is a made-up one for tars that do not know. */
static int set_real_name(struct tar_pax *pax, const struct record *rec)
{
	set_has(pax, PAX_REAL_NAME, rec);
	return read_text(rec, &pax->real_name);
}

static int set_link(struct tar_pax *pax, const struct record *rec)
{
	set_has(pax, PAX_LINK, rec);
	return read_text(rec, &pax->link);
}

static int set_number(struct tar_pax *pax, unsigned bit, const struct record *rec, uint64_t *ret)
{
	set_has(pax, bit, rec);
	return rec->len ? num_parse_u64(value_of(rec), INT64_MAX, ret) : 0;
}

static int set_size(struct tar_pax *pax, const struct record *rec)
{
	return set_number(pax, PAX_SIZE, rec, &pax->size);
}

static int set_uid(struct tar_pax *pax, const struct record *rec)
{
	return set_number(pax, PAX_UID, rec, &pax->uid);
}

static int set_gid(struct tar_pax *pax, const struct record *rec)
{
	return set_number(pax, PAX_GID, rec, &pax->gid);
}

/* "-12.25": the fraction counts away from zero, as its digits are written. */
static int parse_time(struct str_slice s, int64_t *ret_ns)
{
	bool negative = str_take_prefix(&s, "-");
	struct str_slice whole = s, fraction = STR_EMPTY;
	uint64_t seconds, ns = 0, unit = 100000000;

	if (str_cut(&s, '.', &whole))
		fraction = s;
	if (num_parse_u64(whole, INT64_MAX / 1000000000 - 1, &seconds) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < fraction.len; i++, unit /= 10) {
		if (fraction.ptr[i] < '0' || fraction.ptr[i] > '9')
			return -EBADMSG;
		ns += unit * (uint64_t)(fraction.ptr[i] - '0');
	}
	*ret_ns = (int64_t)(seconds * 1000000000 + ns);
	if (negative)
		*ret_ns = -*ret_ns;
	return 0;
}

static int set_mtime(struct tar_pax *pax, const struct record *rec)
{
	set_has(pax, PAX_MTIME, rec);
	return rec->len ? parse_time(value_of(rec), &pax->mtime_ns) : 0;
}

static int set_real_size(struct tar_pax *pax, const struct record *rec)
{
	pax->sparse = true;
	return set_number(pax, PAX_REAL_SIZE, rec, &pax->real_size);
}

/* Version 1.0 keeps its map before the data; 0.x in records. */
static int set_major(struct tar_pax *pax, const struct record *rec)
{
	pax->sparse = true;
	pax->map_in_data = str_is(value_of(rec), "1");
	return 0;
}

static int add_piece(struct tar_pax *pax, uint64_t offset, uint64_t length)
{
	if (pax->pieces.len >= TAR_SPARSE_LIMIT)
		return -E2BIG;
	pax->sparse = true;
	return vec_push(&pax->pieces, ((struct tar_piece){ offset, length }));
}

static int set_offset(struct tar_pax *pax, const struct record *rec)
{
	uint64_t offset;
	int r = num_parse_u64(value_of(rec), INT64_MAX, &offset);

	return r < 0 ? r : add_piece(pax, offset, UINT64_MAX);
}

static int set_numbytes(struct tar_pax *pax, const struct record *rec)
{
	struct tar_piece *last = pax->pieces.len ? vec_last(&pax->pieces) : NULL;

	if (!last || last->length != UINT64_MAX)
		return -EBADMSG;
	return num_parse_u64(value_of(rec), INT64_MAX, &last->length);
}

static int set_map(struct tar_pax *pax, const struct record *rec)
{
	struct str_slice rest = value_of(rec), offset, length;
	uint64_t o, n;
	int r;

	pax->pieces.len = 0;
	pax->sparse = true;
	while (rec->len && str_next(&rest, ',', &offset)) {
		if (!str_next(&rest, ',', &length) || num_parse_u64(offset, INT64_MAX, &o) < 0 ||
		    num_parse_u64(length, INT64_MAX, &n) < 0)
			return -EBADMSG;
		if ((r = add_piece(pax, o, n)) < 0)
			return r;
	}
	return 0;
}

static const struct {
	const char *key;
	record_fn set;
} keys[] = {
	{ "path", set_path },
	{ "linkpath", set_link },
	{ "size", set_size },
	{ "uid", set_uid },
	{ "gid", set_gid },
	{ "mtime", set_mtime },
	{ "GNU.sparse.name", set_real_name },
	{ "GNU.sparse.size", set_real_size },
	{ "GNU.sparse.realsize", set_real_size },
	{ "GNU.sparse.major", set_major },
	{ "GNU.sparse.offset", set_offset },
	{ "GNU.sparse.numbytes", set_numbytes },
	{ "GNU.sparse.map", set_map },
};

/* The key is followed by '=' in the text, which becomes the NUL of the name. */
static int add_xattr(struct tar_pax *pax, struct str_slice name, const struct record *rec)
{
	struct tar_xattr x = { .name = name.ptr, .value = value_of(rec) };

	if (!name.len || name.len > 255 || memchr(name.ptr, '\0', name.len))
		return -EBADMSG;
	if (rec->len > TAR_XATTR_LIMIT)
		return -E2BIG;
	((char *)name.ptr)[name.len] = '\0';
	vec_for_each (old, &pax->xattrs)
		if (cstr_eq(old->name, x.name)) {
			*old = x;
			return 0;
		}
	return vec_push(&pax->xattrs, x);
}

static int apply(struct tar_pax *pax, const struct record *rec)
{
	struct str_slice name = rec->key;

	if (str_take_prefix(&name, "SCHILY.xattr."))
		return add_xattr(pax, name, rec);
	for (size_t i = 0; i < ELEMENTS(keys); i++)
		if (str_is(rec->key, keys[i].key))
			return keys[i].set(pax, rec);
	return 0;
}

/* Cuts one record off *rest. */
static int next_record(struct str_slice *rest, struct record *ret)
{
	struct str_slice digits, body = *rest;
	uint64_t len;
	size_t head;

	if (!str_cut(&body, ' ', &digits) || num_parse_u64(digits, rest->len, &len) < 0)
		return -EBADMSG;
	head = digits.len + 1;
	if (len <= head + 1 || rest->ptr[len - 1] != '\n')
		return -EBADMSG;
	body = (struct str_slice){ rest->ptr + head, (size_t)len - head - 1 };
	*rest = str_skip(*rest, (size_t)len);
	if (!str_cut(&body, '=', &ret->key) || !ret->key.len)
		return -EBADMSG;
	ret->value = (char *)body.ptr;
	ret->len = body.len;
	ret->value[ret->len] = '\0'; /* over the newline */
	return 0;
}

int tar_pax_parse(char *text, size_t len, struct tar_pax *pax, const char **ret_why)
{
	struct str_slice rest = { text, len };
	struct record rec;
	int r;

	while (rest.len && *rest.ptr) {
		if ((r = next_record(&rest, &rec)) < 0) {
			*ret_why = "a malformed PAX record";
			return r;
		}
		if ((r = apply(pax, &rec)) < 0) {
			*ret_why = "a PAX record with a bad value";
			return r == -ENOMEM || r == -E2BIG ? r : -EBADMSG;
		}
	}
	return 0;
}

void tar_pax_clear(struct tar_pax *pax)
{
	struct tar_xattrs xattrs = pax->xattrs;
	struct tar_pieces pieces = pax->pieces;

	xattrs.len = pieces.len = 0;
	*pax = (struct tar_pax){ .xattrs = xattrs, .pieces = pieces };
}

void tar_pax_done(struct tar_pax *pax)
{
	vec_done(&pax->xattrs);
	vec_done(&pax->pieces);
}
