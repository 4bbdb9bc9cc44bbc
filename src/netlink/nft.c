/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches, tables, chains and map definitions. A batch stands between two marks and carries one
 * acknowledgement, on its last request: thousands of elements need no thousands of answers.
 */
#include "netlink/nft_message.h"

#include <errno.h>

enum { NFT_SMALL_MESSAGE = 1024 };

static_assert((int)NFT_INET == NFPROTO_INET && (int)NFT_V4 == NFPROTO_IPV4 &&
		      (int)NFT_V6 == NFPROTO_IPV6,
	      "families have the kernel's numbers");
static_assert((int)NFT_PREROUTING == NF_INET_PRE_ROUTING && (int)NFT_INPUT == NF_INET_LOCAL_IN &&
		      (int)NFT_FORWARD == NF_INET_FORWARD && (int)NFT_OUTPUT == NF_INET_LOCAL_OUT &&
		      (int)NFT_POSTROUTING == NF_INET_POST_ROUTING,
	      "hooks have the kernel's numbers");

struct nlmsghdr *nft_message(struct nl_batch *b, const struct nft_message *ask)
{
	struct nlmsghdr *m = nl_put(b, ask->what, ask->object, ask->size);
	struct nfgenmsg *head;

	if (!m)
		return NULL;
	m->nlmsg_type = (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | ask->type);
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | ask->flags);
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->nfgen_family = (uint8_t)ask->table.family;
	head->version = NFNETLINK_V0;
	return m;
}

static void put_mark(struct nl_batch *b, const char *what, uint16_t type)
{
	struct nlmsghdr *m = nl_put(b, what, NULL, 64);
	struct nfgenmsg *head;

	if (!m)
		return;
	m->nlmsg_type = type;
	m->nlmsg_flags = NLM_F_REQUEST;
	head = mnl_nlmsg_put_extra_header(m, sizeof(*head));
	head->version = NFNETLINK_V0;
	head->res_id = htobe16(NFNL_SUBSYS_NFTABLES);
	nl_put_end(b, m);
}

void nft_begin(struct nl_batch *b)
{
	put_mark(b, "begin the nftables transaction", NFNL_MSG_BATCH_BEGIN);
}

int nft_commit(struct nl_socket *s, struct nl_batch *b, struct nl_failure *ret_failure)
{
	int r;

	if (b->error == 0 && b->steps.len <= 1)
		return 0;
	if (b->error == 0) {
		struct nlmsghdr *last =
			(struct nlmsghdr *)(b->bytes.data + vec_last(&b->steps)->offset);

		last->nlmsg_flags |= NLM_F_ACK;
	}
	put_mark(b, "commit the nftables transaction", NFNL_MSG_BATCH_END);
	r = nl_run(s, b, ret_failure);
	return r == -EPROTONOSUPPORT ? -EOPNOTSUPP : r;
}

static void put_table(struct nl_batch *b, struct nft_table t, uint8_t type)
{
	struct nlmsghdr *m = nft_message(
		b, &(struct nft_message){ .what = type == NFT_MSG_NEWTABLE
							  ? "create the nftables table"
							  : "delete the nftables table",
					  .object = t.name,
					  .table = t,
					  .type = type,
					  .flags = type == NFT_MSG_NEWTABLE ? NLM_F_CREATE : 0,
					  .size = NFT_SMALL_MESSAGE });
	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_TABLE_NAME, t.name);
	nl_put_end(b, m);
}

void nft_put_table(struct nl_batch *b, struct nft_table t)
{
	put_table(b, t, NFT_MSG_NEWTABLE);
}

void nft_put_table_delete(struct nl_batch *b, struct nft_table t)
{
	/* Made first, so that there is one to delete; DESTROYTABLE exists from Linux 6.3 only. */
	put_table(b, t, NFT_MSG_NEWTABLE);
	put_table(b, t, NFT_MSG_DELTABLE);
}

void nft_put_chain(struct nl_batch *b, struct nft_table t, const struct nft_chain *c)
{
	struct nlmsghdr *m =
		nft_message(b, &(struct nft_message){ .what = "create the nftables chain",
						      .object = c->name,
						      .table = t,
						      .type = NFT_MSG_NEWCHAIN,
						      .flags = NLM_F_CREATE,
						      .size = NFT_SMALL_MESSAGE });
	struct nlattr *hook;

	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_CHAIN_TABLE, t.name);
	mnl_attr_put_strz(m, NFTA_CHAIN_NAME, c->name);
	if (c->type) {
		hook = mnl_attr_nest_start(m, NFTA_CHAIN_HOOK);
		mnl_attr_put_u32(m, NFTA_HOOK_HOOKNUM, htobe32(c->hook));
		mnl_attr_put_u32(m, NFTA_HOOK_PRIORITY, htobe32((uint32_t)c->priority));
		mnl_attr_nest_end(m, hook);
		mnl_attr_put_strz(m, NFTA_CHAIN_TYPE, c->type);
		mnl_attr_put_u32(m, NFTA_CHAIN_POLICY, htobe32(NF_ACCEPT));
	}
	nl_put_end(b, m);
}

