/* SPDX-License-Identifier: Apache-2.0 */
/* Owns how containers and their collection look inside src/container. */
#pragma once

#include "base/map.h"
#include "container/container.h"

#include <pthread.h>

enum { CONTAINER_MAGIC = 0x434f4e54, CONTAINERS_MAGIC = 0x434f4c4c };

struct container {
	unsigned magic;
	unsigned refs;
	struct containers *all;
	char id[CONTAINER_ID_LEN + 1];
	struct list link;	     /* in all->order */
	struct container_view *view; /* what readers get; guarded by all->lock */
	enum container_verb pending; /* guarded by all->lock, as all below */
	stamp_ns pending_since;
	struct cancel *token; /* of the pending verb: preempting it fires this */
	struct cancel *ended; /* fires when the pending verb has ended */
	bool dropped;
	struct list watches;
	void *runtime;
	pthread_mutex_t change; /* one change of the status at a time; taken before all->lock */
};

struct containers {
	unsigned magic;
	struct store *store;
	pthread_mutex_t lock; /* the state lock: pointer swaps and look-ups only */
	struct map by_id;     /* struct container */
	struct map by_name;   /* struct name_row */
	struct list order;    /* oldest first */
};

/* A name and whose it is; taken before the container exists. */
struct name_row {
	char *name;
	char id[CONTAINER_ID_LEN + 1];
};

struct container *container_new(struct containers *all, const char *id);

/* Both hold the references they are given; NULL when memory is short. */
struct container_view *container_view_new(struct container *c, struct container_spec *spec);

/* Puts the view in place of the old one, which is given back, and tells the watches. */
void container_publish(struct container *c, struct container_view *own_view);
