/* SPDX-License-Identifier: Apache-2.0 */
/* Owns the reply ERROR, which every dialogue shares: a struct err cut to what it says. */
#pragma once

#include "rpc/shape.h"

enum { RPC_ERROR = 1, RPC_OK = 2 }; /* message types; each protocol's own begin at 16 */

#define RPC_ERROR_FIELDS(F, S)                                \
	F(S, 1, U32, kind, REQUIRED) /* enum err_kind */      \
	F(S, 2, U32, errnum, OPTIONAL)                        \
	F(S, 3, U32, exit_code, OPTIONAL) /* 125, 126, 127 */ \
	F(S, 4, TEXT, text, OPTIONAL)
RPC_STRUCT(rpc_error, RPC_ERROR_FIELDS);

extern const struct rpc_shape rpc_ok_shape; /* no fields */

void rpc_put_error(struct rpc_writer *w, const struct err *from);

/*
 * Fills *ret from a message of type RPC_ERROR and returns the negative errno that goes with it; a
 * kind that this program does not know becomes ERR_INTERNAL.
 */
int rpc_get_error(struct rpc_message *m, struct err *ret);
