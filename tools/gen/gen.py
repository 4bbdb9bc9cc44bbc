#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The generator: schema/ in, C out. Run by meson; nothing it writes is committed.

    gen.py types API_H DISK_H QUERY_H TABLES_C SCHEMA…     structs and their tables
    gen.py operations OPERATIONS_H OPERATIONS_C SCHEMA…    rows of the router

SCHEMA is every file of schema/; those in a folder called operations hold operations.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import emit_operations  # noqa: E402
import emit_types  # noqa: E402
import model  # noqa: E402
import operations  # noqa: E402

OUTPUTS = {"types": 4, "operations": 2}


def write(outputs, texts):
    for path, text in zip(outputs, texts):
        pathlib.Path(path).write_text(text, encoding="utf-8")


def generate(what, outputs, schema):
    paths = [pathlib.Path(p) for p in schema]
    types = model.Model(p for p in paths if p.parent.name != "operations")
    ops = operations.load(p for p in paths if p.parent.name == "operations")
    emitter = emit_types if what == "types" else emit_operations
    write(outputs, emitter.emit(types, ops))


def main(argv):
    count = OUTPUTS.get(argv[1] if len(argv) > 1 else "")
    if count is None or len(argv) < count + 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        generate(argv[1], argv[2:2 + count], argv[2 + count:])
    except model.SchemaError as error:
        print(f"schema: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
