/* SPDX-License-Identifier: Apache-2.0 */
/* Owns exit records; see exit_record.h. */
#include "rpc/exit_record.h"

#include "base/num.h"
#include "base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { RECORD_MAX = 256 };

const char *exit_record_exec_name(struct str_slice exec_id, char *name)
{
	snprintf(name, EXIT_RECORD_NAME_MAX, "exec-%.*s.exit", (int)MIN(exec_id.len, (size_t)64),
		 exec_id.ptr);
	return name;
}

static int write_text(int dir, const char *name, const char *text, size_t n)
{
	auto_fd int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	if (write(fd, text, n) != (ssize_t)n)
		return errno ? -errno : -EIO;
	return 0;
}

/* No fsync: the run directory is in memory, and a record does not outlive the boot anyway. */
int exit_record_write(int dir, const char *name, const struct exit_record *r, struct err *e)
{
	char fresh[EXIT_RECORD_NAME_MAX + 8], text[RECORD_MAX];
	int n, result;

	n = snprintf(text, sizeof(text),
		     "pid %" PRIu32 "\nstatus %" PRIu32 "\ntime %" PRId64 "\noom_kills %" PRIu64
		     "\n",
		     r->pid, r->status, r->time, r->oom_kills);
	snprintf(fresh, sizeof(fresh), "%s.new", name);
	result = write_text(dir, fresh, text, (size_t)n);
	if (result == 0 && renameat(dir, fresh, dir, name) < 0)
		result = -errno;
	if (result < 0) {
		unlinkat(dir, fresh, 0);
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot write the exit record '%s'",
				  name);
	}
	return 0;
}

static int parse_line(struct str_slice line, struct exit_record *r)
{
	struct str_slice key;

	if (!str_cut(&line, ' ', &key))
		return -EINVAL;
	if (str_is(key, "pid"))
		return num_parse_u32(line, UINT32_MAX, &r->pid);
	if (str_is(key, "status"))
		return num_parse_u32(line, 255, &r->status);
	if (str_is(key, "time"))
		return num_parse_i64(line, 0, INT64_MAX, &r->time);
	if (str_is(key, "oom_kills"))
		return num_parse_u64(line, UINT64_MAX, &r->oom_kills);
	return 0; /* a newer shim may say more */
}

int exit_record_read(int dir, const char *name, struct exit_record *ret, struct err *e)
{
	struct exit_record r = { .time = 0 };
	struct str_slice rest, line;
	char text[RECORD_MAX * 2];
	ssize_t n;
	auto_fd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return err_sys(e, errno, "cannot read the exit record '%s'", name);
	n = read(fd, text, sizeof(text));
	if (n < 0)
		return err_sys(e, errno, "cannot read the exit record '%s'", name);
	rest = (struct str_slice){ text, (size_t)n };
	if (!str_ends_with(rest, "\n"))
		return err_set(e, ERR_DATA_LOSS, "cannot read the exit record '%s': it is cut",
			       name);
	rest.len--;
	while (str_next(&rest, '\n', &line)) {
		if (parse_line(line, &r) < 0)
			return err_set(e, ERR_DATA_LOSS,
				       "cannot read the exit record '%s': bad line '%.*s'", name,
				       STR_ARG(line));
	}
	if (r.time == 0)
		return err_set(e, ERR_DATA_LOSS, "cannot read the exit record '%s': no time in it",
			       name);
	*ret = r;
	return 0;
}
