/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns writing compressed streams. gzip is cut into blocks of a fixed size, each deflated for
 * itself with the 32 kB before it as dictionary and ended by a sync flush, so that several threads
 * share the work and the bytes that come out never depend on how many there were.
 */
#include "codec/compress.h"

#include "codec/library.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum {
	GZIP_LEVEL = 1, /* docs/design/content.md: level 6 costs three times the time for 10 % */
	GZIP_BLOCK = 512 << 10, /* part of the format: another size gives other bytes */
	GZIP_WINDOW = 32 << 10, /* RFC 1951 */
	GZIP_OUT = GZIP_BLOCK + (GZIP_BLOCK >> 8) + 1024, /* deflate's worst case and the flush */
	GZIP_THREADS_MAX = 8,
	GZIP_JOBS_MAX = 2 * GZIP_THREADS_MAX,
	ZSTD_LEVEL = 3,
};

struct compressor {
	struct sink sink;
	struct sink *to;
	int (*end)(struct compressor *c);
	void (*release)(struct compressor *c);
};

/* ---- gzip ---- */

static struct {
	int (*init)(z_stream *, int, int, int, int, int, const char *, int);
	int (*deflate)(z_stream *, int);
	int (*dictionary)(z_stream *, const unsigned char *, unsigned);
	int (*end)(z_stream *);
	unsigned long (*crc)(unsigned long, const unsigned char *, unsigned);
	unsigned long (*combine)(unsigned long, unsigned long, off_t);
} z;

static int gzip_load(void)
{
	const struct library_symbol symbols[] = { { "deflateInit2_", &z.init },
						  { "deflate", &z.deflate },
						  { "deflateSetDictionary", &z.dictionary },
						  { "deflateEnd", &z.end },
						  { "crc32", &z.crc },
						  { "crc32_combine", &z.combine } };

	return z.init ? 0 : library_load("libz.so.1", symbols, ELEMENTS(symbols));
}

enum job_state { JOB_FREE, JOB_WAITING, JOB_RUNNING, JOB_DONE };

/* One block on its way; `in` begins with the window before it. */
struct gzip_job {
	enum job_state state;
	bool last;
	size_t window, len, out_len;
	unsigned long crc;
	int error;
	unsigned char in[GZIP_WINDOW + GZIP_BLOCK];
	unsigned char out[GZIP_OUT];
};

struct gzip {
	struct compressor base;
	struct gzip_job *jobs[GZIP_JOBS_MAX]; /* a ring, made as needed */
	unsigned n_jobs;
	unsigned head, tail; /* counts: the block being filled, the next to be written out */
	unsigned long crc;
	uint64_t total;
	bool began;

	pthread_mutex_t lock;
	pthread_cond_t work, finished;
	pthread_t threads[GZIP_THREADS_MAX];
	unsigned n_threads, n_started;
	bool stop;
};

static int deflate_block(struct gzip_job *j)
{
	z_stream s = { 0 };
	int r;

	if (z.init(&s, GZIP_LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
		   (int)sizeof(s)) != Z_OK)
		return -ENOMEM;
	if (j->window)
		z.dictionary(&s, j->in, (unsigned)j->window);
	s.next_in = j->in + j->window;
	s.avail_in = (unsigned)j->len;
	s.next_out = j->out;
	s.avail_out = GZIP_OUT;
	r = z.deflate(&s, j->last ? Z_FINISH : Z_SYNC_FLUSH);
	j->out_len = GZIP_OUT - s.avail_out;
	z.end(&s);
	assert(r == (j->last ? Z_STREAM_END : Z_OK) && s.avail_in == 0);
	j->crc = z.crc(0, j->in + j->window, (unsigned)j->len);
	return 0;
}

static struct gzip_job *job_at(struct gzip *g, unsigned count)
{
	return g->jobs[count % g->n_jobs];
}

static struct gzip_job *waiting_job(struct gzip *g)
{
	for (unsigned i = g->tail; i != g->head; i++)
		if (job_at(g, i)->state == JOB_WAITING)
			return job_at(g, i);
	return NULL;
}

static void *deflate_thread(void *arg)
{
	struct gzip *g = arg;
	struct gzip_job *j;

	pthread_mutex_lock(&g->lock);
	while (!g->stop) {
		j = waiting_job(g);
		if (!j) {
			pthread_cond_wait(&g->work, &g->lock);
			continue;
		}
		j->state = JOB_RUNNING;
		pthread_mutex_unlock(&g->lock);
		j->error = deflate_block(j);
		pthread_mutex_lock(&g->lock);
		j->state = JOB_DONE;
		pthread_cond_signal(&g->finished);
	}
	pthread_mutex_unlock(&g->lock);
	return NULL;
}

static unsigned processors(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) < 0)
		return 1;
	return (unsigned)MIN(CPU_COUNT(&set), GZIP_THREADS_MAX);
}

