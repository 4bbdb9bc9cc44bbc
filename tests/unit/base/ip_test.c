/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and prefixes: text both ways, membership, arithmetic at the edges. */
#include "base/ip.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void texts(void **state)
{
	static const struct {
		const char *text;
		int r;
		const char *again; /* NULL: the same */
	} rows[] = {
		{ "172.17.0.1/16", 0, NULL },	       { "0.0.0.0/0", 0, NULL },
		{ "255.255.255.255/32", 0, NULL },     { "fe80::1/64", 0, NULL },
		{ "FE80:0::1/128", 0, "fe80::1/128" }, { "172.17.0.1/33", -EINVAL, NULL },
		{ "172.17.0.1/016", -EINVAL, NULL },   { "172.17.0.1/", -EINVAL, NULL },
		{ "172.17.0.1", -EINVAL, NULL },       { "172.17.1/16", -EINVAL, NULL },
		{ "172.17.0.01/16", -EINVAL, NULL },   { "/16", -EINVAL, NULL },
		{ "::1/129", -EINVAL, NULL },	       { "1.2.3.4.5/8", -EINVAL, NULL },
		{ " 1.2.3.4/8", -EINVAL, NULL },
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		char text[IP_NET_TEXT_MAX];
		struct ip_net n = { 0 };

		assert_int_equal(ip_net_parse(str_slice(rows[i].text), &n), rows[i].r);
		assert_string_equal(ip_net_format(n, text), rows[i].r < 0   ? ""
							    : rows[i].again ? rows[i].again
									    : rows[i].text);
	}
}

static void hardware_addresses(void **state)
{
	char text[IP_MAC_TEXT_MAX];
	struct ip_mac m = { 0 };

	assert_int_equal(ip_mac_parse(STR_LIT("02:42:AC:11:00:02"), &m), 0);
	assert_string_equal(ip_mac_format(m, text), "02:42:ac:11:00:02");
	assert_int_equal(ip_mac_parse(STR_LIT("02-42-ac-11-00-03"), &m), 0);
	assert_int_equal(m.bytes[5], 3);
	assert_int_equal(ip_mac_parse(STR_LIT("02:42-ac:11:00:03"), &m), -EINVAL);
	assert_int_equal(ip_mac_parse(STR_LIT("02:42:ac:11:00"), &m), -EINVAL);
	assert_int_equal(ip_mac_parse(STR_LIT("02:42:ac:11:00:0g"), &m), -EINVAL);
	assert_int_equal(ip_mac_parse(STR_LIT("02x42xacx11x00x02"), &m), -EINVAL);
	assert_string_equal(ip_mac_format(ip_mac_of_v4(ip_v4(0xac110009)), text),
			    "02:42:ac:11:00:09");
}

static struct ip_net net(const char *text)
{
	struct ip_net n;

	assert_int_equal(ip_net_parse(str_slice(text), &n), 0);
	return n;
}

static void membership(void **state)
{
	assert_true(ip_net_contains(net("172.17.0.1/16"), net("172.17.255.255/32").addr));
	assert_false(ip_net_contains(net("172.17.0.1/16"), net("172.18.0.0/32").addr));
	assert_true(ip_net_contains(net("0.0.0.0/0"), net("8.8.8.8/32").addr));
	assert_false(ip_net_contains(net("0.0.0.0/0"), net("::8/128").addr));
	assert_true(ip_net_overlaps(net("10.0.0.0/8"), net("10.1.0.0/16")));
	assert_true(ip_net_overlaps(net("10.1.0.0/16"), net("10.0.0.0/8")));
	assert_false(ip_net_overlaps(net("10.0.0.0/16"), net("10.1.0.0/16")));
	assert_true(ip_is_loopback(net("127.1.2.3/32").addr));
	assert_true(ip_is_loopback(net("::1/128").addr));
	assert_false(ip_is_loopback(net("::2/128").addr));
	assert_true(ip_is_any(net("::/0").addr));
	assert_false(ip_is_any(IP_ADDR_NONE));
}

static void arithmetic(void **state)
{
	char text[IP_TEXT_MAX];

	assert_int_equal(ip_net_size(net("172.17.0.0/16")), 65536);
	assert_int_equal(ip_net_size(net("1.2.3.4/32")), 1);
	assert_int_equal(ip_net_size(net("::/0")), UINT64_MAX);
	assert_string_equal(ip_format(ip_net_at(net("172.17.0.1/16"), 258), text), "172.17.1.2");
	assert_string_equal(ip_format(ip_net_at(net("1.2.3.4/32"), 0), text), "1.2.3.4");
	assert_int_equal(ip_net_at(net("1.2.3.4/31"), 2).family, IP_NONE);
	assert_string_equal(ip_format(ip_net_at(net("fd00::/64"), 0x10001), text), "fd00::1:1");
	assert_int_equal(ip_net_offset(net("172.17.0.0/16"), net("172.17.1.2/32").addr), 258);
	assert_int_equal(ip_net_offset(net("172.17.0.0/16"), net("172.18.1.2/32").addr),
			 UINT64_MAX);
	assert_int_equal(ip_net_offset(net("fd00::/8"), net("fdff::1/128").addr), UINT64_MAX);
	assert_int_equal(ip_net_offset(net("fd00::/64"), net("fd00::ff/128").addr), 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(hardware_addresses),
		cmocka_unit_test(membership),
		cmocka_unit_test(arithmetic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
