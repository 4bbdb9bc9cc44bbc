/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel has in chains and rules, ours and other people's. */
#include "netlink/nft_message.h"

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/udata.h>
#include <stdio.h>

static void copy_text(char *to, size_t size, const char *from, size_t len)
{
	snprintf(to, size, "%.*s", (int)len, from);
}

static void copy_attribute(char *to, size_t size, const struct nlattr *a)
{
	copy_text(to, size, mnl_attr_get_payload(a), mnl_attr_get_payload_len(a));
}

static uint32_t word(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) >= sizeof(uint32_t) ? be32toh(mnl_attr_get_u32(a)) : 0;
}

static void read_hook(const struct nlattr *nest, struct nft_chain_info *c)
{
	const struct nlattr *a;

	c->base = true;
	mnl_attr_for_each_nested(a, nest)
	{
		if (mnl_attr_get_type(a) == NFTA_HOOK_HOOKNUM)
			c->hook = word(a);
		if (mnl_attr_get_type(a) == NFTA_HOOK_PRIORITY)
			c->priority = (int)word(a);
	}
}

static int add_chain(void *ctx, const struct nlmsghdr *m)
{
	const struct nfgenmsg *head = mnl_nlmsg_get_payload(m);
	struct nft_chain_info c = { 0 };
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(m) < sizeof(*head))
		return 0;
	c.family = head->nfgen_family;
	mnl_attr_for_each(a, m, sizeof(*head))
	{
		switch (mnl_attr_get_type(a)) {
		case NFTA_CHAIN_TABLE:
			copy_attribute(c.table, sizeof(c.table), a);
			break;
		case NFTA_CHAIN_NAME:
			copy_attribute(c.name, sizeof(c.name), a);
			break;
		case NFTA_CHAIN_TYPE:
			copy_attribute(c.type, sizeof(c.type), a);
			break;
		case NFTA_CHAIN_POLICY:
			c.policy_drop = word(a) == NF_DROP;
			break;
		case NFTA_CHAIN_HOOK:
			read_hook(a, &c);
			break;
		}
	}
	return vec_push((struct nft_chain_list *)ctx, c);
}

int nft_list_chains(struct nl_socket *s, struct nft_chain_list *list)
{
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	struct nlmsghdr *m =
		nft_message(&b, &(struct nft_message){ .what = "list the nftables chains",
						       .type = NFT_MSG_GETCHAIN,
						       .size = 256 });

	return m ? nl_dump(s, m, add_chain, list) : b.error;
}

/* Whether an expression ends the packet's way. */
static int ends_in_drop(struct nftnl_expr *x, void *ctx)
{
	const char *name = nftnl_expr_get_str(x, NFTNL_EXPR_NAME);
	bool *drops = ctx;

	if (!name)
		return 0;
	if (strcmp(name, "reject") == 0)
		*drops = true;
	if (strcmp(name, "immediate") == 0 && nftnl_expr_is_set(x, NFTNL_EXPR_IMM_VERDICT))
		*drops |= nftnl_expr_get_u32(x, NFTNL_EXPR_IMM_VERDICT) == NF_DROP;
	/* iptables-nft keeps targets it has no expression for, REJECT among them. */
	if (strcmp(name, "target") == 0) {
		const char *target = nftnl_expr_get_str(x, NFTNL_EXPR_TG_NAME);

		*drops |= target && strcmp(target, "REJECT") == 0;
	}
	return 0;
}

/* User data is a run of (type, length, bytes); nft and iptables-nft both put the comment there. */
static void read_comment(struct nftnl_rule *rule, struct nft_rule_info *r)
{
	uint32_t len = 0;
	const uint8_t *data = nftnl_rule_get_data(rule, NFTNL_RULE_USERDATA, &len);

	for (uint32_t at = 0; data && at + 2 <= len; at += 2 + data[at + 1]) {
		if (data[at] == NFTNL_UDATA_RULE_COMMENT && at + 2 + data[at + 1] <= len)
			copy_text(r->comment, sizeof(r->comment), (const char *)data + at + 2,
				  data[at + 1]);
	}
}

static int add_rule(void *ctx, const struct nlmsghdr *m)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct nft_rule_info info = { 0 };
	const char *chain;
	int r = 0;

	if (!rule)
		return -ENOMEM;
	if (nftnl_rule_nlmsg_parse(m, rule) == 0) {
		chain = nftnl_rule_get_str(rule, NFTNL_RULE_CHAIN);
		copy_text(info.chain, sizeof(info.chain), chain ? chain : "",
			  sizeof(info.chain) - 1);
		info.handle = nftnl_rule_get_u64(rule, NFTNL_RULE_HANDLE);
		nftnl_expr_foreach(rule, ends_in_drop, &info.drops);
		read_comment(rule, &info);
		r = vec_push((struct nft_rule_list *)ctx, info);
	}
	nftnl_rule_free(rule);
	return r;
}

int nft_list_rules(struct nl_socket *s, struct nft_table t, struct nft_rule_list *list)
{
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	struct nlmsghdr *m =
		nft_message(&b, &(struct nft_message){ .what = "list the nftables rules",
						       .object = t.name,
						       .table = t,
						       .type = NFT_MSG_GETRULE,
						       .size = 256 });
	if (!m)
		return b.error;
	mnl_attr_put_strz(m, NFTA_RULE_TABLE, t.name);
	return nl_dump(s, m, add_rule, list);
}
