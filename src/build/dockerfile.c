/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the reading of logical lines. The rules, odd ones included (comments and empty lines vanish
 * inside a continued line, directives stand before everything else), are those of the public
 * Dockerfile reference and of Docker's own parser.
 */
#include "build/dockerfile.h"

#include "base/buf.h"
#include "base/vec.h"
#include "build/words.h"

static const char *const keyword_names[] = {
	[DOCKERFILE_ADD] = "ADD",
	[DOCKERFILE_ARG] = "ARG",
	[DOCKERFILE_CMD] = "CMD",
	[DOCKERFILE_COPY] = "COPY",
	[DOCKERFILE_ENTRYPOINT] = "ENTRYPOINT",
	[DOCKERFILE_ENV] = "ENV",
	[DOCKERFILE_EXPOSE] = "EXPOSE",
	[DOCKERFILE_FROM] = "FROM",
	[DOCKERFILE_HEALTHCHECK] = "HEALTHCHECK",
	[DOCKERFILE_LABEL] = "LABEL",
	[DOCKERFILE_MAINTAINER] = "MAINTAINER",
	[DOCKERFILE_ONBUILD] = "ONBUILD",
	[DOCKERFILE_RUN] = "RUN",
	[DOCKERFILE_SHELL] = "SHELL",
	[DOCKERFILE_STOPSIGNAL] = "STOPSIGNAL",
	[DOCKERFILE_USER] = "USER",
	[DOCKERFILE_VOLUME] = "VOLUME",
	[DOCKERFILE_WORKDIR] = "WORKDIR",
};
static_assert(ELEMENTS(keyword_names) == DOCKERFILE_KEYWORD_COUNT, "a name for each keyword");

struct reader {
	struct str_slice rest;
	unsigned number; /* of the line read last */
	char escape;
	bool directives_over, escape_seen, syntax_seen, check_seen;
	bool empty_continuation;
	struct arena *a;
	struct err *e;
};

const char *dockerfile_keyword_name(enum dockerfile_keyword k)
{
	return keyword_names[k];
}

int dockerfile_error(struct err *e, unsigned line, const char *format, ...)
{
	auto_(buf_done) struct buf text = BUF_INIT_MAX(ERR_MESSAGE_MAX);
	va_list args;

	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	return err_set(e, ERR_BAD_PARAMETER, "dockerfile parse error on line %u: %s", line,
		       buf_cstr(&text));
}

/* One line of the file without its end; false at the end of the file. */
static bool next_line(struct reader *rd, struct str_slice *ret)
{
	if (!rd->rest.len || !str_next(&rd->rest, '\n', ret))
		return false;
	if (str_ends_with(*ret, "\r"))
		ret->len--;
	rd->number++;
	return true;
}

static struct str_slice skip_blanks(struct str_slice s)
{
	while (s.len && words_is_blank(s.ptr[0]))
		s = str_skip(s, 1);
	return s;
}

static bool is_comment(struct str_slice line)
{
	return str_starts_with(skip_blanks(line), "#");
}

/* "# name = value": false when the line is no directive. */
static bool cut_directive(struct str_slice line, struct str_slice *ret_name,
			  struct str_slice *ret_value)
{
	struct str_slice rest = line, name;

	if (!str_take_prefix(&rest, "#") || !str_cut(&rest, '=', &name))
		return false;
	*ret_name = words_trim(name);
	*ret_value = words_trim(rest);
	return ret_name->len && ret_value->len;
}

static int set_escape(struct reader *rd, struct str_slice value)
{
	if (!str_is(value, "\\") && !str_is(value, "`"))
		return dockerfile_error(rd->e, rd->number,
					"invalid escape token '%.*s' does not match ` or \\",
					(int)MIN(value.len, (size_t)40), value.ptr);
	rd->escape = value.ptr[0];
	return 0;
}

