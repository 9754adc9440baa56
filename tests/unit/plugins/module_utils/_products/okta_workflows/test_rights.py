# SPDX-License-Identifier: GPL-3.0-or-later
"""Which rights the open steps need, and that a plan which lacks some does not begin."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ForbiddenError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.rights import APPLICATIONS, ASSIGN, GRANT, GROUP_SETTINGS, USER_CONSENT
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.plan import plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.rights import READING, WRITING, documented, rights_of_steps
from integration.okta_workflows.decisions import CLOSED, OPENED, assigned, consent, given, grant, incomplete, principal, row, seen
from integration.okta_workflows.helpers import ADMIN, OPEN, SERVICE, Json

README = Path(__file__).resolve().parents[6] / "roles" / "okta_workflows" / "README.md"
ABSENT: Json = {"okta_workflows_state": "absent"}
AUDIT: Json = {"okta_workflows_mode": "audit"}
FAIL: Json = {"okta_workflows_consent_on_forbidden": "fail"}
DONE: Json = {SERVICE: consent(SERVICE, "openid")}
TODO: Json = {SERVICE: incomplete(SERVICE, "openid")}
MORE: Json = {SERVICE: consent(SERVICE, "openid", extra=[row("Mail.Read")])}
BY_POLICY = {"owned_resource_consent": ["ManagePermissionGrantsForOwnedResource.microsoft-dynamically-managed-permissions-for-group"]}
NO_SETTINGS: Json = {**CLOSED, "consent_settings": None}

CASES: list[tuple[Json, list[Json], Json, Json, list[str]]] = [
    ({}, [principal()], DONE, CLOSED, []),
    ({}, [], TODO, CLOSED, [APPLICATIONS, ASSIGN]),  # the consent is handed off where the right is missing
    (FAIL, [], TODO, CLOSED, [APPLICATIONS, ASSIGN, GRANT]),
    (FAIL, [principal()], TODO, CLOSED, [GRANT]),
    ({}, [principal(assigned_to=[])], DONE, CLOSED, [ASSIGN]),
    ({}, [principal(account_enabled=False, tags=["tkc:disabled"])], DONE, CLOSED, []),  # an owner may enable it
    ({"okta_workflows_consent_mode": "exact"}, [principal()], MORE, CLOSED, [GRANT]),
    ({**AUDIT, **FAIL}, [principal(assigned_to=[])], TODO, CLOSED, []),
    (OPEN, [principal()], {}, OPENED, []),
    (OPEN, [principal()], {}, CLOSED, [USER_CONSENT, GROUP_SETTINGS]),
    (OPEN, [principal()], {}, {}, [USER_CONSENT, GROUP_SETTINGS]),
    (OPEN, [], {}, CLOSED, [APPLICATIONS, USER_CONSENT, GROUP_SETTINGS]),
    (OPEN, [principal()], {}, {**OPENED, "user_consent": []}, [USER_CONSENT]),
    (OPEN, [principal()], {}, {**OPENED, "consent_settings": None}, [GROUP_SETTINGS]),
    (OPEN, [principal()], {}, {**NO_SETTINGS, **BY_POLICY}, [USER_CONSENT]),  # the group setting is left alone there
    (ABSENT, [principal(grants=[grant("openid")])], {}, CLOSED, [ASSIGN, GRANT]),
    (ABSENT, [principal(assigned_to=[assigned(ADMIN)])], {}, CLOSED, [ASSIGN]),
    (ABSENT, [principal(assigned_to=[])], {}, {**OPENED, "recorded": {"user_consent": {}, "consent_settings": {}}}, [USER_CONSENT, GROUP_SETTINGS]),
    (ABSENT, [principal(assigned_to=[])], {}, {**OPENED, "recorded": {"user_consent": {}}}, [USER_CONSENT]),
    ({"okta_workflows_app_id": ""}, [principal()], {}, CLOSED, []),
]


@pytest.mark.parametrize(("variables", "found", "looked", "settings", "needed"), CASES)
def test_open_steps(variables: Json, found: list[Json], looked: Json, settings: Json, needed: list[str]) -> None:
    """A token that tells nothing goes on; one with nothing in it ends with all that is missing."""
    handed = given(variables, *found, looked=looked, settings=settings)
    answer = plan(handed)
    assert rights_of_steps(seen(variables, *found, looked=looked, settings=settings), answer) == needed
    handed["info"]["caller"] = {"permissions": [], "is_telling": True}
    if not needed:
        assert plan(handed) == answer
        return
    with pytest.raises(ForbiddenError) as raised:
        plan(handed)
    assert raised.value.details == {"missing_permissions": needed} and "Contoso" in raised.value.message
    assert ("okta_workflows_consent_on_forbidden" in str(raised.value.advice)) is (needed == [GRANT] and FAIL.items() <= variables.items())
    handed["info"]["caller"] = {"permissions": needed, "is_telling": True}
    assert plan(handed) == answer


def test_the_table_is_the_one_of_the_readme() -> None:
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", README.read_text().partition("## Privileges")[2].partition("## Absent")[0], re.MULTILINE))
    names = {what: tuple(re.findall(r"[A-Z]\w+(?:\.[A-Z]\w+)+", text.partition(";")[0])) for what, text in rows.items()}
    assert names["reading, `audit`"] == READING
    assert names["`preconsent`, `absent`"] == WRITING["preconsent"] == WRITING["absent"]
    assert names["`vendor_documented` and taking it back"] == WRITING["vendor_documented"]


@pytest.mark.parametrize(
    ("variables", "more"),
    [({}, "preconsent"), (ABSENT, "absent"), (OPEN, "vendor_documented"), (AUDIT, ""), ({"okta_workflows_app_id": ""}, "discovery")],
)
def test_documented(variables: Json, more: str) -> None:
    chosen: t.Any = given(variables)["connection"]
    assert documented(chosen) == (*READING, *WRITING.get(more, ()))
