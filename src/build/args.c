/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the look-up of build arguments. */
#include "build/args.h"

#include <errno.h>

static const char *const predefined[] = {
	"ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY",	"NO_PROXY",
	"all_proxy", "ftp_proxy", "http_proxy",	 "https_proxy", "no_proxy",
};

bool args_is_predefined(struct str_slice name)
{
	for (size_t i = 0; i < ELEMENTS(predefined); i++)
		if (str_is(name, predefined[i]))
			return true;
	return false;
}

static const struct build_pair *find(const struct build_pairs *pairs, struct str_slice name)
{
	for (size_t i = 0; i < pairs->len; i++)
		if (str_is(name, pairs->items[i].name))
			return &pairs->items[i];
	return NULL;
}

static const char *value_of(const struct build_pair *pair)
{
	return pair ? pair->value : NULL;
}

const char *args_get_global(const struct build_args *args, struct str_slice name)
{
	const struct build_pair *global = find(&args->globals, name);
	const char *given = value_of(find(args->given, name));

	if (!global && !args_is_predefined(name))
		return NULL;
	return given ? given : value_of(global);
}

const char *args_get(const struct build_args *args, struct str_slice name)
{
	const struct build_pair *declared = find(&args->declared, name);
	const char *given = value_of(find(args->given, name));

	if (!declared && !args_is_predefined(name))
		return NULL;
	if (given)
		return given;
	return value_of(declared) ? declared->value : value_of(find(&args->globals, name));
}

static int add_for_run(const struct build_args *args, const char *name, struct arena *a,
		       struct build_words *words)
{
	const char *value = args_get(args, str_slice(name)), *entry;

	if (!value)
		return 0;
	entry = arena_printf(a, "%s=%s", name, value);
	return entry ? build_words_add(words, a, entry) : -ENOMEM;
}

int args_for_run(const struct build_args *args, const struct build_words *env, struct arena *a,
		 struct build_words *ret_all, struct build_words *ret_shown)
{
	struct build_words all = { 0 }, shown;
	int r = 0;

	for (size_t i = 0; i < args->declared.len && r == 0; i++)
		if (!build_env_get(env, str_slice(args->declared.items[i].name)))
			r = add_for_run(args, args->declared.items[i].name, a, &all);
	build_words_sort(&all);
	if (r == 0)
		r = build_words_copy(&all, a, &shown);
	for (size_t i = 0; i < ELEMENTS(predefined) && r == 0; i++)
		if (!find(&args->declared, str_slice(predefined[i])) &&
		    !build_env_get(env, str_slice(predefined[i])))
			r = add_for_run(args, predefined[i], a, &all);
	if (r < 0)
		return r;
	*ret_all = all;
	*ret_shown = shown;
	return 0;
}

int args_unused(const struct build_pairs *given, const struct build_words *declared,
		struct arena *a, struct build_words *ret)
{
	struct build_words unused = { 0 };

	for (size_t i = 0; i < given->len; i++) {
		const char *name = given->items[i].name;
		bool used = args_is_predefined(str_slice(name));

		for (size_t k = 0; k < declared->len && !used; k++)
			used = strcmp(name, declared->items[k]) == 0;
		if (!used && build_words_add(&unused, a, name) < 0)
			return -ENOMEM;
	}
	build_words_sort(&unused);
	*ret = unused;
	return 0;
}
