# SPDX-License-Identifier: Apache-2.0
"""Writes the rows of the router: api/operations.h and api/operations.c."""
from emit_types import BANNER


def enum_name(op):
    return "OP_" + op.c.upper()


def header(operations):
    lines = ["/* SPDX-License-Identifier: Apache-2.0 */\n" + BANNER + "#pragma once\n",
             "enum operation_id {"]
    lines += [f"\t{enum_name(op)}, /* {op.method} {op.path} */" for op in operations]
    lines += ["\tOP_COUNT", "};", ""]
    return "\n".join(lines)


def reply_handle(op, model):
    if op.reply is None:
        return "NULL"
    if op.reply.kind == "list":
        return f"&{model.get(op.reply.of.name, op.name).c}_list_json"
    return f"&{model.get(op.reply.name, op.name).c}_json"


def row(op, model):
    flags = [name for name, on in (("OP_HIJACKS", op.hijack), ("OP_NEEDS_BODY", op.body_required),
                                   ("OP_FILLED", op.reply_filled)) if on]
    body = f"&{model.get(op.body, op.name).c}_json" if op.body else "NULL"
    query = f"&{op.c}_query_type" if op.query else "NULL"
    return (f'\t[{enum_name(op)}] = {{\n\t\t.name = "{op.name}",\n\t\t.method = "{op.method}",\n'
            f'\t\t.path = "{op.path}",\n\t\t.prefix_length = {len(op.prefix)},\n'
            f'\t\t.suffix = {"NULL" if "{" not in op.path else chr(34) + op.suffix + chr(34)},\n'
            f"\t\t.query = {query},\n\t\t.body = {body},\n\t\t.reply = {reply_handle(op, model)},\n"
            f"\t\t.success = {op.success},\n\t\t.since = {op.since},\n"
            f"\t\t.class = OP_CLASS_{op.cls.upper()},\n\t\t.flags = {' | '.join(flags) or '0'},\n\t}},\n")


def source(operations, model):
    text = ["/* SPDX-License-Identifier: Apache-2.0 */\n" + BANNER,
            '#include "api/operation.h"\n#include "types/query.h"\n\n',
            "const struct operation operations[OP_COUNT] = {\n"]
    text += [row(op, model) for op in operations]
    text += ["};\n"]
    return "".join(text)


def emit(model, operations):
    return header(operations), source(operations, model)
