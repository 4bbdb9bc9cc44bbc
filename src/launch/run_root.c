/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the steps up to the container's root: namespaces, control groups, the root file system and
 * the move into it.
 */
#include "launch/runner.h"
#include "os/caps.h"
#include "os/file.h"
#include "os/mount.h"
#include "os/ns.h"
#include "os/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The caller makes the process: see launch/execute.c. Here it is only passed by. */
int launch_run_clone(struct runner *r, const struct launch_step *step, struct err *e)
{
	return 0;
}

/* Enters the namespaces of a pidfd, or one namespace. A new root comes with a mount namespace. */
int launch_run_enter(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_enter *s = (const void *)step;
	int fd, result;

	if ((result = launch_slot_fd(r, s->slot, &fd, e)) < 0)
		return result;
	result = ns_join(fd, (int)s->namespaces);
	if (result == -ESRCH)
		return err_set(e, ERR_CONFLICT, "cannot enter the container: it is not running");
	if (result < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot enter namespaces 0x%x",
				  (unsigned)s->namespaces);
	if (!(s->namespaces & CLONE_NEWNS))
		return 0;
	r->at[LAUNCH_AT_ROOT] = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r->at[LAUNCH_AT_ROOT] < 0)
		return err_sys_as(e, ERR_INTERNAL, errno, "cannot open the container's root");
	return 0;
}

/*
 * Joins a control group by itself: "0" in a v1 "tasks" file is the writing thread, for which the
 * kernel takes no lock on all of the system's thread groups (cgroup_procs_write_start), so that
 * nine hierarchies cost microseconds instead of nine grace periods.
 */
int launch_run_cgroup(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_cgroup *s = (const void *)step;
	const char *file = launch_text(step, s->file);
	int dir, result;

	if (r->fds[s->slot] < 0)
		return 0; /* this host has no such hierarchy */
	dir = r->fds[s->slot];
	result = file_write_text(dir, file, "0");
	if (result < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot join control group %u (%s)",
				  r->plan->slots[s->slot].index, file);
	return 0;
}

/*
 * Bind sources and peers' trees are copied while this process is still in the namespace where they
 * are mounted: open_tree refuses a mount of another namespace.
 */
static int copy_source(struct runner *r, const struct launch_step_bind *s, struct err *e)
{
	const char *target = launch_text(&s->step, s->target);
	bool deep = s->flags & LAUNCH_BIND_RECURSIVE;
	int fd, result;

	if (r->plan->slots[s->slot].flags & LAUNCH_SLOT_OPTIONAL && r->fds[s->slot] < 0)
		return 0;
	if ((result = launch_slot_fd(r, s->slot, &fd, e)) < 0)
		return result;
	fd = mount_clone(fd, "", deep ? MOUNT_RECURSIVE : MOUNT_ONE);
	if (fd < 0)
		return err_sys_as(e, ERR_INTERNAL, -fd,
				  "cannot copy the source of the mount at '%s'", target);
	r->fds[s->slot] = fd;
	return 0;
}

/* As copy_source, for a tree in the mount namespace of another container (its /dev/shm). */
static int copy_from_peer(struct runner *r, const struct launch_step_peer_bind *s, struct err *e)
{
	auto_fd int home = ns_self(CLONE_NEWNS);
	const char *path = launch_text(&s->step, s->path);
	int fd, copy = -EBADF, result;

	if ((result = launch_slot_fd(r, s->slot, &fd, e)) < 0)
		return result;
	if (home < 0)
		return err_sys_as(e, ERR_INTERNAL, -home, "cannot name the mount namespace");
	if ((result = ns_join(fd, CLONE_NEWNS)) == 0) {
		auto_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		auto_fd int place = path_open(root, path, O_PATH, 0);

		copy = place < 0 ? place : mount_clone(place, "", MOUNT_ONE);
		result = ns_join(home, CLONE_NEWNS);
	}
	if (result < 0 || copy < 0)
		return err_sys_as(e, ERR_INTERNAL, result < 0 ? -result : -copy,
				  "cannot share '%s' of the other container", path);
	r->fds[s->slot] = copy;
	return 0;
}

static int copy_sources(struct runner *r, const struct launch_step *from, struct err *e)
{
	int result = 0;

	for (const struct launch_step *step = from; step && result == 0;
	     step = launch_next_step(r->plan, step)) {
		if (step->type == LAUNCH_STEP_BIND)
			result = copy_source(r, (const void *)step, e);
		else if (step->type == LAUNCH_STEP_PEER_BIND)
			result = copy_from_peer(r, (const void *)step, e);
	}
	return result;
}

