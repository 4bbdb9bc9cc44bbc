/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns networks: the default ones (bridge, host, none), their addresses, the interfaces and rules
 * of the containers attached to them, published ports, and the rows that let all of it be found
 * again. One struct networks a daemon; every function may be called from any thread but the
 * reactor's, and holds no lock while it waits for the kernel.
 *
 * A start: network_ports_reserve (clashes are told here), network_attach (a ready namespace comes
 * back as a descriptor), commit of the transaction, launch in that namespace. An end:
 * network_detach. After a restart of the daemon: network_recover with the containers that run.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/ip.h"
#include "base/stamp.h"
#include "network/ports.h"
#include "store/store.h"

#include <stdbool.h>

enum { NETWORK_ID_MAX = 65, NETWORK_NAME_MAX = 256 };

/* The daemon's options; texts are borrowed for the call. Zeroes mean docker's defaults. */
struct network_options {
	const char *bridge;	/* --bridge: an existing one; "none": no bridge network; NULL: ours,
				   berth0 */
	const char *bip;	/* --bip */
	const char *fixed_cidr; /* --fixed-cidr */
	const char *default_gateway; /* --default-gateway */
	const char *ip;		     /* --ip: where ports are published by default */
	const char *const
		*address_pools; /* --default-address-pool "base=…,size=…", NULL at the end */
	unsigned mtu;		/* --mtu, 0: 1500 */
	bool no_icc, no_ip_masq, no_ip_forward, no_iptables; /* --icc=false and so on */
	bool no_userland_proxy;				     /* --userland-proxy=false */
	bool shim_serves; /* shims serve sockets marked `serve`: then [::] and ::1 are published too
			   */
	unsigned pool_size; /* ready namespaces kept; 0: none */
};

struct networks;

/*
 * Reads the rows, makes the default networks where they are missing, brings the bridge, its table
 * and the foreign jumps in order, and starts the pool. Without nftables or the right to use it the
 * engine still starts: published ports are then served by shims or refused (network_warnings).
 */
int networks_open(const struct network_options *o, struct store *s, struct networks **ret,
		  struct err *e) _must_check;
/*
 * Stops the pool. Containers, bridge and rules stay; with none attached, the foreign jump goes.
 */
void networks_close(struct networks *n);
OWN_PTR(struct networks, networks_close);

/* What the caller should be told (info, create): NULL-terminated, in the arena. */
int network_warnings(struct networks *n, struct arena *a, const char *const **ret, struct err *e)
	_must_check;

/* ---- Networks as seen by list and inspect ---- */

struct network_pair {
	const char *name, *value;
};

struct network_pool_config { /* one row of IPAM.Config */
	const char *subnet, *ip_range, *gateway;
	const struct network_pair *aux;
	size_t n_aux;
};

struct network_endpoint {      /* one entry of Containers */
	const char *container; /* its id */
	const char *container_name;
	const char *endpoint_id, *mac;
	const char *ipv4, *ipv6; /* with prefix: "172.17.0.2/16", "" */
};

struct network_info {
	const char *name, *id, *driver, *scope;
	stamp_ns created;
	bool enable_ipv4, enable_ipv6, internal, attachable, ingress, config_only;
	const char *ipam_driver;
	const struct network_pool_config *ipam;
	size_t n_ipam;
	const struct network_pair *options, *labels;
	size_t n_options, n_labels;
	const struct network_endpoint *endpoints;
	size_t n_endpoints;
};

/* Immutable and counted; newest state at the moment of the call. */
struct network_snapshot {
	const struct network_info *items;
	size_t len;
};

int network_snapshot(struct networks *n, struct network_snapshot **ret, struct err *e) _must_check;
struct network_snapshot *network_snapshot_ref(struct network_snapshot *s);
void network_snapshot_unref(struct network_snapshot *s);
OWN_PTR(struct network_snapshot, network_snapshot_unref);

