/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the containers: what was asked for (spec), how it stands (status), its pending operation,
 * and the rows that keep both. Readers take a counted, immutable view and never wait for an
 * operation; whoever changes a container holds its token (container_begin) or is the reactor
 * reporting an exit.
 *
 * Lock: one, inside struct containers, held for pointer swaps and map look-ups only.
 */
#pragma once

#include "base/err.h"
#include "base/list.h"
#include "container/state.h"
#include "container/verb.h"
#include "os/cancel.h"
#include "store/store.h"
#include "types/disk.h"

enum { CONTAINER_ID_LEN = 64, CONTAINER_ID_SHORT = 12 };

struct containers;
struct container;

/* ---- what is read ---- */

/* What was asked for: replaced as a whole by rename and update. Immutable, counted. */
struct container_spec {
	unsigned refs;
	struct arena arena;
	struct container_record record;
};

/* A container at one moment. Immutable, counted; everything hangs on its arena or its spec. */
struct container_view {
	unsigned refs;
	struct container_spec *spec;
	struct arena arena;
	enum container_state state;
	struct container_status status;
	const struct container_record *record; /* of spec */
	const char *id, *name;		       /* the name without its leading slash */
};

struct container_view *container_view_ref(struct container_view *v);
void container_view_unref(struct container_view *v);
OWN_PTR(struct container_view, container_view_unref);

struct container *container_ref(struct container *c);
void container_unref(struct container *c);
OWN_PTR(struct container, container_unref);

const char *container_id(const struct container *c);

/* The view of this moment; never NULL; caller unrefs. Any thread. */
struct container_view *container_view(struct container *c);

/* What is being done to it now: VERB_NONE, or the verb and since when. Any thread. */
enum container_verb container_pending(struct container *c, stamp_ns *ret_since);

/* ---- the collection ---- */

int containers_new(struct store *store, struct containers **ret, struct err *e) _must_check;
void containers_free(struct containers *all);
OWN_PTR(struct containers, containers_free);

/* Reads the rows; start-up only. */
int containers_load(struct containers *all, struct err *e) _must_check;

/*
 * By name (with or without '/'), id, or a prefix of an id that fits one container. Caller unrefs.
 * Errors: ERR_NOT_FOUND "No such container: X", ERR_BAD_PARAMETER for an ambiguous prefix.
 */
int container_find(struct containers *all, struct str_slice ref, struct container **ret,
		   struct err *e) _must_check;

/* Views of all, newest first; caller unrefs each and frees the array. */
VEC_DEFINE(container_views, struct container_view *);
int containers_list(struct containers *all, struct container_views *ret, struct err *e) _must_check;
void container_views_done(struct container_views *views);

/*
 * Takes the name for an id that is not a container yet; "" picks one. *ret_name is copied into the
 * caller's arena. Errors: ERR_CONFLICT with docker's text. Given back by container_add's success,
 * or by container_name_release.
 */
int container_name_reserve(struct containers *all, const char *name, const char *id,
			   struct arena *arena, const char **ret_name, struct err *e) _must_check;
void container_name_release(struct containers *all, const char *name);

/*
 * A new container with a reserved name, in state created: its row is added to tx, which is then
 * committed (so that the caller's own rows and its intent go with it). `own_spec` is consumed.
 * Caller unrefs *ret.
 */
int container_add(struct containers *all, struct container_spec *own_spec, struct store_tx *tx,
		  enum store_durability durability, struct container **ret, struct err *e)
	_must_check;

/*
 * Removes the row (with tx, promptly) and the container from the collection; whoever holds it or a
 * view of it keeps valid memory. All who wait for its removal are told.
 */
int container_drop(struct containers *all, struct container *c, struct store_tx *tx, struct err *e)
	_must_check;

struct container_spec *container_spec_new(struct err *e) _must_check;
struct container_spec *container_spec_ref(struct container_spec *s);
void container_spec_unref(struct container_spec *s);
OWN_PTR(struct container_spec, container_spec_unref);

/* ---- changing ---- */

/*
 * Begins a verb: meets what is pending as the table says, waits where it says so, and fails with
 * ERR_CONFLICT where it says so. For a verb that holds the token, container_end must follow;
 * *ret_token (may be NULL) is cancelled when another verb preempts this one.
 * The wait ends with ERR_CANCELLED when `cancel` (may be NULL) fires.
 */
int container_begin(struct container *c, enum container_verb verb, struct cancel *cancel,
		    struct cancel **ret_token, struct err *e) _must_check;
void container_end(struct container *c, enum container_verb verb);

/*
 * Applies an event and an edit of the status: a copy is edited and published, and its row queued
 * together with tx (NULL: no rows of the caller's own), in one order for both. _now returns when
 * the row is written; if that failed, what was published stands until the caller changes it again.
 * _later does not wait and may run on the reactor's thread: `done` is told. tx is emptied either
 * way. Errors: ERR_CONFLICT when the event cannot happen in this state.
 */
typedef int (*container_edit_fn)(struct container_status *status, struct arena *arena, void *ctx);

struct container_change {
	enum container_event event; /* CONTAINER_EVENT_COUNT: the state stays */
	container_edit_fn edit;	    /* NULL: nothing but the state; -ENOMEM is its only failure */
	void *ctx;
	struct container_spec *spec; /* NULL: stays */
	struct store_tx *tx;
};

int container_change_now(struct container *c, const struct container_change *change, struct err *e)
	_must_check;
int container_change_later(struct container *c, const struct container_change *change,
			   store_done_fn done, void *done_ctx, struct err *e) _must_check;

/* Replaces the spec (update) and writes it. `own_spec` is consumed. */
int container_respec(struct container *c, struct container_spec *own_spec, struct err *e)
	_must_check;

/* Renames: the new name must be reserved; the old one is free afterwards. */
int container_rename(struct container *c, const char *new_name, struct err *e) _must_check;

/* ---- being told ---- */

/*
 * Whoever waits for a state hangs a watch on the container. `changed` is called when it is added
 * and after every change, with the state lock held: it may post to the reactor or set a flag, never
 * call back into this room. After _remove it is not called any more.
 */
struct container_watch {
	struct list link;
	void (*changed)(struct container_watch *w, enum container_state state, bool gone);
};

void container_watch_add(struct container *c, struct container_watch *w);
void container_watch_remove(struct container *c, struct container_watch *w);

/* The engine's own per-container state (its shim link), set once by the engine; borrowed. */
void container_set_runtime(struct container *c, void *runtime);
void *container_runtime(struct container *c);
