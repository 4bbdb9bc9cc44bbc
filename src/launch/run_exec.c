/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the last steps: the program is looked up as its user, every other descriptor is closed, the
 * filter is installed, and the program executed.
 */
#include "launch/runner.h"
#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	SET_MODE_FILTER = 1, /* SECCOMP_SET_MODE_FILTER */
	NOT_FOUND = 127,
	NOT_EXECUTABLE = 126,
	HOME_TEXT = sizeof("HOME=") + PASSWD_HOME_MAX,
};

/* Remembered: it is installed after everything that it might forbid. */
int launch_run_seccomp(struct runner *r, const struct launch_step *step, struct err *e)
{
	r->seccomp = (const void *)step;
	return 0;
}

static int install_filter(struct runner *r)
{
	const struct launch_step_seccomp *s = r->seccomp;
	struct sock_fprog program;

	if (!s)
		return 0;
	program.len = s->program.size / sizeof(struct sock_filter);
	program.filter = (struct sock_filter *)launch_text(&s->step, s->program);
	if (syscall(SYS_seccomp, SET_MODE_FILTER, (unsigned)s->flags, &program) < 0)
		return -errno;
	return 0;
}

/* The texts that docker's clients look for ("executable file not found", "permission denied"). */
static int cannot_execute(struct err *e, int result, const char *name)
{
	int code = result == -ENOENT ? NOT_FOUND : NOT_EXECUTABLE;

	if (result == -ENOENT && !strchr(name, '/'))
		err_set(e, ERR_BAD_PARAMETER, "exec: \"%s\": executable file not found in $PATH",
			name);
	else if (result == -ENOENT)
		err_set(e, ERR_BAD_PARAMETER, "exec: \"%s\": stat %s: no such file or directory",
			name, name);
	else if (result == -EISDIR)
		err_set(e, ERR_BAD_PARAMETER, "exec: \"%s\": is a directory", name);
	else if (result == -EACCES)
		err_set(e, ERR_BAD_PARAMETER, "exec: \"%s\": permission denied", name);
	else
		err_sys_as(e, ERR_BAD_PARAMETER, -result, "exec: \"%s\"", name);
	if (e)
		e->exit_code = code;
	return result;
}

/* Whether this user may execute it, asked with the effective ids. */
static int executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	if (syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return errno == EPERM ? -EACCES : -errno;
	return 0;
}

/* Each directory of `search` in turn; a file that may not be executed is remembered, not the end.
 */
static int find_program(const char *name, const char *search, char *ret, size_t size)
{
	struct str_slice rest = str_slice(search), dir;
	int result = -ENOENT, r;

	if (strchr(name, '/')) {
		if (snprintf(ret, size, "%s", name) >= (int)size)
			return -ENAMETOOLONG;
		return executable(ret);
	}
	if (!*name)
		return -ENOENT;
	while (rest.len > 0 && str_next(&rest, ':', &dir)) {
		if (dir.len == 0)
			dir = STR_LIT(".");
		if (snprintf(ret, size, "%.*s/%s", STR_ARG(dir), name) >= (int)size)
			continue;
		r = executable(ret);
		if (r == 0)
			return 0;
		if (r == -EACCES)
			result = r;
	}
	return result;
}

/* Pointers to the texts of a list, and room for one more and the end. In memory of its own, which
 * the exec takes away. */
static const char **pointers(const struct launch_step *step, struct launch_ref list)
{
	size_t size = (list.size + 2) * sizeof(char *);
	const char **p =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const char *text = launch_text(step, list);

	if (p == MAP_FAILED)
		return NULL;
	for (uint32_t i = 0; i < list.size; i++, text = launch_next_text(text))
		p[i] = text;
	return p;
}

static bool has_home(const char *const *env)
{
	for (; *env; env++)
		if (!strncmp(*env, "HOME=", 5))
			return true;
	return false;
}

/* From here on only descriptors 0 to 2 and the report are left. */
static int leave_everything(struct runner *r)
{
	int result = fd_close_from(3, r->report);

	if (result == 0)
		result = launch_say(r->report, LAUNCH_WORD_EXECUTES, -1);
	if (result == 0 && prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) < 0)
		result = -errno;
	return result;
}

int launch_run_exec(struct runner *r, const struct launch_step *step, struct err *e)
{
	const struct launch_step_exec *s = (const void *)step;
	const char **args = pointers(step, s->args), **env = pointers(step, s->env);
	char path[PATH_MAX], home[HOME_TEXT];
	int result;

	if (!args || !env)
		return err_no_memory(e);
	if ((s->flags & LAUNCH_EXEC_HOME) && !has_home(env)) {
		snprintf(home, sizeof(home), "HOME=%s", r->identity.home);
		env[s->env.size] = home;
	}
	result = find_program(args[0], launch_text(step, s->search), path, sizeof(path));
	if (result < 0)
		return cannot_execute(e, result, args[0]);
	if ((result = leave_everything(r)) < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot leave the engine");
	if ((result = install_filter(r)) < 0)
		return err_sys_as(e, ERR_INTERNAL, -result, "cannot install the seccomp filter");
	execve(path, (char *const *)args, (char *const *)env);
	return cannot_execute(e, -errno, args[0]);
}
