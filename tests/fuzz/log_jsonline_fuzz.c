/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the fuzzing of log lines: what is accepted points into the line. */
#include "logs/jsonline.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size ? size : 1);
	struct log_line l;

	if (!line)
		return 0;
	memcpy(line, data, size);
	if (jsonline_parse(line, size, &l) == 0 && l.text.len > 0 &&
	    (l.text.ptr < line || l.text.ptr + l.text.len > line + size))
		abort();
	free(line);
	return 0;
}
