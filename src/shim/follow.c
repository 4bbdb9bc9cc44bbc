/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the reading of the log for clients that follow it; see follow.h. */
#include "shim/follow.h"

#include "base/own.h"
#include "logs/jsonline.h"
#include "shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum {
	FOLLOW_AHEAD = 64 << 10, /* sent but not read by the client: then it has enough */
	FOLLOW_ROUNDS = 8,	 /* reads in one go: others want to be served too */
	FRAMES = 64 << 10,
	LINE_HEAD_MAX = 8 + STAMP_TEXT_MAX + 1, /* frame and time */
	GENERATIONS_MAX = 1000,
};

/* Frames of several lines, sent together. */
static char frames[FRAMES] __attribute__((aligned(4096)));

void follow_give_back(void)
{
	madvise(frames, sizeof(frames), MADV_DONTNEED);
}

/* Opening */

static void until_expired(struct timer *t)
{
	struct follow *f = CONTAINER_OF(t, struct follow, until_timer);

	stream_finish(f->stream);
}

static void set_until(struct follow *f)
{
	int64_t left = f->until - stamp_now();

	if (f->until)
		timer_set(&f->stream->shim->loop, &f->until_timer,
			  stamp_monotonic() + MAX(left, (int64_t)0));
}

int follow_open(struct stream *s, const struct shim_stream *request, struct err *e)
{
	struct follow *f;

	if (!s->shim->logging || request->exec_id.len > 0)
		return err_set(e, ERR_CONFLICT,
			       "cannot follow the log: there is none in this shim");
	f = calloc(1, sizeof(*f));
	if (!f)
		return err_no_memory(e);
	timer_init(&f->until_timer, until_expired);
	s->follow = f;
	f->stream = s;
	f->fd = -1;
	f->at = (struct log_position){ request->log_file, request->log_offset };
	f->then_live = request->source == SHIM_SOURCE_LOG;
	f->behind = true;
	f->timestamps = request->timestamps;
	f->since = request->since;
	f->until = request->until;
	if (request->details.len > 0) {
		f->details = str_dup(request->details);
		f->details_len = request->details.len;
		if (!f->details)
			return err_no_memory(e);
	}
	set_until(f);
	return 0;
}

void follow_free(struct follow *f)
{
	if (!f)
		return;
	timer_clear(&f->until_timer);
	own_close(f->fd);
	free(f->details);
	free(f);
}

/* Generations */