/* Fewer threads than wanted, or none, only cost time. */
static void start_threads(struct gzip *g)
{
	while (g->n_started < g->n_threads) {
		if (pthread_create(&g->threads[g->n_started], NULL, deflate_thread, g) != 0)
			break;
		g->n_started++;
	}
	g->n_threads = g->n_started;
}

static int gzip_begin(struct gzip *g)
{
	/* ID, CM 8, no flags, no time, XFL 4 (fastest), OS 255: RFC 1952, 2.3. */
	static const unsigned char header[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255 };

	if (g->began)
		return 0;
	g->began = true;
	return g->base.to->write(g->base.to, header, sizeof(header));
}

/* Waits for the oldest block and writes it. */
static int write_oldest(struct gzip *g)
{
	struct gzip_job *j = job_at(g, g->tail);
	int r;

	pthread_mutex_lock(&g->lock);
	while (j->state != JOB_DONE)
		pthread_cond_wait(&g->finished, &g->lock);
	g->tail++;
	pthread_mutex_unlock(&g->lock);
	j->state = JOB_FREE;
	if (j->error)
		return j->error;
	g->crc = z.combine(g->crc, j->crc, (off_t)j->len);
	g->total += j->len;
	if ((r = gzip_begin(g)) < 0)
		return r;
	return g->base.to->write(g->base.to, j->out, j->out_len);
}

/* The block being filled is full (or the last): it is handed on. */
static int submit(struct gzip *g)
{
	struct gzip_job *j = job_at(g, g->head);

	if (j->last && g->head == g->tail)
		g->n_threads = 0; /* a single block: not worth a thread */
	start_threads(g);
	pthread_mutex_lock(&g->lock);
	j->state = JOB_WAITING;
	g->head++;
	pthread_cond_signal(&g->work);
	pthread_mutex_unlock(&g->lock);
	if (!g->n_started) {
		j->error = deflate_block(j);
		j->state = JOB_DONE;
	}
	return 0;
}

/* Makes the block at head fillable, with the end of the one before it as window. */
static int next_job(struct gzip *g, const struct gzip_job *before)
{
	struct gzip_job **slot = &g->jobs[g->head % g->n_jobs];
	int r;

	if (g->head - g->tail == g->n_jobs && (r = write_oldest(g)) < 0)
		return r;
	if (!*slot && !(*slot = malloc(sizeof(**slot))))
		return -ENOMEM;
	(*slot)->state = JOB_FREE;
	(*slot)->last = false;
	(*slot)->window = (*slot)->len = 0;
	(*slot)->error = 0;
	if (before) {
		(*slot)->window = MIN(before->window + before->len, (size_t)GZIP_WINDOW);
		memcpy((*slot)->in, before->in + before->window + before->len - (*slot)->window,
		       (*slot)->window);
	}
	return 0;
}

static int gzip_write(struct sink *sink, const void *data, size_t n)
{
	struct gzip *g = CONTAINER_OF(sink, struct gzip, base.sink);
	const char *bytes = data;
	int r;

	while (n) {
		struct gzip_job *j = job_at(g, g->head);
		size_t room = GZIP_BLOCK - j->len, some = MIN(n, room);

		if (!room) {
			if ((r = submit(g)) < 0 || (r = next_job(g, j)) < 0)
				return r;
			continue;
		}
		memcpy(j->in + j->window + j->len, bytes, some);
		j->len += some;
		bytes += some;
		n -= some;
	}
	return 0;
}

static int gzip_end(struct compressor *c)
{
	struct gzip *g = CONTAINER_OF(c, struct gzip, base);
	unsigned char trailer[8];
	int r;

	job_at(g, g->head)->last = true;
	if ((r = submit(g)) < 0)
		return r;
	while (g->tail != g->head)
		if ((r = write_oldest(g)) < 0)
			return r;
	for (unsigned i = 0; i < 4; i++) {
		trailer[i] = (unsigned char)(g->crc >> (8 * i));
		trailer[4 + i] = (unsigned char)(g->total >> (8 * i));
	}
	return c->to->write(c->to, trailer, sizeof(trailer));
}

static void gzip_release(struct compressor *c)
{
	struct gzip *g = CONTAINER_OF(c, struct gzip, base);

	pthread_mutex_lock(&g->lock);
	g->stop = true;
	pthread_cond_broadcast(&g->work);
	pthread_mutex_unlock(&g->lock);
	for (unsigned i = 0; i < g->n_started; i++)
		pthread_join(g->threads[i], NULL);
	pthread_mutex_destroy(&g->lock);
	pthread_cond_destroy(&g->work);
	pthread_cond_destroy(&g->finished);
	for (unsigned i = 0; i < g->n_jobs; i++)
		free(g->jobs[i]);
	free(g);
}

