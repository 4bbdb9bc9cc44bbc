/* SPDX-License-Identifier: Apache-2.0 */
/* Owns `--change`: instructions applied to a configuration without a build around them. */
#include "build/step.h"
#include "build/words.h"

static const enum dockerfile_keyword allowed[] = {
	DOCKERFILE_CMD,		DOCKERFILE_ENTRYPOINT, DOCKERFILE_ENV,	   DOCKERFILE_EXPOSE,
	DOCKERFILE_HEALTHCHECK, DOCKERFILE_LABEL,      DOCKERFILE_ONBUILD, DOCKERFILE_STOPSIGNAL,
	DOCKERFILE_USER,	DOCKERFILE_VOLUME,     DOCKERFILE_WORKDIR,
};

static bool is_allowed(enum dockerfile_keyword k)
{
	for (size_t i = 0; i < ELEMENTS(allowed); i++)
		if (allowed[i] == k)
			return true;
	return false;
}

static int apply(struct build *b, struct stage *s, const struct dockerfile_line *line,
		 struct err *e)
{
	struct instruction in;
	int r;

	if (!is_allowed(line->keyword)) {
		struct str_slice word = str_slice(line->text);

		word = words_cut(&word);
		return err_set(e, ERR_BAD_PARAMETER, "%.*s is not a valid change command",
			       STR_ARG(word));
	}
	if ((r = instruction_parse(line, b->graph.escape, b->a, &in, e)) < 0)
		return r;
	return step_run(b, s, &in, e);
}

int build_apply_changes(const struct build_words *changes, struct arena *a,
			struct build_config *config, struct err *e)
{
	static const struct build_pairs no_args = { 0 };
	struct build b = { .a = a };
	struct stage s = { .args.given = &no_args };
	const char *text = words_join(changes, "\n", a);
	struct dockerfile d;
	struct err why = ERR_INIT;

	if (!changes->len)
		return 0;
	if (!text || build_config_copy(config, a, &s.config) < 0)
		return err_no_memory(e);
	if (str_slice(text).len > BUILD_DOCKERFILE_MAX)
		return err_set(e, ERR_BAD_PARAMETER, "the changes are larger than %d bytes",
			       BUILD_DOCKERFILE_MAX);
	if (dockerfile_parse(str_slice(text), a, &d, &why) < 0)
		return err_copy(e, &why);
	b.graph.escape = d.escape;
	for (size_t i = 0; i < d.n_lines; i++)
		if (apply(&b, &s, &d.lines[i], &why) < 0)
			return err_copy(e, &why);
	*config = s.config;
	return 0;
}
