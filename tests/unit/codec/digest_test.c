/* SPDX-License-Identifier: Apache-2.0 */
/* Digest texts are read strictly; both implementations agree with FIPS 180-4's examples. */
#include "codec/digest.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void check_abc(void)
{
	struct digest_ctx c;
	struct digest d;
	char hex[DIGEST_HEX_MAX], text[DIGEST_TEXT_MAX];

	digest_begin(&c);
	digest_add(&c, "a", 1);
	digest_add(&c, "bc", 2);
	digest_end(&c, &d);
	assert_string_equal(digest_hex(&d, hex), ABC);
	assert_string_equal(digest_format(&d, text), "sha256:" ABC);
}

static void both_implementations_agree(void **state)
{
	check_abc();
	digest_load_fast();
	check_abc();
}

static void texts_are_read_strictly(void **state)
{
	static const char *const bad[] = {
		"",
		"sha256:",
		ABC,
		"sha256:" ABC "0",
		"SHA256:" ABC,
		"sha512:" ABC,
		"sha256:../../../../etc/passwd0000000000000000000000000000000000000000000",
		"sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		" sha256:" ABC,
	};
	struct digest d = DIGEST_INIT, other;

	for (size_t i = 0; i < ELEMENTS(bad); i++)
		assert_int_equal(digest_parse(str_slice(bad[i]), &d), -EINVAL);
	assert_true(digest_is_zero(&d));
	assert_int_equal(digest_parse(STR_LIT("sha256:" ABC), &d), 0);
	digest_of("abc", 3, &other);
	assert_true(digest_eq(&d, &other));
	assert_false(digest_is_zero(&d));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_implementations_agree),
		cmocka_unit_test(texts_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
