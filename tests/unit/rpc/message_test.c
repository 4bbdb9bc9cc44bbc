/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: fields and descriptors come back as they went, and nothing beyond the bytes is read. */
#include "base/own.h"
#include "rpc/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

#include <cmocka.h>

static _Alignas(8) char out[RPC_MESSAGE_MAX], in[RPC_MESSAGE_MAX];

static struct rpc_writer begin(void)
{
	struct rpc_writer w;

	rpc_writer_init(&w, out, sizeof(out), (struct rpc_header){ .type = 16, .seq = 7 });
	return w;
}

static void make_pair(int pair[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static void fields_come_back(void **state)
{
	struct rpc_writer w = begin();
	struct rpc_message m;
	struct rpc_cursor c;
	struct rpc_field f;
	auto_fd int a = -1, b = -1;
	int pair[2];

	make_pair(pair);
	a = pair[0];
	b = pair[1];
	rpc_put_u32(&w, 1, 0x01020304);
	rpc_put_text(&w, 2, STR_LIT("hello"));
	rpc_put_u64(&w, 3, 1ull << 40);
	rpc_put_bytes(&w, 4, "", 0);
	assert_int_equal(rpc_send(a, &w), 0);
	assert_int_equal(rpc_receive(b, in, sizeof(in), &m), 1);
	assert_int_equal(m.head.type, 16);
	assert_int_equal(m.head.seq, 7);
	rpc_cursor_init(&c, &m);
	assert_int_equal(rpc_next(&c, &f), 1);
	assert_int_equal(f.tag, 1);
	assert_memory_equal(f.bytes.ptr, &(uint32_t){ 0x01020304 }, 4);
	assert_int_equal(rpc_next(&c, &f), 1);
	assert_true(str_is(f.bytes, "hello"));
	assert_int_equal(rpc_next(&c, &f), 1);
	assert_int_equal(f.bytes.len, 8);
	assert_int_equal(rpc_next(&c, &f), 1);
	assert_int_equal(f.bytes.len, 0);
	assert_int_equal(rpc_next(&c, &f), 0);
	rpc_message_done(&m);
}

/* As many as the kernel takes, and a message that outgrows its storage is refused by rpc_send. */
static void descriptors_and_limits(void **state)
{
	struct rpc_writer w = begin();
	int fds[RPC_FDS_MAX], pair[2];
	struct rpc_message m;
	char text[4096] = "";

	make_pair(pair);
	for (unsigned i = 0; i < RPC_FDS_MAX; i++)
		fds[i] = 0;
	rpc_put_fds(&w, 1, fds, RPC_FDS_MAX);
	assert_int_equal(rpc_send(pair[0], &w), 0);
	assert_int_equal(rpc_receive(pair[1], in, sizeof(in), &m), 1);
	assert_int_equal(m.n_fds, RPC_FDS_MAX);
	assert_true(m.fds[0] > 2 && m.fds[RPC_FDS_MAX - 1] > 2);
	rpc_message_done(&m);
	rpc_put_fds(&w, 1, fds, 1);
	assert_int_equal(rpc_send(pair[0], &w), -E2BIG);

	w = begin();
	for (unsigned i = 0; i < 16; i++)
		rpc_put_bytes(&w, 2, text, sizeof(text));
	rpc_put_u32(&w, 3, 1);
	assert_int_equal(rpc_send(pair[0], &w), -E2BIG);
	close(pair[0]);
	assert_int_equal(rpc_receive(pair[1], in, sizeof(in), &m), 0);
	assert_int_equal(rpc_send(pair[1], &(struct rpc_writer){ .data = out, .len = 8 }), -EPIPE);
	close(pair[1]);
}

static void bad_records_are_refused(void **state)
{
	struct rpc_message m;
	int pair[2];

	make_pair(pair);
	assert_int_equal(rpc_receive(pair[1], in, sizeof(in), &m), -EAGAIN);
	assert_int_equal(send(pair[0], out, 7, 0), 7);
	assert_int_equal(rpc_receive(pair[1], in, sizeof(in), &m), -EBADMSG);
	assert_int_equal(send(pair[0], out, 64, 0), 64);
	assert_int_equal(rpc_receive(pair[1], in, 32, &m), -EBADMSG);
	close(pair[0]);
	close(pair[1]);
}

static void every_cut_is_noticed(void **state)
{
	struct rpc_writer w = begin();
	struct rpc_cursor c;
	struct rpc_message m;
	struct rpc_field f;
	int r;

	rpc_put_text(&w, 1, STR_LIT("twelve bytes"));
	rpc_put_u32(&w, 2, 5);
	for (size_t n = 0; n < w.len; n++) {
		r = rpc_message_parse(out, n, &m);
		if (n < sizeof(struct rpc_header)) {
			assert_int_equal(r, -EBADMSG);
			continue;
		}
		rpc_cursor_init(&c, &m);
		while ((r = rpc_next(&c, &f)) > 0)
			assert_true(f.bytes.ptr + f.bytes.len <= out + n);
		/* Only at the border between two fields does a cut look like an end. */
		assert_int_equal(r, n == 8 || n == 32 ? 0 : -EBADMSG);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_come_back),
		cmocka_unit_test(descriptors_and_limits),
		cmocka_unit_test(bad_records_are_refused),
		cmocka_unit_test(every_cut_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
