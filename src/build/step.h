/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the state of a running build and the carrying out of one instruction. A step changes the
 * state of its stage: the configuration at once, the image when the commit has succeeded.
 */
#pragma once

#include "build/build.h"
#include "build/graph.h"

/* What a stage has become so far. */
struct stage {
	unsigned index;
	struct build_args args;
	char id[BUILD_ID_MAX]; /* of its image; "": none yet (scratch) */
	struct build_config config;
	const char *author, *os, *architecture, *variant;
	bool cmd_set;	   /* CMD was said in this stage: ENTRYPOINT leaves it alone */
	bool cache_missed; /* what follows a step that was carried out cannot be cached */
};

struct build {
	const struct build_request *request;
	const struct build_host_ops *ops; /* NULL: only the configuration is changed */
	void *host;
	struct arena *a;
	struct build_graph graph;
	struct stage **done; /* by number; NULL: not built yet */
	unsigned step, total;
};

/* Carries one instruction out. Errors: the text says the line, except for a RUN that failed. */
int step_run(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
	_must_check;

/* Prints "Step 3/9 : TEXT". */
void step_announce(struct build *b, const char *text);
/* Text for the client. */
void step_say(struct build *b, const char *format, ...) _printf(2, 3);
/* " ---> 0123456789ab", the stage's image. */
void step_say_image(struct build *b, const struct stage *s);
/* The first twelve digits of an id, for %.*s. */
struct str_slice step_short_id(const char *id);

/* Builds a stage of the graph that is not built yet (solve.c); an earlier one. */
int solve_stage(struct build *b, unsigned index, struct err *e) _must_check;

/* Gives the stage what it starts from; runs the ONBUILD triggers of its base (step_from.c). */
int step_from(struct build *b, struct stage *s, struct err *e) _must_check;

/* The steps that do more than change the configuration (step_copy.c, step_command.c). */
int step_copy(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
	_must_check;
int step_workdir(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
	_must_check;
int step_command(struct build *b, struct stage *s, const struct instruction *in, struct err *e)
	_must_check;

/* The words of RUN, CMD, ENTRYPOINT: a shell text gets the shell before it. 0 or -ENOMEM. */
int step_command_words(struct build *b, const struct stage *s, const struct instruction_command *c,
		       struct build_words *ret) _must_check;

extern const char *const step_default_path; /* "PATH=…", when a base has none */
