/* SPDX-License-Identifier: Apache-2.0 */
/* Owns network interfaces: bridges, veth pairs, their settings, and the list of what exists. */
#pragma once

#include "base/ip.h"
#include "netlink/netlink.h"

enum { LINK_NAME_MAX = 16 }; /* IFNAMSIZ, NUL included */

/* Zero or negative members are left alone (mtu 0, no mac, up < 0, …). */
struct link_change {
	const char *name;	  /* which link, by name … */
	int index;		  /* … or, when > 0, by index */
	const char *rename;	  /* new name; the link must be down on kernels before 6.2 */
	const struct ip_mac *mac; /* NULL: unchanged */
	unsigned mtu;
	int up;	      /* 1, 0, or -1: unchanged */
	int master;   /* index of the bridge (in the namespace it ends in), -1: unchanged */
	int netns_fd; /* move it there, -1: stays; then name, master and up apply over there */
	bool no_link_local; /* no IPv6 link-local address when it comes up */
};
#define LINK_CHANGE_INIT ((struct link_change){ .up = -1, .master = -1, .netns_fd = -1 })

struct link_veth {
	const char *name, *peer_name;
	unsigned mtu;	       /* 0: the kernel's 1500 */
	int index, peer_index; /* 0: the kernel chooses */
	int peer_netns_fd;     /* -1: both ends here */
	const struct ip_mac *mac, *peer_mac;
};

void link_put_bridge(struct nl_batch *b, const char *name, const struct ip_mac *mac, unsigned mtu);
void link_put_veth(struct nl_batch *b, const struct link_veth *v);
void link_put_change(struct nl_batch *b, const struct link_change *c);
/* A bridge port's hairpin mode: frames may leave by the port they came in. */
void link_put_hairpin(struct nl_batch *b, const char *name, bool on);
void link_put_isolated(struct nl_batch *b, const char *name, bool on);
void link_put_delete(struct nl_batch *b, const char *name);

struct link_info {
	int index, master; /* master 0: none */
	int peer_netns;	   /* IFLA_LINK_NETNSID, -1: none */
	char name[LINK_NAME_MAX];
	char kind[16]; /* "bridge", "veth", "" … */
	struct ip_mac mac;
	unsigned mtu;
	bool up, hairpin;
};
VEC_DEFINE(link_list, struct link_info);

/* Every link of the socket's namespace, appended. */
int link_list(struct nl_socket *s, struct link_list *list) _must_check;
/* -ENODEV. */
int link_find(struct nl_socket *s, const char *name, struct link_info *ret) _must_check;
