/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns netlink sockets and batches of requests: many messages in one sendmsg, their answers matched
 * by sequence number. A socket speaks to the namespace it was opened in for as long as it lives,
 * so a container's namespace is configured without being in it. The kernel carries out requests
 * inside sendmsg; nothing here waits for anybody else. A socket has one user at a time.
 */
#pragma once

#include "base/buf.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

struct nlmsghdr;

struct nl_socket {
	int fd; /* -1: closed */
	int protocol;
	uint32_t seq;
};

#define NL_SOCKET_INIT ((struct nl_socket){ .fd = -1 })

/*
 * Opens NETLINK_ROUTE, NETLINK_NETFILTER or NETLINK_SOCK_DIAG in the calling thread's network
 * namespace, or in the one behind netns_fd, in which the thread is only while the socket is made.
 */
int nl_open(int protocol, struct nl_socket *ret) _must_check;
int nl_open_in(int netns_fd, int protocol, struct nl_socket *ret) _must_check;
void nl_close(struct nl_socket *s);

/* What a batch did not manage; texts are for the engine's message. */
struct nl_failure {
	int errnum;	  /* positive */
	const char *what; /* the step: "create bridge", static text */
	char object[64];  /* its name, or "" */
	char kernel[128]; /* the kernel's own explanation (extended ack), or "" */
};

struct nl_step {
	const char *what;
	char object[24];
	size_t offset;	  /* of its message in bytes */
	int tolerated[2]; /* errnos that count as success: EEXIST of something that may exist */
};
VEC_DEFINE(nl_steps, struct nl_step);

/*
 * A batch being gathered. The first failure to append (-ENOMEM, -E2BIG) sticks and is returned by
 * nl_run.
 */
struct nl_batch {
	struct buf bytes;
	struct nl_steps steps;
	int error;
};

enum { NL_BATCH_MAX = 16 << 20 };
#define NL_BATCH_INIT ((struct nl_batch){ .bytes = { .max = NL_BATCH_MAX } })

void nl_batch_done(struct nl_batch *b);
void nl_batch_clear(struct nl_batch *b); /* keeps the memory */
static inline bool nl_batch_empty(const struct nl_batch *b)
{
	return b->steps.len == 0;
}

/*
 * Begins a message of `size` bytes at most (header included); the pointer is good until nl_put_end.
 * NULL when memory is short. `object` is copied; may be NULL.
 */
struct nlmsghdr *nl_put(struct nl_batch *b, const char *what, const char *object, size_t size);
void nl_put_end(struct nl_batch *b, struct nlmsghdr *m);
/* The last message may fail with this errno (positive); up to two of them. */
void nl_tolerate(struct nl_batch *b, int errnum);

/*
 * Sends a batch of route requests and reads every answer. Requests after a failed one are still
 * carried out by the kernel: the caller undoes. Returns the first failure's negative errno and
 * fills *ret_failure (may be NULL).
 */
int nl_run(struct nl_socket *s, struct nl_batch *b, struct nl_failure *ret_failure) _must_check;

/*
 * One request, any number of answers: `fn` is called with each. A negative return of fn is
 * returned once the dump has been read. -EINTR when the kernel says the dump is not consistent,
 * after three tries.
 */
typedef int (*nl_message_fn)(void *ctx, const struct nlmsghdr *m);
int nl_dump(struct nl_socket *s, struct nlmsghdr *request, nl_message_fn fn, void *ctx) _must_check;
