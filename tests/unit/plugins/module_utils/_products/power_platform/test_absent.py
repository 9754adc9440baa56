# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken away, whether the application may go, and what is reported then."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import absent

Host = t.Callable[..., dict[str, t.Any]]
TENANT = {"tenant_id": "2f4c", "display_name": "Contoso"}
CREATED, UNPROVEN = "tkc:created", "tkc:power_platform:unproven:failed"
HOLDERS = {"service_principals": [{"object_id": "4f7a"}]}
HAND_OFF = {"needs": "n", "requests": [{"method": "DELETE"}]}
EVERYTHING = {"role": "reader", "management_app": True, "federated": {"name": "main"}, "state": "absent"}
LINES = ["A person with this right has to send it: n", "{method: DELETE}"]


def look(*tags: str, would_create: bool = False) -> dict[str, t.Any]:
    """The look at an application with these tags."""
    return {"connection": {"tenant": TENANT, "app": {"app_id": "7a9c", "display_name": "App", "tags": list(tags), "would_create": would_create}}}


ALL = {
    "just_created": True, "holder": "4f7a", "takes_role": True, "takes_management": True, "takes_certificates": False,
    "takes_federated": False, "forgets": False,
}  # fmt: skip
REMOVAL: list[tuple[str, dict[str, t.Any], dict[str, t.Any], dict[str, t.Any], dict[str, t.Any]]] = [
    ("made here", EVERYTHING, look(CREATED, UNPROVEN), HOLDERS, ALL),
    ("adopted", EVERYTHING, look(UNPROVEN), HOLDERS,
     {**ALL, "just_created": False, "takes_certificates": True, "takes_federated": True, "forgets": True}),
    ("adopted, nothing else known", {"role": "reader"}, look(), HOLDERS,
     {**ALL, "just_created": False, "takes_management": False, "takes_certificates": True}),
    ("without a principal", EVERYTHING, look(CREATED), {"service_principals": []}, {**ALL, "holder": "", "takes_role": False}),
    ("principals that were not read", EVERYTHING, look(CREATED), {}, {**ALL, "holder": "", "takes_role": False}),
    ("no role", {**EVERYTHING, "role": ""}, look(CREATED), HOLDERS, {**ALL, "takes_role": False}),
    ("somebody took it", {**EVERYTHING, "role_removed": True}, look(CREATED), HOLDERS, {**ALL, "takes_role": False}),
    ("others gave it, made here", {**EVERYTHING, "role_assigned": True}, look(CREATED), HOLDERS, ALL),
    ("others gave it to theirs", {"role": "reader", "role_assigned": True}, look(), HOLDERS,
     {**ALL, "just_created": False, "takes_role": False, "takes_management": False, "takes_certificates": True}),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "seen", "principals", "expected"), [row[1:] for row in REMOVAL], ids=[row[0] for row in REMOVAL])
def test_what_is_taken_away(variables: t.Any, seen: t.Any, principals: t.Any, expected: t.Any, host: Host) -> None:
    given = {"connection": host(**variables), "look": seen, "principals": principals, "check_mode": False}
    assert absent.removal(given) == expected


OPEN_ROLE, OPEN_MANAGEMENT = {"role_assignment": {"hand_off": HAND_OFF}}, {"management_app": {"hand_off": HAND_OFF}}
KEPT: list[tuple[str, dict[str, t.Any], dict[str, t.Any], dict[str, t.Any], tuple[bool, bool]]] = [
    # Of the removal, of the steps, of the look: (stays, is disabled).
    ("everything may go", ALL, {}, {}, (False, False)),
    ("the role may not", ALL, {"role": OPEN_ROLE}, {}, (True, True)),
    ("the management application may not", ALL, {"management": OPEN_MANAGEMENT}, {}, (True, True)),
    ("no principal to disable", {**ALL, "holder": ""}, {"management": OPEN_MANAGEMENT}, {}, (True, False)),
    ("an adopted one stays anyway", {**ALL, "just_created": False}, {"role": OPEN_ROLE}, {}, (False, False)),
    # What an earlier use of the role on this host registered is not trusted.
    ("a role that was not taken", {**ALL, "takes_role": False}, {"role": OPEN_ROLE}, {}, (False, False)),
    ("a management application that was not taken", {**ALL, "takes_management": False}, {"management": OPEN_MANAGEMENT}, {}, (False, False)),
    ("a role that was skipped", ALL, {"role": {**OPEN_ROLE, "skipped": True}}, {}, (False, False)),
    ("no application", ALL, {"role": OPEN_ROLE, "management": OPEN_MANAGEMENT}, {"would_create": True}, (False, False)),
]  # fmt: skip


