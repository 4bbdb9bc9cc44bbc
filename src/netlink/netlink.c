/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets, batches and dumps. The kernel answers a request before sendmsg returns, so answers are
 * read without waiting: what is not in the queue then will never come.
 * Source: netlink(7), linux/netlink.h, Documentation/userspace-api/netlink/intro.rst.
 */
#include "netlink/netlink.h"

#include "os/ns.h"

#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>

enum {
	SEND_QUEUE = NL_BATCH_MAX,
	RECEIVE_QUEUE = 4 << 20,  /* some thousands of acknowledgements */
	RECEIVE_PIECE = 64 << 10, /* more than the kernel puts in one answer (32 kB) */
	DUMP_MAX = 64 << 20,
	DUMP_TRIES = 3,
};

static void set_option(int fd, int level, int option, int value)
{
	/* Wishes: a kernel that refuses one only explains less, or takes smaller batches. */
	(void)!setsockopt(fd, level, option, &value, sizeof(value));
}

int nl_open(int protocol, struct nl_socket *ret)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	auto_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return -errno;
	set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, SEND_QUEUE);
	set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_QUEUE);
	set_option(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
	set_option(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
	set_option(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0)
		return -errno;
	*ret = (struct nl_socket){ .fd = TAKE_FD(fd), .protocol = protocol, .seq = 1 };
	return 0;
}

struct open_ask {
	int protocol;
	struct nl_socket *ret;
};

static int open_here(void *ctx)
{
	struct open_ask *ask = ctx;

	return nl_open(ask->protocol, ask->ret);
}

int nl_open_in(int netns_fd, int protocol, struct nl_socket *ret)
{
	struct open_ask ask = { protocol, ret };

	return ns_run_in_net(netns_fd, open_here, &ask);
}

void nl_close(struct nl_socket *s)
{
	s->fd = own_close(s->fd);
}

void nl_batch_done(struct nl_batch *b)
{
	buf_done(&b->bytes);
	vec_done(&b->steps);
}

void nl_batch_clear(struct nl_batch *b)
{
	buf_clear(&b->bytes);
	b->steps.len = 0;
	b->error = 0;
}

struct nlmsghdr *nl_put(struct nl_batch *b, const char *what, const char *object, size_t size)
{
	struct nl_step step = { .what = what, .offset = b->bytes.len };
	char *room;

	if (b->error)
		return NULL;
	snprintf(step.object, sizeof(step.object), "%s", object ? object : "");
	size = NLMSG_ALIGN(size);
	room = buf_room(&b->bytes, size);
	b->error = buf_error(&b->bytes);
	if (!room || (b->error = vec_push(&b->steps, step)) < 0)
		return NULL;
	memset(room, 0, size);
	return mnl_nlmsg_put_header(room);
}

void nl_put_end(struct nl_batch *b, struct nlmsghdr *m)
{
	buf_added(&b->bytes, NLMSG_ALIGN(m->nlmsg_len));
}

void nl_tolerate(struct nl_batch *b, int errnum)
{
	struct nl_step *step;

	if (b->error)
		return;
	step = vec_last(&b->steps);
	assert(step->tolerated[1] == 0);
	step->tolerated[step->tolerated[0] ? 1 : 0] = errnum;
}

/* The kernel's own words, an attribute behind the error. Source: linux/netlink.h NLMSGERR_ATTR_MSG.
 */
static void explain(const struct nlmsghdr *m, struct nl_failure *f)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(m);
	size_t skip = sizeof(*error);
	const struct nlattr *a;

	if (!(m->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(m->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	mnl_attr_for_each(a, m, skip)
	{
		if (mnl_attr_get_type(a) == NLMSGERR_ATTR_MSG)
			snprintf(f->kernel, sizeof(f->kernel), "%.*s",
				 (int)mnl_attr_get_payload_len(a),
				 (const char *)mnl_attr_get_payload(a));
	}
}

/* How a batch fared so far. */
struct outcome {
	const struct nl_batch *batch;
	struct nl_failure *failure; /* of the first one, may be NULL */
	uint32_t first_seq;
	size_t answered;
	int error;
};

static void judge(struct outcome *o, const struct nlmsghdr *m)
{
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(m);
	uint32_t index = m->nlmsg_seq - o->first_seq;
	const struct nl_step *step;

	if (m->nlmsg_type != NLMSG_ERROR || index >= o->batch->steps.len)
		return;
	step = &o->batch->steps.items[index];
	o->answered++;
	if (error->error == 0 || -error->error == step->tolerated[0] ||
	    -error->error == step->tolerated[1] || o->error)
		return;
	o->error = error->error;
	if (!o->failure)
		return;
	*o->failure = (struct nl_failure){ .errnum = -error->error, .what = step->what };
	snprintf(o->failure->object, sizeof(o->failure->object), "%s", step->object);
	explain(m, o->failure);
}

static int read_answers(struct nl_socket *s, struct outcome *o)
{
	auto_free char *piece = malloc(RECEIVE_PIECE);

	if (!piece)
		return -ENOMEM;
	for (;;) {
		ssize_t n = recv(s->fd, piece, RECEIVE_PIECE, MSG_DONTWAIT);
		const struct nlmsghdr *m = (const struct nlmsghdr *)piece;
		int left;

		if (n < 0 && errno == EINTR)
			continue;
		/* ENOBUFS: answers were dropped; those that came decide. */
		if (n < 0 && errno == ENOBUFS)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		for (left = (int)n; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left))
			judge(o, m);
	}
}

static int send_batch(struct nl_socket *s, struct nl_batch *b)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t n;

	do
		n = sendto(s->fd, b->bytes.data, b->bytes.len, 0, (struct sockaddr *)&kernel,
			   sizeof(kernel));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

static void fail_whole(const struct nl_batch *b, int r, struct nl_failure *f)
{
	if (!f)
		return;
	*f = (struct nl_failure){ .errnum = -r,
				  .what = b->steps.len ? b->steps.items[0].what : "" };
	if (b->steps.len)
		snprintf(f->object, sizeof(f->object), "%s", b->steps.items[0].object);
}

int nl_run(struct nl_socket *s, struct nl_batch *b, struct nl_failure *ret_failure)
{
	struct outcome o = { .batch = b, .failure = ret_failure, .first_seq = s->seq };
	size_t expected = 0;
	int r = b->error;

	if (r == 0 && nl_batch_empty(b))
		return 0;
	for (size_t i = 0; r == 0 && i < b->steps.len; i++) {
		struct nlmsghdr *m = (struct nlmsghdr *)(b->bytes.data + b->steps.items[i].offset);

		m->nlmsg_seq = s->seq++;
		expected += (m->nlmsg_flags & NLM_F_ACK) != 0;
	}
	if (r == 0)
		r = send_batch(s, b);
	if (r == 0)
		r = read_answers(s, &o);
	/* Silence about a request that wanted an answer is no success. */
	if (r == 0 && o.error == 0 && o.answered < expected)
		r = -ENOBUFS;
	if (r < 0)
		fail_whole(b, r, ret_failure);
	return r < 0 ? r : o.error;
}

/* Reads a whole dump into *all; 1 when the kernel says it changed meanwhile. */
static int read_dump(struct nl_socket *s, uint32_t seq, struct buf *all)
{
	bool interrupted = false;

	for (;;) {
		char *room = buf_room(all, RECEIVE_PIECE);
		const struct nlmsghdr *m = (const struct nlmsghdr *)room;
		ssize_t n;
		int left;

		if (!room)
			return buf_error(all);
		n = recv(s->fd, room, RECEIVE_PIECE, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		for (left = (int)n; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
			if (m->nlmsg_seq != seq)
				continue;
			interrupted |= (m->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
			if (m->nlmsg_type == NLMSG_ERROR || m->nlmsg_type == NLMSG_DONE) {
				const int *error = mnl_nlmsg_get_payload(m);

				if (mnl_nlmsg_get_payload_len(m) >= sizeof(*error) && *error < 0)
					return *error;
				return interrupted;
			}
		}
		buf_added(all, (size_t)n);
	}
}

static int walk_dump(const struct buf *all, uint32_t seq, nl_message_fn fn, void *ctx)
{
	const struct nlmsghdr *m = (const struct nlmsghdr *)buf_cstr(all);
	int r = 0;

	for (int left = (int)all->len; r >= 0 && mnl_nlmsg_ok(m, left);
	     m = mnl_nlmsg_next(m, &left))
		if (m->nlmsg_seq == seq && m->nlmsg_type >= NLMSG_MIN_TYPE)
			r = fn(ctx, m);
	return r < 0 ? r : 0;
}

int nl_dump(struct nl_socket *s, struct nlmsghdr *request, nl_message_fn fn, void *ctx)
{
	auto_(buf_done) struct buf all = BUF_INIT_MAX(DUMP_MAX);
	int r = 1;

	for (int i = 0; i < DUMP_TRIES && r == 1; i++) {
		uint32_t seq = s->seq++;

		buf_clear(&all);
		request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
		request->nlmsg_seq = seq;
		if (send(s->fd, request, request->nlmsg_len, 0) < 0)
			return -errno;
		r = read_dump(s, seq, &all);
		if (r == 0)
			return walk_dump(&all, seq, fn, ctx);
	}
	return r == 1 ? -EINTR : r;
}
