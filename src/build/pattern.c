/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the matching of shell patterns, by trying lengths; texts are short. */
#include "build/pattern.h"

/*
 * '}' and '/' are escaped for the sake of the ${} around the pattern, so their backslash is no part
 * of it; otherwise only what is special may be escaped.
 */
bool pattern_is_valid(struct str_slice pattern)
{
	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.ptr[i] != '\\')
			continue;
		i++;
		if (i == pattern.len || !pattern.ptr[i] || !strchr("*?\\}/", pattern.ptr[i]))
			return false;
	}
	return true;
}

/* Takes one element off the pattern: its character, and whether it stands for itself. */
static char take_element(struct str_slice *pattern, bool *ret_literal)
{
	bool escaped = pattern->ptr[0] == '\\' && pattern->len > 1;
	char c = pattern->ptr[escaped];

	*pattern = str_skip(*pattern, escaped ? 2 : 1);
	*ret_literal = escaped || (c != '*' && c != '?');
	return c;
}

/* The whole text by the whole pattern; on a mismatch the last '*' takes one character more. */
static bool matches(struct str_slice pattern, struct str_slice text)
{
	struct str_slice star_pattern = { 0 }, star_text = { 0 };

	for (;;) {
		struct str_slice before = pattern;
		bool literal = true;
		char c = pattern.len ? take_element(&pattern, &literal) : 0;

		if (before.len && !literal && c == '*') {
			star_pattern = pattern;
			star_text = text;
			continue;
		}
		if (!before.len && !text.len)
			return true;
		if (before.len && text.len && (!literal || c == text.ptr[0])) {
			text = str_skip(text, 1);
			continue;
		}
		if (!star_pattern.ptr || !star_text.len)
			return false;
		star_text = str_skip(star_text, 1);
		pattern = star_pattern;
		text = star_text;
	}
}

static ptrdiff_t find_length(struct str_slice pattern, struct str_slice text,
			     enum pattern_length which, bool at_end)
{
	for (size_t i = 0; i <= text.len; i++) {
		size_t n = which == PATTERN_SHORTEST ? i : text.len - i;

		if (matches(pattern, at_end ? str_skip(text, text.len - n) : str_first(text, n)))
			return (ptrdiff_t)n;
	}
	return -1;
}

ptrdiff_t pattern_at_start(struct str_slice pattern, struct str_slice text,
			   enum pattern_length which)
{
	return find_length(pattern, text, which, false);
}

ptrdiff_t pattern_at_end(struct str_slice pattern, struct str_slice text, enum pattern_length which)
{
	return find_length(pattern, text, which, true);
}
