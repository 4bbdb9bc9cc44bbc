/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns nftables requests: one atomic batch of tables, chains, maps, elements and rules, and dumps
 * to compare with. Rules are written with the small vocabulary the engine needs (struct nft_rule);
 * their bytes come from libnftnl. Source: linux/netfilter/nf_tables.h, nft(8).
 */
#pragma once

#include "base/ip.h"
#include "netlink/netlink.h"

#include <linux/netfilter.h>

enum { NFT_KEY_MAX = 16, NFT_NAME_TEXT_MAX = 64 };

enum nft_family { NFT_V4 = NFPROTO_IPV4, NFT_V6 = NFPROTO_IPV6 };

struct nft_table {
	enum nft_family family;
	const char *name;
};

/* A batch of nftables requests: all of it happens or none. */
void nft_begin(struct nl_batch *b);
int nft_commit(struct nl_socket *s, struct nl_batch *b, struct nl_failure *ret_failure) _must_check;

void nft_put_table(struct nl_batch *b, struct nft_table t);
void nft_put_table_delete(struct nl_batch *b, struct nft_table t); /* absent is fine */

struct nft_chain {
	const char *name;
	const char *type; /* "nat", "filter"; NULL: not a base chain */
	unsigned hook;	  /* NF_INET_* */
	int priority;
};
void nft_put_chain(struct nl_batch *b, struct nft_table t, const struct nft_chain *c);

/* What a map is keyed by and gives; fields of a key are padded to four bytes by the kernel. */
enum nft_map_kind {
	NFT_MAP_PORT,	       /* proto . port -> address . port */
	NFT_MAP_ADDRESS_PORT,  /* address . proto . port -> address . port */
	NFT_MAP_RANGE,	       /* proto . first-last -> address; the port stays */
	NFT_MAP_ADDRESS_RANGE, /* address . proto . first-last -> address */
	NFT_MAP_KIND_COUNT
};
void nft_put_map(struct nl_batch *b, struct nft_table t, const char *name, enum nft_map_kind kind,
		 uint32_t id);

/* A published port as an element; what a kind does not use is ignored. */
struct nft_port_element {
	uint8_t proto; /* IPPROTO_* */
	struct ip_addr host, to;
	uint16_t first, last; /* host ports; last only in ranges */
	uint16_t to_port;
};
void nft_put_elements(struct nl_batch *b, struct nft_table t, const char *map,
		      enum nft_map_kind kind, const struct nft_port_element *items, size_t n);
/* Each must exist: one absent element fails the whole batch with ENOENT. */
void nft_put_elements_delete(struct nl_batch *b, struct nft_table t, const char *map,
			     enum nft_map_kind kind, const struct nft_port_element *items,
			     size_t n);

/* Elements of a map, appended; -ENOENT when table or map is absent. */
VEC_DEFINE(nft_port_elements, struct nft_port_element);
int nft_list_elements(struct nl_socket *s, struct nft_table t, const char *map,
		      enum nft_map_kind kind, struct nft_port_elements *list) _must_check;

/* Whether the kernel has nf_tables with what the engine uses: 0, -EOPNOTSUPP, or what went wrong.
 */
int nft_probe(struct nl_socket *s) _must_check;
