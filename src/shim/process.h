/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what the container, an exec and a health probe have in common: a process started from a
 * plan, its stdin, stdout, stderr or terminal, the streams attached to it, and its exit.
 */
#pragma once

#include "launch/execute.h"
#include "logs/jsonfile.h"
#include "rpc/exit_record.h"
#include "shim/loop.h"
#include "shim/plan.h"

struct shim;
struct process;

enum process_state {
	PROCESS_NEW,	  /* nothing was started, or the start failed */
	PROCESS_STARTING, /* the child works through its plan */
	PROCESS_RUNNING,
	PROCESS_EXITED, /* its record is written, its output delivered */
};

/* Its stdout, stderr or terminal, as we read it. */
struct outlet {
	struct watch watch;
	struct process *process;
	enum log_stream which;
	int fd; /* -1: ended */
};

/* Its stdin or terminal, as we write it. */
struct inlet {
	struct watch watch;
	int fd;	       /* -1: closed */
	char *pending; /* what it does not take yet */
	size_t pending_len, pending_at;
	bool closing; /* once pending is written */
};

/* What a process says goes here instead of to a log: the health probe's output. */
struct capture {
	size_t len;
	bool cut;
	char text[SHIM_PROBE_OUTPUT];
};

/* Whom an answer that takes a while belongs to: nobody, if that connection is gone. */
struct reply_to {
	uint32_t seq;
	uint64_t epoch;
};

struct process_setup {
	bool tty, stdin_open, stdin_once;
	uint16_t rows, cols;
};

struct process {
	struct list link; /* an exec's, in shim->execs */
	struct shim *shim;
	char id[SHIM_ID_MAX + 1]; /* empty: the container or a probe */
	enum process_state state;
	struct process_setup setup;
	struct plan own_plan; /* an exec's and the container's: closed when it is used up */
	struct plan *plan;    /* &own_plan, or one that is kept for many runs: a probe's */
	struct launch launch;
	struct watch report, exit;
	struct outlet outlets[LOG_STREAM_COUNT];
	struct inlet inlet;
	struct list streams;
	struct capture *capture; /* NULL: output goes to streams and log */
	stamp_ns started;
	struct reply_to reply_to; /* of the request that started it */
	bool acked;		  /* an exec: the daemon knows of its exit */
	struct exit_record record;
	/* Its owner's business: e is NULL when it started; the first two may be NULL. */
	void (*on_running)(struct process *p); /* its plan and slots are still at hand */
	void (*on_exiting)(struct process *p); /* it has ended, its output is not all read */
	void (*on_started)(struct process *p, const struct err *e);
	void (*on_exit)(struct process *p);
};

void process_init(struct process *p, struct shim *shim);

/*
 * Begins the start: the plan is open and its slots filled, but for stdio. on_started follows from
 * the loop; on failure here it does not, and the plan is closed.
 */
int process_begin(struct process *p, const struct process_setup *setup, struct err *e) _must_check;

/* Closes what is open (the process itself is killed if it still runs). Streams must be gone. */
void process_done(struct process *p);

/* SIGKILL, also while it still starts. */
void process_kill(struct process *p);

int process_signal(struct process *p, int signal, struct err *e) _must_check;
int process_resize(struct process *p, uint32_t rows, uint32_t cols, struct err *e) _must_check;

/* stdio.c */

int stdio_open(struct process *p, struct err *e) _must_check; /* pipes into the plan's slots */
void stdio_started(struct process *p); /* the child has its ends: watch ours */
void stdio_drain(struct process *p);   /* after the exit: what is in the pipes now is all */
void stdio_close(struct process *p);

/* Reading is suspended while a stream that must not be lost is over its limit. */
void stdio_update(struct process *p);

bool stdin_ready(const struct process *p); /* input can be written now */
bool stdin_gone(const struct process *p);  /* input will never be written */
void stdin_write(struct process *p, struct str_slice bytes);
void stdin_client_left(struct process *p); /* the input of a stream has ended */
