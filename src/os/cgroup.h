/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns control groups behind one interface in phases (prepare, attach, limit, freeze, kill, stats,
 * oom, remove), over v1 hierarchies, v2, and the mixture of both. A container's group is
 * PARENT/NAME in every hierarchy that is mounted; what this host lacks is reported by
 * cgroup_host_missing, never a failure. Freeze and kill use the v2 tree wherever one is mounted.
 * Any thread.
 */
#pragma once

#include "base/buf.h"
#include "base/own.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum cgroup_layout { CGROUP_NONE, CGROUP_V1, CGROUP_HYBRID, CGROUP_V2 };

/* Hierarchies a group may have a directory in: the v1 controllers, systemd's named one, and v2. */
enum cgroup_hierarchy {
	CGROUP_CPU,
	CGROUP_CPUACCT,
	CGROUP_CPUSET,
	CGROUP_MEMORY,
	CGROUP_DEVICES,
	CGROUP_FREEZER,
	CGROUP_BLKIO,
	CGROUP_PIDS,
	CGROUP_HUGETLB,
	CGROUP_NET_CLS,
	CGROUP_NET_PRIO,
	CGROUP_PERF_EVENT,
	CGROUP_RDMA,
	CGROUP_MISC,
	CGROUP_SYSTEMD,
	CGROUP_UNIFIED,
	CGROUP_HIERARCHY_COUNT
};

/* What can be limited or measured on this host, whichever layout provides it; bits of cgroup_can.
 */
enum cgroup_feature {
	CGROUP_CAN_MEMORY,
	CGROUP_CAN_SWAP,
	CGROUP_CAN_RESERVATION,
	CGROUP_CAN_OOM_KILL_DISABLE, /* v1 only */
	CGROUP_CAN_CPU_SHARES,
	CGROUP_CAN_CPU_QUOTA,
	CGROUP_CAN_CPU_REALTIME, /* v1 with RT group scheduling */
	CGROUP_CAN_CPUSET,
	CGROUP_CAN_BLKIO_WEIGHT,
	CGROUP_CAN_BLKIO_THROTTLE,
	CGROUP_CAN_PIDS,
	CGROUP_CAN_DEVICES,
	CGROUP_CAN_HUGETLB,
	CGROUP_CAN_FREEZE,
	CGROUP_CAN_KILL,
	CGROUP_FEATURE_COUNT
};

struct cgroup_host;

/*
 * Finds the hierarchies below /sys/fs/cgroup and makes `parent` ("/berth") in each. Never fails for
 * a missing controller; -errno only when memory is short or descriptors are.
 */
int cgroup_host_open(const char *parent, struct cgroup_host **ret) _must_check;
void cgroup_host_close(struct cgroup_host *host);
OWN_PTR(struct cgroup_host, cgroup_host_close);

enum cgroup_layout cgroup_host_layout(const struct cgroup_host *host);
bool cgroup_can(const struct cgroup_host *host, enum cgroup_feature feature);

/* The sentence for /info's Warnings when the feature is missing ("WARNING: No swap limit support").
 */
const char *cgroup_feature_warning(enum cgroup_feature feature);

/* Name of a hierarchy as v1 mounts call it ("cpu", "memory", "unified" …). */
const char *cgroup_hierarchy_name(enum cgroup_hierarchy h);

/* One container's group: a directory (O_RDONLY | O_DIRECTORY) a hierarchy; -1 where there is none.
 */
struct cgroup {
	enum cgroup_layout layout;
	int dirs[CGROUP_HIERARCHY_COUNT];
};
#define CGROUP_INIT ((struct cgroup){ .dirs = { [0 ... CGROUP_HIERARCHY_COUNT - 1] = -1 } })
void cgroup_done(struct cgroup *cg); /* closes; the group itself stays */

/*
 * Makes PARENT/name everywhere and opens it; on failure nothing is left. `parent` NULL: the host's
 * own
 * ("/berth"); otherwise a path of HostConfig.CgroupParent, whose directories are made. A group that
 * exists is taken as it is.
 */
int cgroup_prepare(const struct cgroup_host *host, const char *parent, const char *name,
		   struct cgroup *ret) _must_check;

/* Opens one that exists, after a restart of the daemon. -ENOENT when it is nowhere. */
int cgroup_open(const struct cgroup_host *host, const char *parent, const char *name,
		struct cgroup *ret) _must_check;

/* Moves a process into it by number. (A launch plan does it without: born into v2, joined by itself
 * in v1.) */
int cgroup_attach(const struct cgroup *cg, pid_t pid) _must_check;

