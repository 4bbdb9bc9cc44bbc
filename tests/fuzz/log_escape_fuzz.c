/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the fuzzing of escapes: any bytes come back the same, or as U+FFFD where they were no text.
 */
#include "logs/escape.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str_slice text = { (const char *)data, size };
	char *out = malloc(size * LOG_ESCAPE_GROWTH + 17), *again, *end, *text_end;
	size_t n;

	if (!out)
		return 0;
	end = log_escape(text, out);
	*end++ = '"';
	if (log_unescape(out, end, &text_end) != end)
		abort();
	/* What was decoded is text now: a second round changes nothing. */
	n = (size_t)(text_end - out);
	again = malloc(n * LOG_ESCAPE_GROWTH + 17);
	if (!again)
		abort();
	end = log_escape((struct str_slice){ out, n }, again);
	*end++ = '"';
	if (log_unescape(again, end, &text_end) != end || (size_t)(text_end - again) != n ||
	    memcmp(again, out, n) != 0)
		abort();
	free(again);
	free(out);
	return 0;
}
