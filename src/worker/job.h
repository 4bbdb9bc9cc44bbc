/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what a job of berth-worker is: a row with what it may do, what it loads while it is still
 * trusted (prepare), and its work on untrusted bytes (run). A process does one job and ends.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "rpc/jobs.h"
#include "worker/sandbox.h"

struct job {
	const void *params; /* the decoded struct of its row in rpc/jobs.h */
	void *result;	    /* texts in it live in the arena */
	struct arena *arena;
};

struct worker_row {
	enum job_kind kind;
	/* Before the sandbox closes: libraries, mounts, the first bytes' kind. Nothing is parsed.
	 */
	int (*prepare)(struct job *job, struct err *e);
	int (*run)(struct job *job, struct err *e);
	/* Fills the directories that it may touch; NULL: none. */
	void (*reach)(const struct job *job, struct sandbox_reach *reach);
	struct sandbox_rule rule;
};

extern const struct worker_row job_import, job_unpack_row, job_diff_row, job_changes_row,
	job_load_row, job_save_row, job_export_row, job_context_row, job_index_row, job_copy_row,
	job_fetch_row;

/* Tells the daemon how far the job is; costs nothing when it does not listen. */
void job_progress(const char *id, const char *text, uint64_t current, uint64_t total);
