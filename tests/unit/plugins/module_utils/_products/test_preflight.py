# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts of a preflight, its lines, and its report over all tenants."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.preflight import Finding, Foreseen, Weight
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.preflight import fleet_report, held_back, judged, line_of, verdict_of
from support.results import check_result

Json = dict[str, t.Any]
OWNED, ALL, POLICY, GRANT = "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "Policy.Read.All", "DelegatedPermissionGrant.ReadWrite.All"
BAD = Finding("taken", Weight.NO_GO, "The name is taken.")
UNREAD = Finding("policies_not_read", Weight.NOT_ASSESSED, "Policies were not read.")
LATER = Finding("awaiting_consent", Weight.TO_DO, "An administrator has to consent.")
ASIDE = Finding("drift", Weight.NOTE, "An audience is wide.")
REFUSED = {"failed": True, "msg": "It cannot be looked at.", "failure": {"kind": "option", "code": "variables"}}


def foreseen(*findings: Finding, opens: bool = True, sinks: tuple[Json, ...] = ()) -> Foreseen:
    """A connector in Contoso."""
    return Foreseen(opens, {"tenant_id": "t1", "display_name": "Contoso", "more": 1}, findings, (OWNED, GRANT), sinks)


def identity(*granted: str, outcome: str = "consented") -> Json:
    """The result of entra_identity_info."""
    return {"identity": {"app_id": "a1", "granted": list(granted), "outcome": outcome}}


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ([], "go"),
        ([LATER, ASIDE], "go"),
        ([LATER, UNREAD], "not_assessed"),
        ([UNREAD, BAD, ASIDE], "no_go"),
        ([BAD], "no_go"),
    ],
)
def test_the_worst_finding_decides(findings: list[Finding], verdict: str) -> None:
    assert verdict_of(findings) == verdict


@pytest.mark.parametrize(
    ("trials", "verdict"),
    [
        ({}, "nothing_chosen"),
        ({"a": foreseen()}, "go"),
        ({"a": foreseen(), "b": foreseen(UNREAD)}, "not_assessed"),
        ({"a": foreseen(UNREAD), "b": REFUSED, "c": foreseen()}, "no_go"),
    ],
)
def test_a_tenant_is_as_good_as_its_worst_connector(trials: Json, verdict: str) -> None:
    result = judged(trials, identity(OWNED))
    assert result["verdict"] == verdict and [row["connector"] for row in result["connectors"]] == list(trials)
    check_result("preflight", result)


def test_a_row() -> None:
    sink = {"type": "vault_file", "place": "/srv/x.yml", "readable": True, "writing": "tested"}
    result = judged({"a": foreseen(LATER, opens=False, sinks=(sink,)), "b": REFUSED}, identity(OWNED))
    first, second = result["connectors"]
    assert first == {"connector": "a", "verdict": "go", "writes": False, "reasons": [LATER.to_result()], "needs": [OWNED, GRANT], "sinks": [sink]}
    reason = {"code": "variables", "weight": "no_go", "sentence": "It cannot be looked at."}
    assert second == {"connector": "b", "verdict": "no_go", "writes": None, "reasons": [reason], "needs": None, "sinks": []}
    assert result["tenant"] == {"tenant_id": "t1", "display_name": "Contoso"}
    assert result["message"] == "A rollout would not end well. b: It cannot be looked at."
    check_result("preflight", result)


@pytest.mark.parametrize(
    ("trials", "asked", "superfluous", "privileged"),
    [
        ({"a": foreseen()}, identity(OWNED, GRANT), [], []),
        ({"a": foreseen()}, identity(OWNED, ALL, POLICY, "Mail.Send"), [ALL, "Mail.Send"], [ALL]),
        ({"a": foreseen(), "b": REFUSED}, identity(ALL), None, None),
        ({}, identity(ALL), None, None),
        ({"a": foreseen()}, identity(outcome="not_assessed"), None, None),
        ({"a": foreseen()}, REFUSED, None, None),
    ],
)
def test_superfluous_permissions(trials: Json, asked: Json, superfluous: list[str] | None, privileged: list[str] | None) -> None:
    """Not assessed where not every connector said what it needs. What only reads is not superfluous: with it more can be looked at."""
    found = judged(trials, asked)["identity"]
    assert (found["superfluous"], found["superfluous_privileged"]) == (superfluous, privileged)


def test_the_tenant_of_the_first_connector_that_reached_it() -> None:
    unknown = Foreseen(False, {}, (), ())
    assert judged({"a": REFUSED, "b": unknown, "c": foreseen()}, {})["tenant"]["display_name"] == "Contoso"
    assert judged({"a": REFUSED}, {})["tenant"] == {"tenant_id": None, "display_name": None}


LINES = [
    (foreseen(), "contoso a: go; writes"),
    (foreseen(opens=False), "contoso a: go; changes nothing"),
    (REFUSED, "contoso a: no-go; not known. NO-GO: It cannot be looked at."),
    (
        foreseen(ASIDE, LATER, UNREAD, BAD),
        "contoso a: no-go; writes. NO-GO: The name is taken. NOT ASSESSED: Policies were not read. TO DO: An administrator has to consent. "
        "NOTE: An audience is wide.",
    ),
    (foreseen(Finding("x", Weight.NOTE, "A name with\n a line.")), "contoso a: go; writes. NOTE: A name with a line."),
]


@pytest.mark.parametrize(("trial", "line"), LINES)
def test_a_line(trial: t.Any, line: str) -> None:
    (row,) = judged({"a": trial}, {})["connectors"]
    assert line_of("contoso", row) == line


def test_the_report_over_all_tenants() -> None:
    good = judged({"a": foreseen(LATER), "b": foreseen(UNREAD, ASIDE)}, identity(ALL))
    bad = judged({"a": foreseen(BAD)}, {})
    found = fleet_report({"contoso": good, "fabrikam": bad, "lost": None, "empty": judged({}, {})})
    report = found["report"]
    assert report["counts"] == {"go": 1, "no_go": 1, "not_assessed": 1} and report["not_reached"] == ["lost"]
    assert [one["host"] for one in report["tenants"]] == ["contoso", "fabrikam", "lost", "empty"]
    for one in report["tenants"]:
        check_result("preflight", one)
    assert json.loads(found["text"]) == report and found["text"].endswith("}\n")
    assert found["lines"] == [
        "tenant    connector  verdict         a rollout  reasons",
        "contoso   a          go              writes     awaiting_consent",
        "contoso   b          not assessed    writes     policies_not_read",
        "fabrikam  a          no-go           writes     taken",
        "lost                 not assessed               not reached",
        "empty                nothing chosen",
        "  contoso: superfluous permissions: Application.ReadWrite.All",
    ]


def test_a_tenant_that_is_held_is_listed() -> None:
    result = held_back("their migration", "2027-01-31")
    check_result("preflight", result)
    report = fleet_report({"contoso": result})
    assert report["report"]["not_reached"] == [] and report["report"]["counts"] == {"go": 0, "no_go": 0, "not_assessed": 0}
    assert report["lines"][1].split("  ")[0] == "contoso" and report["lines"][1].endswith("It is held until 2027-01-31: their migration")
