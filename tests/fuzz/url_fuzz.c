/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a request target: what is decoded and encoded again decodes to the same. */
#include "codec/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct url_target t = url_split((struct str_slice){ (const char *)data, size });
	struct arena a = ARENA_INIT;
	struct buf b = BUF_INIT;
	struct str_slice again;
	struct url_param p;
	int error = 0;

	while (url_next_param(&t.query, &a, &p, &error)) {
		buf_clear(&b);
		url_encode(&b, p.value);
		assert(url_decode(buf_view(&b), URL_PLUS_LITERAL, &a, &again) == 0);
		assert(str_eq(again, p.value));
	}
	buf_done(&b);
	arena_done(&a);
	return 0;
}
