/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes: a struct comes back equal through a socket; wrong fields are named; errors travel. */
#include "base/own.h"
#include "rpc/shim.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cmocka.h>

static _Alignas(8) char out[RPC_MESSAGE_MAX], in[RPC_MESSAGE_MAX];

static struct rpc_writer begin(uint16_t type)
{
	struct rpc_writer w;

	rpc_writer_init(&w, out, sizeof(out), (struct rpc_header){ .type = type });
	return w;
}

static void over_a_socket(const struct rpc_writer *w, struct rpc_message *ret)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(rpc_send(pair[0], w), 0);
	assert_int_equal(rpc_receive(pair[1], in, sizeof(in), ret), 1);
	close(pair[0]);
	close(pair[1]);
}

static void a_start_comes_back(void **state)
{
	static int slots[] = { 0, 1, 2 };
	uint32_t numbers[] = { 9, 4, 1 };
	struct shim_start got = { 0 },
			  start = { .slot_numbers = { (char *)numbers, sizeof(numbers) },
				    .slot_fds = { slots, 3 },
				    .plan = 1,
				    .tty = 1,
				    .rows = 24,
				    .cols = 80,
				    .log = SHIM_LOG_JSON_FILE,
				    .log_dir = -1,
				    .log_name = STR_LIT("x-json.log"),
				    .log_max_size = 1ull << 33,
				    .log_attrs = STR_LIT("{}") };
	struct rpc_writer w = begin(SHIM_START);
	struct rpc_message m;
	struct err e;

	rpc_encode(&w, &shim_start_shape, &start);
	over_a_socket(&w, &m);
	assert_int_equal(rpc_decode(&shim_start_shape, &m, &got, &e), 0);
	assert_int_equal(got.slot_numbers.len, sizeof(numbers));
	assert_memory_equal(got.slot_numbers.ptr, numbers, sizeof(numbers));
	assert_int_equal(got.slot_fds.count, 3);
	assert_true(got.slot_fds.items[2] > 2);
	assert_true(got.plan > 2);
	assert_int_equal(got.log_dir, -1);
	assert_int_equal(got.tty, 1);
	assert_int_equal(got.cols, 80);
	assert_int_equal(got.log, SHIM_LOG_JSON_FILE);
	assert_int_equal(got.log_max_size, 1ull << 33);
	assert_true(str_is(got.log_name, "x-json.log"));
	assert_int_equal(got.stdin_open, 0);
	close(got.plan);
	rpc_message_done(&m);
}

/* Raw fields, as a broken or hostile peer may send them. */
static void wrong_fields_are_named(void **state)
{
	struct rpc_writer w;
	struct rpc_message m;
	struct shim_signal signal = { 0 };
	struct shim_start start = { 0 };
	struct err e;

	w = begin(SHIM_SIGNAL);
	rpc_put_text(&w, 1, STR_LIT("id"));
	assert_int_equal(rpc_message_parse(out, w.len, &m), 0);
	assert_true(rpc_decode(&shim_signal_shape, &m, &signal, &e) < 0);
	assert_string_equal(e.message,
			    "cannot read message shim_signal: field 'signal' is missing");

	rpc_put_u64(&w, 2, 9);
	assert_int_equal(rpc_message_parse(out, w.len, &m), 0);
	assert_true(rpc_decode(&shim_signal_shape, &m, &signal, &e) < 0);
	assert_string_equal(e.message,
			    "cannot read message shim_signal: field 'signal' is malformed");

	/* A descriptor that is not there. */
	w = begin(SHIM_START);
	rpc_put_bytes(&w, 3, &(uint32_t[2]){ 0, 1 }, 8);
	assert_int_equal(rpc_message_parse(out, w.len, &m), 0);
	assert_true(rpc_decode(&shim_start_shape, &m, &start, &e) < 0);
	assert_int_equal(start.plan, -1);
}

