/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the comparison of an object's keys without regard to case, as Go folds them. */
#include "codec/json_walk.h"

/*
 * Takes one character off s for a comparison without case. Go folds by Unicode, and two characters
 * beyond ASCII fold into it: U+017F (long s) and U+212A (Kelvin). A key that Go would take must not
 * slip by a policy that reads the same body.
 */
static unsigned char fold_next(const char **s)
{
	const unsigned char *u = (const unsigned char *)*s;

	if (u[0] == 0xc5 && u[1] == 0xbf) {
		*s += 2;
		return 's';
	}
	if (u[0] == 0xe2 && u[1] == 0x84 && u[2] == 0xaa) {
		*s += 3;
		return 'k';
	}
	if (u[0])
		*s += 1;
	return u[0] >= 'A' && u[0] <= 'Z' ? u[0] + ('a' - 'A') : u[0];
}

bool json_key_same(const char *x, const char *y)
{
	unsigned char cx, cy;

	do {
		cx = fold_next(&x);
		cy = fold_next(&y);
	} while (cx == cy && cx);
	return cx == cy;
}
