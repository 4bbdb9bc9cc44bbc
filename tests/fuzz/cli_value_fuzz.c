/* SPDX-License-Identifier: Apache-2.0 */
/* JSON as the command line reads it: what was read can be written and read again. */
#include "base/own.h"
#include "cli/value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	auto_(buf_done) struct buf out = BUF_INIT;
	struct value *v;

	if (value_parse(&tree, (struct str_slice){ (const char *)data, size }, &v, NULL) < 0)
		return 0;
	value_write(v, VALUE_COMPACT, &out);
	if (!buf_error(&out) && value_parse(&tree, buf_view(&out), &v, NULL) < 0)
		abort();
	return 0;
}
