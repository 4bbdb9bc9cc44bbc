/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the parts of a request target: path segments, query parameters, percent-encoding. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

#include <stdbool.h>

/* "/a/b?x=1" → path "/a/b", query "x=1"; a fragment is cut off. Never fails. */
struct url_target {
	struct str_slice path, query;
};
struct url_target url_split(struct str_slice target);

enum url_plus { URL_PLUS_LITERAL, URL_PLUS_SPACE };

/*
 * Percent-decodes into arena memory that ends in NUL. -EINVAL: a '%' without two hex digits, or a
 * decoded NUL byte; -ENOMEM. Source: RFC 3986 2.1; '+' as in application/x-www-form-urlencoded.
 */
int url_decode(struct str_slice s, enum url_plus plus, struct arena *a, struct str_slice *ret)
	_must_check;

/*
 * Walks the parameters of a query: false at the end. A pair that does not decode is an error that
 * *ret_error holds (-EINVAL, -ENOMEM; the walk ends). Empty pairs are skipped, "x" is "x=". As Go's
 * url.ParseQuery, ';' is not a separator.
 */
struct url_param {
	struct str_slice name, value; /* decoded; both end in NUL */
};
bool url_next_param(struct str_slice *query, struct arena *a, struct url_param *ret,
		    int *ret_error);

/* Appends s with everything but unreserved characters (RFC 3986 2.3) percent-encoded. */
void url_encode(struct buf *b, struct str_slice s);
/* Appends "&name=value", or "?name=value" when b holds no '?' yet. */
void url_add_param(struct buf *b, const char *name, struct str_slice value);
