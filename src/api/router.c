/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the matching of paths against the rows and the comparison of versions. */
#include "api/router.h"

#include "base/num.h"
#include "codec/url.h"

#include <errno.h>

/* ---- versions ---- */

struct version {
	struct str_slice text; /* "1.44"; empty for a path without one */
	uint32_t major, minor;
	bool more; /* further parts that are not zero: 1.44.1 is above 1.44 */
};

/* A part that is no number counts as 0, one beyond all bounds as the largest. */
static uint32_t version_part(struct str_slice part)
{
	uint32_t n = 0;

	return num_parse_u32(part, UINT32_MAX, &n) == -ERANGE ? UINT32_MAX : n;
}

static struct version parse_version(struct str_slice text)
{
	struct version v = { .text = text };
	struct str_slice part;

	for (int i = 0; str_next(&text, '.', &part); i++) {
		if (i == 0)
			v.major = version_part(part);
		else if (i == 1)
			v.minor = version_part(part);
		else
			v.more = v.more || version_part(part);
	}
	return v;
}

static bool is_below(const struct version *v, unsigned minor)
{
	return v->major < 1 || (v->major == 1 && v->minor < minor);
}

static bool is_above(const struct version *v, unsigned minor)
{
	return v->major > 1 ||
	       (v->major == 1 && (v->minor > minor || (v->minor == minor && v->more)));
}

/* Takes "/v1.44" off the front of a path; false: there is no version in it. */
static bool take_version(struct str_slice *path, struct version *ret)
{
	struct str_slice rest = *path, text;
	size_t n = 0;

	if (!str_take_prefix(&rest, "/v"))
		return false;
	while (n < rest.len && ((rest.ptr[n] >= '0' && rest.ptr[n] <= '9') || rest.ptr[n] == '.'))
		n++;
	text = str_first(rest, n);
	rest = str_skip(rest, n);
	if (!n || !str_starts_with(rest, "/"))
		return false;
	*ret = parse_version(text);
	*path = rest;
	return true;
}

static int check_version(const struct version *v, unsigned min_version, struct route *ret,
			 struct err *e)
{
	ret->plain_text = is_below(v, API_VERSION_FLOOR);
	if (is_below(v, min_version))
		return err_set(e, ERR_BAD_PARAMETER,
			       "client version %.*s is too old. Minimum supported API version is "
			       "1.%u, please upgrade your client to a newer version",
			       (int)MIN(v->text.len, (size_t)40), v->text.ptr, min_version);
	if (is_above(v, API_VERSION_NEWEST))
		return err_set(e, ERR_BAD_PARAMETER,
			       "client version %.*s is too new. Maximum supported API version is "
			       "1.%d",
			       (int)MIN(v->text.len, (size_t)40), v->text.ptr, API_VERSION_NEWEST);
	ret->version = v->minor;
	return 0;
}

/* ---- paths ---- */

/* Does the path match the row's? The variable is at least one character, and may hold slashes. */
static bool matches(const struct operation *op, struct str_slice path, struct str_slice *ret_name)
{
	size_t suffix = op->suffix ? strlen(op->suffix) : 0;

	*ret_name = STR_EMPTY;
	if (!op->suffix)
		return str_is(path, op->path);
	if (path.len <= op->prefix_length + suffix ||
	    memcmp(path.ptr, op->path, op->prefix_length) != 0 || !str_ends_with(path, op->suffix))
		return false;
	*ret_name =
		str_first(str_skip(path, op->prefix_length), path.len - op->prefix_length - suffix);
	return true;
}

/* The rows are in the order in which they are to be tried: see tools/gen/operations.py. */
static const struct operation *find(struct str_slice method, struct str_slice path,
				    struct str_slice *ret_name)
{
	for (size_t i = 0; i < OP_COUNT; i++)
		if (str_is(method, operations[i].method) && matches(&operations[i], path, ret_name))
			return &operations[i];
	return NULL;
}

static int decode_path(struct arena *a, struct str_slice *path, struct err *e)
{
	int r = url_decode(*path, URL_PLUS_LITERAL, a, path);

	if (r == -ENOMEM)
		return err_no_memory(e);
	if (r < 0)
		return err_set(e, ERR_BAD_PARAMETER, "invalid URL escape in path");
	/* The one path that is served with a slash at its end as well. */
	if (str_is(*path, "/networks/"))
		path->len--;
	return 0;
}

int router_find(struct str_slice method, struct str_slice path, unsigned min_version,
		struct arena *a, struct route *ret, struct err *e)
{
	struct version version = { .text = STR_EMPTY };
	struct str_slice name;
	bool versioned;
	int r;

	*ret = (struct route){ .version = API_VERSION_NEWEST };
	versioned = take_version(&path, &version);
	if ((r = decode_path(a, &path, e)) < 0)
		return r;
	ret->op = find(method, path, &name);
	if (!ret->op)
		return err_set(e, ERR_NOT_FOUND, "page not found");
	ret->known = true;

	if (versioned && (r = check_version(&version, min_version, ret, e)) < 0)
		return r;
	if (ret->version < ret->op->since)
		return err_set(e, ERR_BAD_PARAMETER, "%s %s requires minimum API version 1.%d",
			       ret->op->method, ret->op->path, ret->op->since);
	ret->name = arena_slice(a, name);
	return ret->name ? 0 : err_no_memory(e);
}
