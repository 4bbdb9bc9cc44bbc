/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the fuzzing of messages: any bytes either decode or are refused. */
#include "rpc/shim.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) char copy[RPC_MESSAGE_MAX];
	_Alignas(8) char decoded[sizeof(struct shim_stream) + sizeof(struct shim_start)];
	const struct rpc_shape *shape;
	struct rpc_message m;
	struct err e;

	if (size > sizeof(copy))
		return 0;
	memcpy(copy, data, size);
	if (rpc_message_parse(copy, size, &m) < 0)
		return 0;
	shape = shim_shape_find(m.head.type);
	memset(decoded, 0, sizeof(decoded));
	if (shape && rpc_decode(shape, &m, decoded, &e) < 0 && e.kind != ERR_DATA_LOSS)
		abort();
	return 0;
}
