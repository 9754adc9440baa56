# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which applications and service principals this job made.

A replica of the directory may not know them yet when a later task asks, and then its 404 does not mean that they do not exist.
"""

from __future__ import annotations

import re
import typing as t
import urllib.parse

from .._clock import machine_time
from .._job.cache import JobCache

WAIT = 60.0  # seconds after which a 404 means that the object does not exist
_KIND = "made"
_YOUNG = 900.0  # seconds for which an object counts as new
_NAMES = ("id", "appId", "uniqueName")
_COLLECTIONS = ("applications", "servicePrincipals")
_OBJECT = re.compile(rf"^/?({'|'.join(_COLLECTIONS)})(?:/([^/?$(]+)|\((?:appId|uniqueName)='((?:[^']|'')*)'\))")


class RecentlyCreated:
    """Notes in the job's cache; without a job nothing is ever noted."""

    def __init__(self, cache: JobCache, tenant_id: str, clock: t.Callable[[], float] = machine_time) -> None:
        self._cache = cache
        self._tenant_id = tenant_id
        self._clock = clock

    def note(self, path: str, body: t.Any) -> None:
        """An object of the collection that ``path`` begins with was made."""
        collection = path.strip("/").partition("/")[0].partition("(")[0].partition("?")[0]
        if collection not in _COLLECTIONS or not isinstance(body, dict) or not body.get("id"):
            return
        names = [str(body[name]) for name in _NAMES if body.get(name)]
        for name in names:
            self._cache.get_or_create(_KIND, self._key(collection, name), lambda: ({"names": names}, self._clock() + _YOUNG))

    def forget(self, path: str) -> None:
        """The object was deleted; its service principal goes with an application."""
        found = self._find(path)
        for collection in _COLLECTIONS if found else ():
            for name in found:
                self._cache.drop(_KIND, self._key(collection, name))

    def names(self, path: str) -> bool:
        """Whether this is the path of something that the job made a short time ago, or of something below it."""
        return bool(self._find(path))

    def _find(self, path: str) -> list[str]:
        match = _OBJECT.match(urllib.parse.unquote(path))
        if match is None:
            return []
        name = match[2] or (match[3] or "").replace("''", "'")
        nothing: dict[str, t.Any] = {"names": []}
        found, _from_cache = self._cache.get_or_create(_KIND, self._key(match[1], name), lambda: (nothing, 0.0))
        return t.cast("list[str]", found["names"])

    def _key(self, collection: str, name: str) -> list[str]:
        return [self._tenant_id, collection, name.lower()]
