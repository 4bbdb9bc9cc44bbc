/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules: each part of the vocabulary is a row that says which expressions it becomes. Matches are
 * written the way iptables-nft writes them, so that a rule put into one of its chains is shown by
 * it. Source: linux/netfilter/nf_tables.h, libnftnl/expr.h.
 */
#include "netlink/nft_message.h"

#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/udata.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

enum {
	RULE_MESSAGE_MAX = 4096,
	/* Register numbers of four bytes each; 8 is the first, NFT_REG_1 is the same as 8 to 11. */
	WORD_0 = NFT_REG32_00,
};

/* A rule being built: the first expression that finds no memory fails it. */
struct draft {
	struct nftnl_rule *rule;
	struct nft_table table;
	bool failed;
};

static struct nftnl_expr *add(struct draft *d, const char *name)
{
	struct nftnl_expr *x = d->failed ? NULL : nftnl_expr_alloc(name);

	if (!x)
		d->failed = true;
	else
		nftnl_rule_add_expr(d->rule, x);
	return x;
}

static void add_meta(struct draft *d, uint32_t key, uint32_t reg)
{
	struct nftnl_expr *x = add(d, "meta");

	if (!x)
		return;
	nftnl_expr_set_u32(x, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(x, NFTNL_EXPR_META_DREG, reg);
}

struct field {
	uint32_t base, offset, len;
};

static void add_payload(struct draft *d, struct field f, uint32_t reg)
{
	struct nftnl_expr *x = add(d, "payload");

	if (!x)
		return;
	nftnl_expr_set_u32(x, NFTNL_EXPR_PAYLOAD_BASE, f.base);
	nftnl_expr_set_u32(x, NFTNL_EXPR_PAYLOAD_OFFSET, f.offset);
	nftnl_expr_set_u32(x, NFTNL_EXPR_PAYLOAD_LEN, f.len);
	nftnl_expr_set_u32(x, NFTNL_EXPR_PAYLOAD_DREG, reg);
}

static void add_compare(struct draft *d, uint32_t op, const void *data, uint32_t len)
{
	struct nftnl_expr *x = add(d, "cmp");

	if (!x)
		return;
	nftnl_expr_set_u32(x, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(x, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(x, NFTNL_EXPR_CMP_DATA, data, len);
}

static void add_mask(struct draft *d, const void *mask, uint32_t len)
{
	static const uint8_t zero[16];
	struct nftnl_expr *x = add(d, "bitwise");

	if (!x)
		return;
	nftnl_expr_set_u32(x, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(x, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(x, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set(x, NFTNL_EXPR_BITWISE_MASK, mask, len);
	nftnl_expr_set(x, NFTNL_EXPR_BITWISE_XOR, zero, len);
}

static void add_interface(struct draft *d, const struct nft_part *p, uint32_t key, uint32_t op)
{
	add_meta(d, key, NFT_REG_1);
	/* With its NUL the name is compared whole; "berth0*" would be without. */
	add_compare(d, op, p->name, (uint32_t)strlen(p->name) + 1);
}

static struct field address_field(struct nft_table t, bool source)
{
	if (t.family == NFT_V6)
		return (struct field){ NFT_PAYLOAD_NETWORK_HEADER, source ? 8 : 24, 16 };
	return (struct field){ NFT_PAYLOAD_NETWORK_HEADER, source ? 12 : 16, 4 };
}

static void add_address(struct draft *d, const struct nft_part *p, bool source)
{
	struct ip_net net = ip_net_masked(p->net);
	struct ip_net ones = { .addr = net.addr, .prefix = net.prefix };
	uint32_t len = nft_address_len(d->table);

	memset(ones.addr.bytes, 0xff, sizeof(ones.addr.bytes));
	add_payload(d, address_field(d->table, source), NFT_REG_1);
	if (net.prefix < ip_bits(net.addr))
		add_mask(d, ip_net_masked(ones).addr.bytes, len);
	add_compare(d, NFT_CMP_EQ, net.addr.bytes, len);
}

static void add_local(struct draft *d)
{
	const uint32_t local = RTN_LOCAL;
	struct nftnl_expr *x = add(d, "fib");

	if (!x)
		return;
	nftnl_expr_set_u32(x, NFTNL_EXPR_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	nftnl_expr_set_u32(x, NFTNL_EXPR_FIB_FLAGS, NFTA_FIB_F_DADDR);
	nftnl_expr_set_u32(x, NFTNL_EXPR_FIB_DREG, NFT_REG_1);
	add_compare(d, NFT_CMP_EQ, &local, sizeof(local));
}

/* Any of the bits in what conntrack knows of the packet's connection. */
static void add_conntrack(struct draft *d, uint32_t key, uint32_t bits)
{
	const uint32_t none = 0;
	struct nftnl_expr *x = add(d, "ct");

	if (!x)
		return;
	nftnl_expr_set_u32(x, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(x, NFTNL_EXPR_CT_DREG, NFT_REG_1);
	add_mask(d, &bits, sizeof(bits));
	add_compare(d, NFT_CMP_NEQ, &none, sizeof(none));
}

static void add_verdict(struct draft *d, uint32_t verdict, const char *chain)
{
	struct nftnl_expr *x = add(d, "immediate");

	if (!x)
		return;
	nftnl_expr_set_u32(x, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(x, NFTNL_EXPR_IMM_VERDICT, verdict);
	if (chain && nftnl_expr_set_str(x, NFTNL_EXPR_IMM_CHAIN, chain) < 0)
		d->failed = true;
}

/* The key in registers, the map's value over them, and the translation from there. */
static void add_dnat(struct draft *d, const struct nft_part *p)
{
	const struct nft_map_shape *shape = nft_map_shape(p->map_kind);
	uint32_t address_words = nft_address_len(d->table) / NFT_WORD;
	uint32_t reg = WORD_0;
	struct nftnl_expr *x;

	if (shape->by_address) {
		add_payload(d, address_field(d->table, false), reg);
		reg += address_words;
	}
	add_meta(d, NFT_META_L4PROTO, reg);
	add_payload(d, (struct field){ NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2 }, reg + 1);

	if (!(x = add(d, "lookup")))
		return;
	nftnl_expr_set_u32(x, NFTNL_EXPR_LOOKUP_SREG, WORD_0);
	nftnl_expr_set_u32(x, NFTNL_EXPR_LOOKUP_DREG, WORD_0);
	if (nftnl_expr_set_str(x, NFTNL_EXPR_LOOKUP_SET, p->name) < 0)
		d->failed = true;

	if (!(x = add(d, "nat")))
		return;
	nftnl_expr_set_u32(x, NFTNL_EXPR_NAT_TYPE, NFT_NAT_DNAT);
	nftnl_expr_set_u32(x, NFTNL_EXPR_NAT_FAMILY, d->table.family);
	nftnl_expr_set_u32(x, NFTNL_EXPR_NAT_REG_ADDR_MIN, WORD_0);
	if (!shape->interval)
		nftnl_expr_set_u32(x, NFTNL_EXPR_NAT_REG_PROTO_MIN, WORD_0 + address_words);
}

static void add_part(struct draft *d, const struct nft_part *p)
{
	switch (p->op) {
	case RULE_IIF:
		return add_interface(d, p, NFT_META_IIFNAME, NFT_CMP_EQ);
	case RULE_IIF_NOT:
		return add_interface(d, p, NFT_META_IIFNAME, NFT_CMP_NEQ);
	case RULE_OIF:
		return add_interface(d, p, NFT_META_OIFNAME, NFT_CMP_EQ);
	case RULE_OIF_NOT:
		return add_interface(d, p, NFT_META_OIFNAME, NFT_CMP_NEQ);
	case RULE_SOURCE:
		return add_address(d, p, true);
	case RULE_DESTINATION:
		return add_address(d, p, false);
	case RULE_TO_LOCAL:
		return add_local(d);
	case RULE_CT_DNAT:
		return add_conntrack(d, NFT_CT_STATUS, IPS_DST_NAT);
	case RULE_CT_ESTABLISHED:
		return add_conntrack(d, NFT_CT_STATE,
				     NF_CT_STATE_BIT(IP_CT_ESTABLISHED) |
					     NF_CT_STATE_BIT(IP_CT_RELATED));
	case RULE_COUNTER:
		add(d, "counter");
		return;
	case RULE_DNAT_BY:
		return add_dnat(d, p);
	case RULE_MASQUERADE:
		add(d, "masq");
		return;
	case RULE_ACCEPT:
		return add_verdict(d, NF_ACCEPT, NULL);
	case RULE_DROP:
		return add_verdict(d, NF_DROP, NULL);
	case RULE_JUMP:
		return add_verdict(d, (uint32_t)NFT_JUMP, p->name);
	case RULE_OP_COUNT:
		break;
	}
	assert(!"a part of a rule that does not exist");
}

static void add_comment(struct draft *d, const char *comment)
{
	struct nftnl_udata_buf *data = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);

	if (!data || !nftnl_udata_put_strz(data, NFTNL_UDATA_RULE_COMMENT, comment) ||
	    nftnl_rule_set_data(d->rule, NFTNL_RULE_USERDATA, nftnl_udata_buf_data(data),
				nftnl_udata_buf_len(data)) < 0)
		d->failed = true;
	if (data)
		nftnl_udata_buf_free(data);
}

static void free_rule(struct nftnl_rule **r)
{
	if (*r)
		nftnl_rule_free(*r);
}

void nft_put_rule(struct nl_batch *b, struct nft_table t, const struct nft_rule *r)
{
	auto_(free_rule) struct nftnl_rule *rule = nftnl_rule_alloc();
	struct draft d = { .rule = rule, .table = t, .failed = !rule };
	struct nlmsghdr *m;

	if (rule) {
		nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, t.family);
		d.failed |= nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, t.name) < 0;
		d.failed |= nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, r->chain) < 0;
	}
	for (size_t i = 0; i < r->n && !d.failed; i++)
		add_part(&d, &r->parts[i]);
	if (r->comment && !d.failed)
		add_comment(&d, r->comment);
	if (d.failed && !b->error)
		b->error = -ENOMEM;
	m = nft_message(b, &(struct nft_message){ .what = "add the nftables rule to",
						  .object = r->chain,
						  .table = t,
						  .type = NFT_MSG_NEWRULE,
						  .flags = NLM_F_CREATE |
							   (r->at_head ? 0 : NLM_F_APPEND),
						  .size = RULE_MESSAGE_MAX });
	if (!m)
		return;
	nftnl_rule_nlmsg_build_payload(m, rule);
	assert(m->nlmsg_len <= RULE_MESSAGE_MAX);
	nl_put_end(b, m);
}
