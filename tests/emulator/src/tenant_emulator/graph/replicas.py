# SPDX-License-Identifier: GPL-3.0-or-later
"""Replicas that are behind: reads that still show an object as it was before the last writes.

New objects that are not there yet are the business of the store. Writes always meet the directory itself.
"""

from __future__ import annotations

import contextlib
import typing as t

from ..world import Earlier, Tenant, World
from .errors import JsonObject

_OBJECTS = ("applications", "service_principals")
_LINKS = ("grants", "assignments")


def _versions(tenant: Tenant, kinds: t.Iterable[str]) -> dict[tuple[str, str], JsonObject]:
    """The present versions, copied: every write replaces values, none changes a value in place."""
    found = {(kind, key): dict(item) for kind in kinds for key, item in getattr(tenant, kind).items()}
    if "grants" in kinds:
        found |= {("federated", entry["id"]): {**entry, "#of": owner} for owner, entries in tenant.federated.items() for entry in entries}
    return found


@contextlib.contextmanager
def recording(world: World, tenant: Tenant) -> t.Iterator[None]:
    """Remember what the write within changes, when the settings let reads be behind."""
    updates, lists = world.settings.update_reads, world.settings.list_reads
    kinds = (_OBJECTS if updates else ()) + (_LINKS if lists else ())
    if not kinds:
        yield
        return
    before = _versions(tenant, kinds)
    yield
    after = _versions(tenant, kinds)
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if key[0] in _OBJECTS:
            if new is None:
                tenant.earlier.pop(key, None)
            elif old is not None and old != new:
                tenant.earlier.setdefault(key, []).append(Earlier(old, {"get": updates, "list": updates}))
        elif old != new:
            tenant.earlier.setdefault(key, []).append(Earlier(old, {"list": lists}))


def seen(tenant: Tenant, kind: str, object_id: str, present: JsonObject | None, way: str = "get") -> JsonObject | None:
    """The version that this read shows. Every call counts as a read."""
    records = tenant.earlier.get((kind, object_id))
    if records is None:
        return present
    shown, found = present, False
    for record in records:
        if record.left[way] > 0:
            record.left[way] -= 1
            if not found:  # the oldest one that is still about
                shown, found = record.version, True
    rest = [record for record in records if any(record.left.values())]
    if rest:
        tenant.earlier[kind, object_id] = rest
    else:
        del tenant.earlier[kind, object_id]
    return shown


def entity(tenant: Tenant, kind: str, item: JsonObject) -> JsonObject:
    """An object that exists, as a read of it shows it."""
    return seen(tenant, kind, item["id"], item) or item


def links(tenant: Tenant, kind: str, present: t.Iterable[JsonObject], belongs: t.Callable[[JsonObject], bool]) -> list[JsonObject]:
    """A list of grants, assignments or federated credentials as the index shows it; ``belongs`` says which are part of it."""
    items: dict[str, JsonObject | None] = {item["id"]: item for item in present}
    for known, object_id in list(tenant.earlier):
        if known == kind and object_id not in items:
            items[object_id] = None
    shown = []
    for object_id, item in items.items():
        versions = [item, *(record.version for record in tenant.earlier.get((kind, object_id), []))]
        if not any(version is not None and belongs(version) for version in versions):
            continue
        version = seen(tenant, kind, object_id, item, "list")
        if version is not None and belongs(version):
            shown.append({name: value for name, value in version.items() if name != "#of"})
    return shown
