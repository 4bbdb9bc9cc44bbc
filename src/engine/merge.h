/* SPDX-License-Identifier: Apache-2.0 */
/* Owns how an image's configuration and the daemon's defaults go under what a request asks. Pure.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "types/api.h"

/*
 * Puts what the request leaves open from the image's config into *config. What is added is borrowed
 * from `image` or lives in the arena. Source: docker run's documentation of the image's defaults.
 */
int merge_image_config(struct container_config *config, const struct image_config *image,
		       struct arena *a, struct err *e) _must_check;

/* Path and arguments of the process: entrypoint and cmd. ERR_BAD_PARAMETER: neither is there. */
int merge_command(const struct container_config *config, struct arena *a, const char **ret_path,
		  struct string_list *ret_args, struct err *e) _must_check;
