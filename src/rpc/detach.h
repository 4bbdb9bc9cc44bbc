/* SPDX-License-Identifier: Apache-2.0 */
/* Owns detach keys: their text ("ctrl-p,ctrl-q"), and finding their bytes in a terminal's input. */
#pragma once

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

enum { DETACH_KEYS_MAX = 16 };

struct detach_keys {
	uint8_t bytes[DETACH_KEYS_MAX];
	uint8_t len; /* 0: never */
};

#define DETACH_KEYS_DEFAULT "ctrl-p,ctrl-q"

/*
 * "a", "ctrl-a" … "ctrl-z", "ctrl-@", "ctrl-[", "ctrl-\", "ctrl-]", "ctrl-^", "ctrl-_", "DEL",
 * separated by commas. Errors: ERR_BAD_PARAMETER. Source: docker attach --detach-keys.
 */
int detach_keys_parse(struct str_slice text, struct detach_keys *ret, struct err *e) _must_check;

struct detach_match {
	struct detach_keys keys;
	uint8_t matched; /* bytes of the sequence seen and held back */
};

enum detach_result { DETACH_NO, DETACH_YES };

/*
 * Reads `in`; what belongs to the container goes to `out` (room for in.len + DETACH_KEYS_MAX), its
 * length to *ret_len. Bytes that may begin the sequence are held until the next call decides. After
 * DETACH_YES the rest of the input is dropped.
 */
enum detach_result detach_feed(struct detach_match *m, struct str_slice in, char *out,
			       size_t *ret_len);
