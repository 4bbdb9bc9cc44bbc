/* SPDX-License-Identifier: Apache-2.0 */
/* Owns capability sets as 64-bit masks, their names, and the calls that read and set them. libc
 * only. */
#pragma once

#include "base/own.h"
#include "base/str.h"

#include <stdint.h>

#define CAPS_BIT(cap) (1ull << (cap))

/* "CAP_CHOWN" or "chown", any case: the number, or -EINVAL. */
int caps_parse(struct str_slice name) _must_check;
const char *caps_name(int cap); /* "CAP_CHOWN"; NULL beyond the last known */
int caps_count(void);		/* known names */

/* The calling thread's bounding set, as far as the kernel and the table know it. */
uint64_t caps_bounding(void);
uint64_t caps_effective(void);

/* Drops everything outside `keep` from the bounding set. Needs CAP_SETPCAP unless nothing is
 * dropped. */
int caps_cut_bounding(uint64_t keep) _must_check;

/* Effective and permitted become `mask`, inheritable and ambient empty. */
int caps_set(uint64_t mask) _must_check;
