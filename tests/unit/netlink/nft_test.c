/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nftables against a real kernel, in a network namespace of the test's own: what is put in comes
 * back, a batch is all or nothing, and nft(8), where there is one, can read it.
 */
#include "netlink/nft.h"

#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct nl_socket nft = { .fd = -1 };
static const struct nft_table table = { NFT_V4, "test" };

static int enter_private_network(void **state)
{
	struct nft_chain_list chains = VEC_INIT;
	int r;

	if (unshare(CLONE_NEWNET) < 0) {
		print_message("skipped: cannot make a network namespace here\n");
		exit(77);
	}
	r = nl_open(NETLINK_NETFILTER, &nft);
	if (r == 0)
		r = nft_list_chains(&nft, &chains);
	vec_done(&chains);
	if (r < 0) {
		print_message("skipped: no nftables in this kernel\n");
		exit(77);
	}
	return 0;
}

static int leave(void **state)
{
	nl_close(&nft);
	return 0;
}

static void commit(struct nl_batch *b)
{
	struct nl_failure f = { 0 };
	int r = nft_commit(&nft, b, &f);

	if (r < 0)
		fail_msg("%s '%s': %s %s", f.what, f.object, strerror(-r), f.kernel);
	nl_batch_clear(b);
}

static void begin_fresh(struct nl_batch *b)
{
	nft_begin(b);
	nft_put_table_delete(b, table);
	nft_put_table(b, table);
}

static const struct nft_element samples[NFT_MAP_KIND_COUNT] = {
	[NFT_MAP_PORT] = { .proto = IPPROTO_TCP, .first = 8080, .to_port = 80 },
	[NFT_MAP_ADDRESS_PORT] = { .proto = IPPROTO_UDP, .first = 5353, .to_port = 53 },
	[NFT_MAP_RANGE] = { .proto = IPPROTO_TCP, .first = 7000, .last = 16999 },
	[NFT_MAP_ADDRESS_RANGE] = { .proto = IPPROTO_SCTP, .first = 1, .last = 65535 },
};

static void elements_come_back(void **state)
{
	for (int kind = 0; kind < NFT_MAP_KIND_COUNT; kind++) {
		auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
		struct nft_map map = { table, "ports", (enum nft_map_kind)kind };
		struct nft_element e = samples[kind];
		struct nft_elements list = VEC_INIT;

		e.to = ip_v4(0xac110002);
		if (kind == NFT_MAP_ADDRESS_PORT || kind == NFT_MAP_ADDRESS_RANGE)
			e.host = ip_v4(0x7f000001);
		begin_fresh(&b);
		nft_put_map(&b, table, map.name, map.kind);
		nft_put_elements(&b, &map, &e, 1);
		commit(&b);
		assert_int_equal(nft_list_elements(&nft, &map, &list), 0);
		assert_int_equal(list.len, 1);
		assert_memory_equal(&list.items[0], &e, sizeof(e));
		vec_done(&list);

		nft_begin(&b);
		nft_put_elements_delete(&b, &map, &e, 1);
		commit(&b);
		assert_int_equal(nft_list_elements(&nft, &map, &list), 0);
		assert_int_equal(list.len, 0);
	}
}

static void ten_thousand_elements(void **state)
{
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	struct nft_map map = { table, "ports", NFT_MAP_PORT };
	static struct nft_element many[10000];
	struct nft_elements list = VEC_INIT;

	for (size_t i = 0; i < ELEMENTS(many); i++)
		many[i] = (struct nft_element){ .proto = IPPROTO_TCP,
						.first = (uint16_t)(20000 + i),
						.to = ip_v4(0x0a000001),
						.to_port = (uint16_t)(i + 1) };
	begin_fresh(&b);
	nft_put_map(&b, table, map.name, map.kind);
	nft_put_elements(&b, &map, many, ELEMENTS(many));
	commit(&b);
	assert_int_equal(nft_list_elements(&nft, &map, &list), 0);
	assert_int_equal(list.len, ELEMENTS(many));
	vec_done(&list);
}