static void unknown_tags_are_skipped(void **state)
{
	struct rpc_writer w = begin(SHIM_RESIZE);
	struct shim_resize got = { 0 };
	struct rpc_message m;
	struct err e;

	rpc_put_text(&w, 999, STR_LIT("from the future"));
	rpc_put_u32(&w, 2, 10);
	rpc_put_u32(&w, 3, 20);
	assert_int_equal(rpc_message_parse(out, w.len, &m), 0);
	assert_int_equal(rpc_decode(&shim_resize_shape, &m, &got, &e), 0);
	assert_int_equal(got.rows, 10);
	assert_int_equal(got.cols, 20);
}

/* One descriptor asked for twice, and a failed decode: nothing is closed twice, nothing leaks. */
static void descriptors_are_owned_once(void **state)
{
	struct rpc_writer w = begin(SHIM_STREAM);
	struct shim_stream got = { 0 };
	struct rpc_message m;
	struct err e;
	int first;

	rpc_put_fds(&w, 2, (int[]){ 1 }, 1);
	rpc_put_bytes(&w, 2, &(uint32_t[2]){ 0, 1 }, 8);
	over_a_socket(&w, &m);
	first = m.fds[0];
	assert_true(rpc_decode(&shim_stream_shape, &m, &got, &e) < 0);
	assert_int_equal(got.socket, -1);
	rpc_message_done(&m);
	assert_int_equal(fcntl(first, F_GETFD), -1);
}

static void errors_travel(void **state)
{
	struct rpc_writer w = begin(RPC_ERROR);
	struct rpc_message m;
	struct err sent, got;

	err_sys_as(&sent, ERR_BAD_PARAMETER, ENOENT, "exec: \"x\"");
	sent.exit_code = 127;
	rpc_put_error(&w, &sent);
	assert_int_equal(rpc_message_parse(out, w.len, &m), 0);
	assert_int_equal(rpc_get_error(&m, &got), -ENOENT);
	assert_int_equal(got.kind, ERR_BAD_PARAMETER);
	assert_int_equal(got.exit_code, 127);
	assert_string_equal(got.message, sent.message);

	w = begin(RPC_ERROR);
	rpc_put_u32(&w, 1, 12345);
	assert_int_equal(rpc_message_parse(out, w.len, &m), 0);
	assert_true(rpc_get_error(&m, &got) < 0);
	assert_int_equal(got.kind, ERR_INTERNAL);
}

static void tables_are_sound(void **state)
{
	for (unsigned type = 0; type < 256; type++) {
		const struct rpc_shape *s = shim_shape_find((uint16_t)type);

		for (unsigned i = 0; s && i < s->n_rows; i++) {
			assert_true(s->rows[i].kind < RPC_KIND_COUNT);
			for (unsigned j = 0; j < i; j++)
				assert_int_not_equal(s->rows[i].tag, s->rows[j].tag);
		}
	}
	assert_ptr_equal(shim_shape_find(SHIM_EXEC_EXIT), &shim_exit_shape);
	assert_null(shim_shape_find(9999));
}

static void sockets_below_a_directory(void **state)
{
	char path[] = "/tmp/berth-rpc-XXXXXX";
	struct stat st;
	struct err e;
	auto_fd int dir = -1, listening = -1, client = -1;

	assert_non_null(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(shim_connect(dir, &e) < 0);
	assert_int_equal(e.kind, ERR_NOT_FOUND);
	listening = shim_listen(dir, &e);
	assert_true(listening >= 0);
	own_close_fd(&listening);
	listening = shim_listen(dir, &e); /* the stale name is replaced */
	assert_true(listening >= 0);
	assert_int_equal(fstatat(dir, SHIM_SOCKET_NAME, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	client = shim_connect(dir, &e);
	assert_true(client >= 0);
	unlinkat(dir, SHIM_SOCKET_NAME, 0);
	rmdir(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_start_comes_back),
		cmocka_unit_test(wrong_fields_are_named),
		cmocka_unit_test(unknown_tags_are_skipped),
		cmocka_unit_test(descriptors_are_owned_once),
		cmocka_unit_test(errors_travel),
		cmocka_unit_test(tables_are_sound),
		cmocka_unit_test(sockets_below_a_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
