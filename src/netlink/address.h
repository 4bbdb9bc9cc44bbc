/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the addresses of interfaces. */
#pragma once

#include "base/ip.h"
#include "netlink/netlink.h"

void address_put_add(struct nl_batch *b, int link_index, struct ip_net a);
void address_put_delete(struct nl_batch *b, int link_index, struct ip_net a);

struct address_info {
	int link;
	struct ip_net net; /* the local address with its prefix */
};
VEC_DEFINE(address_list, struct address_info);

/* Every address of the socket's namespace, IPv4 and IPv6, appended. */
int address_list(struct nl_socket *s, struct address_list *list) _must_check;
