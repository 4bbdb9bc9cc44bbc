/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the rows of the jobs' messages, the table of jobs, and lists of texts in files. */
#include "rpc/jobs.h"

#include "base/buf.h"
#include "base/own.h"
#include "base/vec.h"
#include "os/fd.h"
#include "rpc/worker.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>

RPC_SHAPE(job_unpack, WORKER_JOB, JOB_UNPACK_FIELDS);
RPC_SHAPE(job_diff, WORKER_JOB, JOB_DIFF_FIELDS);
RPC_SHAPE(job_changes, WORKER_JOB, JOB_CHANGES_FIELDS);
RPC_SHAPE(job_load, WORKER_JOB, JOB_LOAD_FIELDS);
RPC_SHAPE(job_save, WORKER_JOB, JOB_SAVE_FIELDS);
RPC_SHAPE(job_export, WORKER_JOB, JOB_EXPORT_FIELDS);
RPC_SHAPE(job_context, WORKER_JOB, JOB_CONTEXT_FIELDS);
RPC_SHAPE(job_index, WORKER_JOB, JOB_INDEX_FIELDS);
RPC_SHAPE(job_copy, WORKER_JOB, JOB_COPY_FIELDS);
RPC_SHAPE(job_fetch, WORKER_JOB, JOB_FETCH_FIELDS);
RPC_SHAPE(job_layer_result, WORKER_RESULT, JOB_LAYER_RESULT_FIELDS);
RPC_SHAPE(job_stream_result, WORKER_RESULT, JOB_STREAM_RESULT_FIELDS);
RPC_SHAPE(job_load_result, WORKER_RESULT, JOB_LOAD_RESULT_FIELDS);
RPC_SHAPE(job_fetch_result, WORKER_RESULT, JOB_FETCH_RESULT_FIELDS);

#define JOB(name, params, result)                                                \
	{                                                                        \
		(name), &params##_shape, &result##_shape, sizeof(struct params), \
			sizeof(struct result)                                    \
	}

const struct job_row job_rows[JOB_KIND_COUNT] = {
	[JOB_IMPORT] = JOB("import", job_unpack, job_layer_result),
	[JOB_UNPACK] = JOB("unpack", job_unpack, job_layer_result),
	[JOB_DIFF] = JOB("diff", job_diff, job_layer_result),
	[JOB_CHANGES] = JOB("changes", job_changes, job_stream_result),
	[JOB_LOAD] = JOB("load", job_load, job_load_result),
	[JOB_SAVE] = JOB("save", job_save, job_stream_result),
	[JOB_EXPORT] = JOB("export", job_export, job_stream_result),
	[JOB_CONTEXT] = JOB("context", job_context, job_stream_result),
	[JOB_INDEX] = JOB("index", job_index, job_stream_result),
	[JOB_COPY] = JOB("copy", job_copy, job_stream_result),
	[JOB_FETCH] = JOB("fetch", job_fetch, job_fetch_result),
};

enum job_kind job_kind_find(const char *name)
{
	enum job_kind kind = 0;

	while (kind < JOB_KIND_COUNT && !cstr_eq(job_rows[kind].name, name))
		kind++;
	return kind;
}

int job_texts_write(int fd, const char *const *texts, size_t count)
{
	auto_(buf_done) struct buf b = BUF_INIT_MAX(1 << 30);

	for (size_t i = 0; i < count; i++)
		buf_append(&b, texts[i], strlen(texts[i]) + 1);
	if (buf_error(&b))
		return buf_error(&b);
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return b.len ? fd_write_full(fd, b.data, b.len) : 0;
}

int job_texts_memfd(const char *const *texts, size_t count)
{
	auto_fd int fd = memfd_create("texts", MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	if ((r = job_texts_write(fd, texts, count)) < 0)
		return r;
	return TAKE_FD(fd);
}

static int split(char *bytes, size_t len, struct arena *a, const char ***ret, size_t *ret_count)
{
	const char **texts;
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += bytes[i] == '\0';
	texts = arena_array(a, count + 1, sizeof(*texts));
	if (!texts)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++, bytes += strlen(bytes) + 1)
		texts[i] = bytes;
	*ret = texts;
	*ret_count = count;
	return 0;
}

int job_texts_read(int fd, size_t max_bytes, struct arena *a, const char ***ret, size_t *ret_count)
{
	struct stat st;
	char *bytes;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if ((uint64_t)st.st_size > max_bytes)
		return -E2BIG;
	if (!(bytes = arena_alloc(a, (size_t)st.st_size + 1)))
		return -ENOMEM;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	if ((r = fd_read_full(fd, bytes, (size_t)st.st_size)) < 0)
		return r;
	if (st.st_size && bytes[st.st_size - 1] != '\0')
		return -EBADMSG;
	return split(bytes, (size_t)st.st_size, a, ret, ret_count);
}
