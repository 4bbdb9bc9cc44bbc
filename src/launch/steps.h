/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the steps of launch plans: number, name and fields of each, once. The structs, the check,
 * the writer and the dump all follow from the table here. A field is 8 bytes; texts, lists and
 * bytes lie behind the fields of their step and are found by offset from the step's begin.
 *
 * To add a step: a row with the next free number, its fields, its function in the runner's table
 * (launch/runner.c). Never change the fields of a number that was released: take a new one.
 */
#pragma once

#include "launch/plan.h"

/* What a path in a step is below. */
enum launch_at {
	LAUNCH_AT_ROOT, /* the container's root: links are followed inside it */
	LAUNCH_AT_PROC, /* the proc, sys or dev made by an earlier step: no link is followed */
	LAUNCH_AT_SYS,
	LAUNCH_AT_DEV,
	LAUNCH_AT_PTS, /* the devpts, for CONSOLE */
	LAUNCH_AT_COUNT
};

enum launch_bind_flags {
	LAUNCH_BIND_RECURSIVE = 1 << 0, /* what is mounted below the source comes along */
	LAUNCH_BIND_FILE = 1 << 1, /* the source is no directory: the target is made as a file */
	LAUNCH_BIND_SET_RECURSIVE = 1 << 2, /* attributes also below */
};

enum launch_exec_flags {
	LAUNCH_EXEC_HOME = 1 << 0, /* add HOME of the user's passwd row to the environment */
};

/* A step that fails is an error, unless its flag says that the container can do without. */
enum { LAUNCH_STEP_OPTIONAL = 1 };

/*
 * Kinds of fields. NUMBER, HEX and OCTAL differ in the dump alone; SLOT is the position of a slot,
 * MAYBE one or LAUNCH_NO_SLOT; TEXT ends in NUL; TEXTS are several; BYTES are counted.
 */
#define LAUNCH_CLONE(F)	  F(HEX, namespaces) F(MAYBE, cgroup)
#define LAUNCH_ENTER(F)	  F(SLOT, slot) F(HEX, namespaces)
#define LAUNCH_CGROUP(F)  F(SLOT, slot) F(TEXT, file)
#define LAUNCH_UNSHARE(F) F(HEX, namespaces)
#define LAUNCH_OVERLAY(F) \
	F(SLOT, first_lower) F(NUMBER, lowers) F(MAYBE, upper) F(MAYBE, work) F(TEXT, options)
#define LAUNCH_ROOT(F) F(SLOT, slot)
#define LAUNCH_FS(F)    \
	F(TEXT, type)   \
	F(TEXT, source) \
	F(TEXT, options) F(HEX, attrs) F(NUMBER, at) F(TEXT, target) F(NUMBER, becomes)
#define LAUNCH_BIND(F) \
	F(SLOT, slot)  \
	F(NUMBER, at) F(TEXT, target) F(HEX, set) F(HEX, clear) F(HEX, propagation) F(HEX, flags)
#define LAUNCH_PEER_BIND(F) F(SLOT, slot) F(TEXT, path) F(NUMBER, at) F(TEXT, target) F(HEX, set)
#define LAUNCH_NODE(F) \
	F(NUMBER, at)  \
	F(TEXT, path) F(OCTAL, mode) F(NUMBER, major) F(NUMBER, minor) F(NUMBER, uid) F(NUMBER, gid)
#define LAUNCH_LINK(F)	F(NUMBER, at) F(TEXT, path) F(TEXT, target)
#define LAUNCH_DIR(F)	F(NUMBER, at) F(TEXT, path) F(OCTAL, mode)
#define LAUNCH_PATHS(F) F(NUMBER, at) F(TEXTS, paths)
#define LAUNCH_NOTHING(F)
#define LAUNCH_NAME(F)	    F(TEXT, name)
#define LAUNCH_SYSCTL(F)    F(TEXT, path) F(TEXT, value)
#define LAUNCH_RLIMIT(F)    F(NUMBER, resource) F(NUMBER, soft) F(NUMBER, hard)
#define LAUNCH_OOM(F)	    F(TEXT, value)
#define LAUNCH_LSM(F)	    F(TEXT, attribute) F(TEXT, value)
#define LAUNCH_STDIO(F)	    F(SLOT, in) F(SLOT, out) F(SLOT, err)
#define LAUNCH_CONSOLE(F)   F(MAYBE, size) F(NUMBER, mount)
#define LAUNCH_USER(F)	    F(TEXT, user) F(TEXTS, groups)
#define LAUNCH_WORKDIR(F)   F(TEXT, path) F(NUMBER, make)
#define LAUNCH_IDENTITY(F)  F(HEX, bounding) F(HEX, caps) F(NUMBER, no_new_privs)
#define LAUNCH_SECCOMP(F)   F(HEX, flags) F(BYTES, program)
#define LAUNCH_EXEC(F)	    F(TEXTS, args) F(TEXTS, env) F(TEXT, search) F(HEX, flags)
#define LAUNCH_SLOT_ONLY(F) F(SLOT, slot)
#define LAUNCH_MODE(F)	    F(OCTAL, mode)

