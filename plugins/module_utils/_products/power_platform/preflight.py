# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role power_platform asks once it has something to do, before Entra is written to: what can be known to be wrong about role and certificate."""

from __future__ import annotations

import typing as t

from ..._engine import PLACEHOLDER_ID
from ..._entra.connector.look import Ask, Host, Json
from .connection import CONNECTOR
from .look import ADMINISTRATOR

_UNTRIED = (
    "Power Platform was not asked whether the role can be given: no token is issued for its API while that is not known in {tenant}, which a rollout changes "
    "first."
)
PASSWORD = {"private_key_password": "power_platform_certificate_password"}


def before_writing(connection: Json, look: Json, makes_credential: bool, host: Host) -> t.Generator[Ask, t.Any, Json]:
    """Two questions: the role and the scope are known, and the certificate can be used. C(untried) says why the first says nothing, where that is so.

    There is nothing to take away from an id of zeros: this only looks the role and the scope up, as the administrator of Power Platform.
    """
    if connection["wants_role"]:
        options = {**connection["role"], "principal_object_id": PLACEHOLDER_ID, "state": "absent"}
        yield Ask("powerplatform_role_assignment", options, session=ADMINISTRATOR, predicts=True)
    if connection["checks_certificate"] and look["app"]["would_create"]:
        options = {**connection["certificate_files"], "app_id": PLACEHOLDER_ID, "name": CONNECTOR}
        yield Ask("entra_app_certificate", options, secrets=PASSWORD, predicts=True)
    if connection["wants_role"] and look["missing_resources"]:
        return {"untried": _UNTRIED.format(tenant=look["tenant"]["display_name"])}
    return {}
