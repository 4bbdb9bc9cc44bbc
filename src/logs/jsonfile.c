/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the json-file log: lines out of bytes, records out of lines, files out of records. */
#include "logs/jsonfile.h"

#include "base/own.h"
#include "logs/escape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char record_head[] = "{\"log\":\"";
static const char *const stream_names[] = { "stdout", "stderr" };
static_assert(ELEMENTS(stream_names) == LOG_STREAM_COUNT, "a name for each stream");

enum { GENERATION_NAME_MAX = JSONFILE_NAME_MAX + 16 };

const char *jsonfile_name(struct str_slice name, unsigned generation, bool compressed, char *text)
{
	const char *end = compressed ? ".gz" : "";

	if (generation == 0)
		snprintf(text, GENERATION_NAME_MAX, "%.*s", STR_ARG(name));
	else
		snprintf(text, GENERATION_NAME_MAX, "%.*s.%u%s", STR_ARG(name), generation, end);
	return text;
}

/* Files */

static int open_file(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags,
			0640);

	return fd < 0 ? -errno : fd;
}

static int adopt_file(struct jsonfile *jf, int own_fd)
{
	struct stat st;

	if (fstat(own_fd, &st) < 0) {
		int r = -errno;

		own_close(own_fd);
		return r;
	}
	own_close(jf->fd);
	jf->fd = own_fd;
	jf->inode = st.st_ino;
	jf->size = (uint64_t)st.st_size;
	return 0;
}

/* A writer that died may have left half a record: its line is ended, the reader then skips it. */
static void end_torn_line(struct jsonfile *jf)
{
	char last = '\n';

	if (jf->size == 0 || pread(jf->fd, &last, 1, (off_t)jf->size - 1) != 1 || last == '\n')
		return;
	if (write(jf->fd, "\n", 1) == 1)
		jf->size++;
}

int jsonfile_open(struct jsonfile *jf, const struct jsonfile_config *config, struct err *e)
{
	int r;

	if (config->name.len == 0 || config->name.len >= sizeof(jf->name) ||
	    str_index(config->name, '/') >= 0)
		return err_set(e, ERR_BAD_PARAMETER, "cannot open the log: bad file name '%.*s'",
			       STR_ARG(config->name));
	if (config->attrs.len > JSONFILE_ATTRS_MAX)
		return err_set(e, ERR_TOO_LARGE, "cannot open the log: %zu bytes of attributes",
			       config->attrs.len);
	jf->dir = config->dir;
	jf->fd = -1;
	memcpy(jf->name, config->name.ptr, config->name.len);
	jf->name[config->name.len] = '\0';
	jf->max_size = config->max_size;
	jf->max_files = config->max_files;
	jf->compressed = config->compressed;
	jf->attrs = config->attrs;
	jf->lost = jf->batched = 0;
	jf->last_error = 0;
	jf->second = -1;
	for (unsigned i = 0; i < LOG_STREAM_COUNT; i++) {
		jf->carry[i].len = 0;
		jf->carry[i].parted = false;
	}
	r = open_file(jf->dir, jf->name, 0);
	if (r < 0 || (r = adopt_file(jf, r)) < 0)
		return err_sys_as(e, ERR_INTERNAL, -r, "cannot open the log '%s'", jf->name);
	end_torn_line(jf);
	return 0;
}

static void rename_generation(struct jsonfile *jf, unsigned from)
{
	char old[GENERATION_NAME_MAX], new[GENERATION_NAME_MAX];
	struct str_slice name = str_slice(jf->name);

	renameat(jf->dir, jsonfile_name(name, from, false, old), jf->dir,
		 jsonfile_name(name, from + 1, false, new));
	if (!jf->compressed || from == 0)
		return;
	renameat(jf->dir, jsonfile_name(name, from, true, old), jf->dir,
		 jsonfile_name(name, from + 1, true, new));
}

/*
 * The new file is made under another name and renamed over the old one, so that its inode differs
 * from that of every generation a reader may still hold.
 */
static int replace_newest(struct jsonfile *jf)
{
	char fresh[GENERATION_NAME_MAX];
	int fd;

	snprintf(fresh, sizeof(fresh), "%s.new", jf->name);
	unlinkat(jf->dir, fresh, 0);
	fd = open_file(jf->dir, fresh, O_EXCL);
	if (fd < 0)
		return fd;
	if (renameat(jf->dir, fresh, jf->dir, jf->name) < 0) {
		int r = -errno;

		own_close(fd);
		unlinkat(jf->dir, fresh, 0);
		return r;
	}
	return adopt_file(jf, fd);
}

