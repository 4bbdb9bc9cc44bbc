/* SPDX-License-Identifier: Apache-2.0 */
/* Archives that are written read back the same; archives of others are understood; damage is named.
 */
#include "codec/tar.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void put(struct buf *out, const struct tar_entry *e, const char *data)
{
	struct sink_buf sink;

	sink_buf_init(&sink, out);
	assert_int_equal(tar_write_header(&sink.sink, e), 0);
	buf_str(out, data);
	assert_int_equal(tar_write_padding(&sink.sink, strlen(data)), 0);
}

static void put_end(struct buf *out)
{
	struct sink_buf sink;

	sink_buf_init(&sink, out);
	assert_int_equal(tar_write_end(&sink.sink), 0);
}

static void read_data(struct tar_reader *r, struct buf *out)
{
	struct str_slice chunk;

	do {
		assert_int_equal(tar_reader_data(r, &chunk), 0);
		buf_slice(out, chunk);
	} while (chunk.len);
}

static void round_trip(void **state)
{
	char long_name[700], long_link[300];
	const struct tar_xattr xattrs[] = { { "security.capability", STR_LIT("\1\0\0\2\0 x") },
					    { "user.note", STR_LIT("two\nlines=3") } };
	const struct tar_entry entries[] = {
		{ TAR_DIR, "etc", .link = "", .mode = 0755, .mtime_ns = 1700000000ll * 1000000000 },
		{ TAR_FILE, "etc/passwd", .link = "", .mode = 04755, .uid = 1, .gid = 2, .size = 5,
		  .stored = 5 },
		{ TAR_FILE, long_name, .link = "", .mode = 0600, .uid = 3000000, .gid = 4000000000,
		  .size = 5, .stored = 5, .mtime_ns = -1000000000, .xattrs = xattrs,
		  .n_xattrs = ELEMENTS(xattrs) },
		{ TAR_HARDLINK, "etc/link", .link = "etc/passwd", .mode = 0644 },
		{ TAR_SYMLINK, "etc/sym", .link = long_link, .mode = 0777 },
		{ TAR_CHAR, "dev/null", .link = "", .mode = 0666, .major = 1, .minor = 3 },
		{ TAR_BLOCK_DEVICE, "dev/sda", .link = "", .mode = 0660, .major = 8,
		  .minor = 1048575 },
		{ TAR_FIFO, "run/fifo", .link = "", .mode = 0600 },
	};
	auto_(buf_done) struct buf archive = BUF_INIT, data = BUF_INIT;
	auto_(tar_reader_done) struct tar_reader r;
	struct source_memory source;
	struct tar_entry e;

	memset(long_name, 'n', sizeof(long_name) - 1);
	memset(long_link, 'l', sizeof(long_link) - 1);
	long_name[sizeof(long_name) - 1] = long_link[sizeof(long_link) - 1] = '\0';
	for (size_t i = 0; i < ELEMENTS(entries); i++)
		put(&archive, &entries[i], entries[i].stored ? "12345" : "");
	put_end(&archive);
	assert_int_equal(archive.len % TAR_BLOCK, 0);
	assert_true(tar_detect(buf_view(&archive)));

	source_memory_init(&source, buf_view(&archive));
	tar_reader_init(&r, &source.source);
	for (size_t i = 0; i < ELEMENTS(entries); i++) {
		const struct tar_entry *want = &entries[i];
		size_t len = strlen(want->name);

		assert_int_equal(tar_reader_next(&r, &e), 1);
		assert_int_equal(e.type, want->type);
		assert_memory_equal(e.name, want->name, len);
		assert_string_equal(e.name + len, want->type == TAR_DIR ? "/" : "");
		assert_string_equal(e.link, want->link);
		assert_int_equal(e.mode, want->mode);
		assert_int_equal(e.uid, want->uid);
		assert_int_equal(e.gid, want->gid);
		assert_int_equal(e.major, want->major);
		assert_int_equal(e.minor, want->minor);
		assert_int_equal(e.size, want->size);
		assert_int_equal(e.mtime_ns, want->mtime_ns);
		assert_int_equal(e.n_xattrs, want->n_xattrs);
		for (size_t x = 0; x < e.n_xattrs; x++) {
			assert_string_equal(e.xattrs[x].name, xattrs[x].name);
			assert_true(str_eq(e.xattrs[x].value, xattrs[x].value));
		}
		buf_clear(&data);
		read_data(&r, &data);
		assert_int_equal(data.len, want->size);
	}
	assert_int_equal(tar_reader_next(&r, &e), 0);
	assert_int_equal(tar_reader_next(&r, &e), 0);
}

/* A ustar header made by hand; `edit` is applied before the checksum. */
struct edit {
	unsigned at;
	const char *bytes;
	unsigned len;
};

static void hand_made(char *block, const struct edit *edit, bool good_sum)
{
	unsigned sum = 0;

	memset(block, 0, TAR_BLOCK);
	memcpy(block, "file", 4);
	memcpy(block + 100, "0000644", 7);
	memcpy(block + 108, "0000000", 7);
	memcpy(block + 116, "0000000", 7);
	memcpy(block + 124, "00000000000", 11);
	memcpy(block + 136, "00000000000", 11);
	block[156] = '0';
	memcpy(block + 257, "ustar\00000", 8);
	memcpy(block + edit->at, edit->bytes, edit->len);
	memset(block + 148, ' ', 8);
	for (unsigned i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)block[i];
	snprintf(block + 148, 8, "%06o", good_sum ? sum : sum + 1);
}

