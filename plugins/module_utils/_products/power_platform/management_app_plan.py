# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The registration of a management application of Power Platform: desired, current, and the pure planner."""

from __future__ import annotations

import dataclasses

from ..._engine import PLACEHOLDER_ID, Action, Plan
from ..._errors import OptionError
from .identified import APP_ID, APPLICATION, PRINCIPAL, Identified
from .services import BAP

NEEDED = "a person who is Power Platform Administrator in Entra ID; a service principal cannot register or remove one, least of all itself"


@dataclasses.dataclass(frozen=True)
class ManagementDesired:
    """The options, checked."""

    app_id: str
    state: str


@dataclasses.dataclass(frozen=True)
class ManagementCurrent:
    """Whether it is registered, and where it has to be, what the id really is."""

    registered: bool = False
    identified: Identified | None = None


def plan_management(desired: ManagementDesired, current: ManagementCurrent, *, check_mode: bool = False) -> Plan:
    """Register or remove. Raises OptionError for check mode's placeholder in a real run, and for an object id in place of the application's id."""
    before, after = {"registered": current.registered}, {"registered": desired.state == "present"}
    if before == after:
        return Plan(before=before, after=after)
    if desired.state == "absent":
        return Plan((Action("remove", f"remove management application {desired.app_id}"),), before, after)
    if desired.app_id == PLACEHOLDER_ID:
        if not check_mode:
            raise OptionError("'app_id' is the id that check mode gives to an application that does not exist yet.", code="placeholder", outcome="refused")
    elif current.identified is not None:
        _check_id(desired.app_id, current.identified)
    return Plan((Action("register", f"register {desired.app_id} as management application"),), before, after)


def _check_id(value: str, found: Identified) -> None:
    if found.kind == APP_ID or (found.kind == PRINCIPAL and found.app_id == value) or found.kind not in (PRINCIPAL, APPLICATION):
        return
    what = "service principal" if found.kind == PRINCIPAL else "app registration"
    right = f" That is {found.app_id}." if found.app_id else ""
    raise OptionError(
        f"'app_id' is {value}, which is the object id of the {what} {found.shown}. A management application is named by its application (client) id.{right}",
        code="object_id_for_app_id",
        service=BAP,
        outcome="refused",
        details={"app_id": found.app_id},
    )
