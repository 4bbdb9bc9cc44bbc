/* SPDX-License-Identifier: Apache-2.0 */
/* Owns who is there: ids, names, prefixes, and the rows that come and go with them. */
#include "codec/json.h"
#include "container/internal.h"
#include "container/names.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

enum { NAME_ATTEMPTS = 64 };

int containers_new(struct store *store, struct containers **ret, struct err *e)
{
	struct containers *all = calloc(1, sizeof(*all));

	if (!all)
		return err_no_memory(e);
	all->magic = CONTAINERS_MAGIC;
	all->store = store;
	pthread_mutex_init(&all->lock, NULL);
	list_init(&all->order);
	*ret = all;
	return 0;
}

static void name_free(struct name_row *row)
{
	if (row)
		free(row->name);
	free(row);
}

void containers_free(struct containers *all)
{
	if (!all)
		return;
	MAGIC_CHECK(all, CONTAINERS_MAGIC);
	list_for_each_safe (link, &all->order) {
		struct container *c = CONTAINER_OF(link, struct container, link);

		list_remove(&c->link);
		container_unref(c);
	}
	map_for_each (entry, &all->by_name)
		name_free(entry->value);
	map_done(&all->by_name);
	map_done(&all->by_id);
	pthread_mutex_destroy(&all->lock);
	all->magic = 0;
	free(all);
}

/* ---- names: all->lock is held ---- */

static struct name_row *name_new(const char *name, const char *id)
{
	struct name_row *row = calloc(1, sizeof(*row));

	if (!row || !(row->name = strdup(name))) {
		free(row);
		return NULL;
	}
	strncpy(row->id, id, CONTAINER_ID_LEN);
	return row;
}

static int name_take(struct containers *all, const char *name, const char *id, struct err *e)
{
	struct name_row *row = map_get(&all->by_name, name);

	if (row)
		return err_set(
			e, ERR_CONFLICT,
			"Conflict. The container name \"/%s\" is already in use by container "
			"\"%s\". You have to remove (or rename) that container to be able to "
			"reuse that name.",
			name, row->id);
	row = name_new(name, id);
	if (!row)
		return err_no_memory(e);
	if (map_put(&all->by_name, row->name, row) < 0) {
		name_free(row);
		return err_no_memory(e);
	}
	return 0;
}

static int name_invent(struct containers *all, const char *id, char *text, struct err *e)
{
	for (unsigned attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
		uint32_t random;

		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return err_sys(e, errno, "cannot get random bytes");
		names_pick(random, attempt, text);
		if (!map_get(&all->by_name, text))
			return name_take(all, text, id, e);
	}
	return err_set(e, ERR_CONFLICT, "no free name was found: give the container a name");
}

int container_name_reserve(struct containers *all, const char *name, const char *id,
			   struct arena *arena, const char **ret_name, struct err *e)
{
	char invented[NAMES_TEXT_MAX];
	struct str_slice asked = str_slice(name);
	const char *copy;
	int r;

	str_take_prefix(&asked, "/");
	if (asked.len && !names_valid(asked))
		return err_set(e, ERR_BAD_PARAMETER,
			       "Invalid container name (%.*s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are "
			       "allowed",
			       STR_ARG(asked));
	pthread_mutex_lock(&all->lock);
	r = asked.len ? name_take(all, asked.ptr, id, e) : name_invent(all, id, invented, e);
	pthread_mutex_unlock(&all->lock);
	if (r < 0)
		return r;
	copy = arena_str(arena, asked.len ? asked.ptr : invented);
	if (!copy) {
		container_name_release(all, asked.len ? asked.ptr : invented);
		return err_no_memory(e);
	}
	*ret_name = copy;
	return 0;
}

void container_name_release(struct containers *all, const char *name)
{
	pthread_mutex_lock(&all->lock);
	name_free(map_remove(&all->by_name, name));
	pthread_mutex_unlock(&all->lock);
}

/* ---- finding ---- */