@pytest.mark.parametrize(("removal", "steps", "seen", "expected"), [row[1:] for row in KEPT], ids=[row[0] for row in KEPT])
def test_whether_the_application_may_go(removal: t.Any, steps: t.Any, seen: t.Any, expected: tuple[bool, bool]) -> None:
    found = absent.kept({"look": look(CREATED, **seen), "removal": removal, **steps})
    assert (found["stays"], found["disables"]) == expected


GONE = {"tenant": TENANT, "status": "absent", "changed": True, "app": {"app_id": "7a9c", "display_name": "App"}}


def removed(removal: t.Any, *, stays: bool = False, disables: bool = False, check_mode: bool = False, **given: t.Any) -> dict[str, t.Any]:
    """The report of a run."""
    shared = {"look": look(CREATED), "removal": removal, "kept": {"stays": stays, "disables": disables}, "check_mode": check_mode, "registration": GONE}
    return absent.removed({**shared, **given})


def test_everything_went() -> None:
    role = {"changed": True, "role_assignment": {"role": "reader", "hand_off": None}}
    assert removed(ALL, role=role, management={"management_app": {"registered": False}}) == {
        "report": {
            "connector": "power_platform",
            "tenant": TENANT,
            "status": "absent",
            "changed": True,
            "app": {"app_id": "7a9c", "display_name": "App"},
            "role_assignment": {"role": "reader", "hand_off": None},
            "management_app": {"registered": False},
            "hand_offs": [],
            "to_do": [],
        },
        "lines": [],
    }


def test_what_may_not_go() -> None:
    found = removed(ALL, stays=True, disables=True, role=OPEN_ROLE, management=OPEN_MANAGEMENT, disabled={"changed": True}, registration={})
    assert found["report"] == {
        "connector": "power_platform",
        "tenant": TENANT,
        "status": "awaiting_role_removal",
        "changed": True,
        "app": look(CREATED)["connection"]["app"],
        "role_assignment": {"hand_off": HAND_OFF},
        "management_app": {"hand_off": HAND_OFF},
        "hand_offs": [HAND_OFF, HAND_OFF],
        "to_do": found["lines"][1:],
    }
    assert found["lines"] == [
        "Contoso ends as awaiting_role_removal. App (7a9c) is disabled and stays until the requests below are done; run again then.",
        *LINES,
        *LINES,
        "Where this identity can never see role assignments, set power_platform_role_removed once it is done.",
    ]
    assert removed(ALL, stays=True, check_mode=True, role=OPEN_ROLE)["lines"] == []


def test_an_adopted_one_that_keeps_its_management_application() -> None:
    found = removed({**ALL, "just_created": False}, management=OPEN_MANAGEMENT)
    assert (found["report"]["status"], found["lines"]) == ("awaiting_role_removal", ["Contoso ends as awaiting_role_removal.", *LINES])


OPENERS = {"role": "takes_role", "management": "takes_management", "certificates": "takes_certificates", "federated": "takes_federated", "memory": "forgets"}


@pytest.mark.parametrize(("step", "opener"), OPENERS.items())
@pytest.mark.parametrize("opened", [True, False])
def test_what_counts_as_a_change(step: str, opener: str, opened: bool) -> None:
    """A step that was not opened in this run left what it registered in an earlier one."""
    quiet = {**GONE, "changed": False}
    removal = {**dict.fromkeys(OPENERS.values(), False), "just_created": False, "holder": "", opener: opened}
    assert removed(removal, registration=quiet, **{step: {"changed": True}})["report"]["changed"] is opened
    assert removed(removal, registration=quiet, **{step: {"changed": False}})["report"]["changed"] is False


@pytest.mark.parametrize(("disables", "changed", "expected"), [(True, True, True), (True, False, False), (False, True, False)])
def test_disabling_is_a_change(disables: bool, changed: bool, expected: bool) -> None:
    found = removed(ALL, stays=True, disables=disables, role=OPEN_ROLE, disabled={"changed": changed})
    assert found["report"]["changed"] is expected


def test_no_application_at_all() -> None:
    """What an earlier use of the role on this host took away is not told again."""
    quiet = {**GONE, "changed": False}
    steps = {name: {"changed": True, **OPEN_ROLE, **OPEN_MANAGEMENT} for name in OPENERS}
    found = removed(ALL, look=look(would_create=True), registration=quiet, **steps)
    assert (found["report"]["changed"], found["report"]["role_assignment"], found["report"]["hand_offs"], found["lines"]) == (False, {}, [], [])
