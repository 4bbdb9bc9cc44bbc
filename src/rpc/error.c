/* SPDX-License-Identifier: Apache-2.0 */
/* Owns struct err on the wire. */
#include "rpc/error.h"

#include <string.h>

RPC_SHAPE(rpc_error, RPC_ERROR, RPC_ERROR_FIELDS);

const struct rpc_shape rpc_ok_shape = { RPC_OK, 0, "rpc_ok", NULL };

void rpc_put_error(struct rpc_writer *w, const struct err *from)
{
	struct rpc_error fields = { .kind = from->kind,
				    .errnum = (uint32_t)from->errnum,
				    .exit_code = from->exit_code,
				    .text = str_slice(from->message) };

	rpc_encode(w, &rpc_error_shape, &fields);
}

int rpc_get_error(struct rpc_message *m, struct err *ret)
{
	struct rpc_error fields = { 0 };
	int r = rpc_decode(&rpc_error_shape, m, &fields, ret);

	if (r < 0)
		return r;
	if (fields.kind == ERR_NONE || fields.kind >= ERR_KIND_COUNT)
		fields.kind = ERR_INTERNAL;
	r = err_set(ret, (enum err_kind)fields.kind, "%.*s", STR_ARG(fields.text));
	if (!ret)
		return r;
	ret->errnum = fields.errnum <= 4095 ? (int32_t)fields.errnum : 0;
	ret->exit_code = fields.exit_code;
	return err_errno(ret);
}
