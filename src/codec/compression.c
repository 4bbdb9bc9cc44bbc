/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the names of compressions and how a stream's first bytes tell which it is. */
#include "codec/compress.h"

static const struct {
	const char *name, *magic;
	size_t len;
} rows[] = {
	[COMPRESSION_NONE] = { "none", "", 0 },
	[COMPRESSION_GZIP] = { "gzip", "\x1f\x8b\x08", 3 },
	[COMPRESSION_ZSTD] = { "zstd", "\x28\xb5\x2f\xfd", 4 },
	[COMPRESSION_XZ] = { "xz",
			     "\xfd"
			     "7zXZ\0",
			     6 },
	[COMPRESSION_BZIP2] = { "bzip2", "BZh", 3 },
};
static_assert(ELEMENTS(rows) == COMPRESSION_COUNT, "a row for each compression");

const char *compression_name(enum compression c)
{
	assert(c < COMPRESSION_COUNT);
	return rows[c].name;
}

/* A skippable zstd frame may come first (RFC 8878, 3.1.2): 0x184D2A5? little endian. */
static bool is_skippable_frame(struct str_slice s)
{
	return s.len >= 4 && ((uint8_t)s.ptr[0] & 0xf0) == 0x50 &&
	       !memcmp(s.ptr + 1, "\x2a\x4d\x18", 3);
}

enum compression compression_detect(struct str_slice first)
{
	for (enum compression c = COMPRESSION_GZIP; c < COMPRESSION_COUNT; c++)
		if (first.len >= rows[c].len && !memcmp(first.ptr, rows[c].magic, rows[c].len))
			return c;
	return is_skippable_frame(first) ? COMPRESSION_ZSTD : COMPRESSION_NONE;
}
