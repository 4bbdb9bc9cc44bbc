/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the engine as a whole: the rooms, and what joins them. Verbs are in files of their own, each
 * with its header; they block and run on pool threads unless their header says otherwise.
 */
#pragma once

#include "compile/compile.h"
#include "container/container.h"
#include "engine/config.h"
#include "image/image.h"
#include "network/network.h"
#include "os/cgroup.h"
#include "os/pool.h"
#include "os/reactor.h"
#include "storage/storage.h"
#include "store/store.h"
#include "volume/volume.h"

struct events;
struct shims;
struct workers;
struct execs;

enum { ENGINE_MAGIC = 0x42455254 };

struct engine {
	unsigned magic;
	const struct engine_config *config;
	int data_root, exec_root; /* directories */
	int lock;		  /* of the data root, flock'ed */
	int containers_dir;	  /* DATA_ROOT/containers */
	int run_dir;		  /* EXEC_ROOT/c */
	char id[40];		  /* of this data root, as /info shows it */
	char boot_id[40];

	struct reactor *reactor; /* borrowed: berthd's */
	struct pool *pool;	 /* borrowed */
	struct store *store;
	struct storage *storage;
	struct images *images;
	struct containers *containers;
	struct networks *networks;
	struct volumes *volumes;
	struct cgroup_host *cgroups;
	struct compile_host compile_host;

	struct events *events;
	struct workers *workers;
	struct shims *shims;
	struct execs *execs;
};

/*
 * Opens every room and recovers: what an earlier engine left open is rolled forward or back, shims
 * that run are connected to. When it returns the engine answers. Errors name the room.
 */
int engine_open(const struct engine_config *config, struct reactor *reactor, struct pool *pool,
		struct engine **ret, struct err *e) _must_check;

/* Ends what runs in the engine; containers go on (or are stopped first: engine_stop_all). */
void engine_close(struct engine *engine);
OWN_PTR(struct engine, engine_close);

/* The path of a container's file below the data root, as inspection shows it; arena memory. */
const char *engine_container_path(const struct engine *engine, const char *id, const char *name,
				  struct arena *a);
