# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Federated credentials: the limits and the planner."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.federated import (
    LARGEST_NUMBER,
    Federated,
    FederatedCurrent,
    FederatedDesired,
    plan_federated,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, OptionError

ISSUER = "https://issuer.example"
SUBJECT = "repo:contoso/payroll:ref:refs/heads/main"


def entry(number: int = 0, **more: t.Any) -> Federated:
    values = {"id": f"id-{number}", "name": f"name-{number}", "issuer": ISSUER, "subject": f"{SUBJECT}{number}", "audiences": ["api://AzureADTokenExchange"]}
    return Federated.from_graph({**values, **more})


def plan(current: t.Sequence[Federated] = (), **options: t.Any) -> Plan:
    given = {"name": "main", "issuer": ISSUER, "subject": SUBJECT, **options}
    return plan_federated(FederatedDesired.from_options(given), FederatedCurrent("application 'Payroll'", tuple(current)))


def test_a_subject_is_looked_at_where_it_has_to_be_protected() -> None:
    anything = {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/payroll:pull_request"}
    assert len(plan(**anything).actions) == 1
    with pytest.raises(OptionError, match="more than one protected place"):
        plan(**anything, protected=True)
    assert plan(**anything, protected=True, state="absent").actions == ()
    assert len(plan(protected=True).actions) == 1


class TestOptions:
    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("name", "ab"), ("name", "-ab"), ("name", "a b c"), ("name", "a" * 121), ("name", "a.b.c"),
            ("issuer", "http://issuer.example"), ("issuer", "https://" + "i" * 593), ("issuer", " https://issuer.example"),
            ("subject", ""), ("subject", "s" * 601), ("subject", "s "), ("description", "d" * 601),
            ("audiences", []), ("audiences", ["a", "b"]), ("audiences", ["a" * 601]), ("audiences", [""]),
        ],
    )  # fmt: skip
    def test_refused(self, option: str, value: t.Any) -> None:
        with pytest.raises(OptionError) as caught:
            plan(**{option: value})
        assert f"'{option}'" in caught.value.message

    def test_absent_needs_no_valid_name(self) -> None:
        assert plan(name="a b", state="absent").actions == ()


class TestPlan:
    def test_create(self) -> None:
        found = plan([entry(1)])
        assert found.texts == ["create federated credential 'main' on application 'Payroll'"]
        assert found.actions[0].payload["body"] == {
            "name": "main", "issuer": ISSUER, "subject": SUBJECT, "audiences": ["api://AzureADTokenExchange"], "description": None
        }  # fmt: skip

    def test_create_needs_issuer_and_subject(self) -> None:
        with pytest.raises(OptionError, match="'issuer' and 'subject' are needed"):
            plan(issuer=None, subject=None)

    def test_what_is_there_stays(self) -> None:
        assert plan([entry(name="main", subject=SUBJECT)]).actions == ()
        assert plan([entry(name="main", subject=SUBJECT, description="d")], issuer=None, subject=None).actions == ()

    def test_change_sends_only_what_differs(self) -> None:
        (action,) = plan([entry(name="main", subject="other", description="d")], description="").actions
        assert action.payload["body"] == {"subject": SUBJECT, "description": None}
        assert "name" not in action.payload["body"]

    def test_letter_case_counts(self) -> None:
        (action,) = plan([entry(name="main", subject=SUBJECT.upper())]).actions
        assert action.kind == "update"

    def test_duplicate_pair_names_the_other(self) -> None:
        with pytest.raises(ConflictError) as caught:
            plan([entry(1, subject=SUBJECT)])
        assert "'name-1'" in caught.value.sentence() and caught.value.outcome == "refused"

    def test_twenty_are_enough(self) -> None:
        full = [entry(number) for number in range(LARGEST_NUMBER)]
        with pytest.raises(ConflictError) as caught:
            plan(full)
        assert caught.value.code == "too_many_federated_credentials" and "name-19" in caught.value.message
        assert plan([*full[1:], entry(name="main", subject=SUBJECT)]).actions == ()

    def test_absent(self) -> None:
        assert plan(state="absent").actions == ()
        assert plan([entry(7, name="main")], state="absent").actions[0].payload == {"id": "id-7"}
