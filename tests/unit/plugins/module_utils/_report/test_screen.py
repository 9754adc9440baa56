# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines at the end of a run."""

from __future__ import annotations

from ansible_collections.tenantkit.connectors.plugins.module_utils._report import screen
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.heard import Heard
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import WhyFailed
from support.reports import fleet, hostile, result, run_row

ENDS = {"secret": {"end_date_time": "2027-05-28", "days_left": 179}}


def heard(*hosts, **more):
    made = Heard(run_row(**more))
    made.play(hosts, hosts)
    made.ours()
    return made


def test_every_tenant_is_in_the_table():
    made = heard("contoso", "fabrikam", "northwind", "wingtip", "tailspin", "adatum", "litware")
    waits = result("workato", "awaiting_consent", to_do=["An administrator\nconsents."], changed=False, secret={})
    made.facts("contoso", {"workspace365_result": result("workspace365", **ENDS), "workato_result": waits})
    made.failed("fabrikam", {"msg": "The tenant is another one."})
    made.lost("northwind", {"msg": "No route."})
    made.look("wingtip", {"nothing_chosen": True})
    made.facts("tailspin", {"workspace365_result": result("workspace365", secret={"end_date_time": "2026-11-01", "days_left": -29})})
    made.turn("litware", {"held": {"reason": "A freeze", "until": "2026-12-24"}})
    assert screen.lines(made.report("now", {"fabrikam"}), days=30) == [
        "tenant     connector     status                 credential                              change",
        "contoso    workspace365  connected              secret until 2027-05-28 (179 days)      changed",
        "contoso    workato       awaiting_consent                                               no change",
        "fabrikam                 failed",
        "northwind                unreachable",
        "wingtip                  nothing chosen",
        "tailspin   workspace365  connected              secret until 2026-11-01 (it has ended)  changed",
        "adatum                   not begun",
        "litware                  held until 2026-12-24                                          A freeze",
        "",
        "Failed:",
        "  fabrikam: The tenant is another one.",
        "  northwind: No route.",
        "",
        "To do:",
        "  contoso workato: An administrator consents.",
        "",
        "Ends within 30 days:",
        "  tailspin workspace365: secret until 2026-11-01 (it has ended)",
        "",
        "In short:",
        "  7 tenants: 1 failed, 1 unreachable, 1 not begun, 1 held, 1 nothing chosen, 2 done.",
        "  1 tenant waits for people.",
        "  1 credential ends within 30 days.",
    ]


def test_check_mode_predicts():
    made = heard("contoso", check_mode=True)
    made.facts("contoso", {"workspace365_result": result("workspace365", secret={"end_date_time": "2026-12-01", "days_left": 1}, changed=True)})
    (_head, row, *_more) = screen.lines(made.report("now", set()), days=0)
    assert row.endswith("secret until 2026-12-01 (1 day)  would change")


def test_a_large_fleet_shows_what_there_is_to_tell():
    lines = screen.lines(fleet(500), days=30)
    assert len(lines) < 400 and "more are as they should be." in "\n".join(lines)
    assert any(line.startswith("  customer-003 (payroll), customer-028 (payroll)") and " and 9 more: Microsoft Graph refused" in line for line in lines)
    assert any(line.startswith("  and ") and line.endswith(" more") for line in lines)


def test_one_sentence_has_the_request_and_the_advice():
    assert screen.sentence_of(WhyFailed("It broke.", advice="Do this.", request_id="r1")) == "It broke. (request r1) Do this."
    assert screen.sentence_of(WhyFailed("It broke (r1).", request_id="r1")) == "It broke (r1)."


def test_names_of_customers_stay_in_their_line():
    lines = screen.lines(hostile(), days=30)
    assert all(line.isprintable() for line in lines)
