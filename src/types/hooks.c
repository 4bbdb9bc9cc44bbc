/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the converters that schema/ names with `via`. */
#include "codec/json_hook.h"

#include <errno.h>
#include <jansson.h>

/* `via words`: a command as a list of words, or as one word in a string, as old clients write it.
 */
static int decode_words(struct json_decoder *d, uint16_t row, const json_t *value, void *ret)
{
	struct string_list *list = ret;
	const char *text = json_string_value(value);

	if (!text)
		return json_decode_value(d, row, value, ret);
	list->items = arena_array(json_decoder_arena(d), 1, sizeof(*list->items));
	if (!list->items)
		return -ENOMEM;
	list->items[0] = arena_str(json_decoder_arena(d), text);
	if (!list->items[0])
		return -ENOMEM;
	list->len = 1;
	return 0;
}

extern const struct json_hook json_hook_words;
const struct json_hook json_hook_words = { .decode = decode_words };
