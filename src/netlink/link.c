/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and dumps of RTM_*LINK. Source: rtnetlink(7), linux/if_link.h, linux/veth.h. */
#include "netlink/link.h"

#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/socket.h>

enum { LINK_MESSAGE_MAX = 512 };

/* A link message with its fixed part; NULL when memory is short. */
static struct nlmsghdr *put_link(struct nl_batch *b, const char *what, const char *name,
				 uint16_t type)
{
	struct nlmsghdr *m = nl_put(b, what, name, LINK_MESSAGE_MAX);

	if (!m)
		return NULL;
	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	mnl_nlmsg_put_extra_header(m, sizeof(struct ifinfomsg));
	return m;
}

static void put_name(struct nlmsghdr *m, uint16_t attribute, const char *name)
{
	char text[LINK_NAME_MAX] = "";

	snprintf(text, sizeof(text), "%s", name);
	mnl_attr_put_strz(m, attribute, text);
}

static void put_basics(struct nlmsghdr *m, const char *name, const struct ip_mac *mac, unsigned mtu)
{
	put_name(m, IFLA_IFNAME, name);
	if (mac)
		mnl_attr_put(m, IFLA_ADDRESS, sizeof(mac->bytes), mac->bytes);
	if (mtu)
		mnl_attr_put_u32(m, IFLA_MTU, mtu);
}

void link_put_bridge(struct nl_batch *b, const char *name, const struct ip_mac *mac, unsigned mtu)
{
	struct nlmsghdr *m = put_link(b, "create the bridge", name, RTM_NEWLINK);
	struct nlattr *info;

	if (!m)
		return;
	m->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	put_basics(m, name, mac, mtu);
	info = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(m, info);
	nl_put_end(b, m);
}

void link_put_veth(struct nl_batch *b, const struct link_veth *v)
{
	struct nlmsghdr *m = put_link(b, "create the veth pair", v->name, RTM_NEWLINK);
	struct nlattr *info, *data, *peer;
	struct ifinfomsg *peer_head;

	if (!m)
		return;
	m->nlmsg_flags |= NLM_F_CREATE | NLM_F_EXCL;
	((struct ifinfomsg *)mnl_nlmsg_get_payload(m))->ifi_index = v->index;
	put_basics(m, v->name, v->mac, v->mtu);
	info = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(m, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(m, VETH_INFO_PEER);
	/* The peer's own fixed part stands at the start of the nest. */
	peer_head = mnl_nlmsg_get_payload_tail(m);
	memset(peer_head, 0, sizeof(*peer_head));
	peer_head->ifi_index = v->peer_index;
	m->nlmsg_len += NLMSG_ALIGN(sizeof(*peer_head));
	put_basics(m, v->peer_name, v->peer_mac, v->mtu);
	if (v->peer_netns_fd >= 0)
		mnl_attr_put_u32(m, IFLA_NET_NS_FD, (uint32_t)v->peer_netns_fd);
	mnl_attr_nest_end(m, peer);
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, info);
	nl_put_end(b, m);
}