enum { CGROUP_UNSET = -1 }; /* for the integers below: leave as it is */

struct cgroup_device_rule {
	char type;	      /* 'b', 'c' or 'a' */
	int64_t major, minor; /* -1: any */
	bool allow;
	bool read, write, mknod;
};

struct cgroup_device_rate { /* blkio throttling and weights of one block device */
	uint32_t major, minor;
	uint64_t rate;
};

/* Units as in Docker's HostConfig. 0 is a value of its own: start from CGROUP_LIMITS_INIT. */
struct cgroup_limits {
	int64_t memory, memory_swap,
		memory_reservation; /* bytes; memory_swap: -1 unlimited is LIMIT_MAX */
	int64_t swappiness;
	int64_t oom_kill_disable;	       /* 0, 1 or unset */
	int64_t cpu_shares;		       /* 2..262144; v2: converted to a weight */
	int64_t cpu_quota, cpu_period;	       /* microseconds; quota LIMIT_MAX: none */
	int64_t cpu_rt_runtime, cpu_rt_period; /* microseconds, v1 */
	const char *cpuset_cpus, *cpuset_mems; /* NULL: unset */
	int64_t pids;			       /* LIMIT_MAX: none */
	int64_t blkio_weight;		       /* 10..1000 */
	const struct cgroup_device_rate *weight_devices, *read_bps, *write_bps, *read_iops,
		*write_iops;
	size_t weight_device_count, read_bps_count, write_bps_count, read_iops_count,
		write_iops_count;
	const struct cgroup_device_rule
		*devices; /* in order, later ones win; NULL: leave as it is */
	size_t device_count;
};
#define CGROUP_LIMIT_MAX INT64_MAX
extern const struct cgroup_limits cgroup_limits_init; /* everything unset */

/*
 * Applies what is set. What this host cannot do is left out and noted: a line each is appended to
 * `warnings` (may be NULL). -errno when a limit that the host has was refused, with its file's name
 * in ret_file (may be NULL; static).
 */
int cgroup_limit(const struct cgroup *cg, const struct cgroup_limits *limits, struct buf *warnings,
		 const char **ret_file) _must_check;

int cgroup_freeze(const struct cgroup *cg) _must_check; /* returns when all are frozen */
int cgroup_thaw(const struct cgroup *cg) _must_check;

/* SIGKILL to every process in it, thawing first where a v1 freezer holds them. */
int cgroup_kill(const struct cgroup *cg) _must_check;

/* Calls `each` for every process, as numbers of the caller's pid namespace; stops at a negative. */
int cgroup_each_pid(const struct cgroup *cg, int (*each)(void *ctx, pid_t pid), void *ctx)
	_must_check;

enum { CGROUP_IO_DEVICES_MAX = 32, CGROUP_CPUS_MAX = 256 };

struct cgroup_io {
	uint32_t major, minor;
	uint64_t read_bytes, write_bytes, reads, writes;
};

struct cgroup_stats {
	uint64_t cpu_total, cpu_user, cpu_system; /* nanoseconds */
	uint64_t throttled_periods, throttled_count, throttled_time;
	uint64_t memory, memory_max, memory_limit; /* bytes; limit 0: none */
	uint64_t memory_failcnt, memory_inactive_file, memory_rss;
	uint64_t pids, pids_limit; /* limit 0: none */
	size_t io_count;
	struct cgroup_io io[CGROUP_IO_DEVICES_MAX];
	struct buf memory_stat; /* the file's text, "key value\n" lines; cgroup_stats_done frees */
};

/* What cannot be read is 0. */
int cgroup_stats(const struct cgroup *cg, struct cgroup_stats *ret) _must_check;
void cgroup_stats_done(struct cgroup_stats *stats);

/* How many times the kernel killed in it for want of memory; 0 when the host cannot tell. */
uint64_t cgroup_oom_kills(const struct cgroup *cg);

/*
 * A descriptor that becomes readable when that counter may have changed (v1: an eventfd, v2:
 * inotify); read it empty, then call cgroup_oom_kills. -EOPNOTSUPP without a memory controller.
 */
int cgroup_oom_watch(const struct cgroup *cg) _must_check;

/* Removes PARENT/name everywhere, waiting a moment for processes that are still going away. */
int cgroup_remove(const struct cgroup_host *host, const char *parent, const char *name) _must_check;

/* Calls `each` with the name of every group below the parent: recovery finds leftovers with it. */
int cgroup_each_name(const struct cgroup_host *host, int (*each)(void *ctx, const char *name),
		     void *ctx) _must_check;
