/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what the daemon was told at its start: dockerd's options under dockerd's names, from the
 * command line and from daemon.json. Texts live in the arena; the struct is not changed while the
 * engine runs, but for what SIGHUP may reload (engine_reload).
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

/* NULL-terminated once loaded. */
struct config_list {
	const char **items;
	size_t len;
};

struct config_pair {
	const char *key, *value;
};

struct config_map {
	struct config_pair *items;
	size_t len;
};

struct engine_config {
	struct arena arena;

	/* where things are */
	const char *data_root, *exec_root, *pidfile, *config_file;
	const char *libexec_dir; /* NULL: beside berthd */
	struct config_list hosts;
	const char *group;

	/* its own log */
	const char *log_level, *log_format;
	bool debug, raw_logs;

	/* containers */
	bool live_restore, init, no_new_privileges, selinux_enabled;
	const char *cgroup_parent, *default_cgroupns_mode, *default_ipc_mode, *default_runtime;
	const char *init_path, *seccomp_profile;
	int64_t default_shm_size;			/* bytes */
	int64_t default_stop_timeout, shutdown_timeout; /* seconds */
	struct config_list default_ulimits;
	const char *log_driver;
	struct config_map log_opts;
	struct config_list labels, exec_opts;

	/* storage */
	const char *storage_driver;
	struct config_list storage_opts;

	/* network */
	const char *bridge, *bip, *bip6, *fixed_cidr, *fixed_cidr_v6, *default_gateway,
		*default_gateway_v6, *ip, *firewall_backend, *bridge_accept_fwmark;
	int64_t mtu, network_pool;
	bool icc, ip_forward, ip_forward_no_drop, ip_masq, iptables, ip6tables, ipv6,
		userland_proxy, allow_direct_routing;
	struct config_list dns, dns_opts, dns_search, address_pools, host_gateway_ips;

	/* what the API says of itself */
	bool experimental;
	const char *min_api_version;
	const char *http_proxy, *https_proxy, *no_proxy;
	struct config_list registry_mirrors, insecure_registries;
	struct config_map features;

	/* one-shot modes */
	bool validate, version, help;
	const char *dump_plan; /* a container to print the launch plan of */
};

/*
 * Reads argv (argv[0] skipped) over the configuration file it names over the defaults. An option
 * that is in both places with different values is an error, as dockerd has it. Options that cannot
 * mean anything here are accepted and logged once.
 * Errors: ERR_BAD_PARAMETER with the option's or key's name.
 */
int engine_config_load(char *const *argv, struct engine_config *ret, struct err *e) _must_check;
void engine_config_done(struct engine_config *c);

/* The options, for --help. */
void engine_config_usage(struct buf *out);