static struct container *find_by_prefix(struct containers *all, struct str_slice ref,
					bool *ret_ambiguous)
{
	struct container *found = NULL;

	list_for_each (link, &all->order) {
		struct container *c = CONTAINER_OF(link, struct container, link);

		if (strncmp(c->id, ref.ptr, ref.len) != 0)
			continue;
		if (found) {
			*ret_ambiguous = true;
			return NULL;
		}
		found = c;
	}
	return found;
}

static struct container *find_locked(struct containers *all, struct str_slice ref,
				     bool *ret_ambiguous)
{
	char text[256];
	struct name_row *row;
	struct container *c;

	if (ref.len == 0 || ref.len >= sizeof(text))
		return NULL;
	memcpy(text, ref.ptr, ref.len);
	text[ref.len] = '\0';
	if ((c = map_get(&all->by_id, text)))
		return c;
	row = map_get(&all->by_name, text[0] == '/' ? text + 1 : text);
	if (row && (c = map_get(&all->by_id, row->id)))
		return c;
	return find_by_prefix(all, ref, ret_ambiguous);
}

int container_find(struct containers *all, struct str_slice ref, struct container **ret,
		   struct err *e)
{
	bool ambiguous = false;
	struct container *c;

	MAGIC_CHECK(all, CONTAINERS_MAGIC);
	pthread_mutex_lock(&all->lock);
	c = find_locked(all, ref, &ambiguous);
	if (c)
		container_ref(c);
	pthread_mutex_unlock(&all->lock);
	if (ambiguous)
		return err_set(e, ERR_BAD_PARAMETER,
			       "multiple IDs found with provided prefix: %.*s", STR_ARG(ref));
	if (!c)
		return err_set(e, ERR_NOT_FOUND, "No such container: %.*s", STR_ARG(ref));
	*ret = c;
	return 0;
}

void container_views_done(struct container_views *views)
{
	vec_for_each (v, views)
		container_view_unref(*v);
	vec_done(views);
}

int containers_list(struct containers *all, struct container_views *ret, struct err *e)
{
	struct container_views views = VEC_INIT;
	int r;

	pthread_mutex_lock(&all->lock);
	r = vec_reserve(&views, all->by_id.len);
	for (struct list *link = all->order.prev; r == 0 && link != &all->order;
	     link = link->prev) {
		struct container *c = CONTAINER_OF(link, struct container, link);

		r = vec_push(&views, container_view_ref(c->view));
	}
	pthread_mutex_unlock(&all->lock);
	if (r < 0) {
		container_views_done(&views);
		return err_no_memory(e);
	}
	*ret = views;
	return 0;
}

/* ---- coming and going ---- */

static int join(struct containers *all, struct container *c, struct err *e)
{
	int r;

	pthread_mutex_lock(&all->lock);
	r = map_put(&all->by_id, c->id, c);
	if (r == 0)
		list_append(&all->order, &container_ref(c)->link);
	pthread_mutex_unlock(&all->lock);
	return r < 0 ? err_no_memory(e) : 0;
}

static int add_row(const struct container_view *v, struct store_tx *tx, struct err *e)
{
	auto_(buf_done) struct buf record = BUF_INIT, status = BUF_INIT;

	json_encode(&container_record_json, v->record, JSON_VERSION_ANY, &record);
	json_encode(&container_status_json, &v->status, JSON_VERSION_ANY, &status);
	if (buf_error(&record) || buf_error(&status))
		return err_no_memory(e);
	store_tx_add(tx, STORE_CONTAINER_INSERT, STORE_TEXT(v->id), STORE_TEXT(v->name),
		     STORE_INT(v->record->created), STORE_SLICE(buf_view(&record)),
		     STORE_SLICE(buf_view(&status)));
	return 0;
}

int container_add(struct containers *all, struct container_spec *own_spec, struct store_tx *tx,
		  enum store_durability durability, struct container **ret, struct err *e)
{
	auto_(container_spec_unrefp) struct container_spec *spec = own_spec;
	auto_(container_unrefp) struct container *c = container_new(all, spec->record.id);
	int r;

