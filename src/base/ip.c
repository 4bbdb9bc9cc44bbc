/* SPDX-License-Identifier: Apache-2.0 */
/* Address arithmetic and text. Parsing goes through inet_pton, which takes no short forms. */
#include "base/ip.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

struct ip_addr ip_v4(uint32_t host_order)
{
	struct ip_addr a = { .family = IP_V4 };

	for (int i = 0; i < 4; i++)
		a.bytes[i] = (uint8_t)(host_order >> (24 - 8 * i));
	return a;
}

uint32_t ip_v4_number(struct ip_addr a)
{
	assert(a.family == IP_V4);
	return (uint32_t)a.bytes[0] << 24 | (uint32_t)a.bytes[1] << 16 | (uint32_t)a.bytes[2] << 8 |
	       a.bytes[3];
}

unsigned ip_bytes(struct ip_addr a)
{
	return a.family == IP_V4 ? 4 : a.family == IP_V6 ? 16 : 0;
}

unsigned ip_bits(struct ip_addr a)
{
	return ip_bytes(a) * 8;
}

bool ip_eq(struct ip_addr a, struct ip_addr b)
{
	return a.family == b.family && memcmp(a.bytes, b.bytes, ip_bytes(a)) == 0;
}

bool ip_is_any(struct ip_addr a)
{
	static const uint8_t zero[16];

	return a.family != IP_NONE && memcmp(a.bytes, zero, ip_bytes(a)) == 0;
}

bool ip_is_loopback(struct ip_addr a)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (a.family == IP_V4)
		return a.bytes[0] == 127;
	return a.family == IP_V6 && memcmp(a.bytes, one, 16) == 0;
}

int ip_parse(struct str_slice s, struct ip_addr *ret)
{
	char text[IP_TEXT_MAX];
	struct ip_addr a = { 0 };

	if (s.len == 0 || s.len >= sizeof(text) || memchr(s.ptr, 0, s.len))
		return -EINVAL;
	memcpy(text, s.ptr, s.len);
	text[s.len] = 0;
	a.family = strchr(text, ':') ? IP_V6 : IP_V4;
	if (inet_pton(a.family == IP_V6 ? AF_INET6 : AF_INET, text, a.bytes) != 1)
		return -EINVAL;
	*ret = a;
	return 0;
}

int ip_net_parse(struct str_slice s, struct ip_net *ret)
{
	struct str_slice address;
	struct ip_net n;
	uint32_t prefix;

	if (!str_cut(&s, '/', &address) || ip_parse(address, &n.addr) < 0)
		return -EINVAL;
	/* "/016" is no prefix length to anybody else. */
	if ((s.len > 1 && s.ptr[0] == '0') || num_parse_u32(s, ip_bits(n.addr), &prefix) < 0)
		return -EINVAL;
	n.prefix = (uint8_t)prefix;
	*ret = n;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int ip_mac_parse(struct str_slice s, struct ip_mac *ret)
{
	struct ip_mac m;

	if (s.len != 17)
		return -EINVAL;
	for (int i = 0; i < 6; i++) {
		const char *pair = s.ptr + 3 * i;
		int high = hex_digit(pair[0]), low = hex_digit(pair[1]);

		if (high < 0 || low < 0 || (i < 5 && pair[2] != s.ptr[2]))
			return -EINVAL;
		m.bytes[i] = (uint8_t)(high << 4 | low);
	}
	if (s.ptr[2] != ':' && s.ptr[2] != '-')
		return -EINVAL;
	*ret = m;
	return 0;
}

char *ip_format(struct ip_addr a, char *text)
{
	*text = 0;
	if (a.family != IP_NONE)
		inet_ntop(a.family == IP_V6 ? AF_INET6 : AF_INET, a.bytes, text, IP_TEXT_MAX);
	return text;
}

char *ip_net_format(struct ip_net n, char *text)
{
	size_t len;

	ip_format(n.addr, text);
	len = strlen(text);
	if (len)
		snprintf(text + len, IP_NET_TEXT_MAX - len, "/%u", n.prefix);
	return text;
}

char *ip_mac_format(struct ip_mac m, char *text)
{
	const uint8_t *b = m.bytes;

	snprintf(text, IP_MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3],
		 b[4], b[5]);
	return text;
}

struct ip_net ip_net_masked(struct ip_net n)
{
	for (unsigned bit = n.prefix; bit < ip_bits(n.addr); bit++)
		n.addr.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
	return n;
}

bool ip_net_contains(struct ip_net n, struct ip_addr a)
{
	if (n.addr.family != a.family || a.family == IP_NONE)
		return false;
	return ip_eq(ip_net_masked(n).addr,
		     ip_net_masked((struct ip_net){ .addr = a, .prefix = n.prefix }).addr);
}

bool ip_net_overlaps(struct ip_net a, struct ip_net b)
{
	return ip_net_contains(a, b.addr) || ip_net_contains(b, a.addr);
}

uint64_t ip_net_size(struct ip_net n)
{
	unsigned bits = ip_bits(n.addr) - n.prefix;

	return bits >= 64 ? UINT64_MAX : (uint64_t)1 << bits;
}

struct ip_addr ip_net_at(struct ip_net n, uint64_t offset)
{
	struct ip_addr a = ip_net_masked(n).addr;

	if (a.family == IP_NONE || offset > ip_net_size(n) - 1)
		return IP_ADDR_NONE;
	/* The host bits are zero and offset fits in them, so this adds without a carry. */
	for (int i = (int)ip_bytes(a) - 1; i >= 0 && offset; i--, offset >>= 8)
		a.bytes[i] |= (uint8_t)offset;
	return a;
}

uint64_t ip_net_offset(struct ip_net n, struct ip_addr a)
{
	struct ip_addr base = ip_net_masked(n).addr;
	uint64_t offset = 0;

	if (!ip_net_contains(n, a))
		return UINT64_MAX;
	for (unsigned i = 0; i < ip_bytes(a); i++) {
		if (offset >> 56)
			return UINT64_MAX;
		offset = offset << 8 | (uint8_t)(a.bytes[i] ^ base.bytes[i]);
	}
	return offset;
}

struct ip_mac ip_mac_of_v4(struct ip_addr a)
{
	struct ip_mac m = { .bytes = { 0x02, 0x42 } };

	assert(a.family == IP_V4);
	memcpy(m.bytes + 2, a.bytes, 4);
	return m;
}
