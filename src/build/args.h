/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns build arguments: which are visible where, and with what value. A name is visible after its
 * ARG in the same stage; the proxies are visible everywhere. The request's value comes before the
 * default of the ARG, and that before the default of an ARG in front of the first FROM.
 */
#pragma once

#include "build/config.h"

#include <stdbool.h>

struct build_args {
	const struct build_pairs *given; /* of the request; value NULL: named without one */
	struct build_pairs globals;	 /* ARGs before the first FROM; value NULL: no default */
	struct build_pairs declared;	 /* ARGs of this stage so far */
};

/* HTTP_PROXY and its kin: visible without an ARG, and then in neither history nor cache key. */
bool args_is_predefined(struct str_slice name);

/* What instructions of a stage see, NULL when not set. */
const char *args_get(const struct build_args *args, struct str_slice name);
/* What FROM and global ARGs see. */
const char *args_get_global(const struct build_args *args, struct str_slice name);

/*
 * What a RUN gets as environment, "NAME=value" sorted, without names that `env` has: all of them,
 * and those that the history shows. 0 or -ENOMEM.
 */
int args_for_run(const struct build_args *args, const struct build_words *env, struct arena *a,
		 struct build_words *ret_all, struct build_words *ret_shown) _must_check;

/* Names given by the request that are neither predefined nor in `declared`, sorted. 0 or -ENOMEM.
 */
int args_unused(const struct build_pairs *given, const struct build_words *declared,
		struct arena *a, struct build_words *ret) _must_check;
