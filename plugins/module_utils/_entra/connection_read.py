# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Reads everything that one connection consists of, with two C($batch) requests, or one when the app id is known."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.guard import ORGANIZATION_PARAMS, ORGANIZATION_PATH
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra import application_shape, consent_read
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra import service_principal_plan as principal_plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential import kind, policy_read
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.owner_watch import owner_parts
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission_option import Wanted
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.reference import ApplicationReference
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.resource_loader import ResourceLoader
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ForbiddenError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient, Part, PartAnswer, odata_key
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.clock import server_time

# One read of the application serves all planners.
APPLICATION_SELECT = tuple(dict.fromkeys((*application_shape.SELECT, *consent_read.APPLICATION_SELECT, *kind.SECRET.select, *kind.CERTIFICATE.select)))


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """What was read, as Graph's JSON. None: there is none."""

    organization: t.Mapping[str, t.Any]
    application: t.Mapping[str, t.Any] | None
    principal: t.Mapping[str, t.Any] | None
    grants: tuple[t.Mapping[str, t.Any], ...]
    assignments: tuple[t.Mapping[str, t.Any], ...]
    now: dt.datetime
    forbidden: ForbiddenError | None = None  # grants and assignments may not be read: then they mean nothing
    owners: tuple[PartAnswer, ...] = ()  # answers to C(owner_parts), where they were asked for
    policies: policy_read.Read = policy_read.Read()
    more: PartAnswer | None = None  # the answer to the part that was asked with the first

    @property
    def domains(self) -> list[t.Mapping[str, t.Any]]:
        """The verified domains with their flags."""
        return list(self.organization.get("verifiedDomains") or ())

    def domain(self, flag: str) -> str | None:
        """The domain with C(isDefault) (the primary one) or C(isInitial)."""
        return next((str(domain["name"]) for domain in self.domains if domain.get(flag)), None)


class ConnectionReader:
    """The reads of C(entra_connection_info)."""

    def __init__(
        self,
        graph: GraphClient,
        reference: ApplicationReference,
        wanted: t.Sequence[Wanted],
        loader: ResourceLoader,
        by_name: ApplicationReference | None = None,
        owners: bool = False,
        policies: bool = False,
        more: Part | None = None,
    ) -> None:
        """``by_name`` is asked for as well, for an application that is to be adopted and does not have the unique name yet.

        ``owners``: people who own the application are of interest, too; ``policies``: a secret may have to be made. ``more`` is asked with the
        first request for whoever calls this.
        """
        self._graph = graph
        self._reference = reference
        self._by_name = by_name
        self._owners = owners
        self._policies = policies
        self._more = more
        self._wanted = wanted
        self.loader = loader

    def read(self) -> Snapshot:
        """See the module's docstring. Raises TenantGuardError before anything else of the tenant is looked at."""
        reference, by_name = self._reference, self._by_name
        texts = self.loader.needed(one.resource for one in self._wanted)
        known = reference.app_id if reference.key == "app_id" else None
        parts = [
            Part("GET", ORGANIZATION_PATH, params=ORGANIZATION_PARAMS, doing="read the organization"),
            reference.part(select=APPLICATION_SELECT),
            *([by_name.part(select=APPLICATION_SELECT)] if by_name else ()),
            *map(self.loader.part, texts),
            *([policy_read.default_part()] if self._policies else ()),
            *([self._more] if self._more else ()),
            *(self._client_parts(known) if known else ()),
        ]
        answers = self._graph.batch(parts)
        organization = self._organization(answers[0])
        application = reference.pick(answers[1], of_others=True)
        rest = answers[2:]
        if by_name:
            named, *rest = rest
            application = application or by_name.pick(named, of_others=True)
        for text, answer in zip(texts, rest, strict=False):
            self.loader.take(text, answer)
        rest = rest[len(texts) :]
        default = rest.pop(0) if self._policies else None
        more = rest.pop(0) if self._more else None
        client = rest
        if not client and application is not None:
            client = self._graph.batch(self._client_parts(application["appId"]))
        principal = dict(client[0].body) if client and client[0].found else None
        lists: list[tuple[dict[str, t.Any], ...]] = [(), ()]
        forbidden: ForbiddenError | None = None
        for index, answer in enumerate(client[1:3] if principal is not None else ()):
            try:
                lists[index] = tuple(self._graph.items(answer))
            except ForbiddenError as error:
                forbidden = forbidden or error
        own = client.pop() if self._policies and client else None
        return Snapshot(
            organization,
            application,
            principal,
            lists[0],
            lists[1],
            server_time(answers) or dt.datetime.now(dt.UTC),
            forbidden,
            tuple(client[3:]),
            policy_read.Read.from_answers(default, own),
            more,
        )

    def _organization(self, answer: PartAnswer) -> dict[str, t.Any]:
        answer.raise_for_error()
        guard = t.cast(t.Any, self._graph.guard)
        if guard is not None:
            guard.see(answer.body)
        rows = self._graph.items(answer)
        return rows[0] if rows else {}

    def _client_parts(self, app_id: str) -> list[Part]:
        """The client's service principal with the properties of both planners that look at it, its grants, its assignments, its owners, its policies."""
        first, *rest = consent_read.client_parts(app_id)
        select = tuple(dict.fromkeys((*consent_read.CLIENT_SELECT, *principal_plan.SELECT)))
        parts = [dataclasses.replace(first, params={"$select": select}), *rest]
        if self._owners:
            parts += owner_parts(app_id)
        if self._policies:
            parts.append(policy_read.own_part(f"/applications{odata_key('appId', app_id)}"))
        return parts
