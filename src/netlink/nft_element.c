/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published ports as bytes of map elements and back. Written with libmnl alone: ten thousand
 * elements would be ten thousand objects in libnftnl.
 */
#include "netlink/nft_message.h"

enum {
	ELEMENT_MAX = 128,	   /* bytes of one element with its headers */
	ELEMENTS_IN_MESSAGE = 400, /* a nest's length has 16 bits */
};
static_assert(ELEMENT_MAX * ELEMENTS_IN_MESSAGE < UINT16_MAX, "a list of elements is one nest");

static const struct nft_map_shape shapes[] = {
	[NFT_MAP_PORT] = { .by_address = false, .interval = false },
	[NFT_MAP_ADDRESS_PORT] = { .by_address = true, .interval = false },
	[NFT_MAP_RANGE] = { .by_address = false, .interval = true },
	[NFT_MAP_ADDRESS_RANGE] = { .by_address = true, .interval = true },
};
static_assert(ELEMENTS(shapes) == NFT_MAP_KIND_COUNT, "a shape for each kind of map");

const struct nft_map_shape *nft_map_shape(enum nft_map_kind kind)
{
	assert(kind < NFT_MAP_KIND_COUNT);
	return &shapes[kind];
}

static void put_port(uint8_t *word, uint16_t port)
{
	word[0] = (uint8_t)(port >> 8);
	word[1] = (uint8_t)port;
}

static uint16_t get_port(const uint8_t *word)
{
	return (uint16_t)(word[0] << 8 | word[1]);
}

static void put_value(struct nlmsghdr *m, uint16_t type, const uint8_t *bytes, uint32_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(m, type);

	mnl_attr_put(m, NFTA_DATA_VALUE, len, bytes);
	mnl_attr_nest_end(m, nest);
}

static void put_key(struct nlmsghdr *m, const struct nft_map *map, const struct nft_element *e)
{
	const struct nft_map_shape *shape = nft_map_shape(map->kind);
	uint32_t address = shape->by_address ? nft_address_len(map->table) : 0;
	uint32_t len = nft_key_len(map->table, shape);
	uint8_t key[NFT_KEY_MAX] = { 0 };

	memcpy(key, e->host.bytes, address);
	key[address] = e->proto;
	put_port(key + address + NFT_WORD, e->first);
	put_value(m, NFTA_SET_ELEM_KEY, key, len);
	if (!shape->interval)
		return;
	put_port(key + address + NFT_WORD, e->last);
	put_value(m, NFTA_SET_ELEM_KEY_END, key, len);
}

static void put_data(struct nlmsghdr *m, const struct nft_map *map, const struct nft_element *e)
{
	const struct nft_map_shape *shape = nft_map_shape(map->kind);
	uint32_t address = nft_address_len(map->table);
	uint8_t data[NFT_KEY_MAX] = { 0 };

	memcpy(data, e->to.bytes, address);
	if (!shape->interval)
		put_port(data + address, e->to_port);
	put_value(m, NFTA_SET_ELEM_DATA, data, nft_data_len(map->table, shape));
}

static void put_elements(struct nl_batch *b, const struct nft_map *map, uint8_t type,
			 struct nft_elements part)
{
	bool add = type == NFT_MSG_NEWSETELEM;
	struct nlmsghdr *m = nft_message(
		b, &(struct nft_message){ .what = add ? "publish ports in the nftables map"
						      : "withdraw ports from the nftables map",
					  .object = map->name,
					  .table = map->table,
					  .type = type,
					  .flags = add ? NLM_F_CREATE : 0,
					  .size = ELEMENT_MAX * (part.len + 2) });
	struct nlattr *list, *item;

	if (!m)
		return;
	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_TABLE, map->table.name);
	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_SET, map->name);
	list = mnl_attr_nest_start(m, NFTA_SET_ELEM_LIST_ELEMENTS);
	vec_for_each (e, &part) {
		item = mnl_attr_nest_start(m, NFTA_LIST_ELEM);
		put_key(m, map, e);
		if (add)
			put_data(m, map, e);
		mnl_attr_nest_end(m, item);
	}
	mnl_attr_nest_end(m, list);
	nl_put_end(b, m);
}

