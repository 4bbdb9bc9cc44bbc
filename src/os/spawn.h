/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the start of helper programs. No code of the daemon runs in a copy of its memory: the child
 * borrows the parent's memory until it has executed (vfork), touches only its own stack, and starts
 * with an exact set of descriptors, default signal actions and an empty signal mask.
 */
#pragma once

#include "base/own.h"
#include "base/str.h"

#include <stdbool.h>
#include <sys/types.h>

enum { SPAWN_FDS_MAX = 64 };

struct spawn_request {
	const char *path; /* program file; NULL: program_fd */
	int program_fd;	  /* executed by descriptor when path is NULL (a copy from spawn_seal) */
	const char *const *argv;
	const char *const *envp; /* NULL: empty */
	const int *fds;	 /* fds[i] becomes descriptor i; -1: /dev/null; all others are closed */
	size_t fd_count; /* at most SPAWN_FDS_MAX */
	int cgroup;	 /* v2 directory to be born in, or -1 */
	const int *cgroup_v1; /* open "tasks" files to join, or NULL */
	size_t cgroup_v1_count;
	int cwd;	  /* directory, or -1: unchanged */
	bool new_session; /* setsid: signals of the terminal stay with the daemon */
};

#define SPAWN_REQUEST_INIT ((struct spawn_request){ .program_fd = -1, .cgroup = -1, .cwd = -1 })

struct spawned {
	pid_t pid;
	int pidfd; /* close-on-exec; caller closes */
};

/* 0, or -errno of the step that failed, exec included (-ENOENT: no such program). Any thread. */
int spawn_program(const struct spawn_request *request, struct spawned *ret) _must_check;

/*
 * A sealed copy in memory of a program file, shared by all processes started from it: what runs can
 * then not be overwritten through /proc/PID/exe (CVE-2019-5736). The descriptor or -errno.
 */
int spawn_seal(const char *path) _must_check;
