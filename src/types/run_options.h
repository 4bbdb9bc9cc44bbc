/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the small grammars of docker run's options and what they become in a request. Texts of the
 * results live in the arena. Errors: ERR_BAD_PARAMETER, with docker's text where it has one;
 * ERR_NO_MEMORY. No I/O. Any thread.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "types/api.h"

/* "nofile=1024:2048", "nproc=3"; -1 is without limit. Source: docker/go-units ParseUlimit. */
int ulimit_parse(struct str_slice text, struct arena *a, struct ulimit *ret, struct err *e)
	_must_check;

/* The kernel's number of a resource limit (RLIMIT_…), or -1. */
int ulimit_resource(const char *name);

/* "/dev/x", "/dev/x:/dev/y", "/dev/x:rwm", "/dev/x:/dev/y:r". */
int device_parse(struct str_slice text, struct arena *a, struct device_mapping *ret, struct err *e)
	_must_check;

/* "no", "always", "unless-stopped", "on-failure", "on-failure:3". */
int restart_policy_parse(struct str_slice text, struct arena *a, struct restart_policy *ret,
			 struct err *e) _must_check;

/* "name:address" or "name=address", brackets around IPv6 allowed; the result is "name:address". */
int extra_host_parse(struct str_slice text, struct arena *a, const char **ret, struct err *e)
	_must_check;

/* "type=bind,src=/a,dst=/b,readonly": docker run's --mount, in CSV with "quoted" fields. */
int mount_spec_parse(struct str_slice text, struct arena *a, struct mount_spec *ret, struct err *e)
	_must_check;
