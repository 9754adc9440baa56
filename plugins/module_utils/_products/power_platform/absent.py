# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role power_platform asks on its way with C(power_platform_state=absent): what is taken away, and whether the application may go.

The role goes first, while the principal that holds it can still be named. An application that was made here stays, disabled, while its role may not be taken
away: its object id names the role's holder, and nothing gives it back.
"""

from __future__ import annotations

import typing as t

from ..._entra.common.tags import created_here
from ..._steps import changed, ran
from . import report
from .connection import CONNECTOR
from .status import Given, remembered_of


def removal(given: Given) -> dict[str, t.Any]:
    """What is taken away before the application.

    ``given``: C(connection); C(look), the result of C(entra_connection_info); C(principals), that of C(entra_service_principal_info).
    """
    connection, app = given["connection"], given["look"]["connection"]["app"]
    holders = given["principals"].get("service_principals") or []
    just_created = created_here(app.get("tags") or ())
    # What others gave to an application of theirs stays.
    takes_role = bool(connection["role"]["role"]) and not connection["role_removed"] and (just_created or not connection["role_assigned"])
    return {
        "just_created": just_created,
        "holder": holders[0]["object_id"] if holders else "",
        "takes_role": takes_role and bool(holders),
        "takes_management": bool(connection["manages"]),
        # Credentials go with an application that was made here. One that was adopted stays, without what was added to it.
        "takes_certificates": not just_created,
        "takes_federated": not just_created and bool(connection["federated"].get("name")),
        "forgets": not just_created and bool(remembered_of(app.get("tags"))),
    }


def kept(given: Given) -> dict[str, t.Any]:
    """Whether the application stays because its role or its management application may not be removed, and whether it can be disabled.

    ``given``: C(look); C(removal), the answer of that decision; C(role) and C(management), the results of those steps.
    """
    opened = _opened(given)
    stays = bool(opened.get("just_created")) and bool(_hand_offs(given, opened))
    return {"stays": stays, "disables": stays and bool(opened["holder"])}


def removed(given: Given) -> dict[str, t.Any]:
    """The result fact and the lines of a run that took the connection away.

    ``given``: as for the two decisions before, with C(kept), the answer of the second; the results of the steps C(role), C(management), C(certificates),
    C(federated), C(memory) and C(disabled); C(registration), the result fact of entra_connector, which ran where the application did not stay.
    """
    opened, stays = _opened(given), given["kept"]["stays"]
    seen = given["look"]["connection"]
    ended: Given = given["registration"]
    if stays:
        disabled = changed(given.get("disabled")) if given["kept"]["disables"] else False
        ended = {"tenant": seen["tenant"], "app": seen["app"], "changed": disabled}
    hand_offs = _hand_offs(given, opened)
    steps = {
        "role": "takes_role", "management": "takes_management", "certificates": "takes_certificates", "federated": "takes_federated", "memory": "forgets",
    }  # fmt: skip
    did = any(changed(given.get(step)) for step, opener in steps.items() if opened.get(opener))
    status = "awaiting_role_removal" if hand_offs else ended["status"]
    role = _result(given, opened, "role", "takes_role", "role_assignment")
    tenant, app = ended["tenant"], ended["app"]
    said = report.removal_lines(tenant["display_name"], status, app, hand_offs, stays=stays, role_open=bool(role.get("hand_off")))
    lines = [] if given["check_mode"] else said
    return {
        "report": {
            "connector": CONNECTOR,
            "tenant": tenant,
            "status": status,
            "changed": bool(ended["changed"]) or did,
            "app": app,
            "role_assignment": dict(role),
            "management_app": dict(_result(given, opened, "management", "takes_management", "management_app")),
            "hand_offs": hand_offs,
            "to_do": lines[1:],
        },
        "lines": lines,
    }


def _opened(given: Given) -> Given:
    """The answer of C(removal), where that was asked: nothing hangs on an application that is not there."""
    return {} if given["look"]["connection"]["app"]["would_create"] else given["removal"]


def _result(given: Given, opened: Given, step: str, opener: str, member: str) -> Given:
    return (ran(given.get(step)).get(member) or {}) if opened.get(opener) else {}


def _hand_offs(given: Given, opened: Given) -> list[Given]:
    found = (
        _result(given, opened, "role", "takes_role", "role_assignment"),
        _result(given, opened, "management", "takes_management", "management_app"),
    )
    return [step["hand_off"] for step in found if step.get("hand_off")]
