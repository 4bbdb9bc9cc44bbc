/* SPDX-License-Identifier: Apache-2.0 */
/* Dockerfiles: any bytes are refused, or built by a host that finds everything and does nothing. */
#include "build/build.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char digest[] =
	"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static struct build_change change = { .container_id = digest + 7 };

static int find_image(void *host, const char *reference, const char *platform, bool pull,
		      struct arena *a, struct build_image *ret, struct err *e)
{
	memcpy(ret->id, digest, sizeof(digest));
	return 0;
}

static int find_cached(void *host, const char *key, char ret_id[BUILD_ID_MAX], struct err *e)
{
	return 0;
}

static int find_files(void *host, const struct build_source *source, const char *pattern,
		      struct arena *a, struct build_matches *ret, struct err *e)
{
	struct build_match *match = arena_new(a, struct build_match);

	if (!match)
		return err_no_memory(e);
	*match = (struct build_match){ .path = pattern, .digest = digest + 7 };
	*ret = (struct build_matches){ match, 1 };
	return 0;
}

static int copy_files(void *host, const struct build_copy *copy, struct build_change **ret,
		      struct err *e)
{
	if (copy->dest[0] != '/')
		abort();
	*ret = &change;
	return 0;
}

static int run_create(void *host, const struct build_run_spec *spec, struct build_change **ret,
		      struct err *e)
{
	*ret = &change;
	return 0;
}

static int run_wait(void *host, struct build_change *own_change, int *ret_exit_code, struct err *e)
{
	return 0;
}

static int make_image(void *host, const struct build_commit *commit, bool keep,
		      char ret_id[BUILD_ID_MAX], struct err *e)
{
	memcpy(ret_id, digest, sizeof(digest));
	return 0;
}

static void discard(void *host, struct build_change *own_change, bool keep)
{
}

static int finish(void *host, const char *id, const struct build_words *tags, struct arena *a,
		  struct build_words *ret_names, struct err *e)
{
	return 0;
}

static void write_text(void *host, struct str_slice text)
{
	if (!str_ends_with(text, "\n"))
		abort();
}

static void write_aux(void *host, const char *id)
{
}

static bool is_cancelled(void *host)
{
	return false;
}

static const struct build_host_ops ops = {
	.image = find_image,
	.cached = find_cached,
	.find = find_files,
	.copy = copy_files,
	.run_create = run_create,
	.run_wait = run_wait,
	.commit = make_image,
	.discard = discard,
	.finish = finish,
	.write = write_text,
	.aux = write_aux,
	.cancelled = is_cancelled,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct build_request request = { .dockerfile = { (const char *)data, size } };
	char id[BUILD_ID_MAX];
	struct err e = ERR_INIT;

	if (build_run(&request, &ops, NULL, id, &e) < 0 && !e.message[0])
		abort();
	return 0;
}
