/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the way from a container's configuration to its launch plan. Pure: no call to the kernel but
 * the stat of a host device, no state; the same input gives the same bytes. The configuration is
 * the merged one (image under container); what other rooms decided arrives in compile_input.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "launch/plan.h"
#include "os/cgroup.h"

#include <stdbool.h>
#include <stdint.h>

struct container_config; /* types/api.h */
struct host_config;

/* What this host allows: asked once at start by compile_host_probe. */
struct compile_host {
	uint64_t caps_bounding; /* of the daemon */
	uint64_t step_set;	/* of the shim that will run the plan; 0: this program's own */
	bool apparmor, selinux; /* in the kernel and enabled */
	bool mqueue, hugetlb;	/* file systems known to the kernel */
	enum cgroup_layout cgroup_layout;
};
int compile_host_probe(struct compile_host *ret, struct err *e) _must_check;

enum compile_root {
	COMPILE_ROOT_OVERLAY, /* slots lower[lower_count], upper, work */
	COMPILE_ROOT_BIND,    /* slot root */
};

enum compile_mount_kind { COMPILE_MOUNT_BIND, COMPILE_MOUNT_TMPFS };

enum {
	COMPILE_MOUNT_READONLY = 1 << 0,
	COMPILE_MOUNT_FILE = 1 << 1,	     /* the source is not a directory */
	COMPILE_MOUNT_NONRECURSIVE = 1 << 2, /* what is mounted below the source stays behind */
	COMPILE_MOUNT_RO_RECURSIVE = 1 << 3, /* read-only for what is mounted below, too */
	COMPILE_MOUNT_FROM_PEER = 1 << 4,    /* /dev/shm of the ipc peer: no slot of its own */
};

struct compile_mount {
	enum compile_mount_kind kind;
	uint32_t flags;
	const char *destination; /* absolute, inside */
	const char *propagation; /* "rprivate" …; NULL: rprivate */
	const char *options;	 /* tmpfs: "size=…,mode=…"; docker's defaults are added */
	/* bind: its source is slot LAUNCH_SLOT_MOUNT with the mount's index in the list */
};

enum compile_namespace {
	COMPILE_NS_NEW,	 /* made by the launch */
	COMPILE_NS_SLOT, /* by its slot: a pooled one, or a peer's pidfd */
	COMPILE_NS_HOST, /* the shim's own */
};

struct compile_input {
	const char *id;
	const struct container_config *config;
	const struct host_config *host_config;
	const struct compile_host *host;
	uint64_t generation;

	enum compile_root root;
	unsigned lower_count; /* the constant layer of mount points included */

	const struct compile_mount
		*mounts; /* sorted by the compiler; hosts, hostname, resolv.conf too */
	size_t mount_count;

	enum compile_namespace net, pid, ipc, uts, cgroupns;
	uint32_t cgroups;     /* bit a hierarchy: those the group has a directory in */
	const char *hostname; /* what gethostname() says; NULL: unchanged */
	const char *domainname;
	bool init;		      /* --init, by the container's or the daemon's choice */
	const char *const *links_env; /* more environment (legacy links), may be NULL */
	size_t links_env_count;
};

/*
 * The plan's bytes. Errors: ERR_BAD_PARAMETER with docker's text for what cannot be (an unknown
 * capability, a profile that does not parse, apparmor asked for and absent …). Any thread.
 */
int compile_container(const struct compile_input *in, struct buf *ret_plan, struct err *e)
	_must_check;

struct compile_exec_input {
	const struct container_config *config; /* of the container */
	const struct host_config *host_config;
	const struct compile_host *host;
	uint32_t cgroups;
	enum compile_namespace pid; /* as the container's: HOST means it is not entered */
	bool tty, privileged;
	const char *user, *working_dir; /* NULL or "": the container's own */
	const char *const *args;
	size_t arg_count;
	const char *const *env; /* added to the container's, later wins */
	size_t env_count;
};

/* A plan that runs a further process in the container of slot LAUNCH_SLOT_PEER. */
int compile_exec(const struct compile_exec_input *in, struct buf *ret_plan, struct err *e)
	_must_check;

/*
 * The resources of a HostConfig as cgroup limits, default and asked-for devices included. What it
 * points to lives in `arena` and host_config.
 */
int compile_limits(const struct host_config *host_config, struct arena *arena,
		   struct cgroup_limits *ret, struct err *e) _must_check;
