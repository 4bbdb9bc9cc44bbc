/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the ports that EXPOSE names: "80", "53/udp", "7000-7010", of which a host part is ignored.
 */
#pragma once

#include "base/err.h"
#include "build/config.h"

/* Adds "N/proto" for each port to a list. Errors: ERR_BAD_PARAMETER. */
int ports_add(struct str_slice spec, struct arena *a, struct build_words *ports, struct err *e)
	_must_check;
