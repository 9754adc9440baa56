# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which status follows from what a run has seen and done."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.status import Situation, SoFar, remembered_of

Build = t.Callable[..., Situation]
ZEROS = "00000000-0000-0000-0000-000000000000"
SINK = {"type": "vault_file"}
SECRET = {"credential": "secret", "sink": SINK, "role": "reader"}
MADE = {"credential": "certificate", "sink": SINK, "role": "reader"}
GIVEN = {"credential": "certificate", "certificate_path": "c.pem", "role": "reader"}
FEDERATED = {"credential": "federated", "role": "reader"}
OPEN = {"consent": {"complete": False, "hand_off": {"url": "u"}}}
SHUT = {"blockers": [{"what": "application_disabled", "stops_renewal": True}]}
UNASSIGNED = {"blockers": [{"what": "nothing_assigned", "stops_renewal": False}]}
HAND_OFF = {"hand_off": {"needs": "n", "requests": []}}


def tags(outcome: str) -> dict[str, t.Any]:
    """An application whose last proof came to this."""
    return {"tags": ["tkc:created", f"tkc:power_platform:unproven:{outcome}"]}


def proof(status: str) -> dict[str, t.Any]:
    """A proof of this run."""
    return {"status": status, "reason": f"{status}."}


Row = tuple[str, dict[str, t.Any], str]
STATUS: list[Row] = [
    ("nothing to sign in with", {}, "ready_for_authorization"),
    ("consent is missing", {"seen": OPEN}, "awaiting_consent"),
    ("consent is missing, and a role", {"seen": OPEN, "role": HAND_OFF}, "awaiting_consent"),
    ("consent may not be read", {"seen": {"consent": {"complete": False, "state": "not_assessed"}}}, "consent_not_assessed"),
    ("consent may not be read, as the look says", {"seen": {"status": "consent_not_assessed"}}, "consent_not_assessed"),
    ("nobody is to consent", {"variables": {"consent": "none"}, "seen": OPEN}, "ready_for_authorization"),
    ("consent that nothing is said of", {"seen": {"consent": {}}}, "ready_for_authorization"),
    ("no consent at all", {"seen": {"consent": None}}, "ready_for_authorization"),
    ("the role is missing", {"role": HAND_OFF}, "awaiting_role"),
    ("the management application is missing", {"management": HAND_OFF}, "awaiting_role"),
    ("a role that is there", {"role": {"hand_off": None}, "management": {"hand_off": {}}}, "ready_for_authorization"),
    ("not there yet", {"seen": {"status": "not_connected"}}, "not_connected"),
    ("consent of others", {"seen": {"status": "awaiting_consent"}}, "awaiting_consent"),
    ("check mode would change something", {"check_mode": True, "changed": True}, "not_connected"),
    ("a run changed something", {"changed": True}, "ready_for_authorization"),
    ("check mode would change nothing", {"check_mode": True}, "ready_for_authorization"),
    ("no credential, and a failed proof", {"proof": proof("refused")}, "ready_for_authorization"),
    *((f"a secret, {name}", {"variables": SECRET, "proof": proof(name)}, "not_proven") for name in
      ("forbidden", "nothing_visible", "incomplete", "refused", "failed", "blocked")),
    ("the proof of a role that others gave", {"variables": {**SECRET, "role_assigned": True}, "proof": proof("forbidden")}, "awaiting_role"),
    ("the proof without a role", {"variables": {**SECRET, "role": ""}, "proof": proof("forbidden")}, "awaiting_role"),
    ("others gave a role that shows nothing", {"variables": {**SECRET, "role_assigned": True}, "proof": proof("nothing_visible")}, "not_proven"),
    ("shut out, whatever else is open", {"variables": SECRET, "seen": {**OPEN, **SHUT}, "role": HAND_OFF}, "blocked"),
    ("a person cannot sign in", {"variables": SECRET, "seen": UNASSIGNED, "proof": proof("proven")}, "blocked"),
    ("vouched for", {"variables": {**SECRET, "accept_unproven": True}, "proof": proof("forbidden")}, "connected"),
    ("proven", {"variables": SECRET, "proof": proof("proven")}, "connected"),
    ("a secret that an earlier run proved", {"variables": SECRET}, "connected"),
    ("a key that an earlier run proved", {"variables": MADE}, "connected"),
    ("a secret that an earlier run could not prove", {"variables": SECRET, "seen": tags("refused")}, "not_proven"),
    ("a forbidden one of an earlier run", {"variables": {**SECRET, "role_assigned": True}, "seen": tags("forbidden")}, "awaiting_role"),
    ("the same, vouched for", {"variables": {**SECRET, "accept_unproven": True}, "seen": tags("refused")}, "connected"),
    ("a secret that was not tried", {"variables": SECRET, "seen": tags("not_tested")}, "configured"),
    ("the same, vouched for", {"variables": {**SECRET, "accept_unproven": True}, "seen": tags("not_tested")}, "connected"),
    ("a secret of this run that was not tried", {"variables": SECRET, "untried": True}, "configured"),
    ("the same, proven", {"variables": SECRET, "untried": True, "proof": proof("proven")}, "connected"),
    ("a certificate that is given", {"variables": GIVEN}, "configured"),
    ("a certificate without its key", {"variables": GIVEN, "proof": proof("not_possible")}, "configured"),
    ("the same, vouched for", {"variables": {**GIVEN, "accept_unproven": True}, "proof": proof("not_possible")}, "connected"),
    ("a certificate, proven", {"variables": GIVEN, "proof": proof("proven")}, "connected"),
    ("a trust", {"variables": FEDERATED}, "configured"),
    ("a trust, vouched for", {"variables": {**FEDERATED, "accept_unproven": True}}, "connected"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), [row[1:] for row in STATUS], ids=[row[0] for row in STATUS])
