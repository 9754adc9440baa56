# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Single sign-on of an Acme site: what the engine runs."""

from __future__ import annotations

import typing as t

from ..._engine import Action, Plan, Runtime
from ..._http.client import HttpClient
from .client import AcmeClient
from .plan import AcmeDesired, AcmeSettings, plan_sso


class AcmeResource:
    """What the engine needs to look at, set or remove single sign-on."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        options = runtime.options
        for name in ("api_key", "client_secret"):
            runtime.secret(options.get(name))
        self._desired = AcmeDesired.from_options(options)
        http = HttpClient.of(runtime)
        self._client = AcmeClient(http, self._desired.url, options["api_key"])

    def read(self) -> AcmeSettings | None:
        """What the site holds."""
        return self._client.settings()

    def plan(self, current: AcmeSettings | None) -> Plan:
        """Pure."""
        return plan_sso(self._desired, current, check_mode=self._runtime.check_mode)

    def apply(self, action: Action) -> None:
        """One of the two calls that change something."""
        if action.kind == "delete":
            self._client.delete()
        else:
            self._client.put(self._desired.settings, self._runtime.options["client_secret"])

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(sso): what the site holds now, or would hold after a run."""
        held = {name: plan.after.get(name) for name in ("tenant_id", "client_id", "key_id")}
        return {"sso": {"url": self._desired.url, **held, "sent": applied and any(action.kind == "put" for action in plan.actions)}}
