# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Single sign-on settings of a Workspace 365 environment: checks, the pure planner and the resource."""

from __future__ import annotations

import typing as t

from ..._engine import Action, Plan, Runtime
from ..._http.client import HttpClient
from .addresses import delivery_instance
from .client import Workspace365Client
from .plan import SsoCurrent, SsoDesired, plan_sso
from .sign_in_page import NOT_CHECKED, THIS_TENANT, UNCONNECTED, VERIFIED, SignIn

NOT_VERIFIED = "The settings were accepted, and stay: open that page, and sign in with an account of the tenant."


class SsoResource:
    """What the engine needs to set or probe single sign-on."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        options = runtime.options
        for name in ("provisioning_key", "key"):
            runtime.secret(options.get(name))
        self._desired = SsoDesired.from_options(options)
        http = HttpClient.of(runtime)
        self._client = Workspace365Client(http, runtime.budget, self._desired.instance_url, options.get("provisioning_key") or "")
        self._current = SsoCurrent()
        self._sign_in: SignIn | None = None

    def read(self) -> SsoCurrent:
        """Probe host, key and environment where asked (or in check mode), and look at the sign-in page unless that was done.

        It is read despite a delivery mark: the environment may have been connected to another tenant since.
        """
        desired = self._desired
        if desired.state == "present" and desired.settled:
            return self._current
        if desired.state == "page":
            self._current = SsoCurrent(self._client.page_if_readable(desired.environment, desired.expected_tenants))
            return self._current
        proven = False
        if desired.state == "probed" or self._runtime.check_mode:
            listed = self._client.lists_environment(desired.environment)
            if not listed:
                self._client.prove_environment(desired.environment)
                flaw = "has a form that is not known" if listed is None else "does not name it"
                self._runtime.warn(
                    f"Environment '{desired.environment}' was looked for on its own, and is there: the environment list of {self._client.host} {flaw}."
                )
            proven = True
        page = None
        if not desired.sign_in_checked:
            page = self._client.sign_in_page(desired.environment, desired.expected_tenants)
        self._current = SsoCurrent(page, proven)
        return self._current

    def plan(self, current: SsoCurrent) -> Plan:
        """Pure."""
        return plan_sso(self._desired, current, self._runtime.check_mode)

    def apply(self, action: Action) -> None:
        """The one call there is, and a look at where the sign-in page leads since."""
        desired = self._desired
        self._client.set_sso(desired.environment, str(desired.authority), str(desired.client_id), self._runtime.options["key"])
        self._sign_in = self._client.sign_in_after(desired.environment, desired.expected_tenants, desired.client_id)
        if self._sign_in.status != VERIFIED:
            self._runtime.warn(f"{self._sign_in.why} {NOT_VERIFIED}")

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(sso). It never says what the environment holds, only what was sent."""
        desired, page = self._desired, self._current.page
        return {
            "sso": {
                "instance_url": desired.instance_url,
                "environment": desired.environment,
                "delivery_instance": delivery_instance(desired.instance_url, desired.environment),
                "authority": desired.authority,
                "client_id": desired.client_id,
                "key_id": desired.key_id,
                "sent": applied,
                "environment_proven": self._current.environment_proven or applied,
                "connection": page.connection if page and desired.state != "page" else NOT_CHECKED,
                "page": {"client_id": page.client_id, "tenant": page.tenant, "seen": page.seen} if page else None,
                "sign_in": self._sign_in.status if self._sign_in else NOT_CHECKED,
                "sign_in_reason": self._sign_in.why if self._sign_in else None,
                "last_delivered_key_id": desired.key_id if applied else desired.delivered_key_id,
            }
        }


__all__ = ["THIS_TENANT", "UNCONNECTED", "SsoCurrent", "SsoDesired", "SsoResource", "plan_sso"]
