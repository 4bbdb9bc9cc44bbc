/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the image configuration while a build changes it: what ENV, CMD, USER and the others write
 * and what the next step starts from. Everything lives in the build's arena; a configuration that a
 * host was given is never changed afterwards (a step copies it first, sharing the strings). The
 * functions that add grow lists made by themselves or copied by build_words_copy/build_config_copy.
 */
#pragma once

#include "base/arena.h"

#include <stdint.h>

/* `items` NULL is "not said", which differs from said and empty (CMD []). */
struct build_words {
	const char **items;
	size_t len;
};

struct build_pair {
	const char *name, *value;
};

struct build_pairs {
	struct build_pair *items;
	size_t len;
};

/* Spans in nanoseconds; 0 inherits the engine's default. */
struct build_health {
	struct build_words test; /* NONE | CMD argv… | CMD-SHELL text */
	int64_t interval, timeout, start_period, start_interval;
	int64_t retries;
};

struct build_config {
	const char *user;	 /* "" or NULL: root */
	const char *working_dir; /* "" or NULL: "/" */
	const char *stop_signal;
	struct build_words env; /* "NAME=value", in the order written */
	struct build_words cmd, entrypoint, shell;
	struct build_words on_build;
	struct build_words exposed_ports; /* "80/tcp", sorted, no doubles */
	struct build_words volumes;	  /* sorted, no doubles */
	struct build_pairs labels;	  /* sorted by name, no doubles */
	const struct build_health *health;
};

/* Appends a copy of the pointer, not of the text. 0 or -ENOMEM. */
int build_words_add(struct build_words *w, struct arena *a, const char *word) _must_check;
/* By bytes, doubles out: makes a list into a set. */
void build_words_sort(struct build_words *w);
/* Appends, whatever is there already. 0 or -ENOMEM. */
int build_pairs_add(struct build_pairs *p, struct arena *a, const char *name, const char *value)
	_must_check;
/* Adds or replaces, keeping the order by name. 0 or -ENOMEM. */
int build_pairs_set(struct build_pairs *p, struct arena *a, const char *name, const char *value)
	_must_check;
/* NULL when absent. */
const char *build_pairs_get(const struct build_pairs *p, const char *name);

int build_words_copy(const struct build_words *from, struct arena *a, struct build_words *ret)
	_must_check;

/* Sets NAME in a list of NAME=value, in place if it is there. 0 or -ENOMEM. */
int build_env_set(struct build_words *env, struct arena *a, const char *name, const char *value)
	_must_check;
/* The value of NAME, or NULL. */
const char *build_env_get(const struct build_words *env, struct str_slice name);

/*
 * A copy whose lists may be changed without touching `from`; the strings are shared. 0 or -ENOMEM.
 */
int build_config_copy(const struct build_config *from, struct arena *a, struct build_config *ret)
	_must_check;

/* The same deep: nothing of `from` is needed afterwards. 0 or -ENOMEM. */
int build_config_clone(const struct build_config *from, struct arena *a, struct build_config *ret)
	_must_check;

struct buf;
/* Every field, unambiguously, for a cache key; a private format that may change between versions.
 */
void build_config_canonical(const struct build_config *c, struct buf *out);
