/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns nftables requests: one atomic batch of tables, chains, maps, elements and rules, and dumps
 * to compare with. Rules are written as rows of a small vocabulary (struct nft_part); their bytes
 * come from libnftnl. Source: linux/netfilter/nf_tables.h, nft(8).
 */
#pragma once

#include "base/ip.h"
#include "netlink/netlink.h"

enum { NFT_TEXT_MAX = 64 }; /* names and comments here; the kernel allows longer ones */

/* NFPROTO_* and NF_INET_*, named here because linux/netfilter.h and netinet/in.h do not mix. */
enum nft_family { NFT_INET = 1, NFT_V4 = 2, NFT_V6 = 10 };
enum nft_hook { NFT_PREROUTING, NFT_INPUT, NFT_FORWARD, NFT_OUTPUT, NFT_POSTROUTING };

struct nft_table {
	enum nft_family family;
	const char *name;
};

/*
 * A batch between nft_begin and nft_commit happens whole or not at all. NETLINK_NETFILTER sockets.
 * Errors of nft_commit: -EOPNOTSUPP (kernel without nf_tables), -ENOENT, -EEXIST, -EBUSY …
 */
void nft_begin(struct nl_batch *b);
int nft_commit(struct nl_socket *s, struct nl_batch *b, struct nl_failure *ret_failure) _must_check;

void nft_put_table(struct nl_batch *b, struct nft_table t);	   /* an existing one is fine */
void nft_put_table_delete(struct nl_batch *b, struct nft_table t); /* an absent one is fine */

struct nft_chain {
	const char *name;
	const char *type; /* "nat", "filter"; NULL: not a base chain */
	enum nft_hook hook;
	int priority;
};
void nft_put_chain(struct nl_batch *b, struct nft_table t, const struct nft_chain *c);
void nft_put_chain_delete(struct nl_batch *b, struct nft_table t, const char *name);
void nft_put_chain_flush(struct nl_batch *b, struct nft_table t, const char *name);

/* ---- Maps of published ports ---- */

enum nft_map_kind {
	NFT_MAP_PORT,	       /* proto . port -> address . port */
	NFT_MAP_ADDRESS_PORT,  /* address . proto . port -> address . port */
	NFT_MAP_RANGE,	       /* proto . first-last -> address; the port stays */
	NFT_MAP_ADDRESS_RANGE, /* address . proto . first-last -> address */
	NFT_MAP_KIND_COUNT
};
void nft_put_map(struct nl_batch *b, struct nft_table t, const char *name, enum nft_map_kind kind);

/* A published port or range; what a kind has no field for stays zero. */
struct nft_element {
	uint8_t proto; /* IPPROTO_* */
	struct ip_addr host, to;
	uint16_t first, last; /* host ports; `last` in ranges only */
	uint16_t to_port;
};
VEC_DEFINE(nft_elements, struct nft_element);

struct nft_map {
	struct nft_table table;
	const char *name;
	enum nft_map_kind kind;
};

/* An element that exists with the same value is fine, with another value it fails (EEXIST). */
void nft_put_elements(struct nl_batch *b, const struct nft_map *map,
		      const struct nft_element *items, size_t n);
/* Each must exist: an absent one fails the batch with ENOENT. */
void nft_put_elements_delete(struct nl_batch *b, const struct nft_map *map,
			     const struct nft_element *items, size_t n);
/* Appends what the map holds; -ENOENT when table or map is absent. */
int nft_list_elements(struct nl_socket *s, const struct nft_map *map, struct nft_elements *list)
	_must_check;

/* ---- Rules ---- */

enum nft_op {
	RULE_IIF,	     /* name: arrived on this interface */
	RULE_IIF_NOT,	     /* name */
	RULE_OIF,	     /* name */
	RULE_OIF_NOT,	     /* name */
	RULE_SOURCE,	     /* net */
	RULE_DESTINATION,    /* net */
	RULE_TO_LOCAL,	     /* destination is one of the host's own addresses */
	RULE_CT_DNAT,	     /* the connection's destination was translated */
	RULE_CT_ESTABLISHED, /* … is established or related */
	RULE_COUNTER,	     /* counts what comes so far */
	RULE_DNAT_BY,	     /* map: translate by its value, else go on */
	RULE_MASQUERADE,
	RULE_ACCEPT,
	RULE_DROP,
	RULE_JUMP, /* name of a chain */
	RULE_OP_COUNT
};

struct nft_part {
	enum nft_op op;
	const char *name;
	struct ip_net net;
	enum nft_map_kind map_kind;
};

struct nft_rule {
	const char *chain;
	const char *comment; /* how the rule is known again; NULL: none */
	const struct nft_part *parts;
	size_t n;
	bool at_head; /* before the chain's other rules */
};
void nft_put_rule(struct nl_batch *b, struct nft_table t, const struct nft_rule *r);
void nft_put_rule_delete(struct nl_batch *b, struct nft_table t, const char *chain,
			 uint64_t handle);

/* ---- What there is ---- */

struct nft_chain_info {
	enum nft_family family;
	char table[NFT_TEXT_MAX], name[NFT_TEXT_MAX], type[16];
	bool base;
	enum nft_hook hook;
	int priority;
	bool policy_drop;
};
VEC_DEFINE(nft_chain_list, struct nft_chain_info);
int nft_list_chains(struct nl_socket *s, struct nft_chain_list *list) _must_check;

struct nft_rule_info {
	char chain[NFT_TEXT_MAX], comment[NFT_TEXT_MAX];
	uint64_t handle;
	bool drops; /* ends in drop or reject */
};
VEC_DEFINE(nft_rule_list, struct nft_rule_info);
/* Rules of a table, in order, appended. An absent table has none. */
int nft_list_rules(struct nl_socket *s, struct nft_table t, struct nft_rule_list *list) _must_check;
