# SPDX-License-Identifier: Apache-2.0
"""Reads schema/operations: what each method and path is called, takes and answers."""
import dataclasses
import pathlib
import re

import model as m

CLASSES = ("now", "read", "operate", "park", "stream")
KEYS = {"name", "class", "success", "since", "hijack", "body", "reply", "query"}


@dataclasses.dataclass
class Param:
    name: str
    c: str
    kind: str               # bool, int, string, strings, filters, json, jsons
    type: m.Type            # of the C member
    since: int = 0
    true: bool = False
    lenient: bool = False
    called: str = ""


@dataclasses.dataclass
class Operation:
    method: str
    path: str
    name: str
    cls: str
    success: int = 200
    since: int = 0
    hijack: bool = False
    body: str = ""
    body_required: bool = False
    reply: m.Type = None
    reply_filled: bool = False
    query: list = dataclasses.field(default_factory=list)

    @property
    def c(self):
        return m.snake(self.name)

    @property
    def prefix(self):
        return self.path.partition("{")[0]

    @property
    def suffix(self):
        return self.path.partition("}")[2] if "{" in self.path else ""


def param_type(words, where):
    """(kind, C type) from the front of the words."""
    if words[:2] == ["list", "json"]:
        del words[:2]
        return "jsons", m.Type("list", of=m.parse_type(words, where))
    if words[0] == "json":
        words.pop(0)
        return "json", m.parse_type(words, where)
    if words[0] == "filters":
        words.pop(0)
        return "filters", m.Type("filters")
    type_ = m.parse_type(words, where)
    if type_ == m.Type("list", of=m.Type("scalar", "string")):
        return "strings", type_
    if type_ == m.Type("scalar", "bool"):
        return "bool", type_
    if type_ == m.Type("scalar", "string"):
        return "string", type_
    if type_.kind in ("scalar", "opt") and type_.name in ("int", "int64", "uint32", "uint64"):
        return "int", type_
    raise m.SchemaError(f"{where}: a parameter cannot be of this type")


def parse_param(name, text, where):
    words = text.split()
    kind, type_ = param_type(words, where)
    param = Param(name, m.snake(name), kind, type_)
    while words:
        word = words.pop(0)
        if word == "since":
            param.since = m.version(words.pop(0), where)
        elif word == "as":
            param.c = words.pop(0)
        elif word == "lenient" and kind == "int":
            param.lenient = True
        elif word == "default" and kind == "bool" and words.pop(0) == "true":
            param.true = True
        elif word == "called" and kind == "int":
            param.called, words = " ".join(words), []
        else:
            raise m.SchemaError(f"{where}: '{word}' means nothing here")
    return param


def parse_reply(text, where):
    words = text.split()
    type_ = m.parse_type(words, where)
    if words not in ([], ["filled"]):
        raise m.SchemaError(f"{where}: '{' '.join(words)}' means nothing here")
    return type_, bool(words)


def parse_operation(key, body, path):
    match = re.fullmatch(r"(GET|HEAD|POST|PUT|DELETE) (/[a-z_/-]*(\{[a-z]+\}[a-z/-]*)?)", key)
    where = f"{path.name}: {key}"
    if not match:
        raise m.SchemaError(f"{where}: expected a method and a path with at most one {{variable}}")
    unknown = set(body) - KEYS
    if unknown or "name" not in body or body.get("class") not in CLASSES:
        raise m.SchemaError(f"{where}: unknown {sorted(unknown)}, or name or class is missing")
    op = Operation(match.group(1), match.group(2), body["name"], body["class"])
    op.success = int(body.get("success", 200))
    op.since = m.version(body["since"], where) if "since" in body else 0
    op.hijack = body.get("hijack") == "true"
    if "body" in body:
        op.body, _, rest = body["body"].partition(" ")
        op.body_required = rest == "required"
    if "reply" in body:
        op.reply, op.reply_filled = parse_reply(body["reply"], where)
    op.query = [parse_param(name, text, f"{where}: {name}")
                for name, text in body.get("query", {}).items()]
    return op


def load(paths):
    """All operations in the order in which the router tries them: paths without a variable first,
    then the longest ending first, so that /x/{name}/attach/ws is seen before /x/{name}."""
    found = {}
    for path in map(pathlib.Path, paths):
        for key, body in m.load_yaml(path).items():
            if key in found:
                raise m.SchemaError(f"{path.name}: {key} is defined twice")
            found[key] = parse_operation(key, body, path)
    names = [op.name for op in found.values()]
    for name in names:
        if names.count(name) > 1:
            raise m.SchemaError(f"two operations are called {name}")
    return sorted(found.values(), key=lambda op: ("{" in op.path, -len(op.suffix), -len(op.prefix),
                                                  op.path, op.method))
