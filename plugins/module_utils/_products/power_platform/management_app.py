# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Management applications of Power Platform (BAP): the planner and the resource behind C(powerplatform_management_app).

Sources: https://learn.microsoft.com/power-platform/admin/powerplatform-api-create-service-principal (a service principal cannot register itself); read
2026-11. That none can remove one either (inferred).
"""

from __future__ import annotations

import typing as t

from ..._addresses import path_segment
from ..._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ..._errors import ForbiddenError, OptionError
from ..._ids import is_guid
from .client import connect_bap
from .management_app_plan import NEEDED, ManagementCurrent, ManagementDesired, plan_management
from .principal import identify
from .services import BAP

APPLICATIONS = "/providers/Microsoft.BusinessAppPlatform/adminApplications"


class ManagementAppResource:
    """What the engine needs for one management application."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        options = runtime.options
        app_id = options["app_id"].strip().lower()
        if not is_guid(app_id):
            raise OptionError(f"'app_id' is {options['app_id']!r}, which is not an application (client) id.", code="not_an_id", outcome="refused")
        self._desired = ManagementDesired(app_id, options["state"])
        self._hands_off = options["on_forbidden"] == "hand_off"
        self._client = connect_bap(runtime)
        self._current = ManagementCurrent()
        self._refusal: ForbiddenError | None = None

    def read(self) -> ManagementCurrent:
        """The list: an application on its own answers 404 for more reasons than one."""
        desired = self._desired
        try:
            listed = self._client.entries(APPLICATIONS, doing="list the management applications")
        except ForbiddenError as error:
            self._refuse(error)
            return self._current
        registered = any(str(item.get("applicationId") or item.get("name") or "").lower() == desired.app_id for item in listed)
        identified = None
        if desired.state == "present" and not registered and desired.app_id != PLACEHOLDER_ID:
            identified = identify(self._client, desired.app_id)
        self._current = ManagementCurrent(registered, identified)
        return self._current

    def plan(self, current: ManagementCurrent) -> Plan:
        """Pure, but for one refusal that is known before it is asked for, and so in check mode: only a person registers or removes one."""
        if self._refusal is not None:
            return Plan()
        plan = plan_management(self._desired, current, check_mode=self._runtime.check_mode)
        token = self._client.token
        # A token that cannot be read does not tell whom it speaks for.
        if plan.actions and not self._client.absent and self._client.app_only and token.app_id:
            itself = token.app_id == self._desired.app_id
            registering = plan.actions[0].kind == "register"
            shown = f"{self._desired.app_id} itself" if itself else f"the application {token.app_id}"
            what = f"register {'itself as' if itself else 'a'}" if registering else "remove a"
            self._refuse(
                ForbiddenError(
                    f"The identity that signs in is {shown}, and a service principal cannot {what} management application.",
                    code="registers_itself" if itself and registering else "app_only",
                    service=BAP,
                    tenant=self._client.tenant,
                    outcome="refused",
                )
            )
            return Plan()
        return plan

    def apply(self, action: Action) -> None:
        """One write."""
        path = f"{APPLICATIONS}/{path_segment(self._desired.app_id)}"
        try:
            if action.kind == "register":
                self._client.call("PUT", path, doing=action.text, body={})
            else:
                self._client.call("DELETE", path, doing=action.text, accept=(404,))
        except ForbiddenError as error:
            self._refuse(error)

    def _refuse(self, error: ForbiddenError) -> None:
        """Keep a refusal with what a person who may do it has to send, or raise ForbiddenError with that."""
        method = "PUT" if self._desired.state == "present" else "DELETE"
        request = {"method": method, "url": self._client.address(f"{APPLICATIONS}/{path_segment(self._desired.app_id)}"), "body": None}
        who = "It was tried as a service principal. " if self._client.app_only else ""
        refusal = error.with_(
            details={"hand_off": {"reason": error.message, "needs": NEEDED, "requests": [request]}},
            advice=f"{who}Needed: {NEEDED}. That person sends {method} {request['url']}, or runs this task after az login with auth_method azure_cli. "
            "A role given with tenantkit.connectors.powerplatform_role_assignment is the better way where it is enough.",
        )
        if not self._hands_off:
            raise refusal from error
        self._refusal = refusal

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(management_app)."""
        refused = self._refusal
        writing = bool(plan.actions) and refused is None
        registered = (self._desired.state == "present") if writing else self._current.registered
        view = {
            "app_id": self._desired.app_id,
            "registered": registered,
            "would_create": writing and not applied and registered,
            "hand_off": refused.details["hand_off"] if refused is not None else None,
        }
        if refused is not None:
            return {"changed": False, "actions": [], "diff": {"before": {}, "after": {}}, "management_app": view}
        return {"management_app": view}
