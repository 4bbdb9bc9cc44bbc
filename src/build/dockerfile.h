/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the outer form of a Dockerfile: bytes to logical lines, each with its keyword, its flags and
 * the rest. Continuations, comments, parser directives, byte order mark and CRLF end here.
 * Everything lives in the arena.
 */
#pragma once

#include "base/err.h"
#include "build/config.h"

enum dockerfile_keyword {
	DOCKERFILE_ADD,
	DOCKERFILE_ARG,
	DOCKERFILE_CMD,
	DOCKERFILE_COPY,
	DOCKERFILE_ENTRYPOINT,
	DOCKERFILE_ENV,
	DOCKERFILE_EXPOSE,
	DOCKERFILE_FROM,
	DOCKERFILE_HEALTHCHECK,
	DOCKERFILE_LABEL,
	DOCKERFILE_MAINTAINER,
	DOCKERFILE_ONBUILD,
	DOCKERFILE_RUN,
	DOCKERFILE_SHELL,
	DOCKERFILE_STOPSIGNAL,
	DOCKERFILE_USER,
	DOCKERFILE_VOLUME,
	DOCKERFILE_WORKDIR,
	DOCKERFILE_KEYWORD_COUNT,
};

enum { DOCKERFILE_LINES_MAX = 20000 }; /* instructions in one file */

struct dockerfile_line {
	unsigned number;  /* of its first line in the file, from 1 */
	const char *text; /* continuations joined, blanks at both ends off, as written otherwise */
	enum dockerfile_keyword keyword;
	struct build_words flags; /* "--name=value" */
	struct str_slice rest;	  /* behind keyword and flags; part of `text` */
};

struct dockerfile {
	char escape; /* '\\' unless the escape directive says '`' */
	struct dockerfile_line *lines;
	size_t n_lines;
	struct build_words warnings; /* texts for the client, without a newline at the end */
};

/* "RUN" */
const char *dockerfile_keyword_name(enum dockerfile_keyword k);

/*
 * Errors: ERR_BAD_PARAMETER, text "dockerfile parse error on line 3: unknown instruction: RUNN".
 */
int dockerfile_parse(struct str_slice text, struct arena *a, struct dockerfile *ret, struct err *e)
	_must_check;

/* One logical line that is already joined: what ONBUILD holds. `number` is for messages. */
int dockerfile_parse_line(struct str_slice text, unsigned number, struct arena *a,
			  struct dockerfile_line *ret, struct err *e) _must_check;

/* err_set with "dockerfile parse error on line N: " before the message; ERR_BAD_PARAMETER. */
int dockerfile_error(struct err *e, unsigned line, const char *format, ...) _printf(3, 4);
