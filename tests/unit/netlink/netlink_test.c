/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests against a real kernel, in a network namespace of the test's own: links, addresses,
 * routes and ports come back as they were asked for, a failed batch names its step.
 */
#include "netlink/address.h"
#include "netlink/link.h"
#include "netlink/route.h"
#include "netlink/sockdiag.h"
#include "os/ns.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdio.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct nl_socket route_socket = { .fd = -1 };

static int enter_private_network(void **state)
{
	if (unshare(CLONE_NEWNET) < 0) {
		print_message("skipped: cannot make a network namespace here\n");
		exit(77);
	}
	return nl_open(NETLINK_ROUTE, &route_socket);
}

static int leave(void **state)
{
	nl_close(&route_socket);
	return 0;
}

static void run(struct nl_batch *b)
{
	struct nl_failure f = { 0 };
	int r = nl_run(&route_socket, b, &f);

	if (r < 0)
		fail_msg("%s '%s': %s %s", f.what, f.object, strerror(-r), f.kernel);
	nl_batch_clear(b);
}

static struct link_info find(struct nl_socket *s, const char *name)
{
	struct link_info l = { 0 };

	assert_int_equal(link_find(s, name, &l), 0);
	return l;
}

static void bridge_and_pair(void **state)
{
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	struct ip_mac mac;
	struct link_info bridge, port;

	assert_int_equal(ip_mac_parse(STR_LIT("02:42:0a:00:00:01"), &mac), 0);
	link_put_bridge(&b, "br-test", &mac, 1400);
	link_put_veth(&b, &(struct link_veth){ .name = "host-end",
					       .peer_name = "far-end",
					       .mtu = 1400,
					       .index = 100,
					       .peer_index = 101,
					       .peer_netns_fd = -1 });
	run(&b);
	bridge = find(&route_socket, "br-test");
	assert_string_equal(bridge.kind, "bridge");
	assert_memory_equal(bridge.mac.bytes, mac.bytes, 6);
	assert_int_equal(bridge.mtu, 1400);
	assert_false(bridge.up);

	link_put_change(
		&b, &(struct link_change){
			    .name = "host-end", .up = 1, .master = bridge.index, .netns_fd = -1 });
	link_put_hairpin(&b, "host-end", true);
	run(&b);
	port = find(&route_socket, "host-end");
	assert_int_equal(port.index, 100);
	assert_int_equal(port.master, bridge.index);
	assert_true(port.up);
	assert_true(port.hairpin);

	link_put_delete(&b, "host-end");
	link_put_delete(&b, "br-test");
	link_put_delete(&b, "br-test"); /* absent: fine */
	run(&b);
	assert_int_equal(link_find(&route_socket, "far-end", &port), -ENODEV);
}

static void move_out_of_a_namespace_in_one_batch(void **state)
{
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	auto_fd int here = ns_self(CLONE_NEWNET), there = ns_new(CLONE_NEWNET);
	struct nl_socket inside = NL_SOCKET_INIT;
	struct nl_failure f = { 0 };
	struct link_info bridge, l;
	struct ip_net address;
	struct route_list routes = VEC_INIT;
	size_t defaults = 0;

	assert_true(here >= 0 && there >= 0);
	assert_int_equal(nl_open_in(there, NETLINK_ROUTE, &inside), 0);
	link_put_bridge(&b, "br-move", NULL, 0);
	run(&b);
	bridge = find(&route_socket, "br-move");

	link_put_veth(&b, &(struct link_veth){ .name = "vethmove",
					       .peer_name = "eth0",
					       .index = 3,
					       .peer_index = 2,
					       .peer_netns_fd = -1 });
	assert_int_equal(nl_run(&inside, &b, &f), 0);
	nl_batch_clear(&b);

	assert_int_equal(ip_net_parse(STR_LIT("10.9.0.2/16"), &address), 0);
	link_put_change(&b, &(struct link_change){ .name = "vethmove",
						   .index = 3,
						   .up = 1,
						   .master = bridge.index,
						   .netns_fd = here });
	link_put_change(&b,
			&(struct link_change){ .name = "eth0",
					       .index = 2,
					       .mac = &(struct ip_mac){ { 2, 0x42, 10, 9, 0, 2 } },
					       .up = 1,
					       .master = -1,
					       .netns_fd = -1 });
	address_put_add(&b, 2, address);
	route_put_default(&b, 2, ip_v4(0x0a090001));
	if (nl_run(&inside, &b, &f) < 0)
		fail_msg("%s '%s': %s %s", f.what, f.object, strerror(f.errnum), f.kernel);

	l = find(&route_socket, "vethmove");
	assert_int_equal(l.master, bridge.index);
	assert_true(l.up);
	assert_int_equal(find(&inside, "eth0").mac.bytes[5], 2);
	assert_int_equal(route_list(&inside, &routes), 0);
	vec_for_each (r, &routes)
		defaults += r->to.prefix == 0 && r->link == 2 &&
			    ip_eq(r->gateway, ip_v4(0x0a090001));
	assert_int_equal(defaults, 1);
	vec_done(&routes);
	nl_close(&inside);
}

