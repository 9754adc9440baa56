# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The look of the role okta_workflows: the vendor's enterprise application, the consent that was given for it, and the tenant's own consent settings."""

from __future__ import annotations

from ..._entra.connector.look import Ask, Host, Json, Look, Looked
from .connections import accounts_variable
from .plan import plan
from .rights import documented


def look(connection: Json, host: Host) -> Look:
    """See C(_entra/connector/look.py). In C(seen): C(plan), what is left to do, and the answers C(info), C(consents) and C(settings)."""
    given: Json = {"connection": connection, "check_mode": host.check_mode or connection["audit"]}
    if connection["problems"]:
        plan(given)  # says what does not fit together, before any request
    looks = connection["looks"]
    needs = documented(connection)
    options = {"include_access": True, "connector": "okta_workflows", **looks["enterprise_application"]}
    asks = [Ask("entra_service_principal_info", options, needs=needs)]
    for item in looks["consents"]:
        options = {name: value for name, value in item.items() if name != "whom"}
        asks.append(Ask("entra_admin_consent", {**options, "mode": "report"}, variables={"principal": accounts_variable(connection)}, needs=needs))
    record_on = connection["app"].get("app_id")
    asks.append(Ask("entra_consent_policy", {"record_on": record_on} if record_on else {}, needs=needs))
    info, *answers, settings = yield asks
    consents = [{**answer, "item": item} for answer, item in zip(answers, looks["consents"], strict=True)]
    seen = {"info": info, "consents": {"results": consents}, "settings": settings}
    answer = plan({**given, **seen})
    if answer["open"]:
        return Looked(True, seen={**seen, "plan": answer})
    (one,) = answer["reports"]
    return Looked(False, one, seen)
