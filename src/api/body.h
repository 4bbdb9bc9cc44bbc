/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the reading of JSON bodies: the Content-Type they need, their size, what is wrong with them.
 */
#pragma once

#include "api/call.h"

/*
 * Reads the body into c->body (the row's type) and sets c->has_body. Errors: ERR_BAD_PARAMETER (not
 * JSON, not declared as JSON, of the wrong shape: the field's path is named), ERR_TOO_LARGE. Pool
 * threads only.
 */
int body_decode(struct call *c, struct err *e) _must_check;

/* Refuses what a Content-Type header says unless it is application/json. */
int body_check_type(struct str_slice content_type, struct err *e) _must_check;
