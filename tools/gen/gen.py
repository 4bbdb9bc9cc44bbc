#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The generator: schema/ in, C out. Run by meson; nothing it writes is committed.

    gen.py types API_H DISK_H TABLES_C SCHEMA…     structs and their tables
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import emit_types  # noqa: E402
import model  # noqa: E402


def main(argv):
    try:
        if len(argv) > 5 and argv[1] == "types":
            texts = emit_types.emit(model.Model(argv[5:]))
            for path, text in zip(argv[2:5], texts):
                pathlib.Path(path).write_text(text, encoding="utf-8")
            return 0
    except model.SchemaError as error:
        print(f"schema: {error}", file=sys.stderr)
        return 1
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
