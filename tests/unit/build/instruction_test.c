/* SPDX-License-Identifier: Apache-2.0 */
/* Every Dockerfile of tests/build/parse, held against what it means or how it is refused. */
#include "build/health.h"
#include "build/instruction.h"
#include "build/words.h"
#include "cases.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void put_option(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(out, " %s=", name);
	words_quote(str_slice(value), out);
}

static void put_words(struct buf *out, const struct build_words *w)
{
	buf_char(out, ' ');
	words_quote_list(w, out);
}

static void put_pairs(struct buf *out, const struct build_pairs *p)
{
	for (size_t i = 0; i < p->len; i++) {
		buf_char(out, ' ');
		words_quote(str_slice(p->items[i].name), out);
		if (!p->items[i].value)
			continue;
		buf_char(out, '=');
		words_quote(str_slice(p->items[i].value), out);
	}
}

static void put_instruction(struct buf *out, const struct instruction *in)
{
	buf_printf(out, "%u %s", in->line, dockerfile_keyword_name(in->keyword));
	switch (in->keyword) {
	case DOCKERFILE_FROM:
		put_option(out, "base", in->from.base);
		put_option(out, "name", in->from.name);
		put_option(out, "platform", in->from.platform);
		break;
	case DOCKERFILE_ADD:
	case DOCKERFILE_COPY:
		put_words(out, &in->copy.sources);
		put_option(out, "dest", in->copy.dest);
		put_option(out, "from", in->copy.from);
		put_option(out, "chown", in->copy.chown);
		put_option(out, "chmod", in->copy.chmod);
		break;
	case DOCKERFILE_CMD:
	case DOCKERFILE_ENTRYPOINT:
	case DOCKERFILE_RUN:
	case DOCKERFILE_SHELL:
		buf_str(out, in->command.json ? " exec" : " shell");
		put_words(out, &in->command.words);
		break;
	case DOCKERFILE_EXPOSE:
	case DOCKERFILE_VOLUME:
		put_words(out, &in->words);
		break;
	case DOCKERFILE_ARG:
	case DOCKERFILE_ENV:
	case DOCKERFILE_LABEL:
		put_pairs(out, &in->pairs);
		break;
	case DOCKERFILE_HEALTHCHECK:
		buf_char(out, ' ');
		health_quote(&in->health, out);
		break;
	default:
		buf_char(out, ' ');
		words_quote(str_slice(in->argument), out);
	}
	buf_char(out, '\n');
}

static void parse_case(const struct test_case *c, struct buf *out)
{
	auto_(arena_done) struct arena a = ARENA_INIT;
	struct dockerfile d;
	struct err e = ERR_INIT;
	int r = dockerfile_parse(buf_view(&c->input), &a, &d, &e);

	for (size_t i = 0; r == 0 && i < d.n_lines; i++) {
		struct instruction in;

		r = instruction_parse(&d.lines[i], d.escape, &a, &in, &e);
		if (r == 0)
			put_instruction(out, &in);
	}
	for (size_t i = 0; r == 0 && i < d.warnings.len; i++)
		buf_printf(out, "! %s\n", d.warnings.items[i]);
	if (r < 0) {
		assert_int_equal(e.kind, ERR_BAD_PARAMETER);
		buf_printf(out, "%s\n", e.message);
	}
}

static void corpus(void **state)
{
	size_t count, wrong = cases_run("parse", parse_case, &count);

	assert_true(count >= 80);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(corpus) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
