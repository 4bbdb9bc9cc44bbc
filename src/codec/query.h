/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the decoding of a query string into a generated struct (types/query.h), by tables as for
 * JSON. A parameter that is absent is zero, unless the schema gives a default; of one given several
 * times the first counts, except for lists. Any thread.
 */
#pragma once

#include "base/err.h"
#include "codec/filters.h"
#include "codec/json_type.h"

enum query_kind {
	QUERY_BOOL,    /* Go's: "", 0, no, false, none are false, all else is true */
	QUERY_INT,     /* by its row: int, int64, uint32, or optional */
	QUERY_STRING,  /* NULL when absent */
	QUERY_STRINGS, /* each time it is given, in order */
	QUERY_FILTERS,
	QUERY_JSON,  /* JSON text, decoded by its row */
	QUERY_JSONS, /* a list with one element each time it is given */
	QUERY_KIND_COUNT
};

enum query_flag {
	QUERY_TRUE = 1 << 0,	/* true when absent */
	QUERY_LENIENT = 1 << 1, /* what is no number is 0 */
};

struct query_param {
	uint16_t name;	 /* offsets in the schema's names */
	uint16_t called; /* not "": a number that must be given, and what errors call it */
	uint16_t row;
	uint16_t offset;
	uint8_t kind;
	uint8_t since; /* older versions of the API ignore it */
	uint8_t flags;
};

struct query_type {
	const struct json_schema *schema;
	const struct query_param *params;
	uint16_t count;
	uint16_t size; /* of the struct */
};

/*
 * Decodes into *ret, which must be zeroed; texts and lists lie in the arena. Errors:
 * ERR_BAD_PARAMETER, which names the parameter; ERR_NO_MEMORY.
 */
int query_decode(const struct query_type *t, struct str_slice query, unsigned version,
		 struct arena *a, void *ret, struct err *e) _must_check;

/* Docker's boolean. */
bool query_is_true(const char *text);
