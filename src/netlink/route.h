/* SPDX-License-Identifier: Apache-2.0 */
/* Owns routes: the few the engine adds, and the list of destinations the host already reaches. */
#pragma once

#include "base/ip.h"
#include "netlink/netlink.h"

/* Default route by way of `gateway` (unset: straight out of the link). */
void route_put_default(struct nl_batch *b, int link_index, struct ip_addr gateway);

struct route_info {
	struct ip_net to; /* prefix 0: the default route */
	struct ip_addr gateway;
	int link;
	uint32_t table;
};
VEC_DEFINE(route_list, struct route_info);

/* Unicast routes of every table but `local`, IPv4 and IPv6, appended. */
int route_list(struct nl_socket *s, struct route_list *list) _must_check;
