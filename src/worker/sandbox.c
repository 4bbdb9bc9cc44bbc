/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what a worker gives up. The order matters: limits and capabilities first, then paths, the
 * system call filter last, since it refuses the calls that the others need.
 *
 * There is no network namespace: making and above all destroying one costs more than most jobs
 * (docs/design/content.md), and without socket(2) there is nothing to reach a network with.
 */
#include "worker/sandbox.h"

#include "base/log.h"
#include "base/own.h"
#include "os/caps.h"
#include "worker/syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum { NOFILE_WANTED = 8192 };

void sandbox_may_read(struct sandbox_reach *r, int dir)
{
	assert(r->n_read < SANDBOX_DIRS_MAX);
	if (dir >= 0)
		r->read[r->n_read++] = dir;
}

void sandbox_may_write(struct sandbox_reach *r, int dir)
{
	assert(r->n_write < SANDBOX_DIRS_MAX);
	if (dir >= 0)
		r->write[r->n_write++] = dir;
}

/*
 * SIGIO ends the process (its default action) when the daemon's end of the socket goes away:
 * PR_SET_PDEATHSIG would watch the thread that spawned us, not the daemon.
 */
void sandbox_begin(int control)
{
	int flags = fcntl(control, F_GETFL);

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	signal(SIGPIPE, SIG_IGN);
	if (flags < 0 || fcntl(control, F_SETOWN, getpid()) < 0 ||
	    fcntl(control, F_SETFL, flags | O_ASYNC) < 0)
		log_debug("the daemon's end cannot be watched");
}

/* ---- limits ---- */

static int set_limit(int which, rlim_t value)
{
	struct rlimit l;

	if (getrlimit(which, &l) < 0)
		return -errno;
	if (which == RLIMIT_NOFILE)
		l.rlim_cur = MIN(value, l.rlim_max); /* raised as far as allowed */
	else
		l.rlim_cur = l.rlim_max = MIN(value, l.rlim_max);
	return setrlimit(which, &l) < 0 ? -errno : 0;
}

static int set_limits(const struct sandbox_rule *rule, struct err *e)
{
	int r;

	if ((r = set_limit(RLIMIT_CORE, 0)) < 0 ||
	    (r = set_limit(RLIMIT_NOFILE, NOFILE_WANTED)) < 0 ||
	    (r = set_limit(RLIMIT_AS, rule->memory)) < 0)
		return err_sys(e, -r, "cannot set the worker's limits");
	return 0;
}

/* ---- capabilities ---- */

static int drop_caps(const struct sandbox_rule *rule, struct err *e)
{
	uint64_t keep = rule->caps & caps_effective();
	int r;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(e, errno, "cannot set no_new_privs");
	if ((caps_effective() & CAPS_BIT(8 /* CAP_SETPCAP */)) && (r = caps_cut_bounding(keep)) < 0)
		return err_sys(e, -r, "cannot cut the bounding set");
	if ((r = caps_set(keep)) < 0)
		return err_sys(e, -r, "cannot drop capabilities");
	return 0;
}

/* ---- paths ---- */

/*
 * An empty directory as root: no path means anything any more. /proc/self/fdinfo is one once this
 * process is gone, and holds nothing but numbers before; where /proc is missing Landlock remains.
 */
static int leave_root(void)
{
	if (!(caps_effective() & CAPS_BIT(18 /* CAP_SYS_CHROOT */)))
		return 0;
	if (chroot("/proc/self/fdinfo") < 0) {
		log_debug("the worker keeps its root: no /proc");
		return 0;
	}
	return chdir("/") < 0 ? -errno : 0;
}

#define LANDLOCK_READ \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_EXECUTE)

/* Every access that an ABI knows: bits 0 to 12 in the first, REFER, TRUNCATE, IOCTL_DEV later. */
static uint64_t accesses_of(int abi)
{
	uint64_t all = (1ull << 13) - 1;

	if (abi >= 2)
		all |= 1ull << 13;
	if (abi >= 3)
		all |= 1ull << 14;
	if (abi >= 5)
		all |= 1ull << 15;
	return all;
}

static int allow_below(int ruleset, int dir, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = dir };

	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0)
		return 0;
	/* Inside of special file systems there is nothing to be bound to. */
	return errno == EBADFD ? 0 : -errno;
}

static int allow_all(int ruleset, const struct sandbox_reach *reach, uint64_t all)
{
	int r = 0;

	for (unsigned i = 0; i < reach->n_read && r == 0; i++)
		r = allow_below(ruleset, reach->read[i], LANDLOCK_READ);
	for (unsigned i = 0; i < reach->n_write && r == 0; i++)
		r = allow_below(ruleset, reach->write[i], all & ~LANDLOCK_ACCESS_FS_EXECUTE);
	return r;
}

/* Before ABI 2 nothing may be linked or moved between directories at all, which unpacking needs. */
static int close_paths(const struct sandbox_reach *reach, struct err *e)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attr = { .handled_access_fs = accesses_of((int)abi) };
	auto_fd int ruleset = -1;
	int r;

	if (abi < 2) {
		log_debug("this kernel has no Landlock of use");
		return 0;
	}
	ruleset =
		(int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);
	if (ruleset < 0)
		return err_sys(e, errno, "cannot make a Landlock rule set");
	if ((r = allow_all(ruleset, reach, attr.handled_access_fs)) < 0)
		return err_sys(e, -r, "cannot add to the Landlock rule set");
	if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
		return err_sys(e, errno, "cannot enforce Landlock");
	return 0;
}

int sandbox_close(const struct sandbox_rule *rule, const struct sandbox_reach *reach, struct err *e)
{
	int r;

	if ((r = set_limits(rule, e)) < 0)
		return r;
	if (!reach->paths && (r = leave_root()) < 0)
		return err_sys(e, -r, "cannot leave the root directory");
	if ((r = drop_caps(rule, e)) < 0 || (r = close_paths(reach, e)) < 0)
		return r;
	return syscalls_close(rule->calls, e);
}
