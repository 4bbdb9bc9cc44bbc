/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the graph of a build: the stages of a Dockerfile, what each starts from, which others it
 * copies from, and which of them the target needs. Stages refer to earlier ones only, so their
 * order is one in which they can be built; independent ones could be built at once. Everything
 * lives in the arena.
 */
#pragma once

#include "build/args.h"
#include "build/build.h"
#include "build/instruction.h"

enum build_base {
	BUILD_BASE_IMAGE,
	BUILD_BASE_STAGE,
	BUILD_BASE_SCRATCH,
};

struct build_stage {
	const struct instruction *from;
	enum build_base base;
	const char *base_name; /* IMAGE: the reference, variables filled in */
	unsigned base_stage;   /* STAGE */
	const char *platform;  /* NULL: the request's */
	struct instruction *steps;
	size_t n_steps;
	bool wanted; /* the target is, or needs, this one */
};

struct build_graph {
	char escape;
	struct build_words warnings;
	struct instruction *globals; /* ARGs before the first FROM, expanded */
	size_t n_globals;
	struct build_args args;	  /* nothing declared: what a stage starts with */
	struct build_words names; /* every ARG anywhere */
	struct build_stage *stages;
	size_t n_stages;
	unsigned target;
};

/*
 * Reads the request's Dockerfile and makes the graph. Errors: ERR_BAD_PARAMETER, with the line.
 */
int graph_make(const struct build_request *request, struct arena *a, struct build_graph *ret,
	       struct err *e) _must_check;

/* Steps of a build: globals, and for each wanted stage its FROM and its instructions. */
unsigned graph_count(const struct build_graph *g);

/*
 * The stage that `--from=NAME` in stage `current` means: an earlier one's name or number. -1: none,
 * it is an image. Errors: ERR_BAD_PARAMETER (a number that is no earlier stage).
 */
int graph_find_source(const struct build_graph *g, unsigned current, const char *name, int *ret,
		      struct err *e) _must_check;
