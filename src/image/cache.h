/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns what builds remember: a key of a step (64 hex digits, the parent's id is part of it) and the
 * image it made. A row goes with its image.
 */
#pragma once

#include "image/image.h"

/* A counted image, or NULL. Never blocks. */
struct image *image_cache_find(struct images *s, const char *key);
int image_cache_put(struct images *s, const char *key, const struct image *i, struct err *e)
	_must_check;
