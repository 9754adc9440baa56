# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds an answer against the models of Microsoft's SDK: names, types, and the keys the documentation always shows.

The SDK's models are generated from the metadata of Graph v1.0. What they do not know lands in ``additional_data``: a
property that does not exist in v1.0. Every value is then read once more, alone, through the getter its model asks for,
since the SDK itself silently drops a value of the wrong type.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import importlib
import json
import re
import typing as t

from kiota_serialization_json.json_parse_node import JsonParseNode
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory

from .documented import ALWAYS, OBSERVED

JsonObject = dict[str, t.Any]
_MODELS = "msgraph.generated.models"
_ENTITY_CONTEXT = re.compile(r"^https://[^ ]+/\$metadata#\S+$")


@dataclasses.dataclass
class Tally:
    """What was held against the models so far."""

    answers: int = 0
    objects: int = 0
    seen: dict[type, set[str]] = dataclasses.field(default_factory=dict)

    def never_answered(self) -> dict[str, list[str]]:
        """Model -> the properties (not the annotations) that no answer had."""
        return {kind.__name__: sorted(name for name in set(kind().get_field_deserializers()) - names if "@" not in name) for kind, names in self.seen.items()}


def model(name: str) -> t.Any:
    """A model class of the SDK by its name in Graph, such as ``Application`` or ``o_data_errors.ODataError``."""
    package, _dot, short = name.rpartition(".")
    module = re.sub(r"(?<!^)(?=[A-Z])", "_", short).lower()
    return getattr(importlib.import_module(".".join(filter(None, (_MODELS, package, module)))), short)


def problems(raw: bytes, kind: t.Any, *, whole: bool = True, tally: Tally | None = None) -> list[str]:
    """What is wrong with the JSON of an answer. ``whole`` is false where ``$select`` left something out."""
    try:
        value = json.loads(raw)
        parsed = JsonParseNodeFactory().get_root_parse_node("application/json", raw).get_object_value(kind)
    except Exception as error:
        return [f"the SDK cannot read it as {kind.__name__}: {type(error).__name__}: {error}"]
    if not isinstance(value, dict):
        return [f"{type(value).__name__} instead of an object"]
    tally = tally if tally is not None else Tally()
    tally.answers += 1
    found = list(_annotations(value, kind))
    found += _object(value, parsed, kind.__name__, whole, tally)
    return found


def _annotations(value: JsonObject, kind: t.Any) -> t.Iterator[str]:
    """The context every successful answer carries, and the list of a collection."""
    if kind.__name__ == "ODataError":
        return
    if not _ENTITY_CONTEXT.match(str(value.get("@odata.context"))):
        yield f"{kind.__name__}: @odata.context is {value.get('@odata.context')!r}"
    if "value" in kind().get_field_deserializers() and not isinstance(value.get("value"), list):
        yield f"{kind.__name__}: no list named value"


class _Recorder:
    """Stands in for the node a model reads a property from, and remembers which getter it used and what it got."""

    def __init__(self, value: t.Any) -> None:
        self._node = JsonParseNode(value)
        self.getter = ""
        self.result: t.Any = None

    def __getattr__(self, name: str) -> t.Callable[..., t.Any]:
        def call(*arguments: t.Any) -> t.Any:
            self.getter = name
            self.result = getattr(self._node, name)(*arguments)
            return self.result

        return call


def _object(raw: JsonObject, parsed: t.Any, where: str, whole: bool, tally: Tally) -> t.Iterator[str]:
    """The problems of one object, at any depth."""
    kind = type(parsed)
    tally.objects += 1
    fields = kind().get_field_deserializers()  # of an object that no other listens to: telling listeners takes long
    tally.seen.setdefault(kind, set()).update(name for name in raw if name in fields)
    for name in parsed.additional_data:
        if "@odata." not in name and name not in OBSERVED.get(kind.__name__, ()):
            yield f"{where}.{name}: {kind.__name__} has no such property in v1.0"
    for name in _missing(raw, kind) if whole else ():
        yield f"{where}: {name}"
    for name, value in raw.items():
        if "@" in name or name not in fields or value is None:
            continue
        recorder = _Recorder(value)
        try:
            fields[name](recorder)
        except Exception as error:
            yield f"{where}.{name}: {value!r} cannot be read: {type(error).__name__}: {error}"
            continue
        yield from _value(value, recorder, f"{where}.{name}", whole, tally)


def _missing(raw: JsonObject, kind: type) -> t.Iterator[str]:
    """The documented keys that are not there. A key marked with an exclamation mark is never null."""
    for word in ALWAYS.get(kind.__name__, "").split():
        name = word.rstrip("!")
        if name not in raw:
            yield f"no {name}"
        elif word.endswith("!") and raw[name] is None:
            yield f"{name} is null"


def _value(raw: t.Any, read: _Recorder, where: str, whole: bool, tally: Tally) -> t.Iterator[str]:
    """The problems of a value that is not null: of the wrong type, or further down."""
    wrong = f"{where}: {raw!r} is not what {read.getter} reads"
    if read.getter == "get_object_value":
        if isinstance(raw, dict):
            yield from _object(raw, read.result, where, whole, tally)
        else:
            yield wrong
    elif read.getter == "get_collection_of_object_values":
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            yield wrong
            return
        for index, (item, parsed) in enumerate(zip(raw, read.result, strict=True)):
            yield from _object(item, parsed, f"{where}[{index}]", whole, tally)
    elif read.getter.startswith("get_collection_of_enum") and isinstance(raw, str):
        if not read.result:  # flags travel as one string with commas
            yield wrong
    elif read.getter.startswith("get_collection"):
        if not isinstance(raw, list) or any(item is None for item in read.result) or len(raw) != len(read.result):
            yield wrong
    elif read.result is None or isinstance(raw, bool) != (read.getter == "get_bool_value") or not _exact(raw, read.getter, where):
        yield wrong


def _exact(raw: t.Any, getter: str, where: str) -> bool:
    """Whether a value is as strict as the service writes it, where the SDK reads more than that."""
    if getter == "get_bytes_value":
        try:
            base64.b64decode(raw, validate=True)
        except (binascii.Error, ValueError):
            return False
    if getter == "get_datetime_value":
        zone = "" if where.endswith(".innerError.date") else "Z"  # the date in an error goes without
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?" + zone, raw))
    return True
