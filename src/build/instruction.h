/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the meaning of one logical line: its arguments cut as the instruction wants them and
 * checked, as far as that is possible without an image. Values live in the arena; expansion makes a
 * new one.
 */
#pragma once

#include "build/dockerfile.h"
#include "build/expand.h"

#include <stdbool.h>

struct instruction_from {
	const char *base;     /* before expansion */
	const char *name;     /* AS name, lower case; NULL */
	const char *platform; /* before expansion; NULL */
};

struct instruction_copy {
	struct build_words sources;
	const char *dest;
	const char *from;	   /* --from; NULL: the context */
	const char *chown, *chmod; /* NULL: not given */
};

struct instruction_command {
	struct build_words
		words; /* the argument vector, or the shell text as one word, or nothing */
	bool json;
};

struct instruction {
	enum dockerfile_keyword keyword;
	unsigned line;
	const char *text; /* as it stands in the file, for "Step 3/9 : …" */
	bool literal;	  /* made by an option of the command line: never expanded */
	union {
		struct instruction_from from;
		struct instruction_copy copy;	    /* ADD COPY */
		struct instruction_command command; /* CMD ENTRYPOINT RUN SHELL */
		struct build_words words;	    /* EXPOSE (sorted) VOLUME */
		struct build_pairs pairs; /* ARG (value NULL: none) ENV LABEL; as written */
		struct build_health health;
		const char *argument; /* MAINTAINER ONBUILD STOPSIGNAL USER WORKDIR */
	};
};

/* Errors: ERR_BAD_PARAMETER with the line, as dockerfile_error. */
int instruction_parse(const struct dockerfile_line *line, char escape, struct arena *a,
		      struct instruction *ret, struct err *e) _must_check;

/*
 * Quotes off and variables filled in wherever this instruction has that; others are copied as they
 * are. FROM is expanded by the graph, in the scope of the global arguments.
 */
int instruction_expand(const struct instruction *in, const struct expand_scope *scope,
		       struct arena *a, struct instruction *ret, struct err *e) _must_check;
