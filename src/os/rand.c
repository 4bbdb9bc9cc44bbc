/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the loop around getrandom(2) and the digits. */
#include "os/rand.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>

void rand_bytes(void *data, size_t n)
{
	char *at = data;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno != EINTR)
			abort();
		if (got > 0) {
			at += got;
			n -= got;
		}
	}
}

void rand_hex(char *text, size_t digits)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[RAND_ID_LEN / 2];

	assert(digits % 2 == 0 && digits <= RAND_ID_LEN);
	rand_bytes(bytes, digits / 2);
	for (size_t i = 0; i < digits / 2; i++) {
		text[2 * i] = hex[bytes[i] >> 4];
		text[2 * i + 1] = hex[bytes[i] & 15];
	}
	text[digits] = '\0';
}

static bool reads_as_number(const char *text)
{
	for (int i = 0; i < RAND_SHORT_LEN; i++)
		if (text[i] > '9')
			return false;
	return true;
}

void rand_id(char text[RAND_ID_LEN + 1])
{
	do
		rand_hex(text, RAND_ID_LEN);
	while (reads_as_number(text));
}
