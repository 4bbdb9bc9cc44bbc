/* SPDX-License-Identifier: Apache-2.0 */
/* Owns what containers, volumes and environment variables may be called. No I/O. Any thread. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* "[a-zA-Z0-9][a-zA-Z0-9_.-]", as error texts show the alphabet of names. */
extern const char name_alphabet[];

/* A character of [a-zA-Z0-9] and at least one more of [a-zA-Z0-9_.-]. */
bool name_is_valid(struct str_slice name);

/* As above, after an optional '/'. ERR_BAD_PARAMETER with docker's text. */
int name_check_container(struct str_slice name, struct err *e) _must_check;
/* ERR_BAD_PARAMETER with docker's text. */
int name_check_volume(struct str_slice name, struct err *e) _must_check;

/* 12 to 64 characters of [0-9a-f]: may be the id of something, or begin one. */
bool name_may_be_id(struct str_slice name);

/* Cuts "KEY=value"; *ret_value.ptr is NULL without '='. False: the key is empty. */
bool env_split(struct str_slice text, struct str_slice *ret_key, struct str_slice *ret_value);
