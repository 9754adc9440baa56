# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run reports, and what a person reads at its end."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import report
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.status import Situation

Build = t.Callable[..., Situation]
APP_ID = "136042dc-5d4e-4f6a-8b7c-9d0e1f2a3b4c"
HOLDER = "4f7a2c10-9b8d-4e65-a3f1-6c5d4e3b2a19"
SINK = {"type": "vault_file"}
SECRET = {"credential": "secret", "sink": SINK, "role": "reader"}
ROLE = {"needs": "An administrator.", "requests": [{"method": "POST", "url": "u"}, {"method": "GET", "body": {"a": "ä"}}]}
MANAGEMENT = {"needs": "A person.", "requests": [{"method": "PUT"}]}
ROLE_LINES = ["A person with this right has to send it: An administrator.", "{method: POST, url: u}", "{method: GET, body: {a: 'ä'}}"]
MANAGEMENT_LINES = ["A person with this right has to send it: A person.", "{method: PUT}"]
ASSIGNED = "Where this identity can never see role assignments, set power_platform_role_assigned once it is done; the proof then shows whether it holds."
ADVICE = "Run power_platform_diagnose. Set 'power_platform_accept_unproven' when you know that it is right, or 'power_platform_on_unproven' to 'report'."
TRY = "The credential is not proven. To prove it, run again with"
KNOWN = "Set power_platform_accept_unproven when you know that it works."


def proof(status: str) -> dict[str, t.Any]:
    """A proof of this run."""
    return {"status": status, "reason": f"It was {status}."}


def test_the_whole_fact(situation: Build) -> None:
    found = report.result_of(
        situation(
            variables=SECRET,
            seen={"changed": True},
            role={"role": "reader", "hand_off": ROLE},
            management={"registered": False},
            credential={"key_id": "k", "days_left": 9},
            proof=proof("failed"),
            changed=True,
            left={"secrets": [], "certificates": ["c"], "federated": []},
        )
    )
    assert found == {
        "connector": "power_platform",
        "tenant": {"tenant_id": "2f4c9a1e-6d3c-4a0e-9a54-3f1c9f3f1f10", "display_name": "Contoso"},
        "status": "awaiting_role",
        "blockers": [],
        "not_assessed": [],
        "drift": [],
        "changed": True,
        "app": {"app_id": APP_ID, "display_name": "Power Platform automation", "tags": ["tkc:created"]},
        "service_principal": {"object_id": HOLDER},
        "consent": {"complete": True, "hand_off": None},
        "role_assignment": {"role": "reader", "hand_off": ROLE},
        "management_app": {"registered": False},
        "credential": {"kind": "secret", "key_id": "k", "days_left": 9},
        "earlier_credentials": {"secrets": [], "certificates": ["c"], "federated": []},
        "proof": {"status": "failed", "reason": "It was failed."},
        "hand_offs": [ROLE],
        "hand_over": found["hand_over"],
        "to_do": [
            "A person with this right has to send it: An administrator.",
            "{method: POST, url: u}",
            "{method: GET, body: {a: 'ä'}}",
            "Where this identity can never see role assignments, set power_platform_role_assigned once it is done; the proof then shows whether it holds.",
        ],
    }


def test_the_fact_has_what_it_takes_to_sign_in(situation: Build) -> None:
    found = report.result_of(situation(variables=SECRET))["hand_over"]
    assert (found["client_id"], found["sign_in"], sorted(found["samples"])) == (APP_ID, "secret", ["curl", "powershell"])


def test_a_fact_without_anything_earlier(situation: Build) -> None:
    found = report.result_of(situation())
    assert found["earlier_credentials"] == {"secrets": [], "certificates": [], "federated": []}
    assert (found["credential"], found["role_assignment"], found["management_app"]) == ({"kind": "none"}, {}, {})
    assert (found["status"], found["changed"], found["hand_offs"]) == ("ready_for_authorization", False, [])


def consent(hand_off: t.Any) -> dict[str, t.Any]:
    """A registration that waits for consent."""
    return {"consent": {"complete": False, "hand_off": hand_off}}


