/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the removal of names and images with docker's rules: `rmi NAME` takes the name away, and the
 * image with its last one; parents that were only built on the way go with it.
 */
#pragma once

#include "image/image.h"

/* Who uses an image: asked for each image that would go. */
enum image_user_state { IMAGE_UNUSED, IMAGE_USED_STOPPED, IMAGE_USED_RUNNING };
struct image_user {
	enum image_user_state state;
	char container_id[65];
};
typedef void (*image_user_fn)(void *ctx, const struct image *i, struct image_user *ret);

struct image_delete_request {
	const char *reference; /* name or id, as the user wrote it */
	bool force, no_prune;
	image_user_fn user;
	void *ctx;
};

/* What happened, in order; arena memory. */
struct image_deleted {
	const char *untagged, *deleted; /* one of both; the other NULL */
};
struct image_delete_result {
	struct image_deleted *items;
	size_t len;
	struct digest *dropped_layers; /* say storage_layer_drop for each */
	size_t n_dropped_layers;
};

/*
 * Errors: ERR_NOT_FOUND, ERR_CONFLICT with docker's texts ("conflict: unable to delete X (must be
 * forced) - image is being used by stopped container Y", "… (cannot be forced) - image is being
 * used by running container Y", "… image is referenced in multiple repositories", "… image has
 * dependent child images").
 */
int image_delete(struct images *s, const struct image_delete_request *request, struct arena *a,
		 struct image_delete_result *ret, struct err *e) _must_check;