/* X(number, STEP, struct and dump name, fields): what each does is said at its function. */
#define LAUNCH_STEPS(X)                                     \
	X(1, CLONE, clone, LAUNCH_CLONE)                    \
	X(2, ENTER, enter, LAUNCH_ENTER)                    \
	X(3, CGROUP, cgroup, LAUNCH_CGROUP)                 \
	X(4, UNSHARE, unshare, LAUNCH_UNSHARE)              \
	X(5, ROOT_OVERLAY, root_overlay, LAUNCH_OVERLAY)    \
	X(6, ROOT_BIND, root_bind, LAUNCH_ROOT)             \
	X(7, FILESYSTEM, filesystem, LAUNCH_FS)             \
	X(8, BIND, bind, LAUNCH_BIND)                       \
	X(9, PEER_BIND, peer_bind, LAUNCH_PEER_BIND)        \
	X(10, NODE, node, LAUNCH_NODE)                      \
	X(11, LINK, link, LAUNCH_LINK)                      \
	X(12, DIR, dir, LAUNCH_DIR)                         \
	X(13, MASK, mask, LAUNCH_PATHS)                     \
	X(14, READONLY, readonly, LAUNCH_PATHS)             \
	X(15, CONSOLE, console, LAUNCH_CONSOLE)             \
	X(16, ROOT_READONLY, root_readonly, LAUNCH_NOTHING) \
	X(17, PIVOT, pivot, LAUNCH_NOTHING)                 \
	X(18, HOSTNAME, hostname, LAUNCH_NAME)              \
	X(19, DOMAINNAME, domainname, LAUNCH_NAME)          \
	X(20, SYSCTL, sysctl, LAUNCH_SYSCTL)                \
	X(21, RLIMIT, rlimit, LAUNCH_RLIMIT)                \
	X(22, OOM_SCORE, oom_score, LAUNCH_OOM)             \
	X(23, KEYRING, keyring, LAUNCH_NAME)                \
	X(24, LSM, lsm, LAUNCH_LSM)                         \
	X(25, STDIO, stdio, LAUNCH_STDIO)                   \
	X(26, USER, user, LAUNCH_USER)                      \
	X(27, WORKDIR, workdir, LAUNCH_WORKDIR)             \
	X(28, IDENTITY, identity, LAUNCH_IDENTITY)          \
	X(29, SECCOMP, seccomp, LAUNCH_SECCOMP)             \
	X(30, EXEC, exec, LAUNCH_EXEC)                      \
	X(31, KILL_CGROUP, kill_cgroup, LAUNCH_SLOT_ONLY)   \
	X(32, UMASK, umask, LAUNCH_MODE)

enum launch_step_type {
#define LAUNCH_STEP_ENUM(number, STEP, name, fields) LAUNCH_STEP_##STEP = number,
	LAUNCH_STEPS(LAUNCH_STEP_ENUM)
#undef LAUNCH_STEP_ENUM
		LAUNCH_STEP_END
};

struct launch_step {
	uint16_t type;
	uint16_t flags;
	uint32_t size; /* of the whole step, a multiple of 8 */
};

/* Texts, lists and bytes of a step. */
struct launch_ref {
	uint32_t offset; /* from the step's begin */
	uint32_t size;	 /* text: length without NUL; list: number of texts; bytes: how many */
};

/* struct launch_bind { struct launch_step step; uint64_t slot; … } */
#define LAUNCH_C_NUMBER(name)	   uint64_t name;
#define LAUNCH_C_HEX(name)	   uint64_t name;
#define LAUNCH_C_OCTAL(name)	   uint64_t name;
#define LAUNCH_C_SLOT(name)	   uint64_t name;
#define LAUNCH_C_MAYBE(name)	   uint64_t name;
#define LAUNCH_C_TEXT(name)	   struct launch_ref name;
#define LAUNCH_C_TEXTS(name)	   struct launch_ref name;
#define LAUNCH_C_BYTES(name)	   struct launch_ref name;
#define LAUNCH_C_FIELD(kind, name) LAUNCH_C_##kind(name)
#define LAUNCH_C_STRUCT(number, STEP, name, fields) \
	struct launch_step_##name {                 \
		struct launch_step step;            \
		fields(LAUNCH_C_FIELD)              \
	};
LAUNCH_STEPS(LAUNCH_C_STRUCT)

enum launch_field_kind {
	LAUNCH_FIELD_NUMBER,
	LAUNCH_FIELD_HEX,
	LAUNCH_FIELD_OCTAL,
	LAUNCH_FIELD_SLOT,
	LAUNCH_FIELD_MAYBE,
	LAUNCH_FIELD_TEXT,
	LAUNCH_FIELD_TEXTS,
	LAUNCH_FIELD_BYTES,
};

struct launch_field {
	const char *name;
	enum launch_field_kind kind;
};

struct launch_step_info {
	const char *name;
	const struct launch_field *fields;
	size_t field_count;
};

/* NULL for a number this program does not know. */
const struct launch_step_info *launch_step_find(unsigned type);

static inline const uint64_t *launch_step_field(const struct launch_step *step, size_t i)
{
	return (const uint64_t *)(step + 1) + i;
}

/* Of a checked plan: never outside the step, always ended by NUL. */
static inline const char *launch_text(const struct launch_step *step, struct launch_ref ref)
{
	return (const char *)step + ref.offset;
}

/* The text after this one in a list. */
static inline const char *launch_next_text(const char *text)
{
	return text + strlen(text) + 1;
}

/* Walks a plan's steps: `step` NULL gives the first; NULL at the end. */
const struct launch_step *launch_next_step(const struct launch_plan *plan,
					   const struct launch_step *step);
const struct launch_step *launch_next_undo(const struct launch_plan *plan,
					   const struct launch_step *step);
