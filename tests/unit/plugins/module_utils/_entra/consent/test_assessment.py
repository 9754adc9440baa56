# SPDX-License-Identifier: GPL-3.0-or-later
"""What may not be read is neither granted nor missing."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent.assessment import (
    assessed,
    is_unknown,
    lacking_of,
    lacks_sentence,
    requests_to_copy,
    unread_sentence,
    with_variable,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ForbiddenError

ROW = {"resource": "Microsoft Graph", "delegated": ["User.Read"], "application": []}
UNREAD = "It may not be read."


def view(**more: t.Any) -> dict[str, t.Any]:
    return {"requested": [ROW], "granted": [], "missing": [ROW], "extra": [ROW], "complete": False, **more}


COMPLETE = {"missing": [], "complete": True}
NOTHING = {"requested": [], "missing": [], "complete": True}


@pytest.mark.parametrize(
    ("more", "unread", "everything", "state"),
    [
        ({}, None, False, "incomplete"),
        (COMPLETE, None, False, "complete"),
        (COMPLETE, None, True, "complete"),
        ({}, UNREAD, False, "not_assessed"),
        (COMPLETE, UNREAD, False, "not_assessed"),  # it follows from lists that are empty because they were not read
        (NOTHING, UNREAD, False, "complete"),  # whatever is granted
        (NOTHING, UNREAD, True, "not_assessed"),  # something may have to go
        (NOTHING, None, False, "complete"),
    ],
)
def test_assessed(more: dict[str, t.Any], unread: str | None, everything: bool, state: str) -> None:
    found = assessed(view(**more), unread, everything=everything)
    assert (found["state"], found["unread"], found["complete"]) == (state, unread, state == "complete")
    assert is_unknown(found) is (state == "not_assessed")
    if is_unknown(found):
        assert (found["granted"], found["missing"], found["extra"]) == ([], [], [])
    else:
        assert found == {**view(**more), "state": state, "unread": unread}
    assert found["requested"] == view(**more)["requested"]


def test_nothing_is_not_unknown() -> None:
    assert not is_unknown(None) and not is_unknown({}) and not is_unknown({"complete": False})


@pytest.mark.parametrize("variable", ["", "payroll_consent: none"])
def test_the_sentence(variable: str) -> None:
    """What cannot be seen, which permission lets it, what goes on."""
    refusal = ForbiddenError("Could not read it in tenant contoso.com: 403.", advice="The identity needs X.")
    said = unread_sentence(refusal, "Payroll", variable)
    more = " 'payroll_consent: none' goes on without it, once an administrator has consented." if variable else ""
    assert said == f"The consent to 'Payroll' is not assessed. Could not read it in tenant contoso.com: 403. The identity needs X.{more}"


GRANT_REQUEST = {"method": "POST", "url": "https://graph.microsoft.com/v1.0/oauth2PermissionGrants", "body": {"clientId": "1b", "scope": "openid User.Read"}}
GRANT_LINE = "{method: POST, url: 'https://graph.microsoft.com/v1.0/oauth2PermissionGrants', body: {clientId: '1b', scope: 'openid User.Read'}}"


def test_requests_are_printed_so_that_they_can_be_copied() -> None:
    """Without double quotes, which Ansible prints with a backslash each; and only where no address does the same."""
    assert requests_to_copy({"url": None, "graph_requests": [GRANT_REQUEST]}) == [GRANT_LINE]
    assert yaml.safe_load(GRANT_LINE) == GRANT_REQUEST
    for none in (None, {}, {"url": None}, {"url": "https://u", "graph_requests": [GRANT_REQUEST]}):
        assert requests_to_copy(none) == []


def test_the_look_knows_the_variable() -> None:
    step, seen = assessed(view(), "Short."), assessed(view(), "Short. With the variable.")
    assert with_variable(step, seen)["unread"] == "Short. With the variable."
    assert with_variable(step, {**seen, "unread": None})["unread"] == "Short."
    for one, other in ((step, assessed(view(), None)), (assessed(view(), None), seen)):
        assert with_variable(one, other) == one


@pytest.mark.parametrize(
    ("families", "names"),
    [
        ([], []),
        (["client"], []),
        (["grants", "grants"], ["DelegatedPermissionGrant.ReadWrite.All"]),
        (["roles", "grants"], ["AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"]),
    ],
)
def test_a_hand_off_names_what_caused_it(families: list[str], names: list[str]) -> None:
    assert lacking_of(families) == names
    said = f"It is handed off because the automation identity lacks {' and '.join(names)}: with that the next run does it." if names else ""
    assert lacks_sentence({"lacks": names}) == said
    assert lacks_sentence(None) == lacks_sentence({}) == ""
