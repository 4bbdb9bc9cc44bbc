/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the walk over a shape's rows: from a struct to fields and back. */
#include "rpc/shape.h"

#include "base/own.h"

#include <errno.h>
#include <string.h>

struct fd_range {
	uint32_t first, count;
};

static void encode_row(struct rpc_writer *w, const struct rpc_row *row, const void *member)
{
	const struct str_slice *text = member;
	const struct rpc_fds *fds = member;

	switch ((enum rpc_kind)row->kind) {
	case RPC_U32:
		if (*(const uint32_t *)member || row->required)
			rpc_put_bytes(w, row->tag, member, sizeof(uint32_t));
		break;
	case RPC_U64:
	case RPC_I64:
		if (*(const uint64_t *)member || row->required)
			rpc_put_bytes(w, row->tag, member, sizeof(uint64_t));
		break;
	case RPC_TEXT:
	case RPC_BYTES:
		if (text->len > 0 || row->required)
			rpc_put_text(w, row->tag, *text);
		break;
	case RPC_FD:
		if (*(const int *)member >= 0)
			rpc_put_fds(w, row->tag, member, 1);
		break;
	case RPC_FDS:
		if (fds->count > 0)
			rpc_put_fds(w, row->tag, fds->items, fds->count);
		break;
	case RPC_KIND_COUNT:
		break;
	}
}

void rpc_encode(struct rpc_writer *w, const struct rpc_shape *shape, const void *from)
{
	for (unsigned i = 0; i < shape->n_rows; i++)
		encode_row(w, &shape->rows[i], (const char *)from + shape->rows[i].offset);
}

static bool find_range(const struct rpc_message *m, struct str_slice bytes, struct fd_range *ret)
{
	if (bytes.len != sizeof(*ret))
		return false;
	memcpy(ret, bytes.ptr, sizeof(*ret));
	return ret->first <= m->n_fds && ret->count <= m->n_fds - ret->first;
}

static bool decode_fd(struct rpc_message *m, struct str_slice bytes, int *member)
{
	struct fd_range range;

	if (!find_range(m, bytes, &range) || range.count != 1 || m->fds[range.first] < 0)
		return false;
	own_close(*member);
	*member = TAKE_FD(m->fds[range.first]);
	return true;
}

static bool decode_fds(struct rpc_message *m, struct str_slice bytes, struct rpc_fds *member)
{
	struct fd_range range;

	if (!find_range(m, bytes, &range))
		return false;
	*member = (struct rpc_fds){ m->fds + range.first, range.count };
	return true;
}

static bool decode_row(struct rpc_message *m, const struct rpc_row *row, struct str_slice bytes,
		       void *member)
{
	switch ((enum rpc_kind)row->kind) {
	case RPC_U32:
		if (bytes.len != sizeof(uint32_t))
			return false;
		memcpy(member, bytes.ptr, bytes.len);
		return true;
	case RPC_U64:
	case RPC_I64:
		if (bytes.len != sizeof(uint64_t))
			return false;
		memcpy(member, bytes.ptr, bytes.len);
		return true;
	case RPC_TEXT: /* a NUL would be cut where the text becomes a C string */
		if (memchr(bytes.ptr, '\0', bytes.len))
			return false;
		_fallthrough;
	case RPC_BYTES:
		*(struct str_slice *)member = bytes;
		return true;
	case RPC_FD:
		return decode_fd(m, bytes, member);
	case RPC_FDS:
		return decode_fds(m, bytes, member);
	case RPC_KIND_COUNT:
		break;
	}
	return false;
}

static void prepare(const struct rpc_shape *shape, void *ret)
{
	for (unsigned i = 0; i < shape->n_rows; i++) {
		if (shape->rows[i].kind == RPC_FD)
			*(int *)((char *)ret + shape->rows[i].offset) = -1;
	}
}

/* Gives back what a failed decode has taken already. */
static void give_up(const struct rpc_shape *shape, void *ret)
{
	for (unsigned i = 0; i < shape->n_rows; i++) {
		if (shape->rows[i].kind == RPC_FD)
			own_close_fd((int *)((char *)ret + shape->rows[i].offset));
	}
}

static int decode_fields(const struct rpc_shape *shape, struct rpc_message *m, void *ret,
			 uint64_t *ret_seen, struct err *e)
{
	struct rpc_cursor c;
	struct rpc_field f;
	int r;

	rpc_cursor_init(&c, m);
	while ((r = rpc_next(&c, &f)) > 0) {
		for (unsigned i = 0; i < shape->n_rows; i++) {
			const struct rpc_row *row = &shape->rows[i];

			if (row->tag != f.tag)
				continue;
			if (!decode_row(m, row, f.bytes, (char *)ret + row->offset))
				return err_set(e, ERR_DATA_LOSS,
					       "cannot read message %s: field '%s' is malformed",
					       shape->name, row->name);
			*ret_seen |= 1ull << i;
			break;
		}
	}
	return r < 0 ? err_set(e, ERR_DATA_LOSS, "cannot read message %s: it is cut", shape->name)
		     : 0;
}

int rpc_decode(const struct rpc_shape *shape, struct rpc_message *m, void *ret, struct err *e)
{
	uint64_t seen = 0;
	int r;

	assert(shape->n_rows <= 64);
	prepare(shape, ret);
	r = decode_fields(shape, m, ret, &seen, e);
	for (unsigned i = 0; r == 0 && i < shape->n_rows; i++) {
		if (shape->rows[i].required && !(seen & (1ull << i)))
			r = err_set(e, ERR_DATA_LOSS,
				    "cannot read message %s: field '%s' is missing", shape->name,
				    shape->rows[i].name);
	}
	if (r < 0)
		give_up(shape, ret);
	return r;
}
