/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns exit records: what a shim leaves in its run directory before it reports an exit, so that a
 * daemon which finds no shim still learns how the container ended. Text lines `key value`, put in
 * place by rename. "exit" is the container's, "exec-ID.exit" an exec's.
 */
#pragma once

#include "base/err.h"
#include "base/stamp.h"

struct exit_record {
	uint32_t pid;
	uint32_t status; /* 0–255; 128 + signal */
	stamp_ns time;
	uint64_t oom_kills;
};

enum { EXIT_RECORD_NAME_MAX = 80 };
#define EXIT_RECORD_CONTAINER "exit"

/* "exec-ID.exit"; `name` has EXIT_RECORD_NAME_MAX bytes. */
const char *exit_record_exec_name(struct str_slice exec_id, char *name);

int exit_record_write(int dir, const char *name, const struct exit_record *r, struct err *e)
	_must_check;

/* ERR_NOT_FOUND when there is none, ERR_DATA_LOSS when it cannot be understood. */
int exit_record_read(int dir, const char *name, struct exit_record *ret, struct err *e) _must_check;