static void put_address_mode(struct nlmsghdr *m)
{
	struct nlattr *spec = mnl_attr_nest_start(m, IFLA_AF_SPEC);
	struct nlattr *inet6 = mnl_attr_nest_start(m, AF_INET6);

	mnl_attr_put_u8(m, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(m, inet6);
	mnl_attr_nest_end(m, spec);
}

void link_put_change(struct nl_batch *b, const struct link_change *c)
{
	struct nlmsghdr *m = put_link(b, "configure the link", c->name, RTM_NEWLINK);
	struct ifinfomsg *head;

	if (!m)
		return;
	head = mnl_nlmsg_get_payload(m);
	head->ifi_index = c->index;
	if (c->up >= 0) {
		head->ifi_change = IFF_UP;
		head->ifi_flags = c->up ? IFF_UP : 0;
	}
	/* With an index the name attribute is the new name, without one it says which link. */
	if (c->index > 0 ? c->rename != NULL : c->name != NULL)
		put_name(m, IFLA_IFNAME, c->index > 0 ? c->rename : c->name);
	if (c->mac)
		mnl_attr_put(m, IFLA_ADDRESS, sizeof(c->mac->bytes), c->mac->bytes);
	if (c->mtu)
		mnl_attr_put_u32(m, IFLA_MTU, c->mtu);
	if (c->master >= 0)
		mnl_attr_put_u32(m, IFLA_MASTER, (uint32_t)c->master);
	if (c->netns_fd >= 0)
		mnl_attr_put_u32(m, IFLA_NET_NS_FD, (uint32_t)c->netns_fd);
	if (c->no_link_local)
		put_address_mode(m);
	nl_put_end(b, m);
}

static void put_port_flag(struct nl_batch *b, const char *name, uint16_t attribute, bool on)
{
	struct nlmsghdr *m = put_link(b, "configure the bridge port", name, RTM_NEWLINK);
	struct nlattr *info, *data;

	if (!m)
		return;
	put_name(m, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(m, IFLA_LINKINFO);
	mnl_attr_put_strz(m, IFLA_INFO_SLAVE_KIND, "bridge");
	data = mnl_attr_nest_start(m, IFLA_INFO_SLAVE_DATA);
	mnl_attr_put_u8(m, attribute, on);
	mnl_attr_nest_end(m, data);
	mnl_attr_nest_end(m, info);
	nl_put_end(b, m);
}

void link_put_hairpin(struct nl_batch *b, const char *name, bool on)
{
	put_port_flag(b, name, IFLA_BRPORT_MODE, on);
}

void link_put_isolated(struct nl_batch *b, const char *name, bool on)
{
	put_port_flag(b, name, IFLA_BRPORT_ISOLATED, on);
}

void link_put_delete(struct nl_batch *b, const char *name)
{
	struct nlmsghdr *m = put_link(b, "delete the link", name, RTM_DELLINK);

	if (!m)
		return;
	put_name(m, IFLA_IFNAME, name);
	nl_put_end(b, m);
	nl_tolerate(b, ENODEV);
}

static void copy_text(char *to, size_t size, const struct nlattr *a)
{
	snprintf(to, size, "%.*s", (int)mnl_attr_get_payload_len(a),
		 (const char *)mnl_attr_get_payload(a));
}

static void read_port(const struct nlattr *nest, struct link_info *l)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) if (mnl_attr_get_type(a) == IFLA_BRPORT_MODE &&
					      mnl_attr_get_payload_len(a) >= 1)
		l->hairpin = mnl_attr_get_u8(a) != 0;
}

static void read_kind(const struct nlattr *nest, struct link_info *l)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest)
	{
		if (mnl_attr_get_type(a) == IFLA_INFO_KIND)
			copy_text(l->kind, sizeof(l->kind), a);
		if (mnl_attr_get_type(a) == IFLA_INFO_SLAVE_DATA)
			read_port(a, l);
	}
}

static void read_attribute(const struct nlattr *a, struct link_info *l)
{
	bool word = mnl_attr_get_payload_len(a) >= sizeof(uint32_t);

	switch (mnl_attr_get_type(a)) {
	case IFLA_IFNAME:
		copy_text(l->name, sizeof(l->name), a);
		break;
	case IFLA_ADDRESS:
		if (mnl_attr_get_payload_len(a) == sizeof(l->mac.bytes))
			memcpy(l->mac.bytes, mnl_attr_get_payload(a), sizeof(l->mac.bytes));
		break;
	case IFLA_MTU:
		l->mtu = word ? mnl_attr_get_u32(a) : 0;
		break;
	case IFLA_MASTER:
		l->master = word ? (int)mnl_attr_get_u32(a) : 0;
		break;
	case IFLA_LINK_NETNSID:
		l->peer_netns = word ? (int)mnl_attr_get_u32(a) : -1;
		break;
	case IFLA_LINKINFO:
		read_kind(a, l);
		break;
	}
}

static int add_link(void *ctx, const struct nlmsghdr *m)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(m);
	struct link_info l = { .peer_netns = -1 };
	const struct nlattr *a;

	if (m->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(m) < sizeof(*head))
		return 0;
	l.index = head->ifi_index;
	l.up = (head->ifi_flags & IFF_UP) != 0;
	mnl_attr_for_each(a, m, sizeof(*head)) read_attribute(a, &l);
	return vec_push((struct link_list *)ctx, l);
}

int link_list(struct nl_socket *s, struct link_list *list)
{
	char bytes[256] = { 0 };
	struct nlmsghdr *m = mnl_nlmsg_put_header(bytes);
	struct ifinfomsg *head;

	m->nlmsg_type = RTM_GETLINK;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->ifi_family = AF_UNSPEC;
	return nl_dump(s, m, add_link, list);
}

int link_find(struct nl_socket *s, const char *name, struct link_info *ret)
{
	struct link_list all = VEC_INIT;
	int r = link_list(s, &all);

	if (r == 0)
		r = -ENODEV;
	vec_for_each (l, &all) {
		if (r == -ENODEV && strcmp(l->name, name) == 0) {
			*ret = *l;
			r = 0;
		}
	}
	vec_done(&all);
	return r;
}
