/* SPDX-License-Identifier: Apache-2.0 */
/* Owns what the nft_*.c files share: the head of a request and the shapes of the port maps. */
#pragma once

#include "netlink/nft.h"

#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

struct nft_message {
	const char *what, *object; /* for the failure's text */
	struct nft_table table;
	uint8_t type;	/* NFT_MSG_* */
	uint16_t flags; /* beside NLM_F_REQUEST */
	size_t size;	/* the most it can become */
};
/* A request with its fixed part, to be ended by nl_put_end; NULL when memory is short. */
struct nlmsghdr *nft_message(struct nl_batch *b, const struct nft_message *ask);

struct nft_map_shape {
	bool by_address; /* the key begins with the host address */
	bool interval;	 /* the key ends in a range, the value has no port */
};
const struct nft_map_shape *nft_map_shape(enum nft_map_kind kind);

/* Every field of a key or value takes whole words of four bytes. */
enum { NFT_WORD = 4, NFT_KEY_MAX = 16 + 2 * NFT_WORD };

static inline uint32_t nft_address_len(struct nft_table t)
{
	return t.family == NFT_V6 ? 16 : 4;
}

static inline uint32_t nft_key_len(struct nft_table t, const struct nft_map_shape *s)
{
	return (s->by_address ? nft_address_len(t) : 0) + 2 * NFT_WORD;
}

static inline uint32_t nft_data_len(struct nft_table t, const struct nft_map_shape *s)
{
	return nft_address_len(t) + (s->interval ? 0 : NFT_WORD);
}
