/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and dumps of RTM_*ROUTE. Source: rtnetlink(7), linux/rtnetlink.h. */
#include "netlink/route.h"

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum { ROUTE_MESSAGE_MAX = 256 };

void route_put_default(struct nl_batch *b, int link_index, struct ip_addr gateway)
{
	char text[IP_TEXT_MAX];
	struct nlmsghdr *m =
		nl_put(b, "add the default route", ip_format(gateway, text), ROUTE_MESSAGE_MAX);
	struct rtmsg *head;

	if (!m)
		return;
	m->nlmsg_type = RTM_NEWROUTE;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->rtm_family = gateway.family == IP_V6 ? AF_INET6 : AF_INET;
	head->rtm_table = RT_TABLE_MAIN;
	head->rtm_protocol = RTPROT_BOOT;
	head->rtm_scope = gateway.family == IP_NONE ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	head->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(m, RTA_OIF, (uint32_t)link_index);
	if (gateway.family != IP_NONE)
		mnl_attr_put(m, RTA_GATEWAY, ip_bytes(gateway), gateway.bytes);
	nl_put_end(b, m);
}

static void read_address(const struct nlattr *a, struct ip_addr *ret)
{
	if (mnl_attr_get_payload_len(a) == ip_bytes(*ret))
		memcpy(ret->bytes, mnl_attr_get_payload(a), ip_bytes(*ret));
}

static int add_route(void *ctx, const struct nlmsghdr *m)
{
	const struct rtmsg *head = mnl_nlmsg_get_payload(m);
	struct route_info r = { 0 };
	const struct nlattr *a;

	if (m->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(m) < sizeof(*head) ||
	    head->rtm_type != RTN_UNICAST || (head->rtm_flags & RTM_F_CLONED) ||
	    (head->rtm_family != AF_INET && head->rtm_family != AF_INET6))
		return 0;
	r.table = head->rtm_table;
	r.to.prefix = head->rtm_dst_len;
	r.to.addr.family = r.gateway.family = head->rtm_family == AF_INET6 ? IP_V6 : IP_V4;
	mnl_attr_for_each(a, m, sizeof(*head))
	{
		switch (mnl_attr_get_type(a)) {
		case RTA_DST:
			read_address(a, &r.to.addr);
			break;
		case RTA_GATEWAY:
			read_address(a, &r.gateway);
			break;
		case RTA_OIF:
			r.link = (int)mnl_attr_get_u32(a);
			break;
		case RTA_TABLE:
			r.table = mnl_attr_get_u32(a);
			break;
		}
	}
	if (ip_is_any(r.gateway))
		r.gateway = IP_ADDR_NONE;
	return r.table == RT_TABLE_LOCAL ? 0 : vec_push((struct route_list *)ctx, r);
}

int route_list(struct nl_socket *s, struct route_list *list)
{
	char bytes[256] = { 0 };
	struct nlmsghdr *m = mnl_nlmsg_put_header(bytes);
	struct rtmsg *head;

	m->nlmsg_type = RTM_GETROUTE;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->rtm_family = AF_UNSPEC;
	return nl_dump(s, m, add_route, list);
}
