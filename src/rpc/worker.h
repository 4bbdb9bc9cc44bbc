/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the messages between the daemon and a berth-worker, whose end of a seqpacket socketpair is
 * WORKER_FD_CONTROL. One JOB, any number of PROGRESS, then RESULT or ERROR, then the worker exits.
 *A job's own parameters and results are further fields of JOB and RESULT with tags from
 * WORKER_TAG_JOB: its shape is encoded after, and decoded beside, the common one from the same
 * message. Cancelling is killing, by pidfd.
 *
 *	rpc_encode(&w, &worker_job_shape, &job);
 *	rpc_encode(&w, &unpack_job_shape, &unpack);
 */
#pragma once

#include "rpc/error.h"

enum { WORKER_FD_CONTROL = 3, WORKER_PROTOCOL = 1, WORKER_TAG_JOB = 64 };

enum worker_message {
	WORKER_JOB = 16,
	WORKER_PROGRESS = 128,
	WORKER_RESULT,
};

#define WORKER_JOB_FIELDS(F, S)                                                       \
	F(S, 1, TEXT, name, REQUIRED)                                                 \
	F(S, 2, U32, protocol, OPTIONAL)                                              \
	F(S, 3, FD, input, OPTIONAL)  /* what it reads: a socket, a pipe or a file */ \
	F(S, 4, FD, output, OPTIONAL) /* what it writes */                            \
	F(S, 5, FDS, fds, OPTIONAL)   /* directories and further files, in the job's order */
RPC_STRUCT(worker_job, WORKER_JOB_FIELDS);

/* One step of a job, as the API tells it: "abc123", "Downloading", 10 of 20 bytes. */
#define WORKER_PROGRESS_FIELDS(F, S)    \
	F(S, 1, TEXT, id, OPTIONAL)     \
	F(S, 2, TEXT, text, OPTIONAL)   \
	F(S, 3, U64, current, OPTIONAL) \
	F(S, 4, U64, total, OPTIONAL)
RPC_STRUCT(worker_progress, WORKER_PROGRESS_FIELDS);

#define WORKER_RESULT_FIELDS(F, S)                                             \
	F(S, 1, BYTES, body, OPTIONAL) /* a short answer, in the job's form */ \
	F(S, 2, FDS, fds, OPTIONAL)    /* a longer one as memfds */
RPC_STRUCT(worker_result, WORKER_RESULT_FIELDS);
