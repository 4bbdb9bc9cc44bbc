/* SPDX-License-Identifier: Apache-2.0 */
/* .dockerignore: the first line is a path, the others are patterns. */
#include "base/own.h"
#include "codec/ignore.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_(ignore_done) struct ignore ig = IGNORE_INIT;
	struct str_slice rest = { (const char *)data, size }, path;
	unsigned line;

	if (!str_cut(&rest, '\n', &path) || ignore_parse(&ig, rest, &line) < 0)
		return 0;
	/* Without exceptions an excluded directory has nothing in it that is not. */
	if (!ig.has_exceptions && ignore_may_include_below(&ig, path))
		abort();
	(void)ignore_excludes(&ig, path);
	return 0;
}