static void all_or_nothing(void **state)
{
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	struct nft_map map = { table, "ports", NFT_MAP_PORT };
	struct nft_element e = samples[NFT_MAP_PORT], other;
	struct nft_elements list = VEC_INIT;
	struct nl_failure f = { 0 };

	e.to = ip_v4(0x0a000001);
	begin_fresh(&b);
	nft_put_map(&b, table, map.name, map.kind);
	commit(&b);

	other = e;
	other.first = 9999;
	nft_begin(&b);
	nft_put_elements(&b, &map, &e, 1);
	nft_put_elements_delete(&b, &map, &other, 1);
	assert_int_equal(nft_commit(&nft, &b, &f), -ENOENT);
	assert_string_equal(f.what, "withdraw ports from the nftables map");
	assert_string_equal(f.object, "ports");
	assert_int_equal(nft_list_elements(&nft, &map, &list), 0);
	assert_int_equal(list.len, 0);
}

static const struct nft_part every_part[] = {
	{ RULE_IIF, .name = "berth0" },
	{ RULE_IIF_NOT, .name = "lo" },
	{ RULE_SOURCE, .net = { { IP_V4, { 172, 17, 0, 0 } }, 16 } },
	{ RULE_DESTINATION, .net = { { IP_V4, { 127, 0, 0, 1 } }, 32 } },
	{ RULE_TO_LOCAL },
	{ RULE_CT_DNAT },
	{ RULE_CT_ESTABLISHED },
	{ RULE_COUNTER },
	{ RULE_DNAT_BY, .name = "ports", .map_kind = NFT_MAP_PORT },
};

static const struct nft_part out_parts[] = {
	{ RULE_OIF, .name = "berth0" },
	{ RULE_OIF_NOT, .name = "eth0" },
	{ RULE_MASQUERADE },
};

static const struct nft_part drop_parts[] = { { RULE_DROP } };
static const struct nft_part jump_parts[] = { { RULE_JUMP, .name = "side" } };
static const struct nft_part accept_parts[] = { { RULE_ACCEPT } };

static void rules_come_back(void **state)
{
	static const struct {
		const char *chain, *comment;
		const struct nft_part *parts;
		size_t n;
	} rows[] = {
		{ "pre", "every", every_part, ELEMENTS(every_part) },
		{ "post", "out", out_parts, ELEMENTS(out_parts) },
		{ "side", "drop", drop_parts, ELEMENTS(drop_parts) },
		{ "pre", "jump", jump_parts, ELEMENTS(jump_parts) },
		{ "pre", NULL, accept_parts, ELEMENTS(accept_parts) },
	};
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	struct nft_rule_list rules = VEC_INIT;
	struct nft_chain_list chains = VEC_INIT;

	begin_fresh(&b);
	nft_put_map(&b, table, "ports", NFT_MAP_PORT);
	nft_put_chain(&b, table, &(struct nft_chain){ "pre", "nat", NFT_PREROUTING, -100 });
	nft_put_chain(&b, table, &(struct nft_chain){ "post", "nat", NFT_POSTROUTING, 100 });
	nft_put_chain(&b, table, &(struct nft_chain){ .name = "side" });
	for (size_t i = 0; i < ELEMENTS(rows); i++)
		nft_put_rule(&b, table,
			     &(struct nft_rule){ .chain = rows[i].chain,
						 .comment = rows[i].comment,
						 .parts = rows[i].parts,
						 .n = rows[i].n });
	commit(&b);
	assert_int_equal(nft_list_rules(&nft, table, &rules), 0);
	assert_int_equal(rules.len, ELEMENTS(rows));
	vec_for_each (r, &rules)
		assert_int_equal(r->drops, strcmp(r->comment, "drop") == 0);
	assert_string_equal(rules.items[0].chain, "pre");
	assert_string_equal(rules.items[0].comment, "every");

	assert_int_equal(nft_list_chains(&nft, &chains), 0);
	assert_int_equal(chains.len, 3);
	assert_true(chains.items[0].base);
	assert_int_equal(chains.items[0].priority, -100);
	assert_false(chains.items[2].base);

	nft_begin(&b);
	nft_put_rule_delete(&b, table, "pre", rules.items[0].handle);
	commit(&b);
	rules.len = 0;
	assert_int_equal(nft_list_rules(&nft, table, &rules), 0);
	assert_int_equal(rules.len, ELEMENTS(rows) - 1);
	vec_done(&rules);
	vec_done(&chains);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_come_back),
		cmocka_unit_test(ten_thousand_elements),
		cmocka_unit_test(all_or_nothing),
		cmocka_unit_test(rules_come_back),
	};

	return cmocka_run_group_tests(tests, enter_private_network, leave);
}
