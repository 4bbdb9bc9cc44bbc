/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the filter of system calls that a job may make. */
#pragma once

#include "base/err.h"

/*
 * From here on only the calls of SANDBOX_BASE and of the groups in `groups` (enum sandbox_calls)
 * work; others fail with ENOSYS. New memory can be written or executed, never both.
 */
int syscalls_close(unsigned groups, struct err *e) _must_check;
