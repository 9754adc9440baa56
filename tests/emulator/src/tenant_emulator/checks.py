# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at what a configuration or a control request brought, and the two ways of refusing it."""

from __future__ import annotations

import typing as t
import uuid

from .world import JsonObject

V = t.TypeVar("V")


class ConfigError(ValueError):
    """The configuration cannot be used; the text says where and why."""


class ControlError(Exception):
    """The control request cannot be met."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def mapping(value: t.Any, known: t.Collection[str], required: t.Sequence[str], where: str) -> JsonObject:
    """A mapping with these keys and no others. Raises ConfigError."""
    if not isinstance(value, dict):
        raise ConfigError(f"{where}: expected a mapping, found {type(value).__name__}")
    if unknown := sorted(set(value) - set(known)):
        raise ConfigError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    if missing := [name for name in required if not value.get(name)]:
        raise ConfigError(f"{where}: missing {', '.join(missing)}")
    return value


def guid(value: str, where: str) -> str:
    """A GUID as it is usually written. Raises ConfigError."""
    try:
        return str(uuid.UUID(value))
    except ValueError:
        raise ConfigError(f"{where}: '{value}' is not a GUID") from None


def found(objects: t.Mapping[str, V], name: str, missing: str) -> V:
    """The object of that name. Raises ControlError, with the text C(missing), when there is none."""
    if name not in objects:
        raise ControlError(404, missing)
    return objects[name]


def set_fields(target: t.Any, values: JsonObject, known: t.Collection[str]) -> None:
    """Set what may be set of an object. Raises ValueError, and then has set nothing."""
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"cannot set {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    for name, value in values.items():
        setattr(target, name, value)
