/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the corpora of tests/build/: files of cases. A case is
 *
 *	=== its name [crlf] [bom] [nonl]
 *	input …
 *	---
 *	expected output …
 *
 * The marks in brackets change the input: CRLF line ends, a byte order mark before it, no newline
 *at the end. "\x41" in an input line written with the mark [hex] stands for that byte.
 */
#pragma once

#include "base/buf.h"

#include <dirent.h>
#include <stdio.h>

#ifndef TESTS_DIR
#define TESTS_DIR "tests"
#endif

struct test_case {
	char name[128];
	struct buf input, expected;
};

static inline void test_case_done(struct test_case *c)
{
	buf_done(&c->input);
	buf_done(&c->expected);
}

static inline char *cases_read_file(const char *path)
{
	struct buf text = BUF_INIT;
	FILE *f = fopen(path, "re");
	size_t n;

	assert(f);
	do {
		char *room = buf_room(&text, 4096);

		assert(room);
		n = fread(room, 1, 4096, f);
		buf_added(&text, n);
	} while (n);
	fclose(f);
	return text.data ? buf_take(&text) : strdup("");
}

static inline bool case_take_mark(struct test_case *c, const char *mark)
{
	char *at = strstr(c->name, mark);

	if (!at)
		return false;
	memmove(at, at + strlen(mark), strlen(at + strlen(mark)) + 1);
	return true;
}

static inline void case_put_hex(struct buf *out, struct str_slice line)
{
	for (size_t i = 0; i < line.len; i++) {
		unsigned byte;

		if (line.len - i >= 4 && sscanf(line.ptr + i, "\\x%2x", &byte) == 1) {
			buf_char(out, (char)byte);
			i += 3;
		} else {
			buf_char(out, line.ptr[i]);
		}
	}
}

/* The next case of *rest; false at the end. */
static inline bool cases_next(struct str_slice *rest, struct test_case *c)
{
	struct str_slice line;
	bool expected = false, crlf, hex;

	memset(c, 0, sizeof(*c));
	while (!str_starts_with(*rest, "=== "))
		if (!str_next(rest, '\n', &line))
			return false;
	str_next(rest, '\n', &line);
	snprintf(c->name, sizeof(c->name), "%.*s", (int)line.len - 4, line.ptr + 4);
	crlf = case_take_mark(c, " [crlf]");
	hex = case_take_mark(c, " [hex]");
	if (case_take_mark(c, " [bom]"))
		buf_str(&c->input, "\xef\xbb\xbf");
	while (rest->len && !str_starts_with(*rest, "=== ") && str_next(rest, '\n', &line)) {
		if (!expected && str_is(line, "---")) {
			expected = true;
			continue;
		}
		if (hex && !expected)
			case_put_hex(&c->input, line);
		else
			buf_slice(expected ? &c->expected : &c->input, line);
		buf_str(expected ? &c->expected : &c->input, crlf && !expected ? "\r\n" : "\n");
	}
	if (case_take_mark(c, " [nonl]"))
		buf_truncate(&c->input, c->input.len - (crlf ? 2 : 1));
	while (c->expected.len > 1 && c->expected.data[c->expected.len - 2] == '\n')
		buf_truncate(&c->expected, c->expected.len - 1);
	return true;
}

typedef void (*case_fn)(const struct test_case *c, struct buf *out);

/* Runs every case of every *.cases file in tests/build/DIR; returns how many went wrong. */
static inline size_t cases_run(const char *dir, case_fn fn, size_t *ret_count)
{
	char path[512];
	struct dirent **names;
	size_t wrong = 0;
	int n;

	snprintf(path, sizeof(path), "%s/build/%s", TESTS_DIR, dir);
	n = scandir(path, &names, NULL, alphasort);
	assert(n > 0);
	*ret_count = 0;
	for (int i = 0; i < n; i++) {
		char file[1024], *text;
		struct str_slice rest;
		struct test_case c;

		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (!strstr(names[i]->d_name, ".cases")) {
			free(names[i]);
			continue;
		}
		text = cases_read_file(file);
		rest = str_slice(text);
		while (cases_next(&rest, &c)) {
			struct buf out = BUF_INIT;

			fn(&c, &out);
			++*ret_count;
			if (!str_eq(buf_view(&out), buf_view(&c.expected))) {
				fprintf(stderr, "%s: %s\n--- expected\n%s--- got\n%s",
					names[i]->d_name, c.name, buf_cstr(&c.expected),
					buf_cstr(&out));
				wrong++;
			}
			buf_done(&out);
			test_case_done(&c);
		}
		free(text);
		free(names[i]);
	}
	free(names);
	return wrong;
}
