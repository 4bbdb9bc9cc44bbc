/* SPDX-License-Identifier: Apache-2.0 */
/* Owns what one shim is: its container, execs, streams, probe, log and its line to the daemon. */
#pragma once

#include "os/cgroup.h"
#include "shim/control.h"
#include "shim/probe.h"
#include "shim/process.h"
#include "shim/stream.h"

enum {
	SHIM_OUTPUT_READ = 64 << 10, /* of a pipe at once: its default size */
	SHIM_SCRATCH = 128 << 10,    /* holds the longest record of the log */
};

/* One container's life, from the shim's side. */
struct shim {
	struct loop loop;
	struct control control;
	int run_dir;
	struct process container;
	struct list execs;  /* struct process.link */
	struct list parked; /* struct stream.link: their exec has not come yet */
	struct list holds;
	struct slot_stock stock;
	struct probe probe;
	struct cgroup cgroup; /* the container's, as its plan's slots had it */
	bool logging;
	int log_dir;
	char log_attrs[JSONFILE_ATTRS_MAX];
	struct jsonfile log;
	int64_t noted;	    /* when the log's trouble was last told; 0: never */
	struct timer idle;  /* buffers are given back */
	struct timer waits; /* waits are answered though a client has not read everything */
	bool waits_due;
	bool acked;   /* the daemon knows of the exit: leave when no client is left */
	bool removed; /* waits for the removal are answered too */
	bool paused;
};

/* Shared by whoever handles one event; nothing in it lives longer. */
extern char shim_scratch[SHIM_SCRATCH];

/* The whole program: descriptors are where enum shim_fd says. Returns its exit status. */
int shim_main(void);

int shim_start_container(struct shim *shim, struct shim_start *request, struct reply_to to,
			 struct err *e) _must_check;
int shim_start_exec(struct shim *shim, struct shim_exec *request, struct reply_to to, struct err *e)
	_must_check;

/* Ends the streams of a process that could not be started. */
void shim_fail_streams(struct process *p, const struct err *e);

/* Fills the slots of a plan that runs inside the container. */
void shim_lend_container(struct shim *shim, struct plan *plan);

/* A burst has filled buffers: give them back when it is over. */
void shim_busy(struct shim *shim);

/* Output of the container, for its log. */
void shim_log_output(struct shim *shim, enum log_stream which, struct str_slice bytes);