void nft_put_chain_delete(struct nl_batch *b, struct nft_table t, const char *name)
{
	struct nlmsghdr *m =
		nft_message(b, &(struct nft_message){ .what = "delete the nftables chain",
						      .object = name,
						      .table = t,
						      .type = NFT_MSG_DELCHAIN,
						      .size = NFT_SMALL_MESSAGE });
	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_CHAIN_TABLE, t.name);
	mnl_attr_put_strz(m, NFTA_CHAIN_NAME, name);
	nl_put_end(b, m);
}

/* Every rule of a chain (handle 0), or one. */
static void put_rule_delete(struct nl_batch *b, struct nft_table t, const char *chain,
			    uint64_t handle)
{
	struct nlmsghdr *m =
		nft_message(b, &(struct nft_message){ .what = "delete the nftables rule of",
						      .object = chain,
						      .table = t,
						      .type = NFT_MSG_DELRULE,
						      .size = NFT_SMALL_MESSAGE });
	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_RULE_TABLE, t.name);
	mnl_attr_put_strz(m, NFTA_RULE_CHAIN, chain);
	if (handle)
		mnl_attr_put_u64(m, NFTA_RULE_HANDLE, htobe64(handle));
	nl_put_end(b, m);
}

void nft_put_chain_flush(struct nl_batch *b, struct nft_table t, const char *name)
{
	put_rule_delete(b, t, name, 0);
}

void nft_put_rule_delete(struct nl_batch *b, struct nft_table t, const char *chain, uint64_t handle)
{
	assert(handle);
	put_rule_delete(b, t, chain, handle);
}

/*
 * nft(8) reads a map's type from these numbers, six bits a field; the kernel only keeps them.
 * Source: nftables' datatype.h.
 */
enum { USER_TYPE_V4 = 7, USER_TYPE_V6 = 8, USER_TYPE_PROTO = 12, USER_TYPE_SERVICE = 13 };

static uint32_t user_type_address(struct nft_table t)
{
	return t.family == NFT_V6 ? USER_TYPE_V6 : USER_TYPE_V4;
}

static uint32_t user_type_key(struct nft_table t, const struct nft_map_shape *shape)
{
	uint32_t type = shape->by_address ? user_type_address(t) : 0;

	return (type << 6 | USER_TYPE_PROTO) << 6 | USER_TYPE_SERVICE;
}

static void put_field(struct nlmsghdr *m, uint32_t len)
{
	struct nlattr *field = mnl_attr_nest_start(m, NFTA_LIST_ELEM);

	mnl_attr_put_u32(m, NFTA_SET_FIELD_LEN, htobe32(len));
	mnl_attr_nest_end(m, field);
}

/* Intervals of several fields: the kernel wants to know where the fields end. */
static void put_fields(struct nlmsghdr *m, struct nft_table t, const struct nft_map_shape *shape)
{
	struct nlattr *description = mnl_attr_nest_start(m, NFTA_SET_DESC);
	struct nlattr *concat = mnl_attr_nest_start(m, NFTA_SET_DESC_CONCAT);

	if (shape->by_address)
		put_field(m, nft_address_len(t));
	put_field(m, sizeof(uint8_t));
	put_field(m, sizeof(uint16_t));
	mnl_attr_nest_end(m, concat);
	mnl_attr_nest_end(m, description);
}

void nft_put_map(struct nl_batch *b, struct nft_table t, const char *name, enum nft_map_kind kind)
{
	static uint32_t last_id; /* names a map inside one batch only: any number will do */
	const struct nft_map_shape *shape = nft_map_shape(kind);
	uint32_t flags = NFT_SET_MAP | (shape->interval ? NFT_SET_INTERVAL | NFT_SET_CONCAT : 0);
	uint32_t data_type = user_type_address(t);
	struct nlmsghdr *m =
		nft_message(b, &(struct nft_message){ .what = "create the nftables map",
						      .object = name,
						      .table = t,
						      .type = NFT_MSG_NEWSET,
						      .flags = NLM_F_CREATE,
						      .size = NFT_SMALL_MESSAGE });
	if (!m)
		return;
	if (!shape->interval)
		data_type = data_type << 6 | USER_TYPE_SERVICE;
	mnl_attr_put_strz(m, NFTA_SET_TABLE, t.name);
	mnl_attr_put_strz(m, NFTA_SET_NAME, name);
	mnl_attr_put_u32(m, NFTA_SET_ID,
			 htobe32(__atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED)));
	mnl_attr_put_u32(m, NFTA_SET_FLAGS, htobe32(flags));
	mnl_attr_put_u32(m, NFTA_SET_KEY_TYPE, htobe32(user_type_key(t, shape)));
	mnl_attr_put_u32(m, NFTA_SET_KEY_LEN, htobe32(nft_key_len(t, shape)));
	mnl_attr_put_u32(m, NFTA_SET_DATA_TYPE, htobe32(data_type));
	mnl_attr_put_u32(m, NFTA_SET_DATA_LEN, htobe32(nft_data_len(t, shape)));
	if (shape->interval)
		put_fields(m, t, shape);
	nl_put_end(b, m);
}