/* Directives come before anything else; the first line that is none of them ends them. */
static int read_directive(struct reader *rd, struct str_slice line)
{
	struct {
		const char *name;
		bool *seen;
	} known[] = {
		{ "escape", &rd->escape_seen },
		{ "syntax", &rd->syntax_seen },
		{ "check", &rd->check_seen },
	};
	struct str_slice name, value;

	if (rd->directives_over)
		return 0;
	rd->directives_over = true;
	if (!cut_directive(line, &name, &value))
		return 0;
	for (size_t i = 0; i < ELEMENTS(known); i++) {
		if (!str_eq_nocase(name, str_slice(known[i].name)))
			continue;
		if (*known[i].seen)
			return dockerfile_error(rd->e, rd->number,
						"only one %s parser directive can be used",
						known[i].name);
		*known[i].seen = true;
		rd->directives_over = false;
		return i == 0 ? set_escape(rd, value) : 0;
	}
	return 0;
}

/*
 * Takes the continuation mark off the end: an escape, blanks behind it allowed. Two escapes are an
 * escaped one and continue nothing.
 */
static bool take_continuation(const struct reader *rd, struct str_slice *line)
{
	struct str_slice s = *line;

	while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
		s.len--;
	if (!s.len || s.ptr[s.len - 1] != rd->escape)
		return false;
	s.len--;
	if (s.len && s.ptr[s.len - 1] == rd->escape)
		return false;
	*line = s;
	return true;
}

/* The lines that continue one, as long as each ends in a mark. */
static void read_continuations(struct reader *rd, struct buf *logical)
{
	struct str_slice line;
	bool more = true;

	while (more && next_line(rd, &line)) {
		if (is_comment(line))
			continue;
		if (!skip_blanks(line).len) {
			rd->empty_continuation = true;
			continue;
		}
		more = take_continuation(rd, &line);
		buf_slice(logical, line);
	}
}

/* The next logical line into `logical`: 1, or 0 at the end of the file. *ret_number is its first
 * line. */
static int read_logical(struct reader *rd, struct buf *logical, unsigned *ret_number)
{
	struct str_slice line;
	bool more;
	int r;

	rd->empty_continuation = false;
	while (next_line(rd, &line)) {
		if (rd->number == 1)
			str_take_prefix(&line, "\xef\xbb\xbf");
		line = skip_blanks(line);
		if ((r = read_directive(rd, line)) < 0)
			return r;
		if (is_comment(line) || !line.len)
			continue;
		buf_clear(logical);
		*ret_number = rd->number;
		more = take_continuation(rd, &line);
		buf_slice(logical, line);
		if (more)
			read_continuations(rd, logical);
		if (buf_error(logical))
			return err_no_memory(rd->e);
		if (words_trim(buf_view(logical)).len)
			return 1;
	}
	return 0;
}

static int find_keyword(struct str_slice word, enum dockerfile_keyword *ret)
{
	for (size_t i = 0; i < ELEMENTS(keyword_names); i++) {
		if (str_eq_nocase(word, str_slice(keyword_names[i]))) {
			*ret = (enum dockerfile_keyword)i;
			return 0;
		}
	}
	return -ENOENT;
}

/*
 * `RUN cat <<EOF`: is it the beginning of a here-document? Quoted words are text for the shell.
 * Grammar: digits, << or <<-, a name.
 */
static bool is_heredoc(const char *word)
{
	struct str_slice s = str_slice(word);

	while (s.len && s.ptr[0] >= '0' && s.ptr[0] <= '9')
		s = str_skip(s, 1);
	if (!str_take_prefix(&s, "<<") || str_index(s, '<') >= 0)
		return false;
	str_take_prefix(&s, "-");
	return s.len > 0;
}

static bool may_have_heredocs(enum dockerfile_keyword k)
{
	return k == DOCKERFILE_RUN || k == DOCKERFILE_COPY || k == DOCKERFILE_ADD ||
	       k == DOCKERFILE_ONBUILD;
}

/* Named here, before the lines of the document are taken for instructions. */
static int refuse_heredocs(const struct dockerfile_line *line, struct arena *a, struct err *e)
{
	struct build_words words;

	if (!may_have_heredocs(line->keyword) || str_index(line->rest, '<') < 0)
		return 0;
	if (words_split_quoted(line->rest, '\\', a, &words) < 0)
		return err_no_memory(e);
	for (size_t i = 0; i < words.len; i++)
		if (is_heredoc(words.items[i]))
			return dockerfile_error(
				e, line->number,
				"%s: the here-document %.100s requires BuildKit, which this "
				"builder does not speak: put its text into a file and COPY it",
				dockerfile_keyword_name(line->keyword), words.items[i]);
	return 0;
}

