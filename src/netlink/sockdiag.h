/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the question which local ports are taken, answered by one sock_diag dump a protocol. */
#pragma once

#include "base/ip.h"
#include "netlink/netlink.h"

struct sockdiag_port {
	struct ip_addr addr;
	uint16_t port;
};
VEC_DEFINE(sockdiag_ports, struct sockdiag_port);

/*
 * Local ends of listening TCP sockets (IPPROTO_TCP) or bound UDP ones (IPPROTO_UDP), IPv4 and
 * IPv6, appended. `s` is a NETLINK_SOCK_DIAG socket. Ports below 1 are left out. SCTP: nothing.
 */
int sockdiag_list(struct nl_socket *s, int ip_protocol, struct sockdiag_ports *list) _must_check;
