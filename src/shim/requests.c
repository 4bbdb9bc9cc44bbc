/* SPDX-License-Identifier: Apache-2.0 */
/* Owns what the daemon can ask of a shim: one function a message, in a table. */
#include "base/own.h"
#include "shim/hold.h"
#include "shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

union request {
	struct shim_slots slots;
	struct shim_start start;
	struct shim_exec exec;
	struct shim_probe probe;
	struct shim_stream stream;
	struct shim_signal signal;
	struct shim_resize resize;
	struct shim_hold hold;
	struct shim_ack ack;
	struct shim_paused paused;
};

typedef int (*request_fn)(struct shim *shim, union request *r, struct reply_to to, struct err *e);

static struct process *find_exec(struct shim *shim, struct str_slice id)
{
	list_for_each (item, &shim->execs) {
		struct process *p = CONTAINER_OF(item, struct process, link);

		if (str_is(id, p->id))
			return p;
	}
	return NULL;
}

static int find_process(struct shim *shim, struct str_slice id, struct process **ret, struct err *e)
{
	*ret = id.len == 0 ? &shim->container : find_exec(shim, id);
	return *ret ? 0
		    : err_set(e, ERR_NOT_FOUND, "No such exec instance: %.*s",
			      (int)MIN(id.len, (size_t)SHIM_ID_MAX), id.ptr);
}

static int on_slots(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	return slot_stock_add(&shim->stock, r->slots.slot_numbers, r->slots.slot_fds, e);
}

static int on_start(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	return shim_start_container(shim, &r->start, to, e);
}

static int on_exec(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	if (r->exec.exec_id.len == 0 || r->exec.exec_id.len > SHIM_ID_MAX)
		return err_set(e, ERR_BAD_PARAMETER, "cannot exec without an id");
	if (find_exec(shim, r->exec.exec_id))
		return err_set(e, ERR_CONFLICT, "cannot exec '%.*s' twice",
			       STR_ARG(r->exec.exec_id));
	return shim_start_exec(shim, &r->exec, to, e);
}

static int on_probe(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	return probe_set(&shim->probe, &r->probe, e);
}

static int on_stream(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	return stream_open(shim, &r->stream, e);
}

static int on_signal(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	struct process *p;
	int result = find_process(shim, r->signal.exec_id, &p, e);

	return result < 0 ? result : process_signal(p, (int)r->signal.signal, e);
}

static int on_resize(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	struct process *p;
	int result = find_process(shim, r->resize.exec_id, &p, e);

	return result < 0 ? result : process_resize(p, r->resize.rows, r->resize.cols, e);
}

/* The pid cannot be another's: the process is ours and not reaped yet. */
static int on_root(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	struct shim_root_is reply = { .root = -1 };
	auto_fd int root = -1;
	char path[32];

	if (shim->container.state != PROCESS_RUNNING)
		return err_set(e, ERR_CONFLICT, "the container is not running");
	snprintf(path, sizeof(path), "/proc/%d/root", (int)shim->container.launch.pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(e, errno, "cannot open the container's root");
	reply.root = root;
	control_send(&shim->control, &(struct control_message){ .type = SHIM_ROOT_IS,
								.seq = to.seq,
								.shape = &shim_root_is_shape,
								.fields = &reply });
	return 0;
}

static int on_hold(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	return hold_add(&shim->holds, &r->hold, e);
}

static int on_release(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	hold_release(&shim->holds, r->hold.group);
	return 0;
}

static int on_ack(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	struct process *p;

	if (r->ack.exec_id.len == 0) {
		shim->acked = shim->container.state == PROCESS_EXITED;
		return 0;
	}
	p = find_exec(shim, r->ack.exec_id);
	if (p && p->state == PROCESS_EXITED)
		p->acked = true;
	return 0;
}

static int on_removed(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	shim->removed = true;
	return 0;
}

static int on_paused(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	shim->paused = r->paused.paused;
	return 0;
}

static int on_quit(struct shim *shim, union request *r, struct reply_to to, struct err *e)
{
	shim->loop.stopped = true;
	return 0;
}

enum answer { ANSWER_NONE, ANSWER_OK, ANSWER_OWN }; /* OWN: errors only, success is told later */

static const struct request_row {
	uint16_t type;
	uint8_t answer; /* enum answer */
	const struct rpc_shape *shape;
	request_fn handle;
} rows[] = {
	{ SHIM_SLOTS, ANSWER_NONE, &shim_slots_shape, on_slots },
	{ SHIM_START, ANSWER_OWN, &shim_start_shape, on_start },
	{ SHIM_EXEC, ANSWER_OWN, &shim_exec_shape, on_exec },
	{ SHIM_PROBE, ANSWER_OK, &shim_probe_shape, on_probe },
	{ SHIM_STREAM, ANSWER_OK, &shim_stream_shape, on_stream },
	{ SHIM_SIGNAL, ANSWER_OK, &shim_signal_shape, on_signal },
	{ SHIM_RESIZE, ANSWER_OK, &shim_resize_shape, on_resize },
	{ SHIM_ROOT, ANSWER_OWN, &shim_root_shape, on_root },
	{ SHIM_HOLD, ANSWER_OK, &shim_hold_shape, on_hold },
	{ SHIM_RELEASE, ANSWER_OK, &shim_hold_shape, on_release },
	{ SHIM_ACK, ANSWER_NONE, &shim_ack_shape, on_ack },
	{ SHIM_REMOVED, ANSWER_NONE, &shim_removed_shape, on_removed },
	{ SHIM_PAUSED, ANSWER_NONE, &shim_paused_shape, on_paused },
	{ SHIM_QUIT, ANSWER_NONE, &shim_quit_shape, on_quit },
};
static_assert(ELEMENTS(rows) == SHIM_QUIT - SHIM_SLOTS + 1, "a row for each request");

static const struct request_row *find_row(uint16_t type)
{
	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		if (rows[i].type == type)
			return &rows[i];
	}
	return NULL;
}

/* What a handler took out of the request is -1 or empty by then. */
static void close_rest(const struct rpc_shape *shape, union request *r)
{
	for (unsigned i = 0; i < shape->n_rows; i++) {
		if (shape->rows[i].kind == RPC_FD)
			own_close_fd((int *)((char *)r + shape->rows[i].offset));
	}
}

static int run(struct shim *shim, const struct request_row *row, struct rpc_message *m,
	       struct err *e)
{
	union request request = { 0 };
	int r = rpc_decode(row->shape, m, &request, e);

	if (r < 0)
		return r;
	r = row->handle(shim, &request, control_reply_to(&shim->control, m), e);
	close_rest(row->shape, &request);
	return r;
}

void request_handle(struct shim *shim, struct rpc_message *m)
{
	const struct request_row *row = find_row(m->head.type);
	struct reply_to to = control_reply_to(&shim->control, m);
	struct err e = ERR_INIT;
	int r;

	r = row ? run(shim, row, m, &e)
		: err_set(&e, ERR_NOT_IMPLEMENTED, "this shim does not know message %u",
			  m->head.type);
	if (r < 0)
		control_error(&shim->control, to, &e);
	else if (row->answer == ANSWER_OK)
		control_ok(&shim->control, to);
}
