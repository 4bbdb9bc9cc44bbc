/* SPDX-License-Identifier: Apache-2.0 */
/* Templates: any text parses or is refused, and what parses runs over a small document. */
#include "base/own.h"
#include "cli/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char document[] = "{\"Name\":\"web\",\"N\":42,\"T\":true,\"List\":[\"a\",\"b\"],"
			       "\"Map\":{\"k\":\"v\"},\"Deep\":{\"In\":[{\"K\":null}]}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_(value_tree_done) struct value_tree tree = VALUE_TREE_INIT;
	auto_(buf_done) struct buf out = BUF_INIT_MAX(1 << 20);
	auto_free char *text = str_dup((struct str_slice){ (const char *)data, size });
	struct template *t;
	struct value *v;

	if (!text || value_parse(&tree, STR_LIT(document), &v, NULL) < 0)
		return 0;
	if (template_parse(text, &tree.arena, &t, NULL) == 0 &&
	    template_run(t, TEMPLATE_VALUES, &tree, v, &out, NULL) < 0)
		return 0;
	return 0;
}
