# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Signs in as the automation does, and looks at the token alone: no right is needed, and nothing is asked of Microsoft Graph."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._auth.choice import choose_credential
from ..._auth.explain import number_of, remedy_of
from ..._engine import Action, Plan, Runtime
from ..._errors import CredentialError
from ..._session import open_session
from .report import Seen, judge


class IdentityInfoResource:
    """The resource of C(entra_identity_info)."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._needed: list[str] = list(dict.fromkeys(runtime.options.get("permissions") or ()))

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
        return dataclasses.replace(seen, roles=token.roles)

    def plan(self, current: Seen) -> Plan:
        """Nothing is ever written."""
        return Plan(facts=judge(current, self._needed))

    def apply(self, action: Action) -> None:
        """Never called."""
        raise NotImplementedError

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(identity)."""
        return {"identity": dict(plan.facts)}
