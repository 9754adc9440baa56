# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The look of the role power_platform: Entra, then the role assignment in Power Platform, then what both say about the credential.

In C(seen) C(does) names the file of tasks that goes on.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._entra.connector import look as entra
from .present import credential

ADMINISTRATOR = "power_platform_admin_auth"  # the variable with the identity that assigns roles


def look(connection: entra.Json, host: entra.Host) -> entra.Look:
    """See C(_entra/connector/look.py). Taking away has looks of its own, in an order that matters, so nothing is asked for it here."""
    if connection["state"] != "present":
        return entra.Looked(True, seen={"does": "absent"})
    found = yield from entra.look(connection, host)
    if not found.open and any(blocker["shuts"] for blocker in found.result.get("blockers") or ()):
        # Nothing is changed while no token is issued for the application, in Power Platform neither.
        answer = credential({"connection": connection, "registration": found.result, "role": {"skipped": True}, "check_mode": host.check_mode})
        return _ended(found, answer)
    if found.open or connection["needs_more"]:
        yield from _room(connection, found)
        return _opened(found)
    role: entra.Json = {"skipped": True}
    if connection["wants_role"]:
        holder = (found.result.get("service_principal") or {}).get("object_id")
        options = {**connection["role"], "principal_object_id": holder}
        role = yield entra.Ask("powerplatform_role_assignment", options, session=ADMINISTRATOR, predicts=True, optional=True)
        if role.get("failed") or role.get("changed"):
            yield from _room(connection, found)
            return _opened(found)  # the role's own task does it, or says what keeps it from that
    answer = credential({"connection": connection, "registration": found.result, "role": role, "check_mode": host.check_mode})
    return _ended(found, answer) if answer["then"] == answer["ends_with"] else _opened(found)


def _opened(found: entra.Looked) -> entra.Looked:
    """Something is left to do."""
    return dataclasses.replace(found, open=True, seen={**found.seen, "does": "present"})


def _ended(found: entra.Looked, answer: entra.Json) -> entra.Looked:
    """Nothing is left to do, but for the file that the operator asked for: only the role can tell whether that is as it should be."""
    if not answer["file"]:
        return dataclasses.replace(found, result=answer["report"])
    return entra.Looked(True, seen={"does": "hand_over", "report": answer["report"], "file": answer["file"]})


def _room(connection: entra.Json, found: entra.Looked) -> t.Generator[entra.Ask, t.Any, None]:
    """Asked before anything is written: an application that exists takes no more than 20 federated credentials, and the credential comes last.

    Where nothing is written before it, its own task says the same.
    """
    app = ((found.seen.get("entra") or {}).get("connection") or found.result).get("app") or {}
    if connection["credential"] == "federated" and app.get("app_id") and not app.get("would_create"):
        yield entra.Ask("entra_federated_credential", {**connection["federated"], "app_id": app["app_id"], "state": "present"}, predicts=True)
