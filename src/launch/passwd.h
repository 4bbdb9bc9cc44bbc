/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the reading of a container's own /etc/passwd and /etc/group: the rules of `--user`,
 * `--group-add` and HOME. The files are hostile: regular files only, at most PASSWD_FILE_MAX bytes,
 * read through a fixed buffer, lines longer than it skipped. A number is never looked up as a name.
 * No allocation. Source: passwd(5), group(5), docker run's --user.
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>
#include <sys/types.h>

enum {
	PASSWD_FILE_MAX = 16 << 20,
	PASSWD_GROUPS_MAX = 1024,
	PASSWD_HOME_MAX = 1024,
	PASSWD_NAME_MAX = 256,
};

struct passwd_identity {
	uint32_t uid, gid;
	uint32_t groups[PASSWD_GROUPS_MAX]; /* the gid itself is the first (CVE-2022-36109) */
	size_t group_count;
	char name[PASSWD_NAME_MAX]; /* of the passwd row; "" without one */
	char home[PASSWD_HOME_MAX]; /* "/" without a row */
};

/*
 * Resolves "", "user", "uid", "user:group" … below the directory `root`, and `extra` more groups by
 * name or number (texts one behind the other). The texts of failures are docker's.
 * Errors: ERR_BAD_PARAMETER.
 */
int passwd_resolve(int root, const char *user, const char *extra, size_t extra_count,
		   struct passwd_identity *ret, struct err *e) _must_check;

/* One row of passwd ("name:x:uid:gid:gecos:home:shell") or group ("name:x:gid:a,b"). */
struct passwd_row {
	struct str_slice name, home, members;
	uint32_t uid, gid;
};

/* False when the line is no such row. */
bool passwd_parse_user(struct str_slice line, struct passwd_row *ret);
bool passwd_parse_group(struct str_slice line, struct passwd_row *ret);
