/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns volumes: names, rows, the local driver's directories and mounts, who uses which, and the
 * copy of an image's files into an empty one. Every function may be called from any thread but the
 * reactor's.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/stamp.h"
#include "store/store.h"

#include <stdbool.h>

enum { VOLUME_NAME_MAX = 256 };

struct volume_pair {
	const char *name, *value;
};

struct volumes;

/*
 * `data_root_fd` is borrowed for the life of the room: volumes live in "volumes/NAME/_data" below
 * it; `data_root` is its path, for Mountpoint in the API.
 */
int volumes_open(int data_root_fd, const char *data_root, struct store *s, struct volumes **ret,
		 struct err *e) _must_check;
void volumes_close(struct volumes *v);
OWN_PTR(struct volumes, volumes_close);

/* ---- Volumes as values ---- */

struct volume_info { /* immutable; lives as long as the snapshot it came in */
	const char *name, *driver, *scope, *mountpoint;
	stamp_ns created;
	bool anonymous;
	const struct volume_pair *labels, *options;
	size_t n_labels, n_options;
	unsigned users; /* containers that refer to it */
};

struct volume_snapshot {
	const struct volume_info *items; /* by name */
	size_t len;
};
void volume_snapshot_unref(struct volume_snapshot *s);
OWN_PTR(struct volume_snapshot, volume_snapshot_unref);

/* Filters of GET /volumes: alternatives of one key are OR, keys are AND. "label" takes name or
 * name=value, "name" a part of the name, "dangling" a Go boolean, "driver" the whole name. */
struct volume_filter {
	const char *key, *value;
};
int volume_list(struct volumes *v, const struct volume_filter *filters, size_t n,
		struct volume_snapshot **ret, struct err *e) _must_check;
/* ERR_NOT_FOUND: "get NAME: no such volume". The snapshot has one item. */
int volume_get(struct volumes *v, const char *name, struct volume_snapshot **ret, struct err *e)
	_must_check;

struct volume_request {
	const char *name;   /* NULL or "": an anonymous one */
	const char *driver; /* NULL or "": local */
	const struct volume_pair *labels, *options;
	size_t n_labels, n_options;
};

/*
 * Creates, or finds the one of that name made by the same driver (its options and labels are then
 * not compared, as in docker). *ret is a snapshot of one. Durable.
 */
int volume_create(struct volumes *v, const struct volume_request *r, struct volume_snapshot **ret,
		  struct err *e) _must_check;

enum volume_force { VOLUME_NO_FORCE, VOLUME_FORCE };
/* ERR_NOT_FOUND (unless forced), ERR_CONFLICT "remove NAME: volume is in use - [IDS]". */
int volume_remove(struct volumes *v, const char *name, enum volume_force force, struct err *e)
	_must_check;

/* Bytes below the volume, as du counts them; -1 when it cannot be told. Walks the tree. */
int64_t volume_size(struct volumes *v, const char *name);

/* Docker's grammar: one alphanumeric, then [a-zA-Z0-9_.-]+. ERR_BAD_PARAMETER with its text. */
int volume_name_check(const char *name, struct err *e) _must_check;

/* ---- Use by containers ---- */

/* From container create (and at recovery) to remove: the volume cannot be removed meanwhile. */
int volume_use(struct volumes *v, const char *name, const char *container, struct err *e)
	_must_check;
void volume_release(struct volumes *v, const char *name, const char *container);
/* Removes the anonymous volumes only this container used (rm -v, --rm), and forgets its others. */
void volume_release_all(struct volumes *v, const char *container, bool remove_anonymous);

/*
 * The volume's tree as a descriptor for a slot of the launch plan (open_tree, detached clone): the
 * driver mounts it first when it has to (tmpfs, nfs, bind options). `subpath` is resolved below the
 * volume without leaving it; NULL or "": its root. `id` of the container is counted as a mounter
 * until volume_unmount.
 */
struct volume_mount {
	const char *name, *subpath, *container;
};
int volume_mount(struct volumes *v, const struct volume_mount *m, int *ret_tree_fd, struct err *e)
	_must_check;
/* The container ended: the last one out unmounts what the driver had mounted. */
void volume_unmount(struct volumes *v, const char *container);

/*
 * Copies the directory `path` of a container's root (a descriptor; nothing outside it is ever
 * followed) into the volume, if the volume is empty and the directory is not: files, owners, modes,
 * times, xattrs, links, devices. Otherwise does nothing.
 */
int volume_populate(struct volumes *v, const char *name, int rootfs_fd, const char *path,
		    struct err *e) _must_check;

/* ---- Bind sources and the -v, --volumes-from grammars ---- */

enum bind_missing { BIND_MUST_EXIST, BIND_CREATE_DIRECTORY }; /* --mount, -v */

/* A tree descriptor of a host path (recursive clone or not). Errors carry docker's texts. */
struct bind_source {
	const char *path;
	enum bind_missing missing;
	bool not_recursive;
};
int bind_source_open(const struct bind_source *b, int *ret_tree_fd, struct err *e) _must_check;

/*
 * -v and HostConfig.Binds: SOURCE:TARGET[:MODE], or NAME:TARGET[:MODE], or TARGET alone. Slices
 * point into the text.
 */
enum bind_propagation {
	BIND_RPRIVATE, /* docker's default */
	BIND_PRIVATE,
	BIND_RSHARED,
	BIND_SHARED,
	BIND_RSLAVE,
	BIND_SLAVE,
	BIND_PROPAGATION_COUNT
};

struct bind_spec {
	struct str_slice source; /* "": an anonymous volume */
	struct str_slice target;
	struct str_slice mode; /* as written */
	bool is_volume;	       /* source is a name, or there is none */
	bool read_only, no_copy;
	enum bind_propagation propagation;
};
int bind_spec_parse(const char *text, struct bind_spec *ret, struct err *e) _must_check;

/* CONTAINER[:ro|rw|z|Z]. */
struct volumes_from_spec {
	struct str_slice container;
	struct str_slice mode;
	bool read_only;
};
int volumes_from_parse(const char *text, struct volumes_from_spec *ret, struct err *e) _must_check;
