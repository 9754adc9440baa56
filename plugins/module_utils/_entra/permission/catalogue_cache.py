# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Brings resource APIs here: from the job's cache, or as parts of a C($batch) that is sent anyway."""

from __future__ import annotations

import hashlib
import json
import typing as t

from ..._engine import PLACEHOLDER_ID, Runtime
from ..._errors import OptionError
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, odata_string, path_to, with_query
from ..._graph.optional_properties import read_named
from ..._graph.parts import Part, PartAnswer
from ..._job.cache import JobCache
from ..common.blockers import STATE_SELECT
from .catalogue import ResourceApi, well_known_app_id
from .option import ResourcePermissions, gate, parse_permissions, resolve_wanted

_IDENTITY = ("id", "appId", "displayName", "appOwnerOrganizationId")
SELECT = (*_IDENTITY, "servicePrincipalNames", "oauth2PermissionScopes", "appRoles")
_READ = (*SELECT, *STATE_SELECT)
_KIND = "resource"
_ALIAS = "resource_alias"

_PREFIX, _STATE = "resource ", "state of "  # of the names of parts


class _NotCachedError(Exception):
    """Nothing in the cache, and this was only a look."""


class ResourceLoader:
    """The resource APIs of one task. C(lookup) is what planners get; it never sends anything."""

    def __init__(self, graph: GraphClient, runtime: Runtime) -> None:
        self._graph = graph
        self._cache = JobCache.from_environ(runtime.environ)
        self._key = [str(runtime.options.get("graph_url") or runtime.options.get("cloud") or ""), graph.tenant_id, _credential_mark(runtime)]
        self._known: dict[str, ResourceApi] = {}
        self.states: dict[str, dict[str, t.Any]] = {}  # by app id, what this task read of whether tokens are issued for it; never from the cache

    def lookup(self, text: str) -> ResourceApi | None:
        """A resource that was loaded, by the text that was asked for, app id or service principal id."""
        return self._known.get(_canonical(text))

    def needed(self, texts: t.Iterable[str]) -> list[str]:
        """Those of the texts that have to be asked for: not loaded, and not in the job's cache either."""
        unknown = [text for text in dict.fromkeys(map(_canonical, texts)) if text not in self._known]
        # What this very look has read says more than the cache, to which another question of the look may have brought it in the meantime.
        return [text for text in unknown if self._read_by_this_look(text) or not self._from_cache(text)]

    def _read_by_this_look(self, text: str) -> bool:
        shared = self._graph.shared
        return shared is not None and shared.has(self._graph.scope, self.part(text))

    def part(self, text: str) -> Part:
        """The read of one resource as a part of a C($batch). Its answer goes to C(take)."""
        text = _canonical(text)
        doing = f"read the permissions of resource API '{text}'"
        app_id = well_known_app_id(text)
        if app_id is not None:
            return Part("GET", with_query(path_to("servicePrincipals", PathKey(app_id, "appId")), {"$select": _READ}), doing=doing)
        condition = f"servicePrincipalNames/any(n:n eq {odata_string(text)})" if "://" in text else f"displayName eq {odata_string(text)}"
        return Part("GET", with_query("/servicePrincipals", {"$filter": condition, "$select": _READ}), doing=doing)

    def parts(self, texts: t.Iterable[str]) -> dict[str, Part]:
        """The reads of those of the texts that have to be asked for, for a C($batch) with names. Its answers go to C(take_all)."""
        return {_PREFIX + text: self.part(text) for text in self.needed(texts)}

    def state_parts(self, texts: t.Iterable[str]) -> dict[str, Part]:
        """The reads that tell whether tokens are issued for those that the cache has: what it holds does not say. Their answers go to C(take_all)."""
        known = [resource for text in texts if (resource := self.lookup(text)) is not None and resource.app_id not in self.states]
        params = {"$select": (*_IDENTITY, *STATE_SELECT)}
        return {
            _STATE + one.app_id: Part(
                "GET", path_to("servicePrincipals", PathKey(one.app_id, "appId")), params=params, doing=f"read whether resource API '{one.app_id}' is enabled"
            )
            for one in known
        }

    def take_all(self, answers: t.Mapping[str, PartAnswer]) -> None:
        """Keep what the parts of C(parts) and C(state_parts) answered; whatever else the batch had is left alone. Raises what C(take) raises."""
        for name, answer in answers.items():
            if name.startswith(_PREFIX):
                self.take(name.removeprefix(_PREFIX), answer)
            elif name.startswith(_STATE) and answer.found:
                self._keep_state(answer.body)

    def _keep_state(self, principal: t.Mapping[str, t.Any]) -> None:
        self.states[str(principal["appId"]).lower()] = {name: principal[name] for name in (*_IDENTITY, *STATE_SELECT) if name in principal}

    def part_by_object_id(self, object_id: str) -> Part:
        """The same for a resource that a grant or an assignment names."""
        return Part("GET", with_query(path_to("servicePrincipals", PathKey(object_id)), {"$select": _READ}), doing=f"read service principal {object_id}")

    def take(self, text: str, answer: PartAnswer) -> None:
        """Keep what a part answered. Only 404 and an empty list mean that there is none. Raises OptionError for several of one name."""
        if not answer.found:
            return
        answer.raise_for_error()
        body = answer.body or {}
        rows = body.get("value", [body])
        if len(rows) > 1:
            listed = ", ".join(f"{row.get('displayName')} ({row['appId']})" for row in rows)
            raise OptionError(
                f"The resource {text!r} is not unique in tenant {self._graph.tenant}: {listed}.",
                code="resource_ambiguous",
                advice="Name the resource API in 'permissions' by its app id.",
            )
        for row in rows:
            self.keep(row, text)
            self._keep_state(row)

    def keep(self, principal: t.Mapping[str, t.Any], text: str | None = None) -> ResourceApi:
        """Keep a service principal that was read, or just made, for the rest of the job."""
        resource = ResourceApi.from_graph(principal)
        self._register(resource, text)
        plain = resource.to_cache()
        self._store(_KIND, resource.app_id, plain)
        for alias in {_canonical(text or resource.app_id), resource.object_id} - {resource.app_id}:
            self._store(_ALIAS, alias, resource.app_id)
        return resource

    def load(self, texts: t.Iterable[str], object_ids: t.Iterable[str] = ()) -> None:
        """Bring all of them here with at most one C($batch) (20 at a time), and none when the cache has them."""
        by_id = {_PREFIX + one: self.part_by_object_id(one) for one in self.needed(object_ids) if one != PLACEHOLDER_ID}
        self.take_all(read_named(self._graph, {**self.parts(texts), **by_id}))

    def _register(self, resource: ResourceApi, text: str | None) -> None:
        for alias in (resource.app_id, resource.object_id, _canonical(text or resource.app_id)):
            self._known[alias] = resource

    def _from_cache(self, text: str) -> bool:
        alias = self._peek(_ALIAS, text)
        plain = self._peek(_KIND, alias if isinstance(alias, str) else text)
        if plain is None:
            return False
        try:
            self._register(ResourceApi.from_cache(plain), text)
        except (KeyError, TypeError, ValueError):  # written by another version of this collection
            return False
        return True

    def _peek(self, kind: str, key: str) -> t.Any:
        try:
            return self._cache.get_or_create(kind, [*self._key, key], _not_cached)[0]
        except _NotCachedError:
            return None

    def _store(self, kind: str, key: str, value: t.Any) -> None:
        self._cache.get_or_create(kind, [*self._key, key], lambda: (value, None))


