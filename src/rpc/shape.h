/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns the words in which a message is written down once: FIELDS(F, S) lists F(S, tag, kind,
 * member, requirement), from which the struct, the table of rows and the shape are made.
 *
 *	#define SHIM_RESIZE_FIELDS(F, S) F(S, 1, TEXT, exec_id, OPTIONAL) F(S, 2, U32, rows,
 *REQUIRED) RPC_STRUCT(shim_resize, SHIM_RESIZE_FIELDS);               in a header
 *	RPC_SHAPE(shim_resize, SHIM_RESIZE, SHIM_RESIZE_FIELDS);   in one source file
 *
 * Tags and message types are for ever: a field that is no longer wanted leaves its number unused.
 */
#pragma once

#include "rpc/message.h"

#define RPC_MEMBER_U32(name)			    uint32_t name;
#define RPC_MEMBER_U64(name)			    uint64_t name;
#define RPC_MEMBER_I64(name)			    int64_t name;
#define RPC_MEMBER_TEXT(name)			    struct str_slice name;
#define RPC_MEMBER_BYTES(name)			    struct str_slice name;
#define RPC_MEMBER_FD(name)			    int name;
#define RPC_MEMBER_FDS(name)			    struct rpc_fds name;

#define RPC_REQUIREMENT_OPTIONAL		    0
#define RPC_REQUIREMENT_REQUIRED		    1

#define RPC_MEMBER(S, tag, kind, name, requirement) RPC_MEMBER_##kind(name)

/* struct NAME and `extern const struct rpc_shape NAME_shape`. */
#define RPC_STRUCT(name_, fields)     \
	struct name_ {                \
		fields(RPC_MEMBER, _) \
	};                            \
	extern const struct rpc_shape name_##_shape

#define RPC_ROW(S, tag_, kind_, name_, requirement_)  \
	{ .tag = (tag_),                              \
	  .kind = RPC_##kind_,                        \
	  .required = RPC_REQUIREMENT_##requirement_, \
	  .offset = offsetof(struct S, name_),        \
	  .name = #name_ },

/* Defines NAME_shape. */
#define RPC_SHAPE(name_, type_, fields)                                                   \
	static const struct rpc_row name_##_rows[] = { fields(RPC_ROW, name_) };          \
	const struct rpc_shape name_##_shape = { (type_), ELEMENTS(name_##_rows), #name_, \
						 name_##_rows }
