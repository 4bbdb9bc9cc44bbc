/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the life of a berth-worker: take one job, close the sandbox, do it, answer, end. */
#pragma once

/* argv[1] names the job, WORKER_FD_CONTROL brings its parameters. The exit status. */
int worker_main(int argc, char **argv);
