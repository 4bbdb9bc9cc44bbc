#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the sources against layers.txt: forbidden includes, forbidden links, include rings."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import layers as model  # noqa: E402

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def includes(root):
    """{file: [included, …]}, both as 'folder/name.h' relative to src/."""
    found = {}
    for path in sorted(root.glob("src/*/*.[ch]")):
        found[str(path.relative_to(root / "src"))] = INCLUDE.findall(path.read_text())
    return found


def forbidden_includes(layers, graph):
    for name, targets in graph.items():
        folder = name.split("/")[0]
        if folder not in layers.floor:
            yield f"src/{name}: folder '{folder}' has no floor in layers.txt"
            continue
        for target in targets:
            other = target.split("/")[0]
            if "/" not in target:
                yield f"src/{name}: include \"{target}\" by its folder's name"
            elif other not in layers.floor:
                yield f"src/{name}: includes \"{target}\", whose folder has no floor"
            elif not layers.may_include(folder, other):
                yield (f"src/{name}: floor {layers.floor[folder]} ({folder}) may not include "
                       f"\"{target}\" (floor {layers.floor[other]})")


def rings(graph):
    """Include rings among files, each reported once; and among folders of one floor."""
    state, stack = {}, []

    def visit(name):
        state[name] = "open"
        stack.append(name)
        for target in graph.get(name, []):
            if state.get(target) == "open":
                yield "include ring: " + " -> ".join(stack[stack.index(target):] + [target])
            elif target not in state:
                yield from visit(target)
        stack.pop()
        state[name] = "done"

    for name in graph:
        if name not in state:
            yield from visit(name)


def folder_graph(graph):
    folders = {}
    for name, targets in graph.items():
        folder = name.split("/")[0]
        folders.setdefault(folder, set()).update(
            t.split("/")[0] for t in targets if t.split("/")[0] != folder)
    return folders


def forbidden_links(layers, graph):
    """A program must name every folder that its folders' sources include."""
    for program, parts in layers.programs.items():
        if not (ROOT / "src/cmd" / f"{program}.c").exists():
            continue
        linked = {p.split("/")[0] for p in parts}
        modules = {p for p in parts if "/" in p}
        whole = linked - {m.split("/")[0] for m in modules}
        for part in linked:
            if part not in layers.floor:
                yield f"program {program}: folder '{part}' has no floor"
        names = [n for n in graph if n.split("/")[0] in whole or n.rsplit(".", 1)[0] in modules
                 or n == f"cmd/{program}.c"]
        for name in names:
            for target in graph[name]:
                if (ROOT / "src" / target).with_suffix(".c").exists():
                    stem = target.rsplit(".", 1)[0]
                    if target.split("/")[0] not in whole and stem not in modules:
                        yield f"program {program}: {name} includes \"{target}\", which it does not link"


def problems(layers, graph):
    yield from forbidden_includes(layers, graph)
    yield from rings(graph)
    yield from (p.replace("include ring", "folder ring") for p in rings(folder_graph(graph)))
    yield from forbidden_links(layers, graph)


def self_test():
    """The check can fail: each kind of offence is seen in a made-up house."""
    layers = model.Layers("floor 0 base\nfloor 1 os\nfloor 1 codec\nfloor 2 net\n")
    up = {"base/a.c": ["os/b.h"]}
    across = {"os/a.c": ["codec/b.h"]}
    ring = {"os/a.h": ["os/b.h"], "os/b.h": ["os/a.h"]}
    assert any("may not include" in p for p in forbidden_includes(layers, up))
    assert any("may not include" in p for p in forbidden_includes(layers, across))
    assert not list(forbidden_includes(layers, {"net/a.c": ["os/b.h", "base/c.h", "net/d.h"]}))
    assert any("ring" in p for p in rings(ring))
    assert not list(rings({"os/a.h": ["os/b.h", "os/c.h"], "os/b.h": ["os/c.h"]}))


def main():
    self_test()
    found = list(problems(model.load(), includes(ROOT)))
    print("\n".join(found) or "the floors hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
