/* SPDX-License-Identifier: Apache-2.0 */
/* Owns processes as descriptors: opened, signalled, waited for without a race on their number. */
#pragma once

#include "base/own.h"

#include <sys/types.h>

/* The descriptor (close-on-exec) or -errno; it becomes readable when the process ends. */
int pidfd_open_pid(pid_t pid) _must_check;

/* -ESRCH when the process has ended. */
int pidfd_signal(int pidfd, int signal) _must_check;

struct pidfd_exit {
	int code;   /* 0-255 as a shell gives it: the status, or 128 + signal */
	int signal; /* that ended it, or 0 */
};

/* Reaps a child: -EAGAIN while it runs. */
int pidfd_reap(int pidfd, struct pidfd_exit *ret) _must_check;

/* As pidfd_reap, but waits for the end. */
int pidfd_wait(int pidfd, struct pidfd_exit *ret) _must_check;