int dockerfile_parse_line(struct str_slice text, unsigned number, struct arena *a,
			  struct dockerfile_line *ret, struct err *e)
{
	struct dockerfile_line line = { .number = number };
	struct str_slice rest, word;
	int r;

	line.text = arena_slice(a, words_trim(text));
	if (!line.text)
		return err_no_memory(e);
	rest = str_slice(line.text);
	word = words_cut(&rest);
	if (find_keyword(word, &line.keyword) < 0)
		return dockerfile_error(e, number, "unknown instruction: %.*s",
					(int)MIN(word.len, (size_t)100), word.ptr);
	if (words_take_flags(&rest, a, &line.flags) < 0)
		return err_no_memory(e);
	line.rest = words_trim(rest);
	r = refuse_heredocs(&line, a, e);
	if (r == 0)
		*ret = line;
	return r;
}

static int warn_empty_continuation(struct dockerfile *d, struct arena *a, const char *text)
{
	const char *warning =
		arena_printf(a, "[WARNING]: Empty continuation line found in:\n    %s", text);

	return warning ? build_words_add(&d->warnings, a, warning) : -ENOMEM;
}

VEC_DEFINE(line_vec, struct dockerfile_line);

static void line_vec_done(struct line_vec *v)
{
	vec_done(v);
}

static int add_line(struct reader *rd, const struct buf *logical, unsigned number,
		    struct line_vec *lines)
{
	struct dockerfile_line line;
	int r = dockerfile_parse_line(buf_view(logical), number, rd->a, &line, rd->e);

	if (r < 0)
		return r;
	if (lines->len == DOCKERFILE_LINES_MAX)
		return dockerfile_error(rd->e, number, "more than %d instructions",
					DOCKERFILE_LINES_MAX);
	return vec_push(lines, line) < 0 ? err_no_memory(rd->e) : 0;
}

static int read_lines(struct reader *rd, struct dockerfile *d, struct line_vec *lines)
{
	auto_(buf_done) struct buf logical = BUF_INIT;
	unsigned number = 0;
	int r;

	while ((r = read_logical(rd, &logical, &number)) == 1) {
		if ((r = add_line(rd, &logical, number, lines)) < 0)
			return r;
		if (rd->empty_continuation &&
		    warn_empty_continuation(d, rd->a, vec_last(lines)->text) < 0)
			return err_no_memory(rd->e);
	}
	return r;
}

static int refuse_nul(struct str_slice text, struct err *e)
{
	ptrdiff_t at = str_index(text, 0);
	unsigned line = 1;

	if (at < 0)
		return 0;
	for (ptrdiff_t i = 0; i < at; i++)
		line += text.ptr[i] == '\n';
	return dockerfile_error(e, line, "a NUL byte; this is not a text file");
}

int dockerfile_parse(struct str_slice text, struct arena *a, struct dockerfile *ret, struct err *e)
{
	struct reader rd = { .rest = text, .escape = '\\', .a = a, .e = e };
	auto_(line_vec_done) struct line_vec lines = VEC_INIT;
	struct dockerfile d = { 0 };
	int r = refuse_nul(text, e);

	if (r == 0)
		r = read_lines(&rd, &d, &lines);
	if (r < 0)
		return r;
	if (!lines.len)
		return dockerfile_error(e, MAX(rd.number, 1u), "file with no instructions");
	d.escape = rd.escape;
	d.lines = arena_dup(a, lines.items, lines.len * sizeof(*lines.items));
	d.n_lines = lines.len;
	if (!d.lines)
		return err_no_memory(e);
	if (d.warnings.len &&
	    build_words_add(
		    &d.warnings, a,
		    "[WARNING]: Empty continuation lines will become errors in a future release.") <
		    0)
		return err_no_memory(e);
	*ret = d;
	return 0;
}
