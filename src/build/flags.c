/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the table of flags: who takes which. */
#include "build/flags.h"

#include <errno.h>

#define BIT(keyword) (1u << DOCKERFILE_##keyword)

static const struct {
	const char *name;
	unsigned keywords; /* the instructions that take it */
	bool is_bool;
} flag_table[] = {
	[FLAG_CHMOD] = { "chmod", BIT(ADD) | BIT(COPY), false },
	[FLAG_CHOWN] = { "chown", BIT(ADD) | BIT(COPY), false },
	[FLAG_FROM] = { "from", BIT(COPY), false },
	[FLAG_INTERVAL] = { "interval", BIT(HEALTHCHECK), false },
	[FLAG_LINK] = { "link", BIT(ADD) | BIT(COPY), true },
	[FLAG_PLATFORM] = { "platform", BIT(FROM), false },
	[FLAG_RETRIES] = { "retries", BIT(HEALTHCHECK), false },
	[FLAG_START_INTERVAL] = { "start-interval", BIT(HEALTHCHECK), false },
	[FLAG_START_PERIOD] = { "start-period", BIT(HEALTHCHECK), false },
	[FLAG_TIMEOUT] = { "timeout", BIT(HEALTHCHECK), false },
};
static_assert(ELEMENTS(flag_table) == FLAG_COUNT, "a row for each flag");
static_assert(DOCKERFILE_KEYWORD_COUNT <= 32, "keywords fit into the bits");

/* Flags of BuildKit's Dockerfile, named so that they are refused by what they are. */
static const struct {
	const char *name;
	unsigned keywords;
} buildkit_flags[] = {
	{ "mount", BIT(RUN) },	  { "network", BIT(RUN) },	{ "security", BIT(RUN) },
	{ "device", BIT(RUN) },	  { "parents", BIT(COPY) },	{ "exclude", BIT(ADD) | BIT(COPY) },
	{ "checksum", BIT(ADD) }, { "keep-git-dir", BIT(ADD) }, { "unpack", BIT(ADD) },
};

static int refuse(const struct dockerfile_line *line, struct str_slice name, struct err *e)
{
	for (size_t i = 0; i < ELEMENTS(buildkit_flags); i++)
		if (str_is(name, buildkit_flags[i].name) &&
		    (buildkit_flags[i].keywords & (1u << line->keyword)))
			return dockerfile_error(e, line->number,
						"the --%s option requires BuildKit, which this "
						"builder does not speak",
						buildkit_flags[i].name);
	return dockerfile_error(e, line->number, "Unknown flag: %.*s",
				(int)MIN(name.len, (size_t)100), name.ptr);
}

static int check_bool(const struct dockerfile_line *line, enum flag f, const char *value,
		      struct err *e)
{
	struct str_slice v = str_slice(value);

	if (str_eq_nocase(v, STR_LIT("true")) || str_eq_nocase(v, STR_LIT("false")))
		return 0;
	return dockerfile_error(e, line->number, "Expecting boolean value for flag %s, not: %.100s",
				flag_table[f].name, value);
}

static int find_flag(const struct dockerfile_line *line, struct str_slice name)
{
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (str_is(name, flag_table[i].name) &&
		    (flag_table[i].keywords & (1u << line->keyword)))
			return (int)i;
	return -ENOENT;
}

static int parse_flag(const struct dockerfile_line *line, const char *word, struct flags *flags,
		      struct err *e)
{
	struct str_slice name, value = str_slice(word + strlen("--"));
	bool has_value = str_cut(&value, '=', &name);
	int f;

	if (!has_value)
		name = value;
	f = find_flag(line, name);
	if (f < 0)
		return refuse(line, name, e);
	if (flags->value[f])
		return dockerfile_error(e, line->number, "Duplicate flag specified: %s",
					flag_table[f].name);
	if (!has_value && !flag_table[f].is_bool)
		return dockerfile_error(e, line->number, "Missing a value on flag: %s",
					flag_table[f].name);
	flags->value[f] = has_value ? value.ptr : "true";
	return flag_table[f].is_bool ? check_bool(line, (enum flag)f, flags->value[f], e) : 0;
}

int flags_parse(const struct dockerfile_line *line, struct flags *ret, struct err *e)
{
	struct flags flags = { 0 };
	int r;

	for (size_t i = 0; i < line->flags.len; i++)
		if ((r = parse_flag(line, line->flags.items[i], &flags, e)) < 0)
			return r;
	*ret = flags;
	return 0;
}