static int open_generation(const struct shim *shim, unsigned n, uint64_t *ret_inode)
{
	char name[JSONFILE_NAME_MAX + 16];
	struct stat st;
	int fd = openat(shim->log.dir, jsonfile_name(str_slice(shim->log.name), n, false, name),
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		return own_close(fd);
	*ret_inode = st.st_ino;
	return fd;
}

static unsigned generations(const struct shim *shim)
{
	return MIN(MAX(shim->log.max_files, 1u), (unsigned)GENERATIONS_MAX);
}

/*
 * The generation after `inode` (which: 0) or the one that is it (which: 1). One that was rotated
 * away counts as older than all that are left. Only this process rotates, so nothing moves
 * meanwhile.
 */
static int find_generation(const struct shim *shim, uint64_t inode, unsigned which,
			   struct log_position *ret)
{
	int newer = -1;
	uint64_t newer_inode = 0, found;

	for (unsigned n = 0; n < generations(shim); n++) {
		int fd = open_generation(shim, n, &found);

		if (fd < 0)
			continue;
		if (found == inode) {
			if (which) {
				own_close(newer);
				return fd;
			}
			own_close(fd);
			break;
		}
		own_close(newer);
		newer = fd;
		newer_inode = found;
	}
	*ret = (struct log_position){ newer_inode, 0 };
	return newer;
}

static void open_first(struct follow *f)
{
	f->fd = find_generation(f->stream->shim, f->at.file, 1, &f->at);
}

/* True when there is a newer generation to go on with. */
static bool next_generation(struct follow *f)
{
	struct log_position next = f->at;
	int fd;

	if (f->at.file == jsonfile_end(&f->stream->shim->log).file)
		return false;
	fd = find_generation(f->stream->shim, f->at.file, 0, &next);
	if (fd < 0)
		return false;
	own_close(f->fd);
	f->fd = fd;
	f->at = next;
	f->skipping = false;
	return true;
}

/* Lines */

static bool is_wanted(const struct follow *f, const struct log_line *line)
{
	unsigned bit = line->stream == LOG_STREAM_STDERR ? SHIM_STDERR : SHIM_STDOUT;

	return (f->stream->directions & bit) && (!f->since || line->stamp >= f->since);
}

static size_t put(size_t at, const void *data, size_t n)
{
	memcpy(frames + at, data, n);
	return at + n;
}

static size_t add_line(const struct follow *f, size_t at, const struct log_line *line)
{
	char text[STAMP_TEXT_MAX];
	size_t head = at;

	if (f->stream->content == SHIM_CONTENT_MUX)
		at += 8;
	if (f->timestamps) {
		stamp_format_fixed(line->stamp, text);
		at = put(at, text, strlen(text));
		at = put(at, " ", 1);
	}
	at = put(at, f->details, f->details_len);
	at = put(at, line->text.ptr, line->text.len);
	if (f->stream->content == SHIM_CONTENT_MUX)
		stream_mux_head(frames + head, line->stream, at - head - 8);
	return at;
}

static void send_frames(struct follow *f, size_t *at)
{
	if (*at > 0)
		stream_send(f->stream, (struct str_slice){ frames, *at });
	*at = 0;
}

/* Sends the whole lines in `bytes`; how many bytes they are. */
static size_t send_lines(struct follow *f, struct str_slice bytes)
{
	char *begin = (char *)bytes.ptr, *end = begin + bytes.len, *newline;
	struct log_line line;
	size_t at = 0, most;

	while (begin < end && (newline = memchr(begin, '\n', (size_t)(end - begin)))) {
		bool ok = !f->skipping &&
			  jsonline_parse(begin, (size_t)(newline - begin), &line) == 0;

		f->skipping = false;
		begin = newline + 1;
		if (!ok || !is_wanted(f, &line))
			continue;
		if (f->until && line.stamp > f->until) {
			send_frames(f, &at);
			stream_finish(f->stream);
			return bytes.len;
		}
		most = LINE_HEAD_MAX + f->details_len + line.text.len;
		if (most > sizeof(frames) - at)
			send_frames(f, &at);
		if (most <= sizeof(frames)) /* longer: not a line of ours */
			at = add_line(f, at, &line);
	}
	send_frames(f, &at);
	return (size_t)(begin - bytes.ptr);
}

/* Somebody emptied the file: what comes then is new. */
static void check_truncated(struct follow *f)
{
	struct stat st;

	if (fstat(f->fd, &st) == 0 && (uint64_t)st.st_size < f->at.offset)
		f->at.offset = 0;
}

/* True while there may be more. */
static bool read_some(struct follow *f)
{
	ssize_t n = f->fd < 0 ? 0 : pread(f->fd, shim_scratch, SHIM_SCRATCH, (off_t)f->at.offset);
	size_t used;

	if (n <= 0) {
		if (f->fd >= 0)
			check_truncated(f);
		return next_generation(f);
	}
	used = send_lines(f, (struct str_slice){ shim_scratch, (size_t)n });
	if (used == 0 && n == SHIM_SCRATCH) {
		f->skipping = true;
		used = (size_t)n;
	}
	f->at.offset += used;
	return used > 0 || next_generation(f);
}

/* The newest line was sent: what has come of the next one, and from now on what comes. */
static void go_live(struct stream *s)
{
	struct jsonfile *log = &s->shim->log;

	follow_free(TAKE_PTR(s->follow));
	for (unsigned i = 0; i < LOG_STREAM_COUNT && !s->ended; i++)
		stream_output(s, (enum log_stream)i, jsonfile_pending(log, (enum log_stream)i));
	s->live = true;
	if (s->process->state == PROCESS_EXITED)
		stream_finish(s);
}

void follow_pump(struct stream *s)
{
	struct follow *f = s->follow;
	bool more = true;

	shim_busy(s->shim);
	if (f->fd < 0)
		open_first(f);
	for (unsigned i = 0; i < FOLLOW_ROUNDS && more; i++) {
		if (s->ended || s->finishing)
			return;
		if (s->ring.len > FOLLOW_AHEAD)
			break;
		more = read_some(f);
	}
	f->behind = more;
	if (s->ended || s->finishing)
		return;
	if (!more && f->then_live)
		go_live(s);
	else if (!more && s->process->state == PROCESS_EXITED)
		stream_finish(s);
	stream_update(s);
}
