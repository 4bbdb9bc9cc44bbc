/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the rules of the merge, a function a field that has rules of its own. */
#include "engine/merge.h"

#include "codec/strings.h"

#include <errno.h>

static struct str_slice env_name(const char *variable)
{
	struct str_slice name, rest = str_slice(variable);

	return str_cut(&rest, '=', &name) ? name : rest;
}

static bool env_has(const struct string_list *env, struct str_slice name)
{
	for (size_t i = 0; i < env->len; i++)
		if (str_eq(env_name(env->items[i]), name))
			return true;
	return false;
}

/* The image's variables first, those the request sets again left out; then the request's. */
static int merge_env(struct string_list *env, const struct string_list *image, struct arena *a)
{
	struct string_list asked = *env, merged = { 0 };

	for (size_t i = 0; i < image->len; i++)
		if (!env_has(&asked, env_name(image->items[i])) &&
		    string_list_add(&merged, a, image->items[i]) < 0)
			return -ENOMEM;
	for (size_t i = 0; i < asked.len; i++)
		if (string_list_add(&merged, a, asked.items[i]) < 0)
			return -ENOMEM;
	if (merged.len)
		*env = merged;
	return 0;
}

static int merge_set(struct string_set *set, const struct string_set *image, struct arena *a)
{
	for (size_t i = 0; i < image->len; i++)
		if (string_set_add(set, a, image->items[i]) < 0)
			return -ENOMEM;
	return 0;
}

static int merge_labels(struct string_map *labels, const struct string_map *image, struct arena *a)
{
	for (size_t i = 0; i < image->len; i++)
		if (!string_map_get(labels, image->items[i].key) &&
		    string_map_set(labels, a, image->items[i].key, image->items[i].value) < 0)
			return -ENOMEM;
	return 0;
}

/* An entrypoint that is asked for ends the image's cmd; [""] says: none, and not the image's. */
static void merge_words(struct container_config *config, const struct image_config *image)
{
	if (!config->entrypoint.len) {
		if (!config->cmd.len)
			config->cmd = image->cmd;
		if (!config->entrypoint.items)
			config->entrypoint = image->entrypoint;
	}
	if (config->entrypoint.len == 1 && cstr_empty(config->entrypoint.items[0]))
		config->entrypoint = (struct string_list){ 0 };
}

static int merge_health(struct container_config *config, const struct image_config *image,
			struct arena *a)
{
	struct health_config *mine = config->healthcheck, *merged;
	const struct health_config *theirs = image->healthcheck;

	if (!theirs)
		return 0;
	if (!(merged = arena_dup(a, mine ? mine : theirs, sizeof(*merged))))
		return -ENOMEM;
	config->healthcheck = merged;
	if (!merged->test.len)
		merged->test = theirs->test;
	if (!merged->interval)
		merged->interval = theirs->interval;
	if (!merged->timeout)
		merged->timeout = theirs->timeout;
	if (!merged->start_period)
		merged->start_period = theirs->start_period;
	if (!merged->start_interval)
		merged->start_interval = theirs->start_interval;
	if (!merged->retries)
		merged->retries = theirs->retries;
	return 0;
}

int merge_image_config(struct container_config *config, const struct image_config *image,
		       struct arena *a, struct err *e)
{
	config->user = cstr_or(config->user, image->user);
	config->working_dir = cstr_or(config->working_dir, image->working_dir);
	config->stop_signal = cstr_or(config->stop_signal, image->stop_signal);
	if (!config->shell.len)
		config->shell = image->shell;
	config->on_build = (struct string_list){ 0 };
	merge_words(config, image);
	if (merge_env(&config->env, &image->env, a) < 0 ||
	    merge_set(&config->exposed_ports, &image->exposed_ports, a) < 0 ||
	    merge_set(&config->volumes, &image->volumes, a) < 0 ||
	    merge_labels(&config->labels, &image->labels, a) < 0 ||
	    merge_health(config, image, a) < 0)
		return err_no_memory(e);
	return 0;
}

int merge_command(const struct container_config *config, struct arena *a, const char **ret_path,
		  struct string_list *ret_args, struct err *e)
{
	struct string_list all = { 0 };

	for (size_t i = 0; i < config->entrypoint.len; i++)
		if (string_list_add(&all, a, config->entrypoint.items[i]) < 0)
			return err_no_memory(e);
	for (size_t i = 0; i < config->cmd.len; i++)
		if (string_list_add(&all, a, config->cmd.items[i]) < 0)
			return err_no_memory(e);
	if (!all.len)
		return err_set(e, ERR_BAD_PARAMETER, "no command specified");
	*ret_path = all.items[0];
	*ret_args = (struct string_list){ all.items + 1, all.len - 1 };
	return 0;
}
