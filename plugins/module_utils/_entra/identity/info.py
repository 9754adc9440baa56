# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Signs in as the automation does, and looks at the tokens alone, one for each resource API: no right is needed, and nothing is asked of Microsoft Graph."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._auth.choice import choose_credential
from ..._auth.explain import number_of, remedy_of
from ..._engine import Action, Plan, Runtime
from ..._errors import CredentialError, OptionError
from ..._session import Session, open_session
from ..permission.catalogue import MICROSOFT_GRAPH, well_known_app_id
from .report import NOTHING_GRANTED, Seen, SeenApi, judge


class IdentityInfoResource:
    """The resource of C(entra_identity_info)."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._needed: list[str] = list(dict.fromkeys(runtime.options.get("permissions") or ()))
        self._others = _others(runtime.options.get("other_permissions") or ())

    def read(self) -> Seen:
        """Sign in. Raises CredentialError where the sign-in fails before a tenant has answered."""
        tenant = str(self._runtime.options["tenant_id"])
        try:
            session = open_session(self._runtime)
        except CredentialError as error:
            if number_of(error.code) is None:
                raise
            client = choose_credential(self._runtime.options, self._runtime.environ).client_id
            return Seen(tenant, app_id=client, code=error.code, remedy=remedy_of(error.code, said=error.service_message), reason=error.sentence())
        token = session.tokens.token()
        if token.from_cache:  # one that the job has from before a consent does not show it
            token = session.tokens.token(fresh=True)
        seen = Seen(tenant, tenant_id=session.tenant_id, app_id=token.app_id, object_id=token.object_id)
        if token.scopes:
            return dataclasses.replace(seen, reason="a person is signed in, whose token says nothing of what applications were granted.")
        return dataclasses.replace(seen, roles=token.roles, others=tuple(self._of_api(session, app_id, needed) for app_id, needed in self._others.items()))

    def _of_api(self, session: Session, app_id: str, needed: tuple[str, ...]) -> SeenApi:
        """What a token for one more API says. Raises CredentialError for a sign-in that fails without an answer of the tenant."""
        try:
            token = session.tokens.token(app_id)
            if token.from_cache:
                token = session.tokens.token(app_id, fresh=True)
        except CredentialError as error:
            if number_of(error.code) is None:
                raise
            if remedy_of(error.code, said=error.service_message) in NOTHING_GRANTED:
                return SeenApi(app_id, needed, (), error.sentence())
            return SeenApi(app_id, needed, reason=error.sentence())
        if not token.claims:
            return SeenApi(app_id, needed, reason="its token can be read by nothing but the API itself.")
        return SeenApi(app_id, needed, token.roles)

    def plan(self, current: Seen) -> Plan:
        """Nothing is ever written."""
        return Plan(facts=judge(current, self._needed))

    def apply(self, action: Action) -> None:
        """Never called."""
        raise NotImplementedError

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(identity)."""
        return {"identity": dict(plan.facts)}


def _others(rows: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, tuple[str, ...]]:
    """The permissions that are needed by the app id of their API. Raises OptionError for a name that is not known without asking a tenant."""
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        app_id = well_known_app_id(row["resource"])
        if app_id is None or app_id == MICROSOFT_GRAPH:
            what = "the permissions of which stand in 'permissions'" if app_id else "which is no app id and no API with a name of its own everywhere"
            raise OptionError(
                f"'other_permissions' has the resource '{row['resource']}', {what}.",
                code="unknown_resource",
                advice=None if app_id else "Give the app id of the resource API.",
            )
        found[app_id] = tuple(dict.fromkeys((*found.get(app_id, ()), *(row.get("application") or ()))))
    return found
