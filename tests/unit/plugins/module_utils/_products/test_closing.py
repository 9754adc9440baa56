# SPDX-License-Identifier: GPL-3.0-or-later
"""The line that a person reads at the end of a connector's run."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.filter.closing_line import FilterModule
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.closing import closing_line

CLIENT = "3f9d1c52-7b1e-4c55-9d0e-6a2f40c1a1b2"
APP = {"app": {"app_id": CLIENT}}
SECRET = {"secret": {"end_date_time": "2027-05-28T10:00:00Z", "days_left": 179}}
W365 = {"connector": "workspace365", "status": "connected", "changed": False}

CASES = {
    "converged": ({**W365, **APP, **SECRET}, False, f"connected; client id {CLIENT}; secret until 2027-05-28 (179 days); no change"),
    "changed": ({**W365, **APP, **SECRET, "changed": True}, False, f"connected; client id {CLIENT}; secret until 2027-05-28 (179 days); changed"),
    "would-change": ({**W365, **APP, "changed": True}, True, f"connected; client id {CLIENT}; would change"),
    "nothing-would-change": ({**W365, **APP}, True, f"connected; client id {CLIENT}; no change"),
    "not-made-yet": ({**W365, "app": {"app_id": PLACEHOLDER_ID}, "changed": True}, True, "connected; client id not known yet; would change"),
    "vendors-application": (
        {**W365, "connector": "okta_workflows", "service_principal": {"app_id": CLIENT}},
        False,
        f"connected; app id {CLIENT}; no change",
    ),
    "both-applications": ({**W365, **APP, "service_principal": {"app_id": "other"}}, False, f"connected; client id {CLIENT}; no change"),
    "certificate": (
        {**W365, "secret": {}, "certificate": {"end_date_time": "2027-05-28T10:00:00Z", "days_left": 1}},
        False,
        "connected; certificate until 2027-05-28 (1 day); no change",
    ),
    "kind-of-power-platform": (
        {**W365, "credential": {"kind": "certificate", "end_date_time": "2027-05-28", "days_left": 0}},
        False,
        "connected; certificate until 2027-05-28 (0 days); no change",
    ),
    "ended": ({**W365, "secret": {"end_date_time": "2026-01-02", "days_left": -3}}, False, "connected; secret until 2026-01-02 (it has ended); no change"),
    "days-unknown": ({**W365, "secret": {"end_date_time": "2026-01-02"}}, False, "connected; secret until 2026-01-02; no change"),
    "federated": ({**W365, "credential": {"kind": "federated"}}, False, "connected; no change"),
    "no-status": ({"connector": "workspace365"}, False, "unknown; no change"),
    "absent": ({**W365, "status": "absent", "app": {"app_id": None}, "service_principal": None, "changed": True}, False, "absent; changed"),
    "to-do-and-notes": (
        {**W365, "to_do": ["Sign in."], "notes": ["Sign in.", "The old one stays."]},
        False,
        "connected; no change. TO DO: Sign in. NOTE: The old one stays.",
    ),
    "notes": ({**W365, "notes": ["The old one stays."]}, False, "connected; no change. NOTE: The old one stays."),
    "to-do": (
        {**W365, "status": "blocked", "to_do": ["Contoso\nis\x1b disabled.", "An owner enables it."]},
        False,
        "blocked; no change. TO DO: Contoso is disabled. An owner enables it.",
    ),
}


@pytest.mark.parametrize(("result", "check_mode", "expected"), CASES.values(), ids=CASES)
def test_closing_line(result, check_mode, expected):
    assert closing_line("contoso", result, check_mode=check_mode) == f"contoso {result['connector']}: {expected}"


def test_what_is_to_be_done_is_not_cut():
    """An address would be of no use."""
    line = closing_line("contoso", {**W365, "status": "blocked", "to_do": ["word " * 300, "https://login.example/end"]}, check_mode=False)
    assert line.endswith("word https://login.example/end")


def test_a_part_of_what_a_role_does_has_a_short_line():
    assert closing_line("contoso", {**W365, **APP}, check_mode=False, fact="__workato_entra") == "contoso workspace365: done in Entra, the role goes on"
    assert closing_line("contoso", W365, check_mode=False, fact="payroll_result") == "contoso workspace365: connected; no change"


def test_the_filter():
    (name, function), *rest = FilterModule().filters().items()
    assert (name, rest) == ("closing_line", [])
    assert function({**W365, "changed": True}, "contoso", True) == "contoso workspace365: connected; would change"
    assert function(W365, "contoso") == "contoso workspace365: connected; no change"
