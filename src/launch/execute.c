/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the caller's side of a launch: the process is made (by a helper first, where namespaces must
 * be entered before it exists), its words are heard, and what failed is taken down.
 */
#include "launch/execute.h"

#include "launch/runner.h"
#include "os/clone.h"
#include "os/fd.h"
#include "os/pidfd.h"
#include "os/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Shared with the helper, which runs in this memory. */
struct birth {
	struct runner runner;
	const struct launch_step *clone;
	struct clone_request request;
	pid_t pid; /* of the process, in the caller's numbers */
	struct err e;
};

static void report_error(int report, const struct err *e)
{
	struct socket_message m = { .data = (void *)e, .len = sizeof(*e) };
	ssize_t n = socket_send(report, &m, 0);

	if (n < 0) /* a filter may forbid sendmsg: write is the other chance */
		n = fd_write(report, e, sizeof(*e));
	(void)n; /* nobody is left to hear */
}

/* The process itself, from clone to exec. */
static void _noreturn child_main(struct birth *b)
{
	struct runner *r = &b->runner;
	struct err e = ERR_INIT;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(0);
	setsid(); /* a new process leads no group: it cannot fail */
	clone_reset_signals();
	if (launch_run_steps(r, launch_next_step(r->plan, b->clone), NULL, &e) < 0)
		report_error(r->report, &e);
	_exit(e.exit_code ? (int)e.exit_code : 125);
}

static int make_process(struct birth *b)
{
	b->pid = clone_process(&b->request);
	if (b->pid == 0)
		child_main(b);
	if (b->pid < 0)
		return err_sys_as(&b->e, ERR_INTERNAL, -b->pid, "cannot make the process");
	return 0;
}

/*
 * The process is about to share a pid namespace with the container, whose processes may look into
 * it: of the caller's descriptors it keeps the report and the standard streams (CVE-2016-9962).
 * With a terminal the latter are still the caller's own.
 */
static int forget_caller(struct runner *r)
{
	bool tty = r->plan->header->flags & LAUNCH_HAS_TTY;
	int result = fd_close_from(tty ? 0 : 3, r->report), root;

	if (result < 0)
		return result;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	r->at[LAUNCH_AT_ROOT] = root < 3 ? fd_dup(root, 3) : root; /* 0 to 2 are filled later */
	return r->at[LAUNCH_AT_ROOT] < 0 ? r->at[LAUNCH_AT_ROOT] : 0;
}

/* Enters what must be entered before the process exists, and makes it as the caller's child. */
static int helper_main(void *ctx)
{
	struct birth *b = ctx;
	struct runner *r = &b->runner;
	int result = 0;

	b->pid = -1;
	if (launch_run_steps(r, NULL, b->clone, &b->e) < 0)
		return 1;
	if (r->plan->header->flags & LAUNCH_IS_EXEC)
		result = forget_caller(r);
	if (result < 0)
		return err_sys_as(&b->e, ERR_INTERNAL, -result, "cannot forget the descriptors") <
		       0;
	b->request.flags |= CLONE_PARENT;
	return make_process(b) < 0;
}

static int run_helper(struct birth *b)
{
	struct clone_request request = { .cgroup = -1 };
	sigset_t all, old;
	pid_t helper;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	helper = clone_borrowing(&request, helper_main, b);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (helper < 0)
		return err_sys_as(&b->e, ERR_INTERNAL, -helper, "cannot make the helper process");
	while (waitpid(helper, NULL, __WALL) < 0 && errno == EINTR)
		;
	return b->pid < 0 ? err_errno(&b->e) : 0;
}

static const struct launch_step *find_clone(const struct launch_plan *plan)
{
	const struct launch_step *step = NULL;

	while ((step = launch_next_step(plan, step)))
		if (step->type == LAUNCH_STEP_CLONE)
			break;
	return step;
}

static void birth_init(struct birth *b, const struct launch_plan *plan,
		       const struct launch_slot *slots, int report)
{
	const struct launch_step_clone *s;

	launch_runner_init(&b->runner, plan, slots, report);
	b->clone = find_clone(plan);
	s = (const void *)b->clone;
	b->request.flags = s->namespaces;
	b->request.cgroup = s->cgroup == LAUNCH_NO_SLOT ? -1 : slots[s->cgroup].fd;
	b->request.ret_pidfd = NULL;
	b->e = ERR_INIT;
}

