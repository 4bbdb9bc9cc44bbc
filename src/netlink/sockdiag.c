/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps of SOCK_DIAG_BY_FAMILY. Source: sock_diag(7), linux/inet_diag.h. */
#include "netlink/sockdiag.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static int add_socket(void *ctx, const struct nlmsghdr *m)
{
	const struct inet_diag_msg *d = mnl_nlmsg_get_payload(m);
	struct sockdiag_port p = { 0 };

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*d) || d->id.idiag_sport == 0)
		return 0;
	p.addr.family = d->idiag_family == AF_INET6 ? IP_V6 : IP_V4;
	memcpy(p.addr.bytes, d->id.idiag_src, ip_bytes(p.addr));
	p.port = ntohs(d->id.idiag_sport);
	return vec_push((struct sockdiag_ports *)ctx, p);
}

static int list_family(struct nl_socket *s, int family, int ip_protocol,
		       struct sockdiag_ports *list)
{
	char bytes[256] = { 0 };
	struct nlmsghdr *m = mnl_nlmsg_put_header(bytes);
	struct inet_diag_req_v2 *ask;

	m->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	ask = mnl_nlmsg_put_extra_header(m, sizeof(*ask));
	ask->sdiag_family = (uint8_t)family;
	ask->sdiag_protocol = (uint8_t)ip_protocol;
	/* UDP sockets that are bound and not connected are in TCP_CLOSE. */
	ask->idiag_states = ip_protocol == IPPROTO_TCP ? 1u << TCP_LISTEN : 1u << TCP_CLOSE;
	return nl_dump(s, m, add_socket, list);
}

int sockdiag_list(struct nl_socket *s, int ip_protocol, struct sockdiag_ports *list)
{
	int r;

	if (ip_protocol != IPPROTO_TCP && ip_protocol != IPPROTO_UDP)
		return 0;
	r = list_family(s, AF_INET, ip_protocol, list);
	if (r < 0)
		return r;
	r = list_family(s, AF_INET6, ip_protocol, list);
	/* A kernel without IPv6 has no such table. */
	return r == -ENOENT ? 0 : r;
}
