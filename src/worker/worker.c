/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the life of a berth-worker and its side of the dialogue with the daemon. */
#include "worker/worker.h"

#include "base/log.h"
#include "base/own.h"
#include "rpc/worker.h"
#include "worker/job.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_BAD_USE = 64, PARAMS_MAX = 512, RESULT_MAX = 256 };

static const struct worker_row *const rows[JOB_KIND_COUNT] = {
	[JOB_IMPORT] = &job_import,
	[JOB_UNPACK] = &job_unpack_row,
	[JOB_DIFF] = &job_diff_row,
	[JOB_CHANGES] = &job_changes_row,
};

/* One message each way; a worker has one job and one thread that talks. */
static _Alignas(8) char received[RPC_MESSAGE_MAX], sent[RPC_MESSAGE_MAX];
static uint32_t seq;

static int wait_for(short events)
{
	struct pollfd p = { .fd = WORKER_FD_CONTROL, .events = events };
	int r;

	do {
		r = poll(&p, 1, -1);
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

static int receive_job(struct rpc_message *m, struct err *e)
{
	int r;

	while ((r = rpc_receive(WORKER_FD_CONTROL, received, sizeof(received), m)) == -EAGAIN)
		if ((r = wait_for(POLLIN)) < 0)
			break;
	if (r == 0)
		return err_set(e, ERR_CANCELLED, "the daemon closed the connection");
	if (r < 0)
		return err_sys(e, -r, "cannot receive the job");
	if (m->head.type != WORKER_JOB) {
		rpc_message_done(m);
		return err_set(e, ERR_BAD_PARAMETER, "expected a message JOB, got type %u",
			       m->head.type);
	}
	seq = m->head.seq;
	return 0;
}

static int send_waiting(const struct rpc_writer *w)
{
	int r;

	while ((r = rpc_send(WORKER_FD_CONTROL, w)) == -EAGAIN)
		if ((r = wait_for(POLLOUT)) < 0)
			break;
	return r;
}

static void send_error(const struct err *e)
{
	struct rpc_writer w;

	rpc_writer_init(&w, sent, sizeof(sent),
			(struct rpc_header){ .type = RPC_ERROR, .seq = seq });
	rpc_put_error(&w, e);
	if (send_waiting(&w) < 0)
		log_error("cannot tell the daemon: %s", e->message);
}

static int send_result(const struct job_row *row, const void *result)
{
	struct rpc_writer w;

	rpc_writer_init(&w, sent, sizeof(sent),
			(struct rpc_header){ .type = WORKER_RESULT, .seq = seq });
	rpc_encode(&w, row->result, result);
	return send_waiting(&w);
}

void job_progress(const char *id, const char *text, uint64_t current, uint64_t total)
{
	struct worker_progress p = { str_slice(id), str_slice(text), current, total };
	_Alignas(8) char storage[1024];
	struct rpc_writer w;

	rpc_writer_init(&w, storage, sizeof(storage),
			(struct rpc_header){ .type = WORKER_PROGRESS });
	rpc_encode(&w, &worker_progress_shape, &p);
	if (rpc_send(WORKER_FD_CONTROL, &w) < 0)
		log_debug("progress not sent");
}

static int decode(const struct job_row *row, struct rpc_message *m, void *params, struct err *e)
{
	struct worker_job common = { 0 };
	int r = rpc_decode(&worker_job_shape, m, &common, e);

	if (r < 0)
		return r;
	own_close(common.input);
	own_close(common.output);
	if (!str_is(common.name, row->name))
		return err_set(e, ERR_BAD_PARAMETER, "this worker does '%s', not '%.*s'", row->name,
			       STR_ARG(common.name));
	return rpc_decode(row->params, m, params, e);
}

static int do_job(const struct worker_row *row, struct job *job, struct err *e)
{
	static struct sandbox_reach reach;
	int r;

	if (row->prepare && (r = row->prepare(job, e)) < 0)
		return r;
	if (row->reach)
		row->reach(job, &reach);
	if ((r = sandbox_close(&row->rule, &reach, e)) < 0)
		return r;
	return row->run(job, e);
}

static int serve(enum job_kind kind, struct arena *arena, struct err *e)
{
	static _Alignas(16) char params[PARAMS_MAX], result[RESULT_MAX];
	const struct job_row *row = &job_rows[kind];
	struct job job = { params, result, arena };
	struct rpc_message m;
	int r = receive_job(&m, e);

	assert(row->params_size <= sizeof(params) && row->result_size <= sizeof(result));
	if (r < 0)
		return r;
	if ((r = decode(row, &m, params, e)) == 0)
		r = do_job(rows[kind], &job, e);
	if (r == 0 && send_result(row, result) < 0)
		r = err_set(e, ERR_CANCELLED, "the daemon closed the connection");
	rpc_message_done(&m);
	return r;
}

int worker_main(int argc, char **argv)
{
	enum job_kind kind = argc == 2 ? job_kind_find(argv[1]) : JOB_KIND_COUNT;
	auto_(arena_done) struct arena arena = ARENA_INIT;
	struct err e = ERR_INIT;

	log_init("berth-worker", LOG_WARN, LOG_TEXT);
	if (kind == JOB_KIND_COUNT) {
		log_error("berth-worker is started by berthd and does one job; '%s' is none",
			  argc > 1 ? argv[1] : "");
		return EXIT_BAD_USE;
	}
	sandbox_begin(WORKER_FD_CONTROL);
	if (serve(kind, &arena, &e) < 0) {
		send_error(&e);
		return 1;
	}
	return 0;
}
