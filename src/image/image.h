/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the images: which there are, what they are called, what they are made of. An image is the
 * digest of the manifest or index it came with; config digests are aliases, since older clients
 * hold them. Readers get a counted, immutable struct image; the room's lock is held for look-ups
 * and pointer swaps only. Verbs that change something wait for the store: pool threads only.
 *
 * Blobs are the truth and lie in blobs/sha256 (image/blobs.h); rows say which of them are images,
 * how they are called and what a build cached.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/stamp.h"
#include "base/vec.h"
#include "codec/digest.h"
#include "store/store.h"

#include <stdbool.h>

struct images;	  /* the room */
struct oci_image; /* an image's config, types/disk.h */

/* ---- what is read ---- */

/* One layer of one manifest, lowest first. */
struct image_layer {
	struct digest diff_id; /* by which storage knows its tree */
	struct digest blob;
	const char *media_type;
	uint64_t blob_size;
	uint64_t size; /* bytes on disk of its tree, 0 when it is not unpacked */
};

/* One platform's image. */
struct image_manifest {
	struct digest digest, config_digest;
	uint64_t size, config_size; /* bytes of the two blobs */
	const char *media_type, *config_media_type;
	const struct oci_image *config; /* decoded */
	const struct image_layer *layers;
	size_t n_layers;
};

struct image {
	uint32_t magic;
	unsigned refs;
	struct arena arena;
	char id[DIGEST_TEXT_MAX]; /* digest of the target */
	struct digest digest;
	const char *media_type;		/* of the target */
	uint64_t target_size;		/* bytes of the target blob */
	struct image_manifest manifest; /* the one this host runs */
	char config_id[DIGEST_TEXT_MAX];
	char parent[DIGEST_TEXT_MAX]; /* id of the image it was built from; "" when not built here
				       */
	stamp_ns created;	      /* from its config */
	stamp_ns registered;	      /* when it came to this host */
	uint64_t content_size;	      /* bytes of its blobs */
	uint64_t size;		      /* content_size and the trees of its layers */
};

struct image *image_ref(struct image *i);
void image_unref(struct image *i);
OWN_PTR(struct image, image_unref);

/* ---- the room ---- */

struct images_options {
	struct store *store;
	int data_root;	     /* directory descriptor, borrowed */
	const char *boot_id; /* an unclean boot drops images that were never made durable */
};

int images_open(const struct images_options *options, struct images **ret, struct err *e)
	_must_check;
void images_close(struct images *s);
OWN_PTR(struct images, images_close);

/* ---- finding ---- */

/*
 * By what a user writes: a name (familiar or full, with tag or digest; the tag defaults to latest),
 * an id or config digest, full or a prefix, with or without "sha256:". A counted image. Errors:
 * ERR_NOT_FOUND "No such image: …", ERR_BAD_PARAMETER (not a reference; an ambiguous prefix).
 */
int image_resolve(struct images *s, const char *reference_or_id, struct image **ret, struct err *e)
	_must_check;
/* By exact id; NULL when absent. Never blocks: the reactor may call it. */
struct image *image_find(struct images *s, const char *id);

/* Names of an image, familiar ("busybox:latest", "r/x@sha256:…"), sorted; arena memory. */
struct image_names {
	const char **tags, **digests;
	size_t n_tags, n_digests;
};
int image_names_get(struct images *s, const struct image *i, struct arena *a,
		    struct image_names *ret, struct err *e) _must_check;

/*
 * All images, newest first, counted. With `intermediate`, also those that only are parents of other
 * images and have no name (docker images -a). image_list_done gives them back.
 */
struct image_list {
	struct image **items;
	size_t len;
};
enum image_list_which { IMAGE_LIST_TOP, IMAGE_LIST_ALL };
int image_list_get(struct images *s, enum image_list_which which, struct image_list *ret,
		   struct err *e) _must_check;
void image_list_done(struct image_list *l);

/* Bytes of an image's layers and blobs that other images have too. */
uint64_t image_shared_size(struct images *s, const struct image *i);

/* docker history, newest first; arena memory. */
struct image_history_row {
	const char *id; /* of this image or a parent built here, else "<missing>" */
	stamp_ns created;
	const char *created_by, *comment;
	uint64_t size;
	const char **tags;
	size_t n_tags;
};
int image_history(struct images *s, const struct image *i, struct arena *a,
		  struct image_history_row **ret, size_t *ret_len, struct err *e) _must_check;

/* The bytes of a blob that an image of this room holds (manifest, config), at most 4 MiB. */
int image_blob_read(struct images *s, const struct digest *d, struct arena *a,
		    struct str_slice *ret, struct err *e) _must_check;
/* A descriptor of it for a job; ERR_DATA_LOSS when it is not there. */
int image_blob_open(struct images *s, const struct digest *d, int *ret_fd, struct err *e)
	_must_check;
/* The directory of blobs, borrowed: JOB_SAVE. */
int images_blobs_fd(const struct images *s);

/* ---- names ---- */

/* Gives the image a name, taking it from whatever had it. ERR_BAD_PARAMETER: not a reference. */
int image_tag(struct images *s, const struct image *i, const char *reference, struct err *e)
	_must_check;
