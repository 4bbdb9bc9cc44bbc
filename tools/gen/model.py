# SPDX-License-Identifier: Apache-2.0
"""Reads schema/types and schema/disk into a model: structs with fields, each field with its type,
the versions it lives in and how it is left out. The form is described in schema/README.md."""
import dataclasses
import pathlib
import re

import yaml

NEWEST = 55  # 1.55
ALWAYS = 255
NEVER = 255

# schema name -> (kind, C type, size and alignment class for opt)
SCALARS = {
    "bool": ("JSON_KIND_BOOL", "bool"),
    "int": ("JSON_KIND_INT", "int"),
    "int64": ("JSON_KIND_INT", "int64_t"),
    "uint64": ("JSON_KIND_UINT", "uint64_t"),
    "uint32": ("JSON_KIND_UINT", "uint32_t"),
    "uint16": ("JSON_KIND_UINT", "uint16_t"),
    "uint8": ("JSON_KIND_UINT", "uint8_t"),
    "float": ("JSON_KIND_FLOAT", "double"),
    "string": ("JSON_KIND_STRING", "const char *"),
    "time": ("JSON_KIND_TIME", "stamp_ns"),
    "raw": ("JSON_KIND_RAW", "const char *"),
}
OPTS = {"bool": "opt_bool", "int": "opt_int", "int64": "opt_int64", "uint64": "opt_uint64",
        "uint32": "opt_uint32", "float": "opt_double"}
C_KEYWORDS = {"default", "register", "int", "long", "short", "switch", "case", "for", "if", "else",
              "do", "while", "return", "static", "struct", "union", "enum", "const", "auto",
              "signed", "unsigned", "void", "volatile", "inline", "extern", "goto", "break",
              "continue", "char", "double", "float", "sizeof", "typedef", "restrict", "bool"}


class SchemaError(Exception):
    pass


def snake(name):
    """ContainerConfig -> container_config, IPv4Address -> ipv4_address, DeviceIDs -> device_ids."""
    name = re.sub(r"[^A-Za-z0-9]", "_", name)
    name = re.sub(r"IPv([46])", r"Ipv\1", name)
    name = re.sub(r"(?<=[a-z])(IO|I)Ops", r"Iops", name.replace("IOMaximumIOps", "IoMaximumIops"))
    name = re.sub(r"([A-Z]{2,})s(?=[A-Z]|$)", lambda m: m.group(1).capitalize() + "s", name)
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = name.lower()
    return name + "_" if name in C_KEYWORDS else name


@dataclasses.dataclass(frozen=True)
class Type:
    """kind: scalar, struct, opt, pointer, nullable, list, array, map, set, embed."""
    kind: str
    name: str = ""          # scalar's or struct's schema name
    of: "Type" = None
    count: int = 0

    def __str__(self):
        inner = f" {self.of}" if self.of else self.name
        return {"list": "list", "map": "map", "set": "set"}.get(self.kind, "") + inner


@dataclasses.dataclass
class Field:
    name: str
    c: str
    type: Type
    since: int = 0
    until: int = ALWAYS
    omit_from: int = NEVER
    filled: bool = False
    via: str = ""
    default: str = None
    default_until: int = ALWAYS
    path: str = ""          # C member path when flattened from an embedded struct


@dataclasses.dataclass
class Struct:
    name: str
    c: str
    where: str
    file: str
    fields: list


def version(word, where):
    match = re.fullmatch(r"1\.(\d+)", word)
    if not match or not 24 <= int(match.group(1)) <= NEWEST:
        raise SchemaError(f"{where}: '{word}' is no version between 1.24 and 1.{NEWEST}")
    return int(match.group(1))


def parse_type(words, where):
    """Takes the words of a type off the front of the list."""
    if not words:
        raise SchemaError(f"{where}: a type is missing")
    word = words.pop(0)
    if word in ("list", "map"):
        return Type(word, of=parse_type(words, where))
    if word == "array":
        count = int(words.pop(0))
        return Type("array", of=parse_type(words, where), count=count)
    if word in ("set", "embed"):
        return Type(word)
    base = word.rstrip("?")
    nullable = word.endswith("?")
    if base not in SCALARS and not base[0].isupper():
        raise SchemaError(f"{where}: '{word}' is no type")
    plain = Type("scalar" if base in SCALARS else "struct", base)
    if not nullable:
        return plain
    if base not in SCALARS:
        return Type("pointer", of=plain)
    if base in OPTS:
        return Type("opt", base, of=plain)
    if base in ("string", "time"):
        return Type("nullable", base)
    raise SchemaError(f"{where}: '{base}' cannot be nullable")