/* New namespaces of this process; a mount namespace is cut off from the host's at once. */
int launch_run_unshare(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_unshare *s = (const void *)step;
	bool mounts = s->namespaces & CLONE_NEWNS;
	int result;

	if (mounts && (result = copy_sources(r, step, e)) < 0)
		return result;
	if (unshare((int)s->namespaces) < 0)
		return err_sys_as(e, ERR_INTERNAL, errno, "cannot make namespaces 0x%x",
				  (unsigned)s->namespaces);
	if (mounts && (result = mount_make_private()) < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot make mounts private");
	return 0;
}

/*
 * Where the root is attached before it becomes the root: any directory of the host will do, since
 * nobody else sees it in this mount namespace. Not /proc: overlay reads /proc/self/fd.
 */
static const char *const anchors[] = { "/sys", "/run", "/tmp", "/dev" };

static int open_root(struct runner *r, const char *anchor, struct err *e)
{
	r->at[LAUNCH_AT_ROOT] = open(anchor, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r->at[LAUNCH_AT_ROOT] < 0)
		return err_sys_as(e, ERR_INTERNAL, errno, "cannot open the container's root");
	return 0;
}

static const char *anchor_find(void)
{
	for (size_t i = 0; i < ELEMENTS(anchors); i++)
		if (file_exists(AT_FDCWD, anchors[i]))
			return anchors[i];
	return "/";
}

/* The slot's directory as this mount namespace knows it. */
static int translate(struct runner *r, uint64_t slot, int *ret, struct err *e)
{
	int fd, result;

	if ((result = launch_slot_fd(r, slot, &fd, e)) < 0)
		return result;
	fd = mount_here(fd);
	if (fd < 0)
		return err_sys_as(e, ERR_INTERNAL, -fd, "cannot reach layer %s[%u]",
				  launch_role_name(r->plan->slots[slot].role),
				  r->plan->slots[slot].index);
	*ret = fd;
	return 0;
}

/* The root is an overlay of the slots' layers. */
int launch_run_root_overlay(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_root_overlay *s = (const void *)step;
	int lowers[LAUNCH_LOWERS_MAX], result;
	struct mount_layers layers = { .lowers = lowers,
				       .lower_count = s->lowers,
				       .upper = -1,
				       .work = -1,
				       .options = launch_text(step, s->options) };
	const char *anchor = anchor_find();

	for (size_t i = 0; i < s->lowers; i++)
		if ((result = translate(r, s->first_lower + i, &lowers[i], e)) < 0)
			return result;
	if (s->upper != LAUNCH_NO_SLOT) {
		if ((result = translate(r, s->upper, &layers.upper, e)) < 0 ||
		    (result = translate(r, s->work, &layers.work, e)) < 0)
			return result;
	}
	result = mount_overlay(&layers, anchor);
	if (result < 0)
		return err_sys_as(e, ERR_INTERNAL, -result,
				  "cannot mount the container's root from %u layers",
				  (unsigned)s->lowers);
	return open_root(r, anchor, e);
}

/* The root is a directory as it stands. */
int launch_run_root_bind(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_root_bind *s = (const void *)step;
	const char *anchor = anchor_find();
	auto_fd int place = open(anchor, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int here, copy, result;

	if ((result = translate(r, s->slot, &here, e)) < 0)
		return result;
	copy = mount_clone(here, "", MOUNT_RECURSIVE);
	result = copy < 0 ? copy : mount_attach(copy, place);
	if (result < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot attach the container's root");
	return open_root(r, anchor, e);
}

int launch_run_root_readonly(struct runner *r, const struct launch_step *step, struct err *e)
{
	int result = mount_set(r->at[LAUNCH_AT_ROOT], MOUNT_ONE,
			       (struct mount_change){ .set = MOUNT_RDONLY });

	return result < 0 ? err_sys_as(e, ERR_INTERNAL, -result, "cannot make the root read-only")
			  : 0;
}

/* The root becomes this namespace's "/", and everything of the host is gone. */
int launch_run_pivot(struct runner *r, const struct launch_step *step, struct err *e)
{
	int result = mount_pivot(r->at[LAUNCH_AT_ROOT]);

	return result < 0 ? err_sys_as(e, ERR_INTERNAL, -result, "cannot change the root") : 0;
}

int launch_run_hostname(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_hostname *s = (const void *)step;
	const char *name = launch_text(step, s->name);

	if (sethostname(name, s->name.size) < 0)
		return err_sys_as(e, ERR_BAD_PARAMETER, errno, "cannot set host name '%s'", name);
	return 0;
}

int launch_run_domainname(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_domainname *s = (const void *)step;
	const char *name = launch_text(step, s->name);

	if (setdomainname(name, s->name.size) < 0)
		return err_sys_as(e, ERR_BAD_PARAMETER, errno, "cannot set domain name '%s'", name);
	return 0;
}

/* An undo step: whatever still runs in the v2 group is killed. */
int launch_run_kill_cgroup(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_kill_cgroup *s = (const void *)step;
	int result;

	if (r->fds[s->slot] < 0)
		return 0;
	result = file_write_text(r->fds[s->slot], "cgroup.kill", "1");
	return result < 0 ? err_sys_as(e, ERR_INTERNAL, -result, "cannot kill the control group")
			  : 0;
}
