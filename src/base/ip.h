/* SPDX-License-Identifier: Apache-2.0 */
/* Owns IP addresses, prefixes and hardware addresses as values, and their text. No I/O. */
#pragma once

#include "base/str.h"

#include <stdint.h>

enum ip_family { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 };

/* Network byte order; an IPv4 address is in the first four bytes, the others are zero. */
struct ip_addr {
	uint8_t family; /* enum ip_family; IP_NONE: unset */
	uint8_t bytes[16];
};

struct ip_net {
	struct ip_addr addr; /* may have host bits, as in 172.17.0.1/16 */
	uint8_t prefix;
};

struct ip_mac {
	uint8_t bytes[6];
};

enum { IP_TEXT_MAX = 46, IP_NET_TEXT_MAX = 50, IP_MAC_TEXT_MAX = 18 };

#define IP_ADDR_NONE ((struct ip_addr){ .family = IP_NONE })

struct ip_addr ip_v4(uint32_t host_order);
uint32_t ip_v4_number(struct ip_addr a); /* host order; asserts the family */

unsigned ip_bytes(struct ip_addr a); /* 4, 16, or 0 when unset */
unsigned ip_bits(struct ip_addr a);  /* 32, 128, or 0 */
bool ip_eq(struct ip_addr a, struct ip_addr b);
bool ip_is_any(struct ip_addr a); /* 0.0.0.0 or ::, not IP_NONE */
bool ip_is_loopback(struct ip_addr a);

/* -EINVAL unless the whole text is an address (no brackets, no zone). */
int ip_parse(struct str_slice s, struct ip_addr *ret) _must_check;
/* "address/prefix"; -EINVAL. Host bits are kept. */
int ip_net_parse(struct str_slice s, struct ip_net *ret) _must_check;
/* Six pairs of hex digits between ':' or '-'; -EINVAL. */
int ip_mac_parse(struct str_slice s, struct ip_mac *ret) _must_check;

/* Each returns `text`, which has at least the *_TEXT_MAX bytes; "" for an unset address. */
char *ip_format(struct ip_addr a, char *text);
char *ip_net_format(struct ip_net n, char *text);
char *ip_mac_format(struct ip_mac m, char *text);

struct ip_net ip_net_masked(struct ip_net n); /* host bits cleared */
bool ip_net_contains(struct ip_net n, struct ip_addr a);
bool ip_net_overlaps(struct ip_net a, struct ip_net b);

/* The address `offset` after the prefix's first one; wraps nowhere: IP_NONE when outside it. */
struct ip_addr ip_net_at(struct ip_net n, uint64_t offset);
/* How far `a` is from the first address; UINT64_MAX when outside the prefix or farther. */
uint64_t ip_net_offset(struct ip_net n, struct ip_addr a);
/* Addresses in the prefix, at most UINT64_MAX. */
uint64_t ip_net_size(struct ip_net n);

/* 02:42 and the four bytes of an IPv4 address: what docker gave containers for ten years. */
struct ip_mac ip_mac_of_v4(struct ip_addr a);
