#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads layers.txt: `folders` and `programs` for meson, and the model that tests/layers_test.py checks.

    layers.py folders             every folder that has sources, lowest floor first
    layers.py programs            every program whose main() exists
    layers.py links PROGRAM       the folders that PROGRAM links
"""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Layers:
    """floor[folder], peers[folder] (allowed on the same floor), programs[name] = list of parts."""

    def __init__(self, text):
        self.floor, self.peers, self.programs = {}, {}, {}
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            if words[0] == "floor" and len(words) >= 3:
                self.floor[words[2]] = int(words[1])
                self.peers[words[2]] = set(words[3:])
            elif words[0] == "program" and len(words) >= 3:
                self.programs[words[1]] = words[2:]
            else:
                raise SystemExit(f"layers.txt:{number}: expected 'floor N folder …' or 'program name folder …'")

    def may_include(self, folder, other):
        return (folder == other or self.floor[other] < self.floor[folder]
                or other in self.peers[folder])


def load():
    return Layers((ROOT / "layers.txt").read_text())


def main(argv):
    layers = load()
    if argv[1:] == ["folders"]:
        names = [f for f in layers.floor if (ROOT / "src" / f / "meson.build").exists()]
    elif argv[1:] == ["programs"]:
        names = [p for p in layers.programs if (ROOT / "src/cmd" / f"{p}.c").exists()]
    elif len(argv) == 3 and argv[1] == "links":
        names = [part for part in layers.programs[argv[2]]
                 if (ROOT / "src" / part.split("/")[0] / "meson.build").exists()]
    else:
        raise SystemExit(__doc__)
    print("\n".join(names))


if __name__ == "__main__":
    main(sys.argv)
