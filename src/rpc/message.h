/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the framing between the engine's own programs: one SOCK_SEQPACKET record is one message, a
 * header and fields {tag, length, bytes padded to 8} with descriptors beside it. Shim and worker
 * speak it; what the fields mean is in rpc/shim.h and rpc/worker.h. Nothing here allocates: a
 * message lives in its caller's storage. Source for descriptors by message: unix(7), SCM_RIGHTS.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	RPC_MESSAGE_MAX = 64 << 10, /* header and fields; longer things travel as a memfd */
	RPC_FDS_MAX = 253,	    /* SCM_MAX_FD of the kernel: more go in several messages */
};

struct rpc_header {
	uint16_t type;
	uint16_t flags; /* RPC_REPLAY */
	uint32_t seq; /* of a request, chosen by its sender and echoed by its reply; 0: an event */
};

enum { RPC_REPLAY = 1 }; /* told before, told again to a peer that may have forgotten */

/* Builds one message in `storage`. The first failure sticks (-E2BIG) and rpc_send returns it. */
struct rpc_writer {
	char *data; /* borrowed, aligned to 8 */
	size_t len, cap;
	int fds[RPC_FDS_MAX]; /* borrowed: sending does not close them */
	unsigned n_fds;
	int error;
};

/*
 * One received message. Text and bytes taken from it are borrowed from the storage it was received
 * into; descriptors belong to it until they are taken, and rpc_message_done closes the others.
 */
struct rpc_message {
	struct rpc_header head;
	const char *fields;
	size_t len;
	int fds[RPC_FDS_MAX]; /* -1: taken */
	unsigned n_fds;
};

/* Descriptors of one field, a range in the message's own array. */
struct rpc_fds {
	int *items; /* a receiver takes one with TAKE_FD(items[i]) */
	unsigned count;
};

/* `storage` of at most RPC_MESSAGE_MAX bytes, at least sizeof(struct rpc_header), aligned to 8. */
void rpc_writer_init(struct rpc_writer *w, void *storage, size_t size, struct rpc_header head);

void rpc_put_bytes(struct rpc_writer *w, uint16_t tag, const void *data, size_t n);
void rpc_put_text(struct rpc_writer *w, uint16_t tag, struct str_slice s);
void rpc_put_u32(struct rpc_writer *w, uint16_t tag, uint32_t v);
void rpc_put_u64(struct rpc_writer *w, uint16_t tag, uint64_t v);
void rpc_put_fds(struct rpc_writer *w, uint16_t tag, const int *fds, unsigned n);

/*
 * Sends without waiting. -EAGAIN: the peer's queue is full, nothing was sent; -EPIPE and others:
 * the peer is gone. No signal is raised.
 */
int rpc_send(int sock, const struct rpc_writer *w) _must_check;

/*
 * Receives one message without waiting. 1: *ret_m is filled (rpc_message_done is then the caller's
 * duty); 0: the peer closed; -EAGAIN: nothing there; -EBADMSG: a record that is too short, too long
 * or cut, which was dropped with its descriptors.
 */
int rpc_receive(int sock, void *storage, size_t size, struct rpc_message *ret_m) _must_check;
void rpc_message_done(struct rpc_message *m);

/* As rpc_receive, of bytes already at hand; `data` is borrowed and aligned to 8. 0 or -EBADMSG. */
int rpc_message_parse(const void *data, size_t n, struct rpc_message *ret_m) _must_check;

/* Walks the fields of a message. */
struct rpc_field {
	uint16_t tag;
	struct str_slice bytes;
};
struct rpc_cursor {
	const char *at, *end;
};
void rpc_cursor_init(struct rpc_cursor *c, const struct rpc_message *m);

/* 1: *ret is the next field; 0: the end; -EBADMSG: a length that leaves the message. */
int rpc_next(struct rpc_cursor *c, struct rpc_field *ret) _must_check;

/*
 * A message's shape: which struct member holds which tag. encode and decode walk it, so that both
 * sides of a dialogue are one table (rpc/shim.h). Decoding fills a struct that the caller zeroed:
 * unknown tags are skipped, a tag that comes twice keeps its last value, a required one that is
 * missing is -EBADMSG. Descriptors that are absent decode to -1.
 */
enum rpc_kind { RPC_U32, RPC_U64, RPC_I64, RPC_TEXT, RPC_BYTES, RPC_FD, RPC_FDS, RPC_KIND_COUNT };

struct rpc_row {
	uint16_t tag;
	uint8_t kind; /* enum rpc_kind */
	uint8_t required;
	uint16_t offset; /* of the member: uint32_t, uint64_t, int64_t, str_slice, int, rpc_fds */
	const char *name;
};

struct rpc_shape {
	uint16_t type;
	uint16_t n_rows;
	const char *name;
	const struct rpc_row *rows;
};

/* Zero numbers, empty text and absent descriptors are left out. */
void rpc_encode(struct rpc_writer *w, const struct rpc_shape *shape, const void *from);

/*
 * 0, or -EBADMSG with e naming the message and the field. RPC_FD members own their descriptor
 * afterwards (it is taken out of m); RPC_FDS members point into m.
 */
int rpc_decode(const struct rpc_shape *shape, struct rpc_message *m, void *ret, struct err *e)
	_must_check;