def _not_cached() -> t.NoReturn:
    raise _NotCachedError


def _canonical(text: str) -> str:
    """One spelling per resource, so that 'Microsoft Graph' and its app id are asked for once."""
    text = text.strip()
    return well_known_app_id(text) or text.lower()


def _credential_mark(runtime: Runtime) -> str:
    """Stands for whatever credential is used, so that no identity sees what another one read."""
    words = {name: str(value) for name, value in runtime.options.items() if name.startswith("auth_") and value}
    words.update({name: value for name, value in runtime.environ.items() if name.startswith("AZURE_")})
    return hashlib.sha256(json.dumps(sorted(words.items())).encode()).hexdigest()


def resolve_permissions(
    graph: GraphClient,
    runtime: Runtime,
    permissions: t.Iterable[t.Mapping[str, t.Any]] | None,
    *,
    accept_privileged: t.Iterable[str] | None = None,
    loader: ResourceLoader | None = None,
) -> list[ResourcePermissions]:
    """The option C(permissions) with ids, past the gate; reads what is not cached, writes nothing.

    Used where permissions are given while an application is made. Their C(to_graph()) are entries of C(requiredResourceAccess).
    """
    wanted = parse_permissions(permissions)
    loader = loader or ResourceLoader(graph, runtime)
    loader.load(one.resource for one in wanted)
    resolved = resolve_wanted(wanted, loader.lookup, missing_ok=False)
    gate(resolved, accept_privileged, loader.lookup, "request")
    return resolved
