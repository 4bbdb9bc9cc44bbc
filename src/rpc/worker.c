/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the rows of each message of the workers' dialogue. */
#include "rpc/worker.h"

RPC_SHAPE(worker_job, WORKER_JOB, WORKER_JOB_FIELDS);
RPC_SHAPE(worker_progress, WORKER_PROGRESS, WORKER_PROGRESS_FIELDS);
RPC_SHAPE(worker_result, WORKER_RESULT, WORKER_RESULT_FIELDS);
