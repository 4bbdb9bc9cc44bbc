/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the table from a step to its function, the walk over a plan, and what steps have in common.
 */
#include "launch/runner.h"

#include "os/path.h"
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static const launch_step_fn functions[] = {
#define FUNCTION_ROW(number, STEP, name, fields) [number] = launch_run_##name,
	LAUNCH_STEPS(FUNCTION_ROW)
#undef FUNCTION_ROW
};
static_assert(ELEMENTS(functions) == LAUNCH_STEP_END, "a function for each step");

void launch_runner_init(struct runner *r, const struct launch_plan *plan,
			const struct launch_slot *slots, int report)
{
	r->plan = plan;
	r->slots = slots;
	r->report = report;
	for (uint32_t i = 0; i < plan->header->slot_count; i++)
		r->fds[i] = slots[i].fd;
	for (size_t i = 0; i < LAUNCH_AT_COUNT; i++)
		r->at[i] = -1;
	r->null = r->empty = -1;
	r->seccomp = NULL;
	r->no_new_privs = false;
	r->identity.home[0] = '\0';
}

int launch_run_steps(struct runner *r, const struct launch_step *step,
		     const struct launch_step *end, struct err *e)
{
	int result;

	if (!step)
		step = launch_next_step(r->plan, NULL);
	for (; step && step != end; step = launch_next_step(r->plan, step)) {
		result = functions[step->type](r, step, e);
		if (result < 0 && !(step->flags & LAUNCH_STEP_OPTIONAL))
			return result;
	}
	return 0;
}

int launch_slot_fd(struct runner *r, uint64_t slot, int *ret, struct err *e)
{
	const struct launch_slot_def *def = &r->plan->slots[slot];

	if (r->fds[slot] < 0)
		return err_set(e, ERR_INTERNAL, "cannot run the launch plan: slot %s[%u] is empty",
			       launch_role_name(def->role), def->index);
	*ret = r->fds[slot];
	return 0;
}

int launch_say(int report, enum launch_word word, int fd)
{
	char byte = (char)word;
	struct socket_message m = { .data = &byte, .len = 1, .fds = &fd, .fd_count = fd >= 0 };
	ssize_t n = socket_send(report, &m, 0);

	return n < 0 ? (int)n : 0;
}

/* Below one of our own file systems: nobody else was there yet, or nobody but the kernel writes. */
static int open_plain(int dir, const char *path, enum launch_place place)
{
	int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC | (place == LAUNCH_PLACE_DIR ? O_DIRECTORY : 0);
	int fd = openat(dir, path, flags);

	if (fd < 0 && errno == ENOENT && place == LAUNCH_PLACE_FILE) {
		int made = openat(dir, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

		own_close(made);
		fd = openat(dir, path, flags);
	}
	return fd < 0 ? -errno : fd;
}

int launch_place_open(struct runner *r, enum launch_at at, const char *path,
		      enum launch_place place)
{
	if (at >= LAUNCH_AT_COUNT || r->at[at] < 0)
		return -EBADF;
	if (at != LAUNCH_AT_ROOT)
		return open_plain(r->at[at], path, place);
	return path_make(r->at[LAUNCH_AT_ROOT], path,
			 place == LAUNCH_PLACE_DIR ? PATH_DIR : PATH_FILE);
}
