/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the vtable behind every kind of network. A driver works on one network object and one
 * endpoint at a time; who is attached, addresses and rows are the room's business, not the
 * driver's.
 */
#pragma once

#include "base/err.h"
#include "network/network.h"

struct network;
struct endpoint;

struct network_driver {
	const char *name;  /* Driver in inspect */
	const char *scope; /* "local" */
	bool namespaced;   /* a container gets a namespace of its own */
	bool addressed;	   /* … and an address from the network's pool */
	/* Brings the network's part of the kernel in order; called at start and by repair. */
	int (*ensure)(struct networks *n, struct network *net, struct err *e);
	/* A ready namespace with the endpoint in it. NULL: the pool's namespace as it is. */
	int (*attach)(struct networks *n, struct endpoint *ep, int *ret_netns_fd, struct err *e);
	/* What must be gone before the reply. The interface goes with its namespace. */
	void (*detach)(struct networks *n, struct endpoint *ep);
	/* Names what differs between the endpoints and the kernel, and mends it when asked to. */
	int (*check)(struct networks *n, struct network *net, bool repair, network_check_fn fn,
		     void *ctx, struct err *e);
};

extern const struct network_driver network_driver_bridge, network_driver_host, network_driver_none;

/* NULL: no such driver. */
const struct network_driver *network_driver_find(const char *name);
