/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the form of a row of the API: what a method and path mean, take and answer
 * (schema/operations). */
#pragma once

#include "api/operations.h"
#include "codec/json_type.h"
#include "codec/query.h"

enum operation_class {
	OP_CLASS_NOW,	  /* answered on the reactor's thread: touches no lock, disk or body */
	OP_CLASS_READ,	  /* lists and inspections */
	OP_CLASS_OPERATE, /* changes something, or takes long */
	OP_CLASS_PARK,	  /* begins in the pool, then waits or streams without a thread */
	OP_CLASS_STREAM,  /* answers with a stream of JSON messages; so do its errors once begun */
};

enum operation_flag {
	OP_HIJACKS = 1 << 0,	/* may take the connection */
	OP_NEEDS_BODY = 1 << 1, /* an empty body is refused */
	OP_FILLED = 1 << 2,	/* a reply list that is absent is [] */
};

struct operation {
	const char *name;   /* "ContainerStop" */
	const char *method; /* "POST" */
	const char *path;   /* "/containers/{name}/stop" */
	const char *suffix; /* behind the variable; NULL: the path has none */
	const struct query_type *query;
	const struct json_type *body; /* NULL: the handler reads what there is */
	const struct json_type *reply;
	uint16_t prefix_length; /* of the path before the variable, or all of it */
	uint16_t success;	/* HTTP status */
	uint8_t since;		/* minor version of the API, 0: always */
	uint8_t class;
	uint8_t flags;
};

extern const struct operation operations[OP_COUNT];
