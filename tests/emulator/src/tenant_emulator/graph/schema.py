# SPDX-License-Identifier: GPL-3.0-or-later
"""The v1.0 types: what a request body may hold, and how a stored object is completed."""

from __future__ import annotations

import base64
import functools
import importlib.resources
import json
import re
import typing as t

from . import times
from .errors import JsonObject, invalid_value, unknown_property

GUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


@functools.cache
def load(name: str) -> t.Any:
    """A data file of the package, read once."""
    return json.loads(importlib.resources.files("tenant_emulator").joinpath("data", name).read_text("utf-8"))


def types() -> JsonObject:
    """All types of the service that the emulator knows."""
    return t.cast(JsonObject, load("graph_types.json"))


@functools.cache
def properties(type_name: str) -> dict[str, tuple[str, bool, bool]]:
    """Property name -> (type, is a collection, may be null), with those of the base types."""
    entry = types()[type_name]
    found: dict[str, tuple[str, bool, bool]] = {}
    if "base" in entry:
        found.update(properties(entry["base"]))
    for name, (kind, many, nullable) in entry.get("p", {}).items():
        found[name] = (kind, bool(many), bool(nullable))
    return found


@functools.cache
def navigation(type_name: str) -> frozenset[str]:
    """The names of the navigation properties."""
    entry = types()[type_name]
    names = set(entry.get("n", []))
    if "base" in entry:
        names |= navigation(entry["base"])
    return frozenset(names)


def is_open(type_name: str) -> bool:
    """Whether instances may carry properties that the type does not name."""
    return bool(types().get(type_name, {}).get("open"))


def is_complex(type_name: str) -> bool:
    """Whether the type is a structure, not a primitive or an enumeration."""
    return "p" in types().get(type_name, {})


def validate(type_name: str, body: JsonObject, resource: str | None = None) -> JsonObject:
    """The body without its annotations, or the error Graph answers.

    ``owners@odata.bind`` and other binds stay in; the handler reads them. Read-only properties are the handler's affair.
    """
    resource = resource or type_name[0].upper() + type_name[1:]
    known = properties(type_name)
    clean: JsonObject = {}
    for name, value in body.items():
        if "@" in name:
            target, _at, annotation = name.partition("@")
            if annotation == "odata.bind":
                if target not in navigation(type_name):
                    raise unknown_property(target)
                clean[name] = value
            continue
        if name not in known:
            # An open type takes directory extensions, which have a fixed prefix; any other name is a mistake.
            if is_open(type_name) and name.startswith("extension_") and not isinstance(value, dict):
                clean[name] = value
                continue
            raise unknown_property(name)
        kind, many, nullable = known[name]
        if not _fits(kind, many, nullable, value):
            raise invalid_value(name, resource)
        clean[name] = _strip(value)
    return clean


def _strip(value: t.Any) -> t.Any:
    """The value without ``@odata`` annotations at any depth."""
    if isinstance(value, dict):
        return {name: _strip(part) for name, part in value.items() if "@" not in name}
    if isinstance(value, list):
        return [_strip(part) for part in value]
    return value


def _fits(kind: str, many: bool, nullable: bool, value: t.Any) -> bool:
    if many:
        # A null collection is refused: v1.0 has no null collections on the wire, only empty ones.
        return isinstance(value, list) and all(_fits(kind, False, False, part) for part in value)
    if value is None:
        return nullable
    entry = types().get(kind)
    if entry is not None and "enum" in entry:
        return isinstance(value, str) and all(part.strip() in entry["enum"] for part in value.split(","))
    if entry is not None:
        return _fits_complex(kind, value)
    return _PRIMITIVES.get(kind, lambda _: True)(value)


def _fits_complex(kind: str, value: t.Any) -> bool:
    if not isinstance(value, dict):
        return False
    known = properties(kind)
    for name, part in value.items():
        if "@" in name:
            continue
        if name not in known or not _fits(*known[name], part):
            return False
    return True


def missing_parts(kind: str, value: JsonObject) -> bool:
    """Whether an element of a collection lacks a property that has no default (an id, a name)."""
    for name, (part, many, nullable) in properties(kind).items():
        if name not in value and not nullable and not many and part in ("Guid", "String"):
            return True
        elements = value[name] if isinstance(value.get(name), list) and is_complex(part) else []
        if any(missing_parts(part, element) for element in elements):
            return True
    return False


def complete(kind: str, value: JsonObject | None) -> JsonObject:
    """A complex value with all its properties, absent ones null, empty or at their default."""
    given = value or {}
    full: JsonObject = {}
    for name, (part, many, nullable) in properties(kind).items():
        if kind == "permissionScope" and name == "origin":
            continue  # in the type, but v1.0 does not send it
        if name in given:
            full[name] = given[name]
            if is_complex(part) and many:
                full[name] = [complete(part, element) for element in given[name] or []]
            elif is_complex(part) and given[name] is not None:
                full[name] = complete(part, given[name])
        elif many:
            full[name] = []
        elif part == "Boolean" and not nullable:
            full[name] = kind in ("permissionScope", "appRole")
        elif name == "origin" and kind == "appRole":
            full[name] = "Application"
        else:
            full[name] = None
    return full


def _is_string(value: t.Any) -> bool:
    return isinstance(value, str)


def _is_date(value: t.Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        times.parse(value)
    except ValueError:
        return False
    return True


def _is_duration(value: t.Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        times.duration(value)
    except ValueError:
        return False
    return True


def _is_binary(value: t.Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        base64.b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False
    return True


_PRIMITIVES: dict[str, t.Callable[[t.Any], bool]] = {
    "String": _is_string,
    "Boolean": lambda value: isinstance(value, bool),
    "Int32": lambda value: isinstance(value, int) and not isinstance(value, bool) and -(2**31) <= value < 2**31,
    "Guid": lambda value: isinstance(value, str) and bool(GUID.match(value)),
    "DateTimeOffset": _is_date,
    "Duration": _is_duration,
    "Binary": _is_binary,
    "Stream": lambda value: False,
}