static void remove_oldest(struct jsonfile *jf)
{
	char name[GENERATION_NAME_MAX];

	unlinkat(jf->dir, jsonfile_name(str_slice(jf->name), jf->max_files - 1, false, name), 0);
	unlinkat(jf->dir, jsonfile_name(str_slice(jf->name), jf->max_files - 1, true, name), 0);
}

/* When no new file can be made, the log goes on in the old one. */
static void rotate(struct jsonfile *jf)
{
	char older[GENERATION_NAME_MAX];
	int r;

	if (jf->max_files > 1) {
		remove_oldest(jf);
		for (unsigned i = jf->max_files - 1; i-- > 1;)
			rename_generation(jf, i);
		/* A link where there are links: the newest name then exists at every moment. */
		jsonfile_name(str_slice(jf->name), 1, false, older);
		if (linkat(jf->dir, jf->name, jf->dir, older, 0) < 0)
			renameat(jf->dir, jf->name, jf->dir, older);
	}
	r = replace_newest(jf);
	if (r < 0)
		jf->last_error = -r;
}

static int write_all(int fd, const char *data, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, data, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		data += done;
		n -= (size_t)done;
	}
	return 0;
}

static void lose_batch(struct jsonfile *jf, int error)
{
	jf->last_error = error;
	jf->lost += jf->batched;
	jf->batched = 0;
}

void jsonfile_flush(struct jsonfile *jf)
{
	struct stat st;
	int r;

	if (jf->batched == 0)
		return;
	if (jf->fd < 0) {
		lose_batch(jf, EBADF);
		return;
	}
	r = write_all(jf->fd, jf->batch, jf->batched);
	if (r < 0) {
		/* Half a record would spoil the next one: back to where this batch began. */
		if (fstat(jf->fd, &st) == 0 && (uint64_t)st.st_size > jf->size &&
		    ftruncate(jf->fd, (off_t)jf->size) < 0)
			r = -errno;
		lose_batch(jf, -r);
		return;
	}
	jf->size += jf->batched;
	jf->batched = 0;
}

/* Somebody else may have emptied the file: its true size decides. */
static void check_size(struct jsonfile *jf)
{
	struct stat st;

	if (jf->max_size == 0 || jf->size + jf->batched < jf->max_size)
		return;
	jsonfile_flush(jf);
	if (fstat(jf->fd, &st) == 0)
		jf->size = (uint64_t)st.st_size;
	if (jf->size >= jf->max_size)
		rotate(jf);
}

/* Records */

static void add(struct jsonfile *jf, const char *text, size_t n)
{
	memcpy(jf->tail + jf->tail_len, text, n);
	jf->tail_len += n;
}

/* RFC3339Nano as Go prints it. The text of a second is kept: output comes in many writes a second.
 */
static void add_time(struct jsonfile *jf, stamp_ns stamp)
{
	char text[STAMP_TEXT_MAX], digits[9];
	int64_t fraction = stamp % NS_PER_SEC;
	size_t n = sizeof(digits);

	if (stamp / NS_PER_SEC != jf->second) {
		jf->second = stamp / NS_PER_SEC;
		stamp_format_fixed(jf->second * NS_PER_SEC, text);
		memcpy(jf->second_text, text, strlen("2006-01-02T15:04:05"));
	}
	add(jf, jf->second_text, strlen("2006-01-02T15:04:05"));
	for (size_t i = n; i-- > 0; fraction /= 10)
		digits[i] = (char)('0' + fraction % 10);
	while (n > 0 && digits[n - 1] == '0')
		n--;
	if (n > 0) {
		add(jf, ".", 1);
		add(jf, digits, n);
	}
	add(jf, "Z", 1);
}

static void make_tail(struct jsonfile *jf, enum log_stream stream, stamp_ns stamp)
{
	jf->tail_len = 0;
	add(jf, "\",\"stream\":\"", 12);
	add(jf, stream_names[stream], 6);
	add(jf, "\",", 2);
	if (jf->attrs.len > 0) {
		add(jf, "\"attrs\":", 8);
		add(jf, jf->attrs.ptr, jf->attrs.len);
		add(jf, ",", 1);
	}
	add(jf, "\"time\":\"", 8);
	add_time(jf, stamp);
	add(jf, "\"}\n", 3);
}

