# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of what a world holds. Microsoft's permission lists are most of it, and nothing changes them: all copies share them, as all tenants do."""

from __future__ import annotations

import functools
import io
import pickle
import typing as t

_LISTS = ("appRoles", "oauth2PermissionScopes")


@functools.cache
def _shared() -> dict[int, tuple[str, str]]:
    """The application and the name of each list, by the list's identity: they are as old as this process."""
    from .graph.seed import first_party_apps

    return {id(app[name]): (app_id, name) for app_id, app in first_party_apps().items() for name in _LISTS}


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: t.Any) -> tuple[str, str] | None:
        return _shared().get(id(value)) if type(value) is list else None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, place: t.Any) -> t.Any:
        from .graph.seed import first_party_apps

        app_id, name = place
        return first_party_apps()[app_id][name]


def packed(value: t.Any) -> bytes:
    """A copy, to be taken out again in this process."""
    stream = io.BytesIO()
    _Pickler(stream).dump(value)
    return stream.getvalue()


def unpacked(copy: bytes) -> t.Any:
    """What was copied, new each time."""
    return _Unpickler(io.BytesIO(copy)).load()
