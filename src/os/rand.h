/* SPDX-License-Identifier: Apache-2.0 */
/* Owns random bytes (getrandom) and the hexadecimal ids made of them. libc only. */
#pragma once

#include "base/compiler.h"

#include <stddef.h>

enum {
	RAND_ID_LEN = 64, /* a container's, exec's, network's id; a buffer has one more */
	RAND_SHORT_LEN = 12,
};

void rand_bytes(void *data, size_t n); /* cannot fail after boot; aborts if the kernel has none */

/* `digits` lower-case hexadecimal digits (even, at most 64) and NUL into `text`. */
void rand_hex(char *text, size_t digits);

/* A full id. Not all digits, so that no short form can be read as a number (as docker's ids). */
void rand_id(char text[RAND_ID_LEN + 1]);
