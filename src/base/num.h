/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the reading of numbers from text: the whole text or nothing, no sign where none belongs. */
#pragma once

#include "base/str.h"

#include <stdint.h>

/* 0, -EINVAL (not a number, trailing bytes, a sign) or -ERANGE (beyond min..max). */
int num_parse_u64(struct str_slice s, uint64_t max, uint64_t *ret) _must_check;
int num_parse_i64(struct str_slice s, int64_t min, int64_t max, int64_t *ret) _must_check;
int num_parse_u32(struct str_slice s, uint32_t max, uint32_t *ret) _must_check;
int num_parse_octal(struct str_slice s, uint32_t max, uint32_t *ret)
	_must_check; /* "0755", "755" */

/*
 * Bytes as docker writes them: "64", "64b", "1.5k", "10m", "2g", "1t", "10MB", "10MiB", any case,
 * powers of 1024. Errors as above. Source: docker/go-units RAMInBytes.
 */
int num_parse_bytes(struct str_slice s, int64_t *ret) _must_check;

/*
 * A span of time as Go writes it, in nanoseconds: "1m30s", "1.5h", "300ms", "-5s", "0".
 * Source: Go time.ParseDuration.
 */
int num_parse_duration(struct str_slice s, int64_t *ret_ns) _must_check;