def test_the_status(given: dict[str, t.Any], expected: str, situation: Build) -> None:
    assert situation(**given).status == expected


ENDS: list[tuple[dict[str, t.Any], bool]] = [
    ({"variables": SECRET, "proof": proof("refused")}, True),
    ({"variables": SECRET, "proof": proof("blocked")}, False),
    ({"variables": {**SECRET, "on_unproven": "report"}, "proof": proof("refused")}, False),
    ({"variables": SECRET, "proof": proof("proven")}, False),
    ({"variables": {**SECRET, "role_assigned": True}, "proof": proof("forbidden")}, False),
    ({"variables": SECRET, "seen": tags("incomplete")}, True),
]


@pytest.mark.parametrize(("given", "expected"), ENDS)
def test_whether_the_run_fails(given: dict[str, t.Any], expected: bool, situation: Build) -> None:
    assert situation(**given).ends_unproven is expected


WHY = "This run did not make the credential and does not have its value; give it in power_platform_try to test it again."
UNTESTED: list[tuple[str, dict[str, t.Any], str, str]] = [
    ("check mode", {"variables": SECRET, "check_mode": True}, "not_tested", "Check mode proves nothing."),
    ("check mode without a credential", {"check_mode": True}, "not_possible", "Check mode proves nothing."),
    ("shut out", {"variables": SECRET, "seen": SHUT}, "not_tested", "Nothing can be proven while no token is issued."),
    ("only people are shut out", {"variables": SECRET, "seen": UNASSIGNED}, "not_tested", WHY),
    ("no credential", {}, "not_possible", "There is no credential of the application; the sign-in of a person was not tested."),
    ("no credential, remembered", {"seen": tags("refused")}, "not_possible",
     "There is no credential of the application; the sign-in of a person was not tested."),
    ("consent", {"variables": SECRET, "seen": OPEN}, "not_tested", "Nothing is proven while consent or a role is missing."),
    ("role", {"variables": SECRET, "role": HAND_OFF}, "not_tested", "Nothing is proven while consent or a role is missing."),
    ("off", {"variables": {**SECRET, "prove": False}}, "not_tested", "power_platform_prove is off."),
    ("a trust", {"variables": FEDERATED}, "not_tested", "This run has no token of the federated identity; give one in power_platform_try."),
    ("a secret", {"variables": SECRET}, "not_tested", WHY),
    ("a certificate", {"variables": GIVEN}, "not_tested", WHY),
    ("remembered", {"variables": SECRET, "seen": tags("nothing_visible")}, "nothing_visible",
     f"An earlier run could not prove it (nothing visible), and t{WHY[1:]}"),
    ("remembered, off", {"variables": {**SECRET, "prove": False}, "seen": tags("refused")}, "refused",
     "An earlier run could not prove it (refused), and power_platform_prove is off."),
    ("not tried", {"variables": SECRET, "seen": tags("not_tested")}, "not_tested", f"The run that created the credential did not prove it, and t{WHY[1:]}"),
    ("vouched for", {"variables": {**SECRET, "accept_unproven": True}, "seen": tags("refused")}, "not_tested", WHY),
]  # fmt: skip