	if (!c || !(c->view = container_view_new(c, spec)))
		return err_no_memory(e);
	c->view->state = CONTAINER_CREATED;
	c->view->status.state = container_state_name(CONTAINER_CREATED);
	if ((r = add_row(c->view, tx, e)) < 0 ||
	    (r = store_commit(all->store, tx, durability, e)) < 0 || (r = join(all, c, e)) < 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

int container_drop(struct containers *all, struct container *c, struct store_tx *tx, struct err *e)
{
	int r;

	store_tx_add(tx, STORE_CONTAINER_DELETE, STORE_TEXT(c->id));
	if ((r = store_commit(all->store, tx, STORE_PROMPT, e)) < 0)
		return r;
	pthread_mutex_lock(&all->lock);
	c->dropped = true;
	map_remove(&all->by_id, c->id);
	name_free(map_remove(&all->by_name, c->view->name));
	list_remove(&c->link);
	list_for_each_safe (link, &c->watches) {
		struct container_watch *w = CONTAINER_OF(link, struct container_watch, link);

		w->changed(w, c->view->state, true);
	}
	pthread_mutex_unlock(&all->lock);
	container_unref(c);
	return 0;
}

int container_rename(struct container *c, const char *new_name, struct err *e)
{
	auto_(container_view_unrefp) struct container_view *old = container_view(c);
	auto_(container_spec_unrefp) struct container_spec *spec = container_spec_new(e);
	auto_(store_tx_done) struct store_tx tx = STORE_TX_INIT;
	struct container_change change = { .event = CONTAINER_EVENT_COUNT, .tx = &tx };
	int r;

	if (!spec)
		return -ENOMEM;
	if (json_clone(&container_record_json, old->record, &spec->arena, &spec->record) < 0 ||
	    !(spec->record.name = arena_str(&spec->arena, new_name)))
		return err_no_memory(e);
	change.spec = spec;
	store_tx_add(&tx, STORE_CONTAINER_RENAME, STORE_TEXT(c->id), STORE_TEXT(new_name));
	if ((r = container_change_now(c, &change, e)) == 0)
		container_name_release(c->all, old->name);
	return r;
}

/* ---- start-up ---- */

static int read_view(struct container *c, const struct store_row *row, struct err *e)
{
	auto_(container_spec_unrefp) struct container_spec *spec = container_spec_new(e);
	struct json_error why = { 0 };
	struct container_view *v;

	if (!spec)
		return -ENOMEM;
	if (json_decode(&container_record_json, store_row_blob(row, 3), JSON_VERSION_ANY,
			&spec->arena, &spec->record, &why) < 0)
		return err_set(e, ERR_DATA_LOSS, "cannot read the record of container %s: %s",
			       c->id, why.text);
	spec->record.name = arena_str(&spec->arena, store_row_text(row, 1));
	c->view = v = container_view_new(c, spec);
	if (!v || !spec->record.name)
		return err_no_memory(e);
	if (json_decode(&container_status_json, store_row_blob(row, 4), JSON_VERSION_ANY, &v->arena,
			&v->status, &why) < 0 ||
	    container_state_parse(str_slice(v->status.state), &v->state) < 0)
		return err_set(e, ERR_DATA_LOSS, "cannot read the status of container %s: %s",
			       c->id, why.text);
	return 0;
}

static int load_row(void *ctx, const struct store_row *row, struct err *e)
{
	struct containers *all = ctx;
	auto_(container_unrefp) struct container *c = container_new(all, store_row_text(row, 0));
	int r;

	if (!c)
		return err_no_memory(e);
	if ((r = read_view(c, row, e)) < 0 || (r = join(all, c, e)) < 0)
		return r;
	pthread_mutex_lock(&all->lock);
	r = name_take(all, c->view->name, c->id, e);
	pthread_mutex_unlock(&all->lock);
	return r;
}

int containers_load(struct containers *all, struct err *e)
{
	return store_each(all->store, STORE_CONTAINER_LIST, 0, NULL, load_row, all, e);
}