static int read_block(const char *block, const char **why)
{
	auto_(tar_reader_done) struct tar_reader r;
	struct source_memory source;
	struct tar_entry e;
	int result;

	source_memory_init(&source, (struct str_slice){ block, TAR_BLOCK });
	tar_reader_init(&r, &source.source);
	result = tar_reader_next(&r, &e);
	if (result > 0)
		result = tar_reader_next(&r, &e);
	*why = r.why;
	return result;
}

static void headers_that_lie(void **state)
{
	static const struct {
		struct edit edit;
		int result;
	} rows[] = {
		{ { 0, "file", 4 }, 0 },
		{ { 156, "\0", 1 }, 0 },
		{ { 156, "Z", 1 }, -ENOTSUP },
		{ { 156, "M", 1 }, -ENOTSUP },
		{ { 124, "00000000010", 11 }, -ENODATA }, /* bytes that are not there */
		{ { 124, "77777777777", 11 }, -ENODATA }, /* 8 GiB of them */
		{ { 124, "-0000000001", 11 }, -EBADMSG },
		{ { 124, "0000000x000", 11 }, -EBADMSG },
		{ { 124, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12 }, -EBADMSG },
		{ { 124, "\x80\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12 }, -EBADMSG },
		{ { 124, "\x80\0\0\0\0\0\0\0\0\0\0\0", 12 }, 0 },
		{ { 108, "\x80\0\0\0\xff\xff\xff\xff", 8 }, -EBADMSG },			/* uid -1 */
		{ { 136, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12 }, 0 }, /* 1969 */
		{ { 136, "\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12 }, -EBADMSG },
		{ { 156, "x", 1 }, 0 }, /* an extended header and no member: the end */
		{ { 156, "S", 1 }, 0 },
	};
	char block[TAR_BLOCK];
	const char *why;

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		int result;

		hand_made(block, &rows[i].edit, true);
		result = read_block(block, &why);
		if (result != rows[i].result)
			fail_msg("row %zu: %d (%s), expected %d", i, result, why ? why : "",
				 rows[i].result);
		if (result < 0)
			assert_non_null(why);
	}
	hand_made(block, &rows[0].edit, false);
	assert_int_equal(read_block(block, &why), -EBADMSG);
}

/* PAX records by themselves: what is read, what refused. */
static void pax_records(void **state)
{
	static const struct {
		const char *records;
		size_t len;
		int result;
		const char *name;
	} rows[] = {
#define ROW(text, result, name) { (text), sizeof(text) - 1, (result), (name) }
		ROW("14 path=a/b/c\n", 1, "a/b/c"),
		ROW("14 path=a/b/c\n8 path=\n", 1, "file"),
		ROW("12 ignored=\n", 1, "file"),
		ROW("13 path=a\0b/c\n", -EBADMSG, NULL),
		ROW("99 path=a/b/c\n", -EBADMSG, NULL),
		ROW("13 path=a/b/c\n", -EBADMSG, NULL),
		ROW("0 path=a/b/c\n", -EBADMSG, NULL),
		ROW("18446744073709551615 path=a\n", -EBADMSG, NULL),
		ROW("path=a/b/c\n", -EBADMSG, NULL),
		ROW("7 abcd\n", -EBADMSG, NULL),
		ROW("10 size=x\n", -EBADMSG, NULL),
		ROW("11 size=-1\n", -EBADMSG, NULL),
		ROW("18 uid=4294967295\n", -EBADMSG, NULL),
		ROW("20 mtime=12.2500000\n", 1, "file"),
		ROW("15 mtime=12.2x\n", -EBADMSG, NULL),
		ROW("22 SCHILY.xattr.user=\n", 1, "file"),
		ROW("17 SCHILY.xattr.=\n", -EBADMSG, NULL),
		ROW("23 GNU.sparse.offset=0\n", -EBADMSG, NULL), /* a piece without a length */
		ROW("25 GNU.sparse.numbytes=0\n", -EBADMSG, NULL),
		ROW("22 GNU.sparse.map=0,1\n", -EBADMSG, NULL), /* data that is not there */
		ROW("23 GNU.sparse.map=1,0,\n", -EBADMSG, NULL),
#undef ROW
	};

	for (size_t i = 0; i < ELEMENTS(rows); i++) {
		auto_(buf_done) struct buf archive = BUF_INIT;
		auto_(tar_reader_done) struct tar_reader r;
		struct source_memory source;
		struct tar_entry e;
		char block[TAR_BLOCK], size[16];
		int result;

		snprintf(size, sizeof(size), "%011zo", rows[i].len);
		hand_made(block, &(struct edit){ 124, size, 11 }, true);
		block[156] = 'x';
		hand_made(block, &(struct edit){ 124, size, 11 }, true);
		{
			unsigned sum = 0;

			block[156] = 'x';
			memset(block + 148, ' ', 8);
			for (unsigned k = 0; k < TAR_BLOCK; k++)
				sum += (unsigned char)block[k];
			snprintf(block + 148, 8, "%06o", sum);
		}
		buf_append(&archive, block, TAR_BLOCK);
		buf_append(&archive, rows[i].records, rows[i].len);
		while (archive.len % TAR_BLOCK)
			buf_char(&archive, '\0');
		hand_made(block, &(struct edit){ 0, "file", 4 }, true);
		buf_append(&archive, block, TAR_BLOCK);
		source_memory_init(&source, buf_view(&archive));
		tar_reader_init(&r, &source.source);
		result = tar_reader_next(&r, &e);
		if (result != rows[i].result)
			fail_msg("row %zu: %d (%s), expected %d", i, result, r.why ? r.why : "",
				 rows[i].result);
		if (result > 0)
			assert_string_equal(e.name, rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(headers_that_lie),
		cmocka_unit_test(pax_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