static void put_in_pieces(struct nl_batch *b, const struct nft_map *map, uint8_t type,
			  struct nft_elements all)
{
	for (size_t at = 0; at < all.len; at += ELEMENTS_IN_MESSAGE)
		put_elements(b, map, type,
			     (struct nft_elements){
				     .items = all.items + at,
				     .len = MIN(all.len - at, (size_t)ELEMENTS_IN_MESSAGE) });
}

void nft_put_elements(struct nl_batch *b, const struct nft_map *map,
		      const struct nft_element *items, size_t n)
{
	put_in_pieces(b, map, NFT_MSG_NEWSETELEM,
		      (struct nft_elements){ .items = (struct nft_element *)items, .len = n });
}

void nft_put_elements_delete(struct nl_batch *b, const struct nft_map *map,
			     const struct nft_element *items, size_t n)
{
	put_in_pieces(b, map, NFT_MSG_DELSETELEM,
		      (struct nft_elements){ .items = (struct nft_element *)items, .len = n });
}

struct element_reader {
	const struct nft_map *map;
	struct nft_elements *list;
};

/* The bytes of a key or value of exactly `len` bytes, or NULL. */
static const uint8_t *value_bytes(const struct nlattr *nest, uint32_t len)
{
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) if (mnl_attr_get_type(a) == NFTA_DATA_VALUE &&
					      mnl_attr_get_payload_len(a) ==
						      len) return mnl_attr_get_payload(a);
	return NULL;
}

static struct ip_addr read_address(struct nft_table t, const uint8_t *bytes)
{
	struct ip_addr a = { .family = t.family == NFT_V6 ? IP_V6 : IP_V4 };

	memcpy(a.bytes, bytes, nft_address_len(t));
	return a;
}

static void read_part(const struct nft_map *map, const struct nlattr *a, struct nft_element *e)
{
	const struct nft_map_shape *shape = nft_map_shape(map->kind);
	uint32_t address = shape->by_address ? nft_address_len(map->table) : 0;
	uint16_t type = mnl_attr_get_type(a);
	const uint8_t *bytes;

	if (type == NFTA_SET_ELEM_KEY && (bytes = value_bytes(a, nft_key_len(map->table, shape)))) {
		if (shape->by_address)
			e->host = read_address(map->table, bytes);
		e->proto = bytes[address];
		e->first = get_port(bytes + address + NFT_WORD);
	} else if (type == NFTA_SET_ELEM_KEY_END && shape->interval &&
		   (bytes = value_bytes(a, nft_key_len(map->table, shape)))) {
		e->last = get_port(bytes + address + NFT_WORD);
	} else if (type == NFTA_SET_ELEM_DATA &&
		   (bytes = value_bytes(a, nft_data_len(map->table, shape)))) {
		e->to = read_address(map->table, bytes);
		if (!shape->interval)
			e->to_port = get_port(bytes + nft_address_len(map->table));
	}
}

static int read_elements(void *ctx, const struct nlmsghdr *m)
{
	struct element_reader *reader = ctx;
	const struct nlattr *a, *item, *part;
	int r = 0;

	mnl_attr_for_each(a, m, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(a) != NFTA_SET_ELEM_LIST_ELEMENTS)
			continue;
		mnl_attr_for_each_nested(item, a)
		{
			struct nft_element e = { 0 };

			mnl_attr_for_each_nested(part, item) read_part(reader->map, part, &e);
			if (r == 0)
				r = vec_push(reader->list, e);
		}
	}
	return r;
}

int nft_list_elements(struct nl_socket *s, const struct nft_map *map, struct nft_elements *list)
{
	auto_(nl_batch_done) struct nl_batch b = NL_BATCH_INIT;
	struct element_reader reader = { map, list };
	struct nlmsghdr *m = nft_message(&b, &(struct nft_message){ .what = "list the nftables map",
								    .object = map->name,
								    .table = map->table,
								    .type = NFT_MSG_GETSETELEM,
								    .size = 512 });
	if (!m)
		return b.error;
	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_TABLE, map->table.name);
	mnl_attr_put_strz(m, NFTA_SET_ELEM_LIST_SET, map->name);
	return nl_dump(s, m, read_elements, &reader);
}