enum line_end { LINE_PART, LINE_WHOLE };

/* One record. text is at most JSONFILE_PART_MAX bytes; the tail is ready. */
static void add_record(struct jsonfile *jf, struct str_slice text, enum line_end end)
{
	size_t most = sizeof(record_head) + text.len * LOG_ESCAPE_GROWTH + 16 + jf->tail_len;
	char *out;

	static_assert(JSONFILE_PART_MAX * LOG_ESCAPE_GROWTH + sizeof(jf->tail) + 64 <
			      JSONFILE_BATCH,
		      "the worst record fits in an empty batch");
	check_size(jf);
	if (most > sizeof(jf->batch) - jf->batched)
		jsonfile_flush(jf);
	out = jf->batch + jf->batched;
	memcpy(out, record_head, sizeof(record_head) - 1);
	out = log_escape(text, out + sizeof(record_head) - 1);
	if (end == LINE_WHOLE) {
		memcpy(out, "\\n", 2);
		out += 2;
	}
	memcpy(out, jf->tail, jf->tail_len);
	jf->batched = (size_t)(out - jf->batch) + jf->tail_len;
}

/* Lines */

/* Parts of one line share the time of the first. */
static void add_part(struct jsonfile *jf, enum log_stream stream, struct str_slice text,
		     stamp_ns stamp)
{
	struct jsonfile_carry *c = &jf->carry[stream];

	if (!c->parted) {
		c->parted = true;
		c->stamp = stamp;
	}
	make_tail(jf, stream, c->stamp);
	add_record(jf, text, LINE_PART);
	make_tail(jf, stream, stamp);
}

/* Moves bytes of an unfinished line into the carry; each full carry is a part. */
static void carry_on(struct jsonfile *jf, enum log_stream stream, struct str_slice bytes,
		     stamp_ns stamp)
{
	struct jsonfile_carry *c = &jf->carry[stream];
	size_t n;

	while (bytes.len > 0) {
		n = MIN(bytes.len, sizeof(c->text) - c->len);
		memcpy(c->text + c->len, bytes.ptr, n);
		c->len += n;
		bytes = str_skip(bytes, n);
		if (c->len < sizeof(c->text))
			continue;
		add_part(jf, stream, (struct str_slice){ c->text, c->len }, stamp);
		c->len = 0;
	}
}

/* A line that ends here and began in an earlier read, or is longer than a part. */
static void end_long_line(struct jsonfile *jf, enum log_stream stream, struct str_slice line,
			  stamp_ns stamp)
{
	struct jsonfile_carry *c = &jf->carry[stream];

	carry_on(jf, stream, line, stamp);
	if (c->parted)
		make_tail(jf, stream, c->stamp);
	add_record(jf, (struct str_slice){ c->text, c->len }, LINE_WHOLE);
	if (c->parted)
		make_tail(jf, stream, stamp);
	c->len = 0;
	c->parted = false;
}

void jsonfile_put(struct jsonfile *jf, enum log_stream stream, struct str_slice bytes,
		  stamp_ns stamp)
{
	struct jsonfile_carry *c = &jf->carry[stream];
	struct str_slice line;
	const char *newline;

	make_tail(jf, stream, stamp);
	while ((newline = log_find_newline(bytes))) {
		line = str_range(bytes.ptr, newline);
		if (c->len > 0 || c->parted || line.len >= JSONFILE_PART_MAX)
			end_long_line(jf, stream, line, stamp);
		else
			add_record(jf, line, LINE_WHOLE);
		bytes = str_skip(bytes, line.len + 1);
	}
	carry_on(jf, stream, bytes, stamp);
}

void jsonfile_finish(struct jsonfile *jf, enum log_stream stream)
{
	struct jsonfile_carry *c = &jf->carry[stream];

	if (c->len > 0)
		add_part(jf, stream, (struct str_slice){ c->text, c->len }, stamp_now());
	c->len = 0;
	c->parted = false;
}

struct str_slice jsonfile_pending(const struct jsonfile *jf, enum log_stream stream)
{
	return (struct str_slice){ jf->carry[stream].text, jf->carry[stream].len };
}

struct log_position jsonfile_end(const struct jsonfile *jf)
{
	return (struct log_position){ jf->inode, jf->size };
}

void jsonfile_close(struct jsonfile *jf)
{
	jsonfile_flush(jf);
	jf->fd = own_close(jf->fd);
}
