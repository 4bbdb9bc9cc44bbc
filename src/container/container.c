/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns container objects and their views: counting, publication, the token of the pending verb, and
 * changes of the status. Who is there under which name is collection.c.
 */
#include "base/log.h"
#include "codec/json.h"
#include "container/internal.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

/* ---- counting ---- */

struct container_spec *container_spec_new(struct err *e)
{
	struct container_spec *s = calloc(1, sizeof(*s));

	if (!s) {
		err_no_memory(e);
		return NULL;
	}
	s->refs = 1;
	return s;
}

struct container_spec *container_spec_ref(struct container_spec *s)
{
	__atomic_add_fetch(&s->refs, 1, __ATOMIC_RELAXED);
	return s;
}

void container_spec_unref(struct container_spec *s)
{
	if (!s || __atomic_sub_fetch(&s->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	arena_done(&s->arena);
	free(s);
}

struct container_view *container_view_ref(struct container_view *v)
{
	__atomic_add_fetch(&v->refs, 1, __ATOMIC_RELAXED);
	return v;
}

void container_view_unref(struct container_view *v)
{
	if (!v || __atomic_sub_fetch(&v->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	container_spec_unref(v->spec);
	arena_done(&v->arena);
	free(v);
}

struct container_view *container_view_new(struct container *c, struct container_spec *spec)
{
	struct container_view *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->refs = 1;
	v->spec = container_spec_ref(spec);
	v->id = spec->record.id;
	v->name = spec->record.name;
	v->record = &spec->record;
	return v;
}

struct container *container_new(struct containers *all, const char *id)
{
	struct container *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->magic = CONTAINER_MAGIC;
	c->refs = 1;
	c->all = all;
	strncpy(c->id, id, CONTAINER_ID_LEN);
	list_init(&c->link);
	list_init(&c->watches);
	pthread_mutex_init(&c->change, NULL);
	return c;
}

struct container *container_ref(struct container *c)
{
	MAGIC_CHECK(c, CONTAINER_MAGIC);
	__atomic_add_fetch(&c->refs, 1, __ATOMIC_RELAXED);
	return c;
}

void container_unref(struct container *c)
{
	if (!c)
		return;
	MAGIC_CHECK(c, CONTAINER_MAGIC);
	if (__atomic_sub_fetch(&c->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	assert(list_empty(&c->watches) && c->pending == VERB_NONE);
	container_view_unref(c->view);
	pthread_mutex_destroy(&c->change);
	c->magic = 0;
	free(c);
}

const char *container_id(const struct container *c)
{
	return c->id;
}

struct container_view *container_view(struct container *c)
{
	struct container_view *v;

	MAGIC_CHECK(c, CONTAINER_MAGIC);
	pthread_mutex_lock(&c->all->lock);
	v = container_view_ref(c->view);
	pthread_mutex_unlock(&c->all->lock);
	return v;
}

void container_set_runtime(struct container *c, void *runtime)
{
	__atomic_store_n(&c->runtime, runtime, __ATOMIC_RELEASE);
}

void *container_runtime(struct container *c)
{
	return __atomic_load_n(&c->runtime, __ATOMIC_ACQUIRE);
}

/* ---- tokens ---- */

enum container_verb container_pending(struct container *c, stamp_ns *ret_since)
{
	enum container_verb verb;

	pthread_mutex_lock(&c->all->lock);
	verb = c->pending;
	*ret_since = c->pending_since;
	pthread_mutex_unlock(&c->all->lock);
	return verb;
}

static bool removes(enum container_verb verb)
{
	return verb == VERB_REMOVE || verb == VERB_FORCE_REMOVE;
}

static int refuse(const struct container *c, enum container_verb verb, struct err *e)
{
	if (removes(c->pending) && removes(verb))
		return err_set(e, ERR_CONFLICT, "removal of container %s is already in progress",
			       c->id);
	if (removes(c->pending))
		return err_set(e, ERR_CONFLICT,
			       "container %s is marked for removal and cannot be used", c->id);
	return err_set(e, ERR_CONFLICT, "cannot %s container %s: its %s is under way",
		       verb_name(verb), c->id, verb_name(c->pending));
}

/* One look at the pending verb, under the lock: 0 entered, 1 wait for *ret_ended, or refused. */
static int try_enter(struct container *c, enum container_verb verb, struct cancel **ret_ended,
		     struct err *e)
{
	if (c->dropped)
		return err_set(e, ERR_NOT_FOUND, "No such container: %s", c->id);
	switch (verb_meets(verb, c->pending)) {
	case MEET_CONFLICT:
		return refuse(c, verb, e);
	case MEET_PREEMPT:
		cancel_fire(c->token, CANCEL_PREEMPTED);
		_fallthrough;
	case MEET_JOIN:
		*ret_ended = cancel_ref(c->ended);
		return 1;
	default:
		return 0;
	}
}

static int begin_token(struct container *c, enum container_verb verb, struct err *e)
{
	auto_(cancel_unrefp) struct cancel *token = NULL, *ended = NULL;

	if (cancel_new(NULL, &token) < 0 || cancel_new(NULL, &ended) < 0)
		return err_no_memory(e);
	c->pending = verb;
	c->pending_since = stamp_now();
	c->token = TAKE_PTR(token);
	c->ended = TAKE_PTR(ended);
	return 0;
}

/* Waits for the end of the pending verb, or for `cancel`. */
static int wait_ended(struct cancel *ended, struct cancel *cancel, struct err *e)
{
	int fd = cancel_fd(ended);
	int r = fd < 0 ? fd : cancel_poll(fd, POLLIN, CANCEL_NO_DEADLINE, cancel);

	if (r == -ECANCELED)
		return err_set(e, ERR_CANCELLED, "%s", cancel_reason_text(cancel_fired(cancel)));
	return r < 0 ? err_sys(e, -r, "cannot wait for an operation to end") : 1;
}

int container_begin(struct container *c, enum container_verb verb, struct cancel *cancel,
		    struct cancel **ret_token, struct err *e)
{
	int r = 1;

	MAGIC_CHECK(c, CONTAINER_MAGIC);
	while (r == 1) {
		struct cancel *ended = NULL;

		pthread_mutex_lock(&c->all->lock);
		r = try_enter(c, verb, &ended, e);
		if (r == 0 && verb_holds_token(verb))
			r = begin_token(c, verb, e);
		if (r == 0 && ret_token)
			*ret_token = cancel_ref(c->token);
		pthread_mutex_unlock(&c->all->lock);
		if (r == 1)
			r = wait_ended(ended, cancel, e);
		cancel_unref(ended);
	}
	return r;
}

void container_end(struct container *c, enum container_verb verb)
{
	struct cancel *token, *ended;

	if (!verb_holds_token(verb))
		return;
	pthread_mutex_lock(&c->all->lock);
	assert(c->pending == verb);
	c->pending = VERB_NONE;
	token = TAKE_PTR(c->token);
	ended = TAKE_PTR(c->ended);
	pthread_mutex_unlock(&c->all->lock);
	cancel_fire(ended, CANCEL_PREEMPTED);
	cancel_unref(ended);
	cancel_unref(token);
}

/* ---- changes ---- */

void container_publish(struct container *c, struct container_view *own_view)
{
	struct container_view *old;

	pthread_mutex_lock(&c->all->lock);
	old = c->view;
	c->view = own_view;
	list_for_each_safe (link, &c->watches) {
		struct container_watch *w = CONTAINER_OF(link, struct container_watch, link);

		w->changed(w, own_view->state, c->dropped);
	}
	pthread_mutex_unlock(&c->all->lock);
	container_view_unref(old);
}

static int follow_event(const struct container *c, const struct container_view *old,
			enum container_event event, enum container_state *ret, struct err *e)
{
	enum container_state next;

	if (event == CONTAINER_EVENT_COUNT) {
		*ret = old->state;
		return 0;
	}
	next = container_state_after(old->state, event);
	if (next == CONTAINER_STATE_NONE)
		return err_set(e, ERR_CONFLICT, "container %s is %s", c->id,
			       container_state_name(old->state));
	*ret = next;
	return 0;
}

/* The view after the change, not published yet. */
static int make_view(struct container *c, const struct container_change *change,
		     struct container_view **ret, struct err *e)
{
	auto_(container_view_unrefp) struct container_view *old = container_view(c);
	auto_(container_view_unrefp) struct container_view *v = NULL;
	int r;

	v = container_view_new(c, change->spec ? change->spec : old->spec);
	if (!v || json_clone(&container_status_json, &old->status, &v->arena, &v->status) < 0)
		return err_no_memory(e);
	if ((r = follow_event(c, old, change->event, &v->state, e)) < 0)
		return r;
	v->status.state = container_state_name(v->state);
	if (change->edit && change->edit(&v->status, &v->arena, change->ctx) < 0)
		return err_no_memory(e);
	*ret = TAKE_PTR(v);
	return 0;
}

static int add_status_row(struct container *c, const struct container_view *v, struct store_tx *tx,
			  struct err *e)
{
	auto_(buf_done) struct buf text = BUF_INIT;

	json_encode(&container_status_json, &v->status, JSON_VERSION_ANY, &text);
	if (buf_error(&text))
		return err_no_memory(e);
	store_tx_add(tx, STORE_CONTAINER_STATE, STORE_TEXT(c->id), STORE_SLICE(buf_view(&text)));
	return 0;
}

/* Publishes the view that follows and hands its row to `submit`, in one order for both. */
static int change(struct container *c, const struct container_change *change,
		  void (*submit)(struct store *s, struct store_tx *tx, void *ctx), void *ctx,
		  struct err *e)
{
	auto_(store_tx_done) struct store_tx own = STORE_TX_INIT;
	struct store_tx *tx = change->tx ? change->tx : &own;
	auto_(container_view_unrefp) struct container_view *v = NULL;
	int r;

	pthread_mutex_lock(&c->change);
	if ((r = make_view(c, change, &v, e)) == 0 && (r = add_status_row(c, v, tx, e)) == 0) {
		container_publish(c, TAKE_PTR(v));
		submit(c->all->store, tx, ctx);
	}
	pthread_mutex_unlock(&c->change);
	if (r < 0)
		store_tx_done(tx);
	return r;
}

static void submit_and_wait(struct store *s, struct store_tx *tx, void *ctx)
{
	store_commit_begin(s, tx, STORE_PROMPT, ctx);
}

int container_change_now(struct container *c, const struct container_change *what, struct err *e)
{
	struct store_wait w;
	int r = change(c, what, submit_and_wait, &w, e);

	return r < 0 ? r : store_commit_wait(&w, e);
}

struct told {
	store_done_fn done;
	void *ctx;
};

static void submit_and_tell(struct store *s, struct store_tx *tx, void *ctx)
{
	struct told *told = ctx;

	store_submit(s, tx, STORE_PROMPT, told->done, told->ctx);
}

int container_change_later(struct container *c, const struct container_change *what,
			   store_done_fn done, void *done_ctx, struct err *e)
{
	struct told told = { done, done_ctx };

	return change(c, what, submit_and_tell, &told, e);
}

int container_respec(struct container *c, struct container_spec *own_spec, struct err *e)
{
	auto_(container_spec_unrefp) struct container_spec *spec = own_spec;
	auto_(store_tx_done) struct store_tx tx = STORE_TX_INIT;
	auto_(buf_done) struct buf text = BUF_INIT;
	struct container_change what = { .event = CONTAINER_EVENT_COUNT, .spec = spec, .tx = &tx };

	json_encode(&container_record_json, &spec->record, JSON_VERSION_ANY, &text);
	if (buf_error(&text))
		return err_no_memory(e);
	store_tx_add(&tx, STORE_CONTAINER_CONFIG, STORE_TEXT(c->id), STORE_SLICE(buf_view(&text)));
	return container_change_now(c, &what, e);
}

/* ---- watches ---- */

void container_watch_add(struct container *c, struct container_watch *w)
{
	pthread_mutex_lock(&c->all->lock);
	list_append(&c->watches, &w->link);
	w->changed(w, c->view->state, c->dropped);
	pthread_mutex_unlock(&c->all->lock);
}

void container_watch_remove(struct container *c, struct container_watch *w)
{
	pthread_mutex_lock(&c->all->lock);
	list_remove(&w->link);
	pthread_mutex_unlock(&c->all->lock);
}
