/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns file trees: image layers (layers/ID), containers' writable layers (containers/ID/upper, work
 * or rootfs), the constant layers of mount points between both, and the removal of all three. A
 * layer is known by its diff id and lives while an image keeps it, a container stands on it or an
 * operation holds it. Trees are handed out as descriptors, never as paths.
 *
 * Any thread but the reactor's. One lock inside, never held over a blocking call.
 */
#pragma once

#include "base/err.h"
#include "codec/digest.h"
#include "rpc/jobs.h"
#include "store/store.h"

#include <stdbool.h>

enum { STORAGE_ID_LEN = 32, STORAGE_ID_MAX = 33 };

struct storage;

struct storage_options {
	struct store *store;
	int data_root;	    /* directory descriptor, borrowed for the life of the room */
	const char *driver; /* --storage-driver, or NULL: the first that works here */
	const char *const *driver_options; /* --storage-opt, NULL at the end; may be NULL */
};

/*
 * Probes the driver, makes the directories, reads the rows, and makes disk and rows agree: what has
 * no row goes to the trash, a row without a tree goes. Errors: ERR_NOT_IMPLEMENTED (the driver that
 * was asked for does not work here: the message says why).
 */
int storage_open(const struct storage_options *options, struct storage **ret, struct err *e)
	_must_check;
void storage_close(struct storage *s); /* waits for the trash collector's current tree */
OWN_PTR(struct storage, storage_close);

const char *storage_driver_name(const struct storage *s);
/* Rows of /info's DriverStatus: name and value alternate, NULL ends it; borrowed. */
const char *const *storage_driver_status(const struct storage *s);

/* ---- staging: what an operation is making ---- */

/*
 * A directory of its own for an operation: staging/NAME with `tree` and `blobs` inside, on the same
 * file system as all else here. Freed with all that is still in it.
 */
struct storage_staging {
	struct storage *storage;
	char name[STORAGE_ID_MAX];
	int dir;   /* the directory */
	int blobs; /* the directory `blobs` in it: files HEX */
};
int storage_staging_new(struct storage *s, struct storage_staging **ret, struct err *e) _must_check;
void storage_staging_free(struct storage_staging *g);
OWN_PTR(struct storage_staging, storage_staging_free);
/* An empty tree `name` in it (mode 0755, root's). */
int storage_staging_tree(struct storage_staging *g, const char *name, int *ret_fd, struct err *e)
	_must_check;
/* An empty file `name` in it, open for reading and writing. */
int storage_staging_file(struct storage_staging *g, const char *name, int *ret_fd, struct err *e)
	_must_check;

/* ---- layers ---- */

/* A counted hold: while it exists the layer stays. */
struct storage_layer {
	char id[STORAGE_ID_MAX]; /* its directory's name */
	struct digest diff_id;
	uint64_t size; /* bytes on disk */
};

/* Holds the layer with this diff id: 0 and *ret, or -ENOENT with e untouched. */
int storage_layer_find(struct storage *s, const struct digest *diff_id,
		       const struct storage_layer **ret) _must_check;
/* Gives a hold back; the last one of a layer that nothing keeps removes it. NULL is fine. */
void storage_layer_unhold(struct storage *s, const struct storage_layer *layer);

/*
 * The tree `name` of a staging becomes the layer diff_id. When that layer exists already the tree
 * is dropped and the existing one is held. Not durable by itself: see image_register.
 */
int storage_layer_adopt(struct storage_staging *g, const char *name, const struct digest *diff_id,
			uint64_t size, const struct storage_layer **ret, struct err *e) _must_check;

/* An image refers to the layer / no image does any more. */
void storage_layer_keep(struct storage *s, const struct digest *diff_id);
void storage_layer_drop(struct storage *s, const struct digest *diff_id);
/* After the images were loaded and said keep for all of theirs: removes what nothing wants. */
void storage_sweep(struct storage *s);

/* ---- containers ---- */

/*
 * Makes the writable layer of container `id` on the layers diff_ids (lowest first; 0 for scratch),
 * which it holds until it is removed. Errors: ERR_CONFLICT (the container has one already),
 * ERR_DATA_LOSS (a layer is missing: the image is damaged).
 */
int storage_container_create(struct storage *s, const char *id, const struct digest *diff_ids,
			     size_t n, struct err *e) _must_check;
/* Renamed away at once, deleted behind the reply; a container that has none is no error. */
int storage_container_remove(struct storage *s, const char *id, struct err *e) _must_check;

/* A root to be mounted: descriptors, closed by storage_rootfs_done. */
struct storage_rootfs {
	int *lowers; /* O_PATH, lowest first; overlay only */
	unsigned n_lowers;
	int upper, work;     /* overlay; -1 when it is only to be read */
	int dir;	     /* plain directory, else -1 */
	const char *options; /* overlay's, to go with the above: "userxattr" … */
};
#define STORAGE_ROOTFS_INIT ((struct storage_rootfs){ .upper = -1, .work = -1, .dir = -1 })
void storage_rootfs_done(struct storage_rootfs *r);

int storage_rootfs_open(struct storage *s, const char *container_id, struct storage_rootfs *ret,
			struct err *e) _must_check;
/* The bare tree of some layers, to be read: COPY --from an image, export of an image. */
int storage_rootfs_open_layers(struct storage *s, const struct digest *diff_ids, size_t n,
			       struct storage_rootfs *ret, struct err *e) _must_check;
/* The same descriptors in a job's words; borrowed from r. */
void storage_rootfs_job(const struct storage_rootfs *r, struct job_root *ret);

/*
 * What commit has to read: overlay gives the upper alone, a plain directory the directory and its
 * lowers. In a job's words for JOB_DIFF; for JOB_CHANGES use storage_rootfs_open.
 */
int storage_changes_open(struct storage *s, const char *container_id, struct storage_rootfs *ret,
			 struct err *e) _must_check;

/*
 * The container has ended and goes with this: its writable layer becomes the layer diff_id, by
 * rename. The container has none afterwards (storage_container_remove is still to be called).
 * -ENOTSUP with e untouched where the driver cannot (vfs): unpack the blob instead.
 */
int storage_container_to_layer(struct storage *s, const char *container_id,
			       const struct digest *diff_id, uint64_t size,
			       const struct storage_layer **ret, struct err *e) _must_check;

/* Bytes on disk (as du counts) of the writable layer, and of it with all layers below. */
struct storage_usage {
	uint64_t rw, root;
};
int storage_container_usage(struct storage *s, const char *container_id, struct storage_usage *ret,
			    struct err *e) _must_check;

/* Bytes of all layers, each once: system df. */
uint64_t storage_layers_size(struct storage *s);

/* ---- checking ---- */

/* Every difference between rows and disk, one text each: berth system check. */
int storage_check(struct storage *s, struct str_vec *ret_findings, struct err *e) _must_check;
