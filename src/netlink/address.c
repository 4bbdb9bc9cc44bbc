/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and dumps of RTM_*ADDR. Source: rtnetlink(7), linux/if_addr.h. */
#include "netlink/address.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum { ADDRESS_MESSAGE_MAX = 256 };

static void put_address(struct nl_batch *b, const char *what, uint16_t type, int link,
			struct ip_net a)
{
	char text[IP_NET_TEXT_MAX];
	struct nlmsghdr *m = nl_put(b, what, ip_net_format(a, text), ADDRESS_MESSAGE_MAX);
	struct ifaddrmsg *head;

	if (!m)
		return;
	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (type == RTM_NEWADDR)
		m->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->ifa_family = a.addr.family == IP_V6 ? AF_INET6 : AF_INET;
	head->ifa_prefixlen = a.prefix;
	head->ifa_index = (uint32_t)link;
	/* A container's address is the engine's to give: nobody else can have it. */
	if (a.addr.family == IP_V6)
		head->ifa_flags = IFA_F_NODAD;
	mnl_attr_put(m, IFA_LOCAL, ip_bytes(a.addr), a.addr.bytes);
	mnl_attr_put(m, IFA_ADDRESS, ip_bytes(a.addr), a.addr.bytes);
	if (a.addr.family == IP_V4 && type == RTM_NEWADDR && a.prefix < 31)
		mnl_attr_put_u32(m, IFA_BROADCAST,
				 htonl(ip_v4_number(ip_net_at(a, ip_net_size(a) - 1))));
	nl_put_end(b, m);
}

void address_put_add(struct nl_batch *b, int link_index, struct ip_net a)
{
	put_address(b, "add the address", RTM_NEWADDR, link_index, a);
}

void address_put_delete(struct nl_batch *b, int link_index, struct ip_net a)
{
	put_address(b, "remove the address", RTM_DELADDR, link_index, a);
}

static int add_address(void *ctx, const struct nlmsghdr *m)
{
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(m);
	struct address_info info = { 0 };
	const struct nlattr *a, *local = NULL;

	if (m->nlmsg_type != RTM_NEWADDR || mnl_nlmsg_get_payload_len(m) < sizeof(*head))
		return 0;
	/* On a point-to-point link IFA_ADDRESS is the other end; IPv6 has no IFA_LOCAL elsewhere.
	 */
	mnl_attr_for_each(a, m, sizeof(*head)) if (mnl_attr_get_type(a) == IFA_LOCAL ||
						   (mnl_attr_get_type(a) == IFA_ADDRESS && !local))
		local = a;
	if (!local || (head->ifa_family != AF_INET && head->ifa_family != AF_INET6))
		return 0;
	info.link = (int)head->ifa_index;
	info.net.prefix = head->ifa_prefixlen;
	info.net.addr.family = head->ifa_family == AF_INET6 ? IP_V6 : IP_V4;
	if (mnl_attr_get_payload_len(local) != ip_bytes(info.net.addr))
		return 0;
	memcpy(info.net.addr.bytes, mnl_attr_get_payload(local), ip_bytes(info.net.addr));
	return vec_push((struct address_list *)ctx, info);
}

int address_list(struct nl_socket *s, struct address_list *list)
{
	char bytes[256] = { 0 };
	struct nlmsghdr *m = mnl_nlmsg_put_header(bytes);
	struct ifaddrmsg *head;

	m->nlmsg_type = RTM_GETADDR;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->ifa_family = AF_UNSPEC;
	return nl_dump(s, m, add_address, list);
}
