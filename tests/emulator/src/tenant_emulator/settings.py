# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings by name, whether they are the directory's or a product's."""

from __future__ import annotations

import dataclasses
import typing as t

from .products import products
from .world import JsonObject, Settings, World


def _kinds() -> dict[str, type]:
    """The dataclasses that hold settings, by product; the emulator's own under the empty name."""
    return {"": Settings, **{name: product.settings for name, product in products().items() if product.settings}}


def names() -> list[str]:
    """Everything that can be set."""
    return [field.name for kind in _kinds().values() for field in dataclasses.fields(kind)]


def start(world: World, values: JsonObject) -> None:
    """Put every setting to its default, or to what is given."""
    made = {name: kind() for name, kind in _kinds().items()}
    world.settings = t.cast(Settings, made.pop(""))
    world.product_settings = made
    change(world, values)


def change(world: World, values: JsonObject) -> None:
    """Set some of them. Raises ValueError, and then has set nothing."""
    if unknown := sorted(set(values) - set(names())):
        raise ValueError(f"unknown setting: {', '.join(unknown)}; known are {', '.join(sorted(names()))}")
    for name, value in values.items():
        target = next(item for item in (world.settings, *world.product_settings.values()) if hasattr(item, name))
        setattr(target, name, value)


def show(world: World) -> JsonObject:
    """All of them."""
    found: JsonObject = {}
    for item in (world.settings, *world.product_settings.values()):
        found |= dataclasses.asdict(item)
    return found
