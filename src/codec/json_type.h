/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the form of the generated tables that say how a struct looks as JSON, and the few C types
 * that generated structs are made of. Tables hold numbers, not pointers: they need no relocation,
 * so their pages stay clean and shared. tools/gen writes them from schema/, codec/json.h walks
 * them.
 *
 * How JSON and C meet: a list or map whose `items` is NULL is null, one with items but len 0 is []
 * or
 * {}; text that is NULL or "" is "", except in a nullable field (`string?`), where NULL is null; a
 * nullable struct is a pointer; other nullable values are a struct opt_x; a nullable time is a
 * stamp that is 0. Keys of a decoded map are in the order of their bytes, as they are when encoded.
 */
#pragma once

#include "base/stamp.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct opt_bool {
	bool set, value;
};

struct opt_int {
	bool set;
	int value;
};

struct opt_int64 {
	bool set;
	int64_t value;
};

struct opt_uint64 {
	bool set;
	uint64_t value;
};

struct opt_uint32 {
	bool set;
	uint32_t value;
};

struct opt_double {
	bool set;
	double value;
};

#define OPT_SET(v)                        \
	{                                 \
		.set = true, .value = (v) \
	}

struct string_list {
	const char **items;
	size_t len;
};

struct string_entry {
	const char *key;
	const char *value;
};

struct string_map {
	struct string_entry *items;
	size_t len;
};

/* A JSON object whose values say nothing: {"80/tcp": {}}. */
struct string_set {
	const char **items;
	size_t len;
};

enum json_kind {
	JSON_KIND_BOOL,
	JSON_KIND_INT,	  /* int8_t … int64_t, by size */
	JSON_KIND_UINT,	  /* uint8_t … uint64_t, by size */
	JSON_KIND_FLOAT,  /* double */
	JSON_KIND_STRING, /* const char * */
	JSON_KIND_TIME,	  /* stamp_ns as RFC 3339 */
	JSON_KIND_RAW,	  /* const char *: JSON text kept as it is */
	JSON_KIND_STRUCT,
	JSON_KIND_POINTER, /* to a struct, NULL is null */
	JSON_KIND_OPT,	   /* struct opt_x */
	JSON_KIND_NULLABLE_STRING,
	JSON_KIND_NULLABLE_TIME,
	JSON_KIND_LIST,	 /* {items, len} */
	JSON_KIND_ARRAY, /* T[n] */
	JSON_KIND_MAP,	 /* {items, len} of {key, value} */
	JSON_KIND_SET,	 /* struct string_set */
	JSON_KIND_COUNT
};

/* One type. What first and count mean depends on the kind. */
struct json_row {
	uint8_t kind;
	uint8_t value_at; /* opt: offset of `value`; map: offset of an entry's value */
	uint16_t size;	  /* of the C value */
	uint16_t first;	  /* struct: its first field; others: the row of what they hold */
	uint16_t count;	  /* struct: fields; array: elements; map: size of an entry */
};

enum json_field_flag {
	JSON_FILLED = 1 << 0, /* a list or map that is absent is encoded as [] or {} */
};

enum { JSON_OMIT_NEVER = 255, JSON_ALWAYS = 255 };

struct json_field {
	uint16_t name; /* offset in `names` */
	uint16_t row;
	uint16_t offset;
	uint8_t since, until; /* minor version of the API: lives in 1.since … 1.until */
	uint8_t omit_from;    /* left out when empty, from 1.omit_from on (Go's omitempty) */
	uint8_t flags;
	uint8_t hook; /* index in `hooks`, 0: none */
};

/* A value set before decoding, where the version asked for is at most `until`. */
struct json_default {
	uint16_t field;
	uint8_t until;
	uint16_t text; /* offset in `names`: JSON text */
};

struct json_hook;

struct json_schema {
	const char *names;
	const struct json_row *rows;
	const struct json_field *fields;
	const struct json_default *defaults;
	size_t n_defaults;
	const struct json_hook *const *hooks;
};

/* What callers name: `&container_config_json`. */
struct json_type {
	const struct json_schema *schema;
	uint16_t row;
};

/* NULL when absent. The map may be unsorted: it is searched from one end to the other. */
const char *string_map_get(const struct string_map *m, const char *key);
bool string_set_has(const struct string_set *s, const char *key);
bool string_list_has(const struct string_list *l, const char *item);
