/* SPDX-License-Identifier: Apache-2.0 */
/* Owns which function serves which row of the API. */
#include "api/version.h"

const call_fn api_handlers[OP_COUNT] = {
	[OP_SYSTEM_PING] = api_system_ping,
	[OP_SYSTEM_PING_HEAD] = api_system_ping,
	[OP_SYSTEM_VERSION] = api_system_version,
};