def parse_field(name, text, where):
    if not isinstance(text, str):
        raise SchemaError(f"{where}: expected a line of words, got {text!r}")
    words = text.split()
    field = Field(name, snake(name), parse_type(words, where))
    while words:
        word = words.pop(0)
        if word == "omitempty":
            field.omit_from = 0
            if words and words[0] == "from":
                words.pop(0)
                field.omit_from = version(words.pop(0), where)
        elif word == "filled":
            if field.type.kind not in ("list", "map", "set"):
                raise SchemaError(f"{where}: only a list, map or set can be filled")
            field.filled = True
        elif word == "since":
            field.since = version(words.pop(0), where)
        elif word == "until":
            field.until = version(words.pop(0), where)
        elif word == "as":
            field.c = words.pop(0)
        elif word == "via":
            field.via = words.pop(0)
        elif word == "default":
            field.default = words.pop(0)
            if words and words[0] == "to":
                words.pop(0)
                field.default_until = version(words.pop(0), where)
        else:
            raise SchemaError(f"{where}: '{word}' means nothing here")
    if field.filled and field.omit_from != NEVER:
        raise SchemaError(f"{where}: omitempty and filled exclude each other")
    if field.since and field.until < field.since:
        raise SchemaError(f"{where}: ends before it begins")
    return field


class UniqueLoader(yaml.BaseLoader):
    """YAML whose scalars are all text (1.30 is a version, not 1.3) and that refuses a key given twice."""


def unique_mapping(loader, node):
    seen = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise SchemaError(f"{node.start_mark.name}:{key_node.start_mark.line + 1}: '{key}' twice")
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


UniqueLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, unique_mapping)


def load_yaml(path):
    with open(path, encoding="utf-8") as stream:
        loader = UniqueLoader(stream)
        try:
            return loader.get_single_data() or {}
        finally:
            loader.dispose()


def parse_struct(key, body, path):
    name, _, c_name = key.partition(" as ")
    where = f"{path.name}: {name}"
    if not isinstance(body, dict):
        raise SchemaError(f"{where}: expected fields")
    fields = [parse_field(str(f), text, f"{where}.{f}") for f, text in body.items()]
    names = [f.c for f in fields]
    for c in names:
        if names.count(c) > 1:
            raise SchemaError(f"{where}: two fields are called {c} in C: use `as`")
    return Struct(name, c_name or snake(name), where, path.parent.name, fields)


class Model:
    """structs by schema name, in an order in which a struct follows what it holds by value."""

    def __init__(self, paths):
        self.structs = {}
        for path in map(pathlib.Path, paths):
            for key, body in load_yaml(path).items():
                struct = parse_struct(str(key), body, path)
                if struct.name in self.structs:
                    raise SchemaError(f"{struct.where}: defined twice")
                self.structs[struct.name] = struct
        self.check()
        self.order = self.sorted_structs()

    def get(self, name, where):
        if name not in self.structs:
            raise SchemaError(f"{where}: no type '{name}'")
        return self.structs[name]

    def check(self):
        c_names = {}
        for struct in self.structs.values():
            if struct.c in c_names:
                raise SchemaError(f"{struct.where}: struct {struct.c} exists: {c_names[struct.c]}")
            c_names[struct.c] = struct.where
            for field in struct.fields:
                self.check_type(field.type, field.name, struct)

    def check_type(self, type_, field_name, struct):
        where = f"{struct.where}.{field_name}"
        if type_.kind == "struct":
            other = self.get(type_.name, where)
            if struct.file == "types" and other.file == "disk":
                raise SchemaError(f"{where}: a type of the API may not hold one of the disk")
        elif type_.kind == "embed":
            self.get(field_name, where)
        elif type_.of:
            self.check_type(type_.of, field_name, struct)

    def held_by_value(self, struct):
        """Structs that must be complete before this one: members, and what lists and maps of it hold
        by value inside an entry."""
        for field in struct.fields:
            if field.type.kind == "embed":
                yield field.name
            elif field.type.kind == "struct":
                yield field.type.name
            elif field.type.kind == "array" and field.type.of.kind == "struct":
                yield field.type.of.name

    def sorted_structs(self):
        done, open_, order = set(), [], []

        def visit(name):
            if name in done:
                return
            if name in open_:
                raise SchemaError("structs hold each other: " + " -> ".join(open_ + [name]))
            open_.append(name)
            for other in self.held_by_value(self.structs[name]):
                visit(other)
            open_.pop()
            done.add(name)
            order.append(self.structs[name])

        for name in self.structs:
            visit(name)
        return order

    def flat_fields(self, struct):
        """All JSON fields of a struct with C paths; those of embedded structs are part of it."""
        for field in struct.fields:
            if field.type.kind == "embed":
                for inner in self.flat_fields(self.structs[field.name]):
                    yield dataclasses.replace(inner, path=f"{field.c}.{inner.path or inner.c}")
            else:
                yield field
