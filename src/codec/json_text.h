/* SPDX-License-Identifier: Apache-2.0 */
/* Owns, inside codec, the choice between Go's two ways of escaping text. */
#pragma once

#include "codec/json.h"

enum json_style {
	JSON_STYLE_HTML,  /* <, > and & as \u003c, \u003e, \u0026 */
	JSON_STYLE_PLAIN, /* as they are */
};

void json_text_string(struct buf *out, struct str_slice text, enum json_style style);
