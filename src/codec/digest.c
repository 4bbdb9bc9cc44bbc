/* SPDX-License-Identifier: Apache-2.0 */
/* Owns SHA-256 digests, computed by libmd or, where it was loaded, by OpenSSL. */
#include "codec/digest.h"

#include "codec/library.h"

#include <errno.h>
#include <sha2.h>
#include <stdlib.h>

static const char prefix[] = "sha256:";
static_assert(sizeof(prefix) - 1 + DIGEST_HEX_LEN + 1 == DIGEST_TEXT_MAX, "a digest text fits");

/*
 * OpenSSL's SHA256_CTX is 112 bytes by its public header; its low-level calls keep the state in the
 * caller's memory, which the EVP ones do not.
 */
static struct {
	int (*begin)(void *c);
	int (*add)(void *c, const void *data, size_t n);
	int (*end)(unsigned char *ret, void *c);
} fast;

static_assert(sizeof(SHA2_CTX) <= sizeof(struct digest_ctx), "libmd's state fits");
static_assert(sizeof(struct digest_ctx) >= 112, "OpenSSL's state fits");

bool digest_load_fast(void)
{
	const struct library_symbol symbols[] = { { "SHA256_Init", &fast.begin },
						  { "SHA256_Update", &fast.add },
						  { "SHA256_Final", &fast.end } };

	return fast.end || library_load("libcrypto.so.3", symbols, ELEMENTS(symbols)) == 0;
}

void digest_begin(struct digest_ctx *c)
{
	if (fast.end)
		fast.begin(c);
	else
		SHA256Init((SHA2_CTX *)c);
}

void digest_add(struct digest_ctx *c, const void *data, size_t n)
{
	if (fast.end)
		fast.add(c, data, n);
	else
		SHA256Update((SHA2_CTX *)c, data, n);
}

void digest_add_number(struct digest_ctx *c, uint64_t n)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(n >> (8 * i));
	digest_add(c, bytes, sizeof(bytes));
}

void digest_end(struct digest_ctx *c, struct digest *ret)
{
	if (fast.end)
		fast.end(ret->bytes, c);
	else
		SHA256Final(ret->bytes, (SHA2_CTX *)c);
}

void digest_of(const void *data, size_t n, struct digest *ret)
{
	struct digest_ctx c;

	digest_begin(&c);
	digest_add(&c, data, n);
	digest_end(&c, ret);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int digest_parse_hex(struct str_slice s, struct digest *ret)
{
	struct digest d;

	if (s.len != DIGEST_HEX_LEN)
		return -EINVAL;
	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		int high = hex_value(s.ptr[2 * i]), low = hex_value(s.ptr[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		d.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret = d;
	return 0;
}

int digest_parse(struct str_slice s, struct digest *ret)
{
	if (!str_take_prefix(&s, prefix))
		return -EINVAL;
	return digest_parse_hex(s, ret);
}

char *digest_hex(const struct digest *d, char text[DIGEST_HEX_MAX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_SIZE; i++) {
		text[2 * i] = digits[d->bytes[i] >> 4];
		text[2 * i + 1] = digits[d->bytes[i] & 15];
	}
	text[DIGEST_HEX_LEN] = '\0';
	return text;
}

char *digest_format(const struct digest *d, char text[DIGEST_TEXT_MAX])
{
	memcpy(text, prefix, sizeof(prefix) - 1);
	digest_hex(d, text + sizeof(prefix) - 1);
	return text;
}

bool digest_eq(const struct digest *a, const struct digest *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool digest_is_zero(const struct digest *d)
{
	static const struct digest zero;

	return digest_eq(d, &zero);
}
