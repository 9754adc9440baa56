# SPDX-License-Identifier: GPL-3.0-or-later
"""What Okta Workflows brings to the tests that are the same for all products."""

from __future__ import annotations

from integration.okta_workflows import scenarios
from integration.okta_workflows.helpers import CHOSEN, OPEN, PLAYBOOK, has_its_own_consents
from support.documented import documented
from support.kill_plan import after
from support.leak_plan import Leak, forbid, of
from support.products import InLoop, Privileges, ProductTests, Variables

ABSENT: Variables = {"okta_workflows_state": "absent"}

LEAKS = {
    "okta_connect": Leak(PLAYBOOK, host=of(CHOSEN), process=True),
    "okta_check": Leak(PLAYBOOK, host=of(OPEN), check=True),
    "okta_open": Leak(PLAYBOOK, host=of(OPEN)),
    "okta_refused": Leak(
        PLAYBOOK,
        fails=True,
        host=of({**CHOSEN, "okta_workflows_consent_on_forbidden": "fail"}),
        before=forbid(service="graph", method="POST", path="/oauth2PermissionGrants$"),
        process=True,
    ),
    "okta_absent": Leak(PLAYBOOK, first=OPEN, host=of({**OPEN, **ABSENT})),
}


def _with(row: str, variables: Variables, sampled: bool) -> Privileges:
    """What is needed to read, and what a row of the README adds."""
    return Privileges(
        permissions=lambda: [*documented("okta_workflows", "| reading, `audit` |"), *documented("okta_workflows", row)],
        host=lambda emulator, workdir: variables,
        absent=ABSENT,
        sampled=sampled,
    )


PRODUCT = ProductTests(
    role="okta_workflows",
    scenarios={
        "okta_preconsent": scenarios.Preconsent,
        "okta_open": scenarios.VendorDocumented,
        "okta_changed_mind": scenarios.ChangedMind,
        "okta_absent": scenarios.Absent,
    },
    budgets={"okta_preconsent": (6, 3), "okta_open": (3, 3)},
    first_budgets={"okta_preconsent": (8, 10), "okta_open": (12, 9)},
    process_requests={"okta_preconsent": 7, "okta_open": 4},
    leaks=LEAKS,
    privileges={
        "okta_preconsent": _with("| `preconsent`, `absent` |", CHOSEN, sampled=True),
        "okta_open": _with("| `vendor_documented` and taking it back |", OPEN, sampled=False),
    },
    in_loop=InLoop({**CHOSEN, "okta_workflows_accounts": ["service@{{ item.domain }}", "admin@{{ item.domain }}"]}, has_its_own=has_its_own_consents),
    # The comments say what is left behind.
    kills=(
        *after("okta_open", "record", sampled=True),  # recorded, not changed
        *after("okta_preconsent", "principal"),  # an enterprise application that nobody is assigned to
        *after("okta_changed_mind", "open"),  # one setting changed, one not, and the next run is to undo it
        *after("okta_absent", "open"),  # one setting put back, both still recorded
        *after("okta_preconsent", "assign", "consent"),
        *after("okta_open", "principal", "enable", "open", "settings"),
        *after("okta_changed_mind", "record", "settings"),
        *after("okta_absent", "settings", "record"),
    ),
)
