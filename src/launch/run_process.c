/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the steps that make the process what it is to be: terminal, kernel parameters, limits, user,
 * working directory, capabilities.
 */
#include "launch/runner.h"
#include "os/caps.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/mount.h"
#include "os/path.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441 /* _IO('T', 0x41) */
#endif

enum { JOIN_SESSION_KEYRING = 1 };

static int put_at(int fd, int number)
{
	int r = fd == number ? fcntl(fd, F_SETFD, 0) : dup2(fd, number);

	return r < 0 ? -errno : 0;
}

static int null_input(struct runner *r)
{
	int dev = r->at[LAUNCH_AT_DEV];
	int fd = dev >= 0 ? openat(dev, "null", O_RDWR | O_CLOEXEC)
			  : open("/dev/null", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Descriptors 0 to 2 from slots; an empty one is /dev/null. */
int launch_run_stdio(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_stdio *s = (const void *)step;
	const uint64_t slots[] = { s->in, s->out, s->err };
	int fds[3], result = 0;

	for (int i = 0; i < 3 && result >= 0; i++) {
		fds[i] = r->fds[slots[i]] >= 0 ? r->fds[slots[i]] : null_input(r);
		if (fds[i] >= 0 && fds[i] < 3 && fds[i] != i)
			fds[i] = fd_dup(fds[i], 3); /* it sits where another goes */
		result = fds[i];
	}
	for (int i = 0; i < 3 && result >= 0; i++)
		result = put_at(fds[i], i);
	if (result < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot place the standard streams");
	return 0;
}

/* The terminal multiplexer of the container's own devpts, and of nothing that looks like one. */
static int open_multiplexer(struct runner *r)
{
	int flags = O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC, pts = r->at[LAUNCH_AT_PTS], fd,
	    result;
	struct stat st;

	if (pts >= 0) {
		fd = openat(pts, "ptmx", flags);
		return fd < 0 ? -errno : fd;
	}
	fd = path_open(r->at[LAUNCH_AT_ROOT], "/dev/pts/ptmx", flags, 0);
	if (fd < 0)
		return fd;
	result = mount_check_type(fd, DEVPTS_SUPER_MAGIC);
	if (result == 0 && (fstat(fd, &st) < 0 || st.st_rdev != makedev(5, 2)))
		result = -ENXIO;
	if (result < 0)
		close(fd);
	return result < 0 ? result : fd;
}

static void set_size(struct runner *r, uint64_t slot, int master)
{
	uint64_t size = slot == LAUNCH_NO_SLOT ? 0 : r->slots[slot].value;
	struct winsize w = { .ws_row = size >> 16 & 0xffff, .ws_col = size & 0xffff };

	if (size)
		ioctl(master, TIOCSWINSZ, &w); /* a size is a courtesy */
}

static int open_terminal(struct runner *r, uint64_t size_slot, int *ret_master)
{
	int master = open_multiplexer(r), slave, unlocked = 0;

	if (master < 0)
		return master;
	if (ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		return -errno;
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return -errno;
	set_size(r, size_slot, master);
	*ret_master = master;
	return slave;
}

/* /dev/console is the terminal, too. */
static int bind_console(struct runner *r, int slave)
{
	bool own = r->at[LAUNCH_AT_DEV] >= 0;
	int place = own ? launch_place_open(r, LAUNCH_AT_DEV, "console", LAUNCH_PLACE_FILE)
			: launch_place_open(r, LAUNCH_AT_ROOT, "/dev/console", LAUNCH_PLACE_FILE);
	int copy = place < 0 ? place : mount_clone(slave, "", MOUNT_ONE);

	return copy < 0 ? copy : mount_attach(copy, place);
}

/* A terminal of the container's own devpts becomes descriptors 0 to 2; the caller gets its master.
 */
int launch_run_console(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_console *s = (const void *)step;
	int master = -1, slave = open_terminal(r, s->size, &master), result = slave;

	if (result >= 0 && s->mount)
		result = bind_console(r, slave);
	if (result >= 0)
		result = launch_say(r->report, LAUNCH_WORD_TTY, master);
	for (int i = 0; i < 3 && result >= 0; i++)
		result = put_at(slave, i);
	if (result >= 0 && ioctl(0, TIOCSCTTY, 0) < 0)
		result = -errno;
	if (result < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot give the container a terminal");
	return 0;
}

/* Through the proc of this launch, which is one by its making (CVE-2025-52881). */
int launch_run_sysctl(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_sysctl *s = (const void *)step;
	const char *path = launch_text(step, s->path), *value = launch_text(step, s->value);
	int proc = r->at[LAUNCH_AT_PROC], result;

	result = proc < 0 ? -EBADF : file_write_text(proc, path, value);
	if (result < 0)
		return err_sys_as(e, ERR_BAD_PARAMETER, -result,
				  "cannot set kernel parameter '%s' to '%s'", path, value);
	return 0;
}

/*
 * A limit above what this process may have is cut to it: a container that could run is not refused
 * because the engine itself was given less (no CAP_SYS_RESOURCE).
 */
int launch_run_rlimit(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_rlimit *s = (const void *)step;
	struct rlimit want = { s->soft, s->hard }, have;
	int resource = (int)s->resource;

	if (setrlimit(resource, &want) == 0)
		return 0;
	if (errno == EPERM && getrlimit(resource, &have) == 0) {
		want.rlim_max = MIN(want.rlim_max, have.rlim_max);
		want.rlim_cur = MIN(want.rlim_cur, want.rlim_max);
		if (setrlimit(resource, &want) == 0)
			return 0;
	}
	return err_sys_as(e, ERR_BAD_PARAMETER, errno, "cannot set resource limit %d", resource);
}

/* Before the host's /proc is gone. Without CAP_SYS_RESOURCE it can only be raised: that is no
 * error. */
int launch_run_oom_score(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_oom_score *s = (const void *)step;
	int result =
		file_write_text(AT_FDCWD, "/proc/self/oom_score_adj", launch_text(step, s->value));

	return result == -EACCES || result == -EPERM ? 0 : result;
}

/* A session keyring of its own, so that keys of the engine's session stay where they are. */
int launch_run_keyring(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_keyring *s = (const void *)step;

	if (syscall(SYS_keyctl, JOIN_SESSION_KEYRING, launch_text(step, s->name)) < 0)
		return err_sys_as(e, ERR_INTERNAL, errno, "cannot make a session keyring");
	return 0;
}

/* What the security module is to make of the next exec; before the host's /proc is gone. */
int launch_run_lsm(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_lsm *s = (const void *)step;
	char path[64];
	int result;

	snprintf(path, sizeof(path), "/proc/thread-self/attr/%s", launch_text(step, s->attribute));
	result = file_write_text(AT_FDCWD, path, launch_text(step, s->value));
	if (result < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot apply security profile '%s'",
				  launch_text(step, s->value));
	return 0;
}

/*
 * A user that is not root could not open /dev/stdout again: the streams become its own, as far as
 * their file system lets them. /dev/null stays everybody's.
 */
static void give_streams(uid_t uid)
{
	for (int fd = 0; fd < 3; fd++) {
		struct stat st;

		if (fstat(fd, &st) < 0 || st.st_uid == uid)
			continue;
		if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3))
			continue;
		if (fchown(fd, uid, (gid_t)-1) < 0)
			continue; /* a read-only or foreign stream: it keeps its owner */
	}
}

/* Who it will be, by the container's own files; applied by `identity`. */
int launch_run_user(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_user *s = (const void *)step;
	int result = passwd_resolve(r->at[LAUNCH_AT_ROOT], launch_text(step, s->user),
				    launch_text(step, s->groups), s->groups.size, &r->identity, e);

	if (result == 0 && r->identity.uid != 0)
		give_streams(r->identity.uid);
	return result;
}

/* Made where it is missing, as root; a magic link is never followed (CVE-2024-21626). */
int launch_run_workdir(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_workdir *s = (const void *)step;
	const char *path = launch_text(step, s->path);
	int root = r->at[LAUNCH_AT_ROOT], result;
	auto_fd int dir = s->make ? path_mkdirs(root, path, 0755)
				  : path_open(root, path, O_PATH | O_DIRECTORY, 0);

	result = dir < 0 ? dir : fchdir(dir) < 0 ? -errno : 0;
	if (result == 0)
		return 0;
	err_sys_as(e, ERR_BAD_PARAMETER, -result, "chdir to cwd (\"%s\") failed", path);
	if (e)
		e->exit_code = result == -ENOENT ? 127 : 126;
	return result;
}

int launch_run_umask(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_umask *s = (const void *)step;

	umask((mode_t)s->mode);
	return 0;
}

/* By number: libc's wrappers would ask other threads to follow, and this process has none. */
static int become(const struct passwd_identity *id)
{
	if (syscall(SYS_setgroups, id->group_count, id->groups) < 0 ||
	    syscall(SYS_setresgid, id->gid, id->gid, id->gid) < 0)
		return -errno;
	if (id->uid == 0)
		return 0;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_setresuid, id->uid, id->uid, id->uid) < 0)
		return -errno;
	return 0;
}

/*
 * User, groups and capabilities. What the program will have is decided by the bounding set and its
 * user (capabilities(7), "Transformation of capabilities during execve"): root gets the bounding
 * set, others nothing, for inheritable and ambient are empty (CVE-2022-24769). So CAP_SYS_ADMIN can
 * stay up to the installation of a filter, which needs it unless no_new_privs is set.
 */
int launch_run_identity(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_identity *s = (const void *)step;
	const uint64_t filter = 1ull << LAUNCH_STEP_SECCOMP;
	uint64_t caps = r->identity.uid == 0 ? s->caps : 0;
	int result;

	if (s->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys_as(e, ERR_INTERNAL, errno, "cannot set no_new_privs");
	if (!s->no_new_privs && (r->plan->header->step_set & filter))
		caps |= CAPS_BIT(21); /* CAP_SYS_ADMIN */
	if ((result = caps_cut_bounding(s->bounding)) < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot drop capabilities");
	if ((result = become(&r->identity)) < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot become user %u:%u",
				  r->identity.uid, r->identity.gid);
	if ((result = caps_set(caps)) < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot set capabilities");
	return 0;
}
