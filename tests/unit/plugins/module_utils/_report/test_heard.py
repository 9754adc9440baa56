# SPDX-License-Identifier: GPL-3.0-or-later
"""From what is heard of a run to its report."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.heard import Heard
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import HeldRow, State, StopRow
from support.reports import FAILURE, fails, result, run_row

CONNECTED, WAITS = result("workspace365"), result("workato", "awaiting_consent")


def heard(*hosts, batch=None):
    made = Heard(run_row())
    made.play(hosts, batch or hosts)
    made.ours()
    return made


def states(report):
    return {tenant.name: tenant.state.value for tenant in report.tenants}


def test_every_tenant_has_one_state():
    made = heard("contoso", "fabrikam", "northwind", "wingtip", "tailspin", "adatum", "litware", "proseware")
    made.facts("contoso", {"workspace365_result": CONNECTED, "workato_result": WAITS})
    made.failed("fabrikam", {"msg": "The tenant is another one."}, task="Look", connector="workato")
    made.lost("northwind", {"msg": "No route."})
    made.look("wingtip", {"nothing_chosen": True})
    made.failed("tailspin", {"msg": "It was rescued."})
    made.facts("tailspin", {"workspace365_result": CONNECTED})
    made.turn("litware", {"held": {"reason": "frozen", "until": "2026-12-24"}})
    made.begun("proseware")
    report = made.report("now", {"fabrikam"})
    assert states(report) == {
        "contoso": "ok",
        "fabrikam": "failed",
        "northwind": "unreachable",
        "wingtip": "nothing_chosen",
        "tailspin": "ok",
        "adatum": "not_begun",
        "litware": "held",
        "proseware": "unfinished",
    }
    by_name = {tenant.name: tenant for tenant in report.tenants}
    assert by_name["tailspin"].failure is None and by_name["northwind"].failure.sentence == "No route."
    assert [(row.connector, row.status) for row in by_name["fabrikam"].connectors] == [("workato", "failed")]
    assert by_name["litware"].held == HeldRow("frozen", "2026-12-24") and by_name["contoso"].display_name == "Contoso"


def test_a_connector_that_failed_while_the_tenant_went_on():
    made = heard("contoso")
    made.look("contoso", {"open": ["payroll", "workspace365", "okta_workflows"]})
    made.facts("contoso", {"workspace365_result": CONNECTED, "rollout_failures": [FAILURE, "noise", {"code": "x"}]})
    (tenant,) = made.report("now", set()).tenants
    assert tenant.state == State.FAILED and tenant.failure is None
    assert [(row.connector, row.status, bool(row.failure)) for row in tenant.connectors] == [
        ("payroll", "failed", True),
        ("workspace365", "connected", False),
        ("okta_workflows", "", False),
    ]


def test_a_tenant_that_the_playbook_says_failed_failed_whatever_the_recap_says():
    made = heard("contoso")
    fails(made, "contoso", FAILURE)
    made.facts("contoso", {"rollout_failure": "noise"})
    made.failed("contoso", {"msg": "The task that fails again."})
    (tenant,) = made.report("now", set()).tenants
    assert (tenant.state, tenant.failure.code) == (State.FAILED, "forbidden")


def test_what_is_wrong_with_a_connector_that_did_not_fail_is_said_of_the_tenant():
    made = heard("contoso")
    made.facts("contoso", {"workspace365_result": {**CONNECTED, "status": "blocked"}})
    made.verdict("contoso", {"problems": [{"connector": "workspace365"}], "msg": "workspace365: it is blocked.", "failure": {"code": "blocked"}}, task="T")
    (tenant,) = made.report("now", set()).tenants
    assert (tenant.state, tenant.failure.code, tenant.failure.sentence) == (State.FAILED, "blocked", "workspace365: it is blocked.")
    assert [row.status for row in tenant.connectors] == ["blocked"]


def test_a_host_that_failed_without_a_word():
    (tenant,) = heard("contoso").report("now", {"contoso"}).tenants
    assert tenant.failure.sentence == "no message"


def test_a_chosen_connector_of_which_nothing_was_heard_is_never_in_order():
    made = heard("contoso")
    made.look("contoso", {"open": ["workato", "workspace365"]})
    made.facts("contoso", {"workspace365_result": CONNECTED})
    assert states(made.report("now", set())) == {"contoso": "unfinished"}


def test_a_role_that_looks_again_alone_takes_no_connector_away():
    made = heard("contoso")
    made.look("contoso", {"open": ["workato", "workspace365"], "confirmed": [{"connector": "okta_workflows"}], "nothing_chosen": False})
    made.look("contoso", {"open": ["workato"]})
    made.facts("contoso", {"workato_result": result("workato"), "okta_workflows_result": result("okta_workflows")})
    made.look("contoso", {"open": []})
    (tenant,) = made.report("now", set()).tenants
    assert [row.connector for row in tenant.connectors] == ["okta_workflows", "workato", "workspace365"] and tenant.state == State.UNFINISHED


def test_the_last_result_of_a_connector_counts():
    made = heard("contoso")
    made.facts("contoso", {"workspace365_result": {**CONNECTED, "status": "blocked"}})
    made.facts("contoso", {"workspace365_result": CONNECTED, "__workato_entra": WAITS})
    assert [row.status for row in made.report("now", set()).tenants[0].connectors] == ["connected"]


def test_waves_are_counted_and_only_tenants_are_in_them():
    names = ["a", "b", "c", "d", "e"]
    made = Heard(run_row())
    made.play(["localhost"], ["localhost"])
    made.ours()
    for batch in (["a"], ["b", "c"]):
        made.play(names, batch)
        made.ours()
        made.ours()
    made.play(["localhost"], ["localhost"])
    made.play(["other"], ["other"])  # no task of this collection follows
    report = made.report("now", set())
    assert {tenant.name: tenant.wave for tenant in report.tenants} == {"a": 1, "b": 2, "c": 2, "d": None, "e": None}


def test_a_connector_on_localhost_counts():
    made = heard("localhost")
    made.facts("localhost", {"workato_result": WAITS})
    assert states(made.report("now", set())) == {"localhost": "ok"}


def test_a_run_that_goes_on_has_no_end_and_calls_nothing_done_that_is_not():
    made = heard("a", "b", "c", "d", batch=["a", "b", "c"])
    made.look("a", {"open": ["workspace365"]})
    made.facts("a", {"workspace365_result": CONNECTED})
    made.begun("b")
    made.failed("b", {"msg": "Perhaps rescued."})
    made.look("c", {"open": ["workspace365", "workato"]})
    made.facts("c", {"workspace365_result": CONNECTED})
    report = made.report("later")
    assert (report.runs[0].finished, report.runs[0].written, report.runs[0].started) == ("", "later", "2026-11-30T20:00:00Z")
    assert states(report) == {"a": "ok", "b": "unfinished", "c": "unfinished", "d": "not_begun"}
    assert report.tenants[1].failure.sentence == "Perhaps rescued."


def test_what_failed_in_an_earlier_wave_failed_although_the_run_goes_on():
    made = heard("a", "b", "c", batch=["a", "b"])
    made.failed("a", {"msg": "No."})
    made.failed("b", {"msg": "Rescued."})
    made.facts("b", {"workspace365_result": CONNECTED})
    made.play(["a", "b", "c"], ["c"])
    made.gone.add("a")
    report = made.report("later")
    assert states(report) == {"a": "failed", "b": "ok", "c": "not_begun"} and report.tenants[0].failure.sentence == "No."


def test_a_stopped_run_says_why():
    made = heard("a")
    made.breaker({"stopped": {"sentence": "Too many failed.", "cause": "forbidden"}})
    made.breaker({})
    assert made.report("now", set()).runs[0].stopped == StopRow("Too many failed.", "forbidden")


@pytest.mark.parametrize(
    ("event", "done"),
    [
        (lambda made: None, False),
        (lambda made: made.look("a", {"open": ["x"]}), False),
        (lambda made: made.look("a", {"nothing_chosen": True}), True),
        (lambda made: made.turn("a", {"held": {"reason": "r"}}), True),
        (lambda made: made.lost("a", {}), True),
        (lambda made: made.facts("a", {"x_result": CONNECTED}), True),
        (lambda made: made.facts("a", {"rollout_failures": [FAILURE]}), True),
        (lambda made: fails(made, "a", FAILURE), True),
        (lambda made: made.verdict("a", {"problems": [{"connector": "x"}], "msg": "x: it is blocked."}, task="T"), True),
        (lambda made: made.verdict("a", {"problems": []}, task="T"), False),
    ],
)
def test_when_nothing_more_is_expected(event, done):
    made = heard("a")
    event(made)
    assert made.of("a").done is done