static int gzip_new(struct compressor **ret)
{
	struct gzip *g = calloc(1, sizeof(*g));
	int r;

	if (!g)
		return -ENOMEM;
	g->base = (struct compressor){ .sink = { gzip_write },
				       .end = gzip_end,
				       .release = gzip_release };
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->work, NULL);
	pthread_cond_init(&g->finished, NULL);
	g->n_threads = processors();
	g->n_jobs = 2 * g->n_threads;
	if ((r = next_job(g, NULL)) < 0) {
		gzip_release(&g->base);
		return r;
	}
	*ret = &g->base;
	return 0;
}

/* ---- zstd ---- */

static struct {
	ZSTD_CStream *(*create)(void);
	size_t (*release)(ZSTD_CStream *);
	size_t (*set)(ZSTD_CStream *, ZSTD_cParameter, int);
	size_t (*step)(ZSTD_CStream *, ZSTD_outBuffer *, ZSTD_inBuffer *, ZSTD_EndDirective);
	unsigned (*is_error)(size_t);
} zs;

static int zstd_load(void)
{
	const struct library_symbol symbols[] = { { "ZSTD_createCStream", &zs.create },
						  { "ZSTD_freeCStream", &zs.release },
						  { "ZSTD_CCtx_setParameter", &zs.set },
						  { "ZSTD_compressStream2", &zs.step },
						  { "ZSTD_isError", &zs.is_error } };

	return zs.create ? 0 : library_load("libzstd.so.1", symbols, ELEMENTS(symbols));
}

struct zstd {
	struct compressor base;
	ZSTD_CStream *stream;
	char out[STREAM_CHUNK];
};

static int zstd_pass(struct zstd *c, struct str_slice data, ZSTD_EndDirective how)
{
	ZSTD_inBuffer in = { data.ptr, data.len, 0 };
	size_t left;
	int r;

	do {
		ZSTD_outBuffer out = { c->out, sizeof(c->out), 0 };

		left = zs.step(c->stream, &out, &in, how);
		if (zs.is_error(left))
			return -ENOMEM;
		if (out.pos && (r = c->base.to->write(c->base.to, c->out, out.pos)) < 0)
			return r;
	} while (how == ZSTD_e_end ? left != 0 : in.pos < in.size);
	return 0;
}

static int zstd_write(struct sink *sink, const void *data, size_t n)
{
	struct zstd *c = CONTAINER_OF(sink, struct zstd, base.sink);

	return zstd_pass(c, (struct str_slice){ data, n }, ZSTD_e_continue);
}

static int zstd_end(struct compressor *base)
{
	return zstd_pass(CONTAINER_OF(base, struct zstd, base), STR_EMPTY, ZSTD_e_end);
}

static void zstd_release(struct compressor *base)
{
	struct zstd *c = CONTAINER_OF(base, struct zstd, base);

	if (c->stream)
		zs.release(c->stream);
	free(c);
}

static int zstd_new(struct compressor **ret)
{
	struct zstd *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->base = (struct compressor){ .sink = { zstd_write },
				       .end = zstd_end,
				       .release = zstd_release };
	c->stream = zs.create();
	if (!c->stream || zs.is_error(zs.set(c->stream, ZSTD_c_compressionLevel, ZSTD_LEVEL)) ||
	    zs.is_error(zs.set(c->stream, ZSTD_c_checksumFlag, 1))) {
		zstd_release(&c->base);
		return -ENOMEM;
	}
	*ret = &c->base;
	return 0;
}

/* ---- none ---- */

static int none_load(void)
{
	return 0;
}

static int none_write(struct sink *sink, const void *data, size_t n)
{
	struct compressor *c = CONTAINER_OF(sink, struct compressor, sink);

	return c->to->write(c->to, data, n);
}

static int none_end(struct compressor *c)
{
	return 0;
}

static void none_release(struct compressor *c)
{
	free(c);
}

static int none_new(struct compressor **ret)
{
	struct compressor *c = malloc(sizeof(*c));

	if (!c)
		return -ENOMEM;
	*c = (struct compressor){ .sink = { none_write },
				  .end = none_end,
				  .release = none_release };
	*ret = c;
	return 0;
}

/* ---- the choice ---- */

static const struct writer {
	int (*load)(void);
	int (*create)(struct compressor **ret);
} writers[COMPRESSION_COUNT] = {
	[COMPRESSION_NONE] = { none_load, none_new },
	[COMPRESSION_GZIP] = { gzip_load, gzip_new },
	[COMPRESSION_ZSTD] = { zstd_load, zstd_new },
};

int compression_load_writer(enum compression c)
{
	assert(c < COMPRESSION_COUNT);
	return writers[c].load ? writers[c].load() : -ENOTSUP;
}

int compressor_new(enum compression c, struct sink *to, struct compressor **ret)
{
	int r = compression_load_writer(c);

	if (r < 0 || (r = writers[c].create(ret)) < 0)
		return r;
	(*ret)->to = to;
	return 0;
}

struct sink *compressor_sink(struct compressor *c)
{
	return &c->sink;
}

int compressor_end(struct compressor *c)
{
	return c->end(c);
}

void compressor_free(struct compressor *c)
{
	if (c)
		c->release(c);
}
