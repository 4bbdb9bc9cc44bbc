/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns SHA-256 digests: the value, its text "sha256:HEX", and the computing of it. A digest text
 * from outside is read here, strictly, before any path is made of it.
 */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	DIGEST_SIZE = 32,
	DIGEST_HEX_LEN = 64,
	DIGEST_HEX_MAX = 65,  /* 64 digits and NUL */
	DIGEST_TEXT_MAX = 72, /* "sha256:", 64 digits, NUL */
};

struct digest {
	uint8_t bytes[DIGEST_SIZE];
};

#define DIGEST_INIT ((struct digest){ { 0 } })

/* "sha256:" and exactly 64 lower-case hex digits; -EINVAL otherwise, *ret untouched. */
int digest_parse(struct str_slice s, struct digest *ret) _must_check;
/* The same without "sha256:". */
int digest_parse_hex(struct str_slice s, struct digest *ret) _must_check;

/* Both return `text`. */
char *digest_format(const struct digest *d, char text[DIGEST_TEXT_MAX]);
char *digest_hex(const struct digest *d, char text[DIGEST_HEX_MAX]);

bool digest_eq(const struct digest *a, const struct digest *b);
bool digest_is_zero(const struct digest *d);

/*
 * Has OpenSSL compute, which uses the processor's own instructions (ten times libmd's speed) and
 * costs a millisecond and a megabyte to load: for workers, before their sandbox closes and before
 * threads. Without libcrypto everything works on with libmd; the return says which it is.
 */
bool digest_load_fast(void);

/* Sized for any of the implementations behind it; nothing to free. */
struct digest_ctx {
	uint64_t words[32];
};

void digest_begin(struct digest_ctx *c);
void digest_add(struct digest_ctx *c, const void *data, size_t n);
/* Adds n as eight bytes, little endian: lengths that keep fields apart. */
void digest_add_number(struct digest_ctx *c, uint64_t n);
void digest_end(struct digest_ctx *c, struct digest *ret); /* c may begin again */

void digest_of(const void *data, size_t n, struct digest *ret);