/*
 * A network of the snapshot by name, id or unambiguous id prefix. Errors: ERR_NOT_FOUND ("network
 * X not found"), ERR_BAD_PARAMETER (ambiguous).
 */
int network_find(const struct network_snapshot *s, const char *name_or_id,
		 const struct network_info **ret, struct err *e) _must_check;

/* Removal of a default network and creation of others answer docker's errors. */
int network_remove(struct networks *n, const char *name_or_id, struct err *e) _must_check;

/* ---- Ports ---- */

/*
 * Takes host ports for a container: all or none. Errors, with docker's words: ERR_INTERNAL
 * ("driver failed programming external connectivity on endpoint NAME (ID): …: port is already
 * allocated"). `network_mode` host or none: nothing is reserved, as in docker.
 */
struct port_ask {
	const char *container, *container_name; /* id (64 hex), name without '/' */
	const char *network;			/* HostConfig.NetworkMode */
	const struct port_request *requests;
	size_t n;
};
int network_ports_reserve(struct networks *n, const struct port_ask *ask,
			  struct port_reservation *ret, struct err *e) _must_check;
/* Gives back what the container has reserved; network_detach does it too. */
void network_ports_release(struct networks *n, const char *container);

/* ---- Attach and detach ---- */

struct network_request {
	const char *container, *container_name;
	const char *network;	  /* "default", "bridge", "host", "none", a name or an id */
	struct ip_addr address;	  /* asked for, or unset */
	const struct ip_mac *mac; /* asked for, or NULL */
	const struct port_reservation *ports; /* NULL: none published */
	struct store_tx *tx; /* gets the rows; the caller commits it before the container runs */
};

/* What a container has on its network: all of it a value, to be copied. */
struct network_lease {
	char endpoint_id[NETWORK_ID_MAX], network_id[NETWORK_ID_MAX];
	char network_name[NETWORK_NAME_MAX];
	struct ip_net address; /* unset: host, none */
	struct ip_addr gateway;
	struct ip_mac mac;
	bool has_mac;
	bool host; /* the host's own namespace: no descriptor */
};

/*
 * Gives the container an interface (eth0), an address, a default route and its ports' rules, in a
 * network namespace that is ready: *ret_netns_fd is that namespace (close it once the shim has
 * it), or -1 for the host's. `container:` is the caller's business. On failure nothing is left.
 */
int network_attach(struct networks *n, const struct network_request *r, struct network_lease *ret,
		   int *ret_netns_fd, struct err *e) _must_check;

/*
 * Takes rules and ports away at once and the interface behind the reply; forgets the lease. The
 * deletion of its rows is appended to tx (NULL when they were never committed). A container
 * without a lease is fine.
 */
void network_detach(struct networks *n, const char *container, struct store_tx *tx);

/* The lease and published ports of a running container; false: none. */
bool network_lease_find(struct networks *n, const char *container, struct network_lease *ret);
/* Bindings are copied into the arena. */
int network_ports_find(struct networks *n, const char *container, struct arena *a,
		       const struct port_binding **ret, size_t *ret_n, struct err *e) _must_check;
/* A container was renamed: its endpoint is shown under the new name. */
void network_rename(struct networks *n, const char *container, const char *name,
		    struct store_tx *tx);

/* ---- Recovery and check ---- */

/*
 * After start: leases of containers that are not in `running` (ids, NULL at the end) are given
 * back, what the others need is compared with bridge, links, maps, and repaired.
 */
int network_recover(struct networks *n, const char *const *running, struct err *e) _must_check;

/* One call a difference between rows and kernel, in words. */
typedef void (*network_check_fn)(void *ctx, const char *difference);
int network_check(struct networks *n, network_check_fn fn, void *ctx, struct err *e) _must_check;

/* The address `host-gateway` stands for: the default bridge's; unset without one. */
struct ip_addr network_host_gateway(struct networks *n);
