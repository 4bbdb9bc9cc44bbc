/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the bytes of a message: bounds, padding, descriptors, and the walk over a shape's rows. */
#include "rpc/message.h"

#include "base/own.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

struct field_head {
	uint16_t tag;
	uint16_t zero;
	uint32_t len;
};
static_assert(sizeof(struct rpc_header) == 8 && sizeof(struct field_head) == 8,
	      "fields stay aligned to 8");

struct fd_range {
	uint32_t first, count;
};

/* Room for SCM_RIGHTS of the most descriptors a message can bring. */
union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int) * RPC_FDS_MAX)];
};

static size_t padded(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

void rpc_writer_init(struct rpc_writer *w, void *storage, size_t size, struct rpc_header head)
{
	assert(size >= sizeof(head) && ((uintptr_t)storage & 7) == 0);
	w->data = storage;
	w->cap = MIN(size, (size_t)RPC_MESSAGE_MAX);
	w->len = sizeof(head);
	w->n_fds = 0;
	w->error = 0;
	memcpy(w->data, &head, sizeof(head));
}

/* Makes room for one field and returns where its bytes go, or NULL. */
static char *field_begin(struct rpc_writer *w, uint16_t tag, size_t n)
{
	struct field_head head = { .tag = tag, .len = (uint32_t)n };
	char *at = w->data + w->len;

	if (w->error)
		return NULL;
	if (n > w->cap || sizeof(head) + padded(n) > w->cap - w->len) {
		w->error = -E2BIG;
		return NULL;
	}
	memcpy(at, &head, sizeof(head));
	memset(at + sizeof(head) + n, 0, padded(n) - n);
	w->len += sizeof(head) + padded(n);
	return at + sizeof(head);
}

void rpc_put_bytes(struct rpc_writer *w, uint16_t tag, const void *data, size_t n)
{
	char *at = field_begin(w, tag, n);

	if (at && n > 0)
		memcpy(at, data, n);
}

void rpc_put_text(struct rpc_writer *w, uint16_t tag, struct str_slice s)
{
	rpc_put_bytes(w, tag, s.ptr, s.len);
}

void rpc_put_u32(struct rpc_writer *w, uint16_t tag, uint32_t v)
{
	rpc_put_bytes(w, tag, &v, sizeof(v));
}

void rpc_put_u64(struct rpc_writer *w, uint16_t tag, uint64_t v)
{
	rpc_put_bytes(w, tag, &v, sizeof(v));
}

void rpc_put_fds(struct rpc_writer *w, uint16_t tag, const int *fds, unsigned n)
{
	struct fd_range range = { w->n_fds, n };

	if (n > RPC_FDS_MAX - w->n_fds) {
		w->error = -E2BIG;
		return;
	}
	rpc_put_bytes(w, tag, &range, sizeof(range));
	if (w->error)
		return;
	memcpy(w->fds + w->n_fds, fds, n * sizeof(int));
	w->n_fds += n;
}

int rpc_send(int sock, const struct rpc_writer *w)
{
	union control control;
	struct iovec iov = { w->data, w->len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;
	ssize_t n;

	if (w->error)
		return w->error;
	if (w->n_fds > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * w->n_fds);
		memset(control.bytes, 0, msg.msg_controllen);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * w->n_fds);
		memcpy(CMSG_DATA(c), w->fds, sizeof(int) * w->n_fds);
	}
	do {
		n = sendmsg(sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static void take_descriptors(struct msghdr *msg, struct rpc_message *m)
{
	const int *fds;
	size_t n;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		fds = (const int *)CMSG_DATA(c);
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			if (m->n_fds < RPC_FDS_MAX)
				m->fds[m->n_fds++] = fds[i];
			else
				own_close(fds[i]);
		}
	}
}

static int bad_message(struct rpc_message *m)
{
	rpc_message_done(m);
	return -EBADMSG;
}

/* An empty record cannot be told from the end of the stream: nobody sends one. */
int rpc_receive(int sock, void *storage, size_t size, struct rpc_message *ret_m)
{
	union control control;
	struct iovec iov = { storage, size };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	do {
		n = recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? 0 : -errno;
	ret_m->n_fds = 0;
	take_descriptors(&msg, ret_m);
	if (n == 0) {
		rpc_message_done(ret_m);
		return 0;
	}
	if ((msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || (size_t)n < sizeof(struct rpc_header))
		return bad_message(ret_m);
	memcpy(&ret_m->head, storage, sizeof(ret_m->head));
	ret_m->fields = (const char *)storage + sizeof(ret_m->head);
	ret_m->len = (size_t)n - sizeof(ret_m->head);
	return 1;
}

void rpc_message_done(struct rpc_message *m)
{
	for (unsigned i = 0; i < m->n_fds; i++)
		m->fds[i] = own_close(m->fds[i]);
	m->n_fds = 0;
}

int rpc_message_parse(const void *data, size_t n, struct rpc_message *ret_m)
{
	if (n < sizeof(struct rpc_header) || n > RPC_MESSAGE_MAX)
		return -EBADMSG;
	memcpy(&ret_m->head, data, sizeof(ret_m->head));
	ret_m->fields = (const char *)data + sizeof(ret_m->head);
	ret_m->len = n - sizeof(ret_m->head);
	ret_m->n_fds = 0;
	return 0;
}

void rpc_cursor_init(struct rpc_cursor *c, const struct rpc_message *m)
{
	c->at = m->fields;
	c->end = m->fields + m->len;
}

int rpc_next(struct rpc_cursor *c, struct rpc_field *ret)
{
	struct field_head head;
	size_t left = (size_t)(c->end - c->at);

	if (left == 0)
		return 0;
	if (left < sizeof(head))
		return -EBADMSG;
	memcpy(&head, c->at, sizeof(head));
	left -= sizeof(head);
	if (head.len > left || padded(head.len) > left)
		return -EBADMSG;
	ret->tag = head.tag;
	ret->bytes = (struct str_slice){ c->at + sizeof(head), head.len };
	c->at += sizeof(head) + padded(head.len);
	return 1;
}