@pytest.mark.parametrize(("given", "status", "reason"), [row[1:] for row in UNTESTED], ids=[row[0] for row in UNTESTED])
def test_why_nothing_was_tested(given: dict[str, t.Any], status: str, reason: str, situation: Build) -> None:
    assert situation(**given).proof_now == {"status": status, "reason": reason}


def test_a_proof_of_this_run_counts(situation: Build) -> None:
    assert situation(variables=SECRET, seen=tags("refused"), proof=proof("proven")).proof_now == proof("proven")


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (None, ""),
        (["tkc:created", "mine"], ""),
        (["tkc:workato:unproven:refused"], ""),
        (["tkc:power_platform:unproven:"], ""),
        (["tkc:power_platform:unproven:blocked", "tkc:power_platform:unproven:failed"], "blocked"),
    ],
)
def test_what_tags_remember(found: list[str] | None, outcome: str) -> None:
    assert remembered_of(found) == outcome


@pytest.mark.parametrize(
    ("app_id", "variables", "expected"),
    [(ZEROS, {}, True), (ZEROS, {"client_id": "7a9c"}, False), ("7a9c", {}, False)],
)
def test_an_application_that_is_only_predicted(app_id: str, variables: dict[str, t.Any], expected: bool, situation: Build) -> None:
    assert situation(variables=variables, seen={"app_id": app_id}).predicts is expected


@pytest.mark.parametrize(("variables", "expected"), [(SECRET, True), (MADE, True), (GIVEN, False), (FEDERATED, False), ({}, False)])
def test_whose_value_a_run_makes(variables: dict[str, t.Any], expected: bool, situation: Build) -> None:
    assert situation(variables=variables).makes_key is expected


def test_hand_offs_in_their_order(situation: Build) -> None:
    role, management = {"needs": "r"}, {"needs": "m"}
    found = situation(seen=OPEN, role={"hand_off": role}, management={"hand_off": management})
    assert (found.hand_offs, found.role_hand_offs, found.ready) == ([{"url": "u"}, role, management], [role, management], False)
    done = situation(seen={"consent": {"complete": True, "hand_off": {"url": "u"}}})
    assert (done.hand_offs, done.ready) == ([], True), "an offer that nobody needs is none"
    assert situation(seen={"consent": {"complete": False}}).hand_offs == [], "consent that is open without an offer"


def test_carried_from_one_decision_to_the_next() -> None:
    assert SoFar.of(None) == SoFar.of({}) == SoFar()
    full = SoFar({"a": 1}, {"b": 2}, {"c": 3}, {"d": 4}, True, True, True, {"e": 5})
    assert SoFar.of(full.to_data()) == full
    assert full.to_data() == {
        "role": {"a": 1}, "management": {"b": 2}, "credential": {"c": 3}, "proof": {"d": 4}, "untried": True, "changed": True, "credential_changed": True,
        "left": {"e": 5},
    }  # fmt: skip