GIVE = (
    "Give the service principal {} a role of Power Platform: with power_platform_role (and without power_platform_role_assigned) the role power_platform does "
    "it, or an administrator of Power Platform. Then run again; power_platform_diagnose shows more."
)
UNREAD = {"state": "not_assessed", "unread": "It is not assessed."}
OTHERS = {**SECRET, "role_assigned": True}
LINES: list[tuple[str, dict[str, t.Any], list[str]]] = [
    ("connected", {"variables": SECRET}, []),
    ("ready", {}, []),
    ("check mode", {"variables": SECRET, "seen": {"status": "not_connected"}, "check_mode": True}, []),
    ("consent by address", {"seen": consent({"url": "https://u", "note": "n"})}, ["Contoso ends as awaiting_consent.", "Consent: https://u"]),
    ("consent that is lacked", {"seen": consent({"url": "https://u", "lacks": ["X.All"]})}, [
        "Contoso ends as awaiting_consent.",
        "Consent: It is handed off because the automation identity lacks X.All: with that the next run does it. https://u",
    ]),
    ("consent that may not be read", {"seen": {"consent": {**consent({"url": "https://u", "lacks": ["X.All"]})["consent"], **UNREAD}}}, [
        "Contoso ends as consent_not_assessed.", "Consent: It is not assessed. https://u",
    ]),
    ("consent by request", {"seen": consent({"url": None, "note": "n", "graph_requests": [{"method": "POST", "body": {"scope": "a b"}}]})}, [
        "Contoso ends as awaiting_consent.", "Consent: n", "{method: POST, body: {scope: 'a b'}}",
    ]),
    ("consent by note", {"seen": consent({"url": None, "note": "n"})}, ["Contoso ends as awaiting_consent.", "Consent: n"]),
    ("consent and role", {"seen": consent({"url": ""}), "role": {"hand_off": ROLE}}, [
        "Contoso ends as awaiting_consent.", "Consent: an administrator grants it in the enterprise application.", *ROLE_LINES, ASSIGNED,
    ]),
    ("role and management", {"role": {"hand_off": ROLE}, "management": {"hand_off": MANAGEMENT}}, [
        "Contoso ends as awaiting_role.", *ROLE_LINES, *MANAGEMENT_LINES, ASSIGNED,
    ]),
    ("management alone", {"management": {"hand_off": MANAGEMENT}}, ["Contoso ends as awaiting_role.", *MANAGEMENT_LINES]),
    ("a role of others", {"variables": OTHERS, "proof": proof("forbidden")}, [
        "Contoso ends as awaiting_role.", "It was forbidden.", GIVE.format(HOLDER),
    ]),
    ("a role of others, no principal", {"variables": OTHERS, "seen": {"service_principal": {}}, "proof": proof("forbidden")}, [
        "Contoso ends as awaiting_role.", "It was forbidden.", GIVE.format(""),
    ]),
    ("not proven", {"variables": {**SECRET, "on_unproven": "report"}, "proof": proof("failed")}, [
        "Contoso ends as not_proven.", "It was failed.", ADVICE,
    ]),
    ("a trust", {"variables": {"credential": "federated"}, "proof": proof("not_possible")}, [
        "Contoso ends as configured.", "It was not_possible.",
        f"{TRY} a token of that issuer in power_platform_try (federated_token or federated_token_file). {KNOWN}",
    ]),
    ("a certificate", {"variables": {"credential": "certificate", "certificate_path": "c"}, "proof": proof("not_possible")}, [
        "Contoso ends as configured.", "It was not_possible.",
        f"{TRY} its private key in power_platform_private_key_path, or with both in power_platform_try. {KNOWN}",
    ]),
    *((f"a {kind} that was not tried", {"variables": {"credential": kind, "sink": SINK}, "proof": proof("not_tested"), "untried": True}, [
        "Contoso ends as configured.", "It was not_tested.",
        f"{TRY} power_platform_prove on, and where a vault file does not hold the value, with that in power_platform_try. {KNOWN}",
    ]) for kind in ("secret", "certificate")),
    ("others consent, without an offer", {"variables": {"consent": "none"}, "seen": {"status": "awaiting_consent"}, "proof": proof("not_possible")}, [
        "Contoso ends as awaiting_consent.", "It was not_possible.", ADVICE,
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), [row[1:] for row in LINES], ids=[row[0] for row in LINES])
def test_what_is_left_to_do(given: dict[str, t.Any], expected: list[str], situation: Build) -> None:
    assert report.open_lines(situation(**given)) == expected


def test_what_a_run_fails_with(situation: Build) -> None:
    given: dict[str, t.Any] = {"variables": SECRET, "proof": {"status": "nothing_visible", "reason": "A list was empty."}}
    assert report.failure_of(situation(**given)) == (
        f"The credential of Power Platform automation ({APP_ID}) in Contoso is in place, and the proof is nothing visible: A list was empty. {ADVICE}"
    )
    assert report.failure_of(situation(**{**given, "variables": {**SECRET, "on_unproven": "report"}})) == ""
    assert report.failure_of(situation(**given, check_mode=True)) == ""


APP = {"display_name": "Automation", "app_id": "7a9c"}


@pytest.mark.parametrize(
    ("hand_offs", "stays", "role_open", "expected"),
    [
        ([], True, True, []),
        ([MANAGEMENT], False, False, ["Contoso ends as s.", *MANAGEMENT_LINES]),
        (
            [ROLE, MANAGEMENT],
            True,
            True,
            [
                "Contoso ends as s. Automation (7a9c) is disabled and stays until the requests below are done; run again then.",
                *ROLE_LINES,
                *MANAGEMENT_LINES,
                "Where this identity can never see role assignments, set power_platform_role_removed once it is done.",
            ],
        ),
    ],
)
def test_what_is_left_to_take_away(hand_offs: list[t.Any], stays: bool, role_open: bool, expected: list[str]) -> None:
    assert report.removal_lines("Contoso", "s", APP, hand_offs, stays=stays, role_open=role_open) == expected