/* Static: it is too large for a small stack, and one thread launches at a time. */
static struct birth birth;

int launch_begin(const struct launch_plan *plan, const struct launch_slot *slots,
		 struct launch *ret, struct err *e)
{
	struct launch launch = LAUNCH_INIT;
	int ends[2], r;

	if ((r = socket_pair(SOCK_SEQPACKET, ends)) < 0)
		return err_sys_as(e, ERR_INTERNAL, -r, "cannot make the report socket");
	birth_init(&birth, plan, slots, ends[1]);
	if (birth.clone == launch_next_step(plan, NULL)) {
		birth.request.ret_pidfd = &launch.pidfd;
		r = make_process(&birth);
	} else {
		r = run_helper(&birth);
	}
	close(ends[1]);
	launch.report = ends[0];
	launch.pid = r < 0 ? -1 : birth.pid;
	if (r == 0 && launch.pidfd < 0 && (launch.pidfd = pidfd_open_pid(launch.pid)) < 0)
		r = err_sys_as(&birth.e, ERR_INTERNAL, -launch.pidfd, "cannot open the process");
	if (r < 0) {
		err_copy(e, &birth.e);
		launch_done(&launch);
		return r;
	}
	*ret = launch;
	return 0;
}

/* What the child said next: 0 at the end. */
static ssize_t hear(struct launch *launch, struct err *ret)
{
	int fd = -1;
	struct socket_message m = { .data = ret, .len = sizeof(*ret), .fds = &fd, .fd_room = 1 };
	ssize_t n = socket_recv(launch->report, &m, 0);

	if (n > 0 && m.fd_count > 0) {
		own_close(launch->tty);
		launch->tty = fd;
	}
	return n;
}

int launch_finish(struct launch *launch, struct err *e)
{
	struct err said = ERR_INIT, failure = ERR_INIT;
	bool executes = false;
	ssize_t n;

	while ((n = hear(launch, &said)) > 0) {
		if (n == sizeof(said))
			failure = said;
		else if (*(const char *)&said == LAUNCH_WORD_EXECUTES)
			executes = true;
	}
	if (failure.kind != ERR_NONE) {
		failure.message[ERR_MESSAGE_MAX - 1] = '\0';
		err_copy(e, &failure);
	} else if (n < 0) {
		err_sys_as(e, ERR_INTERNAL, (int)-n, "cannot hear the new process");
	} else if (!executes) {
		err_set(e, ERR_INTERNAL,
			"cannot start the container: its process was killed before "
			"the program ran");
	} else {
		launch->report = own_close(launch->report);
		return 0;
	}
	launch_done(launch);
	return e ? err_errno(e) : -EIO;
}

int launch_execute(const struct launch_plan *plan, const struct launch_slot *slots,
		   struct launch *ret, struct err *e)
{
	int r = launch_begin(plan, slots, ret, e);

	return r < 0 ? r : launch_finish(ret, e);
}

void launch_done(struct launch *launch)
{
	struct pidfd_exit end;

	if (launch->pidfd >= 0 && (pidfd_signal(launch->pidfd, SIGKILL) == 0 || launch->pid > 0)) {
		int r = pidfd_wait(launch->pidfd, &end);

		(void)r; /* reaped by someone else: it is gone either way */
	}
	launch->pidfd = own_close(launch->pidfd);
	launch->report = own_close(launch->report);
	launch->tty = own_close(launch->tty);
	launch->pid = -1;
}

void launch_undo(const struct launch_plan *plan, const struct launch_slot *slots)
{
	const struct launch_step *step = NULL;
	struct runner *r = &birth.runner;

	launch_runner_init(r, plan, slots, -1);
	while ((step = launch_next_undo(plan, step)))
		if (step->type == LAUNCH_STEP_KILL_CGROUP) {
			int result = launch_run_kill_cgroup(r, step, NULL);

			(void)result; /* without cgroup.kill the daemon kills by freezer and signal
				       */
		}
}
