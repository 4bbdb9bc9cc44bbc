/* SPDX-License-Identifier: Apache-2.0 */
/* Owns detach keys; see detach.h. */
#include "rpc/detach.h"

#include <string.h>

static bool parse_key(struct str_slice text, uint8_t *ret)
{
	struct str_slice rest = text;

	if (text.len == 1) {
		*ret = (uint8_t)text.ptr[0];
		return *ret < 0x80;
	}
	if (str_is(text, "DEL")) {
		*ret = 0x7f;
		return true;
	}
	if (!str_take_prefix(&rest, "ctrl-") || rest.len != 1)
		return false;
	/* Control and a key is that key's low five bits: ASCII's third and fourth columns. */
	if (rest.ptr[0] >= 'a' && rest.ptr[0] <= 'z')
		*ret = (uint8_t)(rest.ptr[0] - 'a' + 1);
	else if (strchr("@[\\]^_", rest.ptr[0]))
		*ret = (uint8_t)(rest.ptr[0] - '@');
	else
		return false;
	return true;
}

int detach_keys_parse(struct str_slice text, struct detach_keys *ret, struct err *e)
{
	struct detach_keys keys = { .len = 0 };
	struct str_slice rest = text, key;

	while (text.len > 0 && str_next(&rest, ',', &key)) {
		if (keys.len == DETACH_KEYS_MAX)
			return err_set(e, ERR_BAD_PARAMETER,
				       "cannot use more than %d detach keys, got '%.*s'",
				       DETACH_KEYS_MAX, STR_ARG(text));
		if (!parse_key(key, &keys.bytes[keys.len++]))
			return err_set(e, ERR_BAD_PARAMETER,
				       "cannot understand detach key '%.*s': expected a character, "
				       "'ctrl-' and a letter or one of @[\\]^_, or DEL",
				       STR_ARG(key));
	}
	*ret = keys;
	return 0;
}

/* The longest part of what was held that may still begin the sequence, once `c` has come. */
static uint8_t fall_back(const struct detach_keys *keys, uint8_t matched, uint8_t c)
{
	uint8_t seen[DETACH_KEYS_MAX + 1];

	memcpy(seen, keys->bytes, matched);
	seen[matched] = c;
	for (uint8_t n = matched; n > 0; n--) {
		if (memcmp(seen + matched + 1 - n, keys->bytes, n) == 0)
			return n;
	}
	return 0;
}

enum detach_result detach_feed(struct detach_match *m, struct str_slice in, char *out,
			       size_t *ret_len)
{
	const struct detach_keys *keys = &m->keys;
	size_t n = 0;

	for (size_t i = 0; i < in.len; i++) {
		uint8_t c = (uint8_t)in.ptr[i], keep;

		if (keys->len > 0 && c == keys->bytes[m->matched]) {
			if (++m->matched < keys->len)
				continue;
			m->matched = 0;
			*ret_len = n;
			return DETACH_YES;
		}
		keep = keys->len > 0 ? fall_back(keys, m->matched, c) : 0;
		/* Held bytes and c, without the last `keep` of them, are the container's. */
		memcpy(out + n, keys->bytes, m->matched);
		out[n + m->matched] = (char)c;
		n += m->matched + 1u - keep;
		m->matched = keep;
	}
	*ret_len = n;
	return DETACH_NO;
}
