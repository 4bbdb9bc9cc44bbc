/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns how images come to be: from a config and layers (import, commit, build), or from a manifest
 * whose blobs a worker brought (load, later pull). Files first, rows last; what is not registered
 * stays in its staging and goes with it.
 */
#pragma once

#include "image/image.h"

enum image_durability {
	IMAGE_PROMPT,  /* survives a crash of the engine: the steps of a build */
	IMAGE_DURABLE, /* one syncfs, then a durable commit; makes all prompt ones before it durable
			*/
};

/* An image made here. The config's rootfs is written by the room from the layers. */
struct image_spec {
	const struct oci_image *config;	  /* history complete, its last rows for the new layers */
	const struct image_layer *layers; /* lowest first, those of the parent too */
	size_t n_layers;
	const struct image *parent; /* NULL: imported, or from scratch */
	int blobs; /* directory of a staging where new layer blobs lie as HEX; -1: none are new */
	const char *const *names; /* references to give it; NULL at the end; may be NULL */
	const char *cache_key;	  /* 64 hex digits under which a build finds it, or NULL */
	enum image_durability durability;
};

/*
 * Writes config and manifest in canonical form, moves the blobs, commits. The caller holds the
 * layers' trees and says storage_layer_keep for each of them when this has succeeded. An image that
 * is there already gets the names and the key, and is returned.
 */
int image_register(struct images *s, const struct image_spec *spec, struct image **ret,
		   struct err *e) _must_check;

/*
 * An image that a worker brought as blobs: read and checked (sizes, digests of config and manifest,
 * number of layers, one media type), not yet an image. `target` is a manifest or an index, of which
 * the manifest for this host is taken. draft->manifest says which layers it has.
 */
struct image_draft;
int image_draft_open(struct images *s, int blobs, const struct digest *target,
		     struct image_draft **ret, struct err *e) _must_check;
void image_draft_free(struct image_draft *d);
OWN_PTR(struct image_draft, image_draft_free);
const struct image_manifest *image_draft_manifest(const struct image_draft *d);
/* Bytes on disk of layer n, once its tree is known to storage. */
void image_draft_layer_size(struct image_draft *d, size_t n, uint64_t size);
/* Opens layer n's blob, wherever it is now, for JOB_UNPACK. */
int image_draft_layer_open(struct image_draft *d, size_t n, int *ret_fd, struct err *e) _must_check;

/* The draft becomes an image; as image_register, always durable. */
int image_draft_register(struct image_draft *d, const char *const *names, struct image **ret,
			 struct err *e) _must_check;

/* Makes everything registered so far durable: the end of a build. */
int images_sync(struct images *s, struct err *e) _must_check;
