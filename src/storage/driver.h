/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the contract between the room of storage and its drivers: const vtables in one array, in the
 * order in which they are probed. Layers have one form for all of them (a tree with overlay's
 * marks, see docs/design/content.md), so that another driver can be chosen later; a driver decides
 * how a container's root is made of them.
 */
#pragma once

#include "storage/storage.h"

/* A container's root as its driver sees it. */
struct storage_driver_container {
	int dir;	   /* containers/ID */
	const int *lowers; /* O_PATH, lowest first, the constant layer last */
	unsigned n_lowers;
};

struct storage_driver {
	const char *name;
	/* 0, or negative errno with e saying what this host lacks. */
	int (*probe)(int data_root, const char *const *options, struct err *e);
	/* Makes the writable part in c->dir. */
	int (*create)(const struct storage_driver_container *c, struct err *e);
	/* Fills what is mounted; lowers are taken from c by the caller. */
	int (*open)(const struct storage_driver_container *c, struct storage_rootfs *ret,
		    struct err *e);
	/* What JOB_DIFF reads. */
	int (*changes)(const struct storage_driver_container *c, struct storage_rootfs *ret,
		       struct err *e);
	/* Name below c->dir of a tree that is a layer as it stands, or NULL: cannot. */
	const char *layer_tree;
	/* Name below c->dir whose bytes are the container's own. */
	const char *own_tree;
	unsigned uses_lowers : 1; /* mounted on them */
};

extern const struct storage_driver *const storage_drivers[];
extern const size_t storage_driver_count;