static void a_failure_names_its_step(void **state)
{
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	struct nl_failure f = { 0 };
	struct link_info l;

	link_put_bridge(&b, "br-ok", NULL, 0);
	link_put_change(&b,
			&(struct link_change){
				.name = "no-such-link", .up = 1, .master = -1, .netns_fd = -1 });
	link_put_bridge(&b, "br-ok", NULL, 0);
	assert_int_equal(nl_run(&route_socket, &b, &f), -ENODEV);
	assert_int_equal(f.errnum, ENODEV);
	assert_string_equal(f.what, "configure the link");
	assert_string_equal(f.object, "no-such-link");
	nl_batch_clear(&b);

	link_put_bridge(&b, "br-ok", NULL, 0);
	nl_tolerate(&b, EEXIST);
	run(&b);
	assert_int_equal(link_find(&route_socket, "br-ok", &l), 0);
}

static void addresses(void **state)
{
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	struct address_list list = VEC_INIT;
	struct ip_net a;
	size_t found = 0;

	assert_int_equal(ip_net_parse(STR_LIT("172.17.0.1/16"), &a), 0);
	link_put_change(&b,
			&(struct link_change){ .index = 1, .up = 1, .master = -1, .netns_fd = -1 });
	address_put_add(&b, 1, a);
	run(&b);
	assert_int_equal(address_list(&route_socket, &list), 0);
	vec_for_each (i, &list)
		found += i->link == 1 && ip_eq(i->net.addr, a.addr) && i->net.prefix == 16;
	assert_int_equal(found, 1);
	vec_done(&list);
	address_put_delete(&b, 1, a);
	run(&b);
}

static void used_ports(void **state)
{
	struct nl_socket diag = NL_SOCKET_INIT;
	struct sockdiag_ports ports = VEC_INIT;
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(4711) };
	auto_fd int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	auto_fd int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(tcp, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(tcp, 1), 0);
	any.sin_port = htons(4712);
	assert_int_equal(bind(udp, (struct sockaddr *)&any, sizeof(any)), 0);

	assert_int_equal(nl_open(NETLINK_SOCK_DIAG, &diag), 0);
	assert_int_equal(sockdiag_list(&diag, IPPROTO_TCP, &ports), 0);
	assert_int_equal(ports.len, 1);
	assert_int_equal(ports.items[0].port, 4711);
	assert_int_equal(sockdiag_list(&diag, IPPROTO_UDP, &ports), 0);
	assert_int_equal(ports.len, 2);
	assert_int_equal(ports.items[1].port, 4712);
	assert_true(ip_is_any(ports.items[1].addr));
	vec_done(&ports);
	nl_close(&diag);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bridge_and_pair),
		cmocka_unit_test(move_out_of_a_namespace_in_one_batch),
		cmocka_unit_test(a_failure_names_its_step),
		cmocka_unit_test(addresses),
		cmocka_unit_test(used_ports),
	};

	return cmocka_run_group_tests(tests, enter_private_network, leave);
}
