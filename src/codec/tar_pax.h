/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the records of PAX extended headers, private to the tar reader. */
#pragma once

#include "codec/tar.h"

enum {
	PAX_PATH = 1 << 0,
	PAX_LINK = 1 << 1,
	PAX_SIZE = 1 << 2,
	PAX_UID = 1 << 3,
	PAX_GID = 1 << 4,
	PAX_MTIME = 1 << 5,
	PAX_REAL_SIZE = 1 << 6,
	PAX_REAL_NAME = 1 << 7,
};

/*
 * Reads the records in `text` into *pax; texts and values are borrowed from it, and it is changed
 * (texts get their NUL). 0 or a negative errno with *ret_why.
 */
int tar_pax_parse(char *text, size_t len, struct tar_pax *pax, const char **ret_why) _must_check;

/* Forgets the records, keeps the memory of the lists. */
void tar_pax_clear(struct tar_pax *pax);
void tar_pax_done(struct tar_pax *pax);
