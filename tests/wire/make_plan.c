/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the plans that the shim's tests run: `make_plan container|exec [tty] -- PROGRAM ARG…` writes
 * one to stdout. Slot 0 is the root directory, or the peer of an exec; the shim fills the others.
 */
#include "launch/writer.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WANTS_TTY = 1, IS_EXEC = 2 };

static const char *const environment[] = { "PATH=/bin", "TERM=xterm" };

static void add_file_system(struct launch_writer *w, const char *type, const char *options,
			    enum launch_at at, const char *target, enum launch_at becomes)
{
	launch_add(w, FILESYSTEM, LAUNCH_TEXT(type), LAUNCH_TEXT(NULL), LAUNCH_TEXT(options),
		   LAUNCH_NUMBER(0), LAUNCH_NUMBER(at), LAUNCH_TEXT(target),
		   LAUNCH_NUMBER(becomes));
}

static const struct {
	const char *name;
	unsigned minor;
} nodes[] = { { "null", 3 }, { "zero", 5 } };

static void add_container(struct launch_writer *w)
{
	uint64_t root = launch_writer_slot(w, LAUNCH_SLOT_ROOT, 0, 0);

	launch_add(w, CLONE,
		   LAUNCH_NUMBER(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC),
		   LAUNCH_SLOT(LAUNCH_NO_SLOT));
	launch_add(w, ROOT_BIND, LAUNCH_SLOT(root));
	add_file_system(w, "proc", NULL, LAUNCH_AT_ROOT, "/proc", LAUNCH_AT_PROC);
	add_file_system(w, "tmpfs", "mode=755", LAUNCH_AT_ROOT, "/dev", LAUNCH_AT_DEV);
	launch_add(w, DIR, LAUNCH_NUMBER(LAUNCH_AT_DEV), LAUNCH_TEXT("pts"), LAUNCH_NUMBER(0755));
	for (size_t i = 0; i < ELEMENTS(nodes); i++)
		launch_add(w, NODE, LAUNCH_NUMBER(LAUNCH_AT_DEV), LAUNCH_TEXT(nodes[i].name),
			   LAUNCH_NUMBER(S_IFCHR | 0666), LAUNCH_NUMBER(1),
			   LAUNCH_NUMBER(nodes[i].minor), LAUNCH_NUMBER(0), LAUNCH_NUMBER(0));
	add_file_system(w, "devpts", "newinstance,ptmxmode=0666,mode=0620", LAUNCH_AT_DEV, "pts",
			LAUNCH_AT_PTS);
	launch_add(w, LINK, LAUNCH_NUMBER(LAUNCH_AT_DEV), LAUNCH_TEXT("ptmx"),
		   LAUNCH_TEXT("pts/ptmx"));
}

static void add_stdio(struct launch_writer *w, unsigned flags)
{
	unsigned optional = LAUNCH_SLOT_OPTIONAL;

	if (flags & WANTS_TTY)
		launch_add(w, CONSOLE,
			   LAUNCH_SLOT(launch_writer_slot(w, LAUNCH_SLOT_TTY_SIZE, 0,
							  optional | LAUNCH_SLOT_IS_VALUE)),
			   LAUNCH_NUMBER(!(flags & IS_EXEC)));
	else
		launch_add(w, STDIO,
			   LAUNCH_SLOT(launch_writer_slot(w, LAUNCH_SLOT_STDIN, 0, optional)),
			   LAUNCH_SLOT(launch_writer_slot(w, LAUNCH_SLOT_STDOUT, 0, optional)),
			   LAUNCH_SLOT(launch_writer_slot(w, LAUNCH_SLOT_STDERR, 0, optional)));
}

/* The standard streams are placed before the process forgets all other descriptors. */
static void add_exec(struct launch_writer *w, unsigned flags)
{
	uint64_t peer = launch_writer_slot(w, LAUNCH_SLOT_PEER, 0, 0);

	launch_add(w, ENTER, LAUNCH_SLOT(peer),
		   LAUNCH_NUMBER(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC));
	if (!(flags & WANTS_TTY))
		add_stdio(w, flags);
	launch_add(w, CLONE, LAUNCH_NUMBER(0), LAUNCH_SLOT(LAUNCH_NO_SLOT));
	if (flags & WANTS_TTY)
		add_stdio(w, flags);
}

static void add_program(struct launch_writer *w, unsigned flags, char **args, size_t n)
{
	const char *texts[64];

	for (size_t i = 0; i < n && i < ELEMENTS(texts); i++)
		texts[i] = args[i];
	if (!(flags & IS_EXEC))
		launch_add_bare(w, PIVOT);
	launch_add(w, WORKDIR, LAUNCH_TEXT("/"), LAUNCH_NUMBER(0));
	launch_add(w, EXEC, LAUNCH_TEXTS(texts, MIN(n, ELEMENTS(texts))),
		   LAUNCH_TEXTS(environment, ELEMENTS(environment)), LAUNCH_TEXT("/bin"),
		   LAUNCH_NUMBER(0));
}

int main(int argc, char **argv)
{
	struct launch_writer w = LAUNCH_WRITER_INIT;
	struct buf plan = BUF_INIT;
	unsigned flags = 0, plan_flags = 0;
	int at = 1;

	for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
		if (strcmp(argv[at], "tty") == 0)
			flags |= WANTS_TTY;
		else if (strcmp(argv[at], "exec") == 0)
			flags |= IS_EXEC;
	}
	if (at + 1 >= argc)
		return 2;
	if (flags & IS_EXEC) {
		add_exec(&w, flags);
	} else {
		add_container(&w);
		add_stdio(&w, flags);
	}
	add_program(&w, flags, argv + at + 1, (size_t)(argc - at - 1));
	plan_flags |= flags & IS_EXEC ? LAUNCH_IS_EXEC : 0;
	plan_flags |= flags & WANTS_TTY ? LAUNCH_HAS_TTY : 0;
	if (launch_writer_finish(&w, plan_flags, 1, &plan) < 0)
		return 1;
	return write(1, plan.data, plan.len) == (ssize_t)plan.len ? 0 : 1;
}
