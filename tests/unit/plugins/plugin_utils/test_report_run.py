# SPDX-License-Identifier: GPL-3.0-or-later
"""What the callback does with what it hears; above all that it never breaks a run."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.outputs import Wanted, read_all
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.progress import ProgressMode
from ansible_collections.tenantkit.connectors.plugins.plugin_utils import _report_run
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._report_run import LOOK, TURN, VERDICT, WAVE, ReportOptions, ReportRun
from support.reports import FAILURE, result, run_row

OURS = "tenantkit.connectors.entra_app"
FACT = "ansible.builtin.set_fact"


class Screen:
    def __init__(self):
        self.lines, self.warnings = [], []

    def display(self, msg):
        self.lines.append(msg)

    def banner(self, msg):
        self.lines.append(f"{msg} ****")

    def warning(self, msg):
        self.warnings.append(msg)


def begun(hosts=("contoso", "fabrikam"), batch=None, **options):
    screen = Screen()
    run = ReportRun(screen, now=lambda: "2026-11-30T20:00:00Z")
    run.begin(lambda now: run_row(started=now), ReportOptions(**options))
    run.play(hosts, batch or hosts)
    return run, screen


def told(run, host, action, said, sets_facts=False):
    run.ok(host, action, lambda: said, sets_facts=sets_facts)


@pytest.mark.parametrize("print_json", [False, True])
def test_a_run_without_a_host_prints_that_it_reached_no_tenant(tmp_path, print_json):
    """A slice of a job may have none, and a report that is made of the outputs of all slices has to know it. No file takes the place of an earlier one."""
    path = tmp_path / "report.json"
    run, screen = begun(wanted=Wanted(json=str(path)), print_json=print_json)
    run.no_host()
    run.over(())
    assert screen.warnings == [] and not path.exists()
    assert [report.tenants for report in read_all("\n".join(screen.lines), "the output")] == [()] if print_json else screen.lines == []


def test_a_run_that_began_nothing_prints_no_report():
    """Its hosts are in no report: so a merge of the outputs is refused."""
    run, screen = begun(print_json=True)
    run.over(())
    assert screen.lines == []


def test_a_run_is_written_after_every_wave_and_shown_at_its_end(tmp_path):
    path = tmp_path / "new" / "report.json"
    run, screen = begun(("contoso", "fabrikam", "northwind"), ("contoso",), wanted=Wanted(json=str(path)), print_json=True)
    assert not path.exists()
    run.task(OURS)
    run.begun("contoso", OURS)
    told(run, "contoso", FACT, {"results": [{"ansible_facts": {"workato_result": result("workato")}}, 1]}, sets_facts=True)
    run.play(("contoso", "fabrikam", "northwind"), ("fabrikam", "northwind"))
    run.wave_over({"contoso"})
    first = json.loads(path.read_text())
    assert [tenant["state"] for tenant in first["tenants"]] == ["failed", "not_begun", "not_begun"] and "finished" not in first["runs"][0]
    run.task(OURS)
    told(run, "fabrikam", TURN, {"held": {"reason": "frozen"}})
    run.failed("northwind", OURS, {"msg": "No."}, task="T", role="tenantkit.connectors.workato")
    run.over({"northwind"})
    last = json.loads(path.read_text())
    assert [(tenant["state"], tenant["wave"]) for tenant in last["tenants"]] == [("ok", 1), ("held", 2), ("failed", 2)]
    assert screen.lines[0] == "TENANTS ****" and json.loads(screen.lines[-2]) == last
    assert screen.warnings == [] and [file.name for file in path.parent.iterdir()] == ["report.json"]


def test_looks_breakers_and_notes_are_heard():
    run, _screen = begun()
    run.task(OURS)
    told(run, "contoso", LOOK, {"nothing_chosen": True})
    told(run, "contoso", WAVE, {"stopped": {"sentence": "Stopped.", "cause": "c"}})
    told(run, "fabrikam", FACT, {"ansible_facts": {"rollout_failures": [FAILURE]}}, sets_facts=True)
    told(run, "fabrikam", VERDICT, {"problems": [{"connector": "x"}], "msg": "x: No."})
    told(run, "fabrikam", OURS, None)
    report = run.heard.report("now", set())
    assert [tenant.state for tenant in report.tenants] == ["nothing_chosen", "failed"] and report.runs[0].stopped.cause == "c"


def test_a_turn_that_is_refused_is_no_failure_and_says_why_the_run_stopped():
    run, _screen = begun()
    for action in (WAVE, TURN, VERDICT):
        run.task(action)
        run.begun("contoso", action)
    told(run, "contoso", TURN, {"held": {}, "stopped": {"sentence": "Stopped."}})
    told(run, "contoso", VERDICT, {"problems": []})
    report = run.heard.report("now", set())
    assert [tenant.state for tenant in report.tenants] == ["not_begun", "not_begun"] and report.runs[0].stopped.sentence == "Stopped."


def test_a_verdict_that_fails_the_tenant_at_once_is_heard_as_one_that_is_only_noted():
    run, _screen = begun()
    run.task(OURS)
    run.failed("contoso", VERDICT, {"msg": "x: it is blocked.", "failure": {"code": "blocked"}, "problems": [{"connector": "x"}]}, task="T", role="")
    (contoso, _other) = run.heard.report("now", {"contoso"}).tenants
    assert (contoso.state, contoso.failure.code) == ("failed", "blocked")


def test_a_preflight_is_no_run_with_a_report_of_this_kind():
    run, screen = begun()
    for action in (TURN, "tenantkit.connectors.connector_preflight"):
        run.task(action)
        run.begun("contoso", action)
    run.over(set())
    assert screen.lines == []


@pytest.mark.parametrize(
    ("role", "connector"),
    [
        ("tenantkit.connectors.workato", "workato"),
        ("workato", "workato"),
        ("tenantkit.connectors.entra_connector", ""),
        ("other.collection.role", ""),
        ("", ""),
    ],
)
def test_the_connector_of_a_task_that_failed(role, connector):
    run, _screen = begun()
    run.failed("contoso", OURS, {"msg": "No."}, task="T", role=role)
    assert run.heard.of("contoso").last.connector == connector


def test_a_host_that_is_lost():
    run, _screen = begun()
    run.lost("contoso", {"msg": "No route."}, task="T")
    assert run.heard.of("contoso").lost.sentence == "No route."


@pytest.mark.parametrize("action", ["ansible.builtin.debug", "tenantkit.connectors.report_merge"])
def test_a_run_without_tenants_says_nothing(action, tmp_path):
    run, screen = begun(wanted=Wanted(json=str(tmp_path / "r.json")))
    run.task(action)
    run.over(set())
    assert screen.lines == [] and not (tmp_path / "r.json").exists()


def test_one_tenant_needs_no_table():
    run, screen = begun(("contoso",))
    run.task(OURS)
    run.over(set())
    assert screen.lines == []


def test_a_mistake_of_ours_is_one_warning_and_nothing_else(monkeypatch):
    def broken(*args, **more):
        raise KeyError("oops")

    run, screen = begun()
    run.task(OURS)
    monkeypatch.setattr(_report_run, "lines", broken)
    run.over(set())
    run.over(set())
    run.ok("contoso", LOOK, broken, sets_facts=False)
    assert screen.warnings == ["The report of this run is not complete (KeyError: 'oops'). The run itself is not touched by that."]


def test_what_ansible_does_not_answer_is_a_warning():
    run, screen = begun()
    run.hear(lambda: {}["ansible_play_hosts"])
    assert screen.warnings == ["The report of this run is not complete (KeyError: 'ansible_play_hosts'). The run itself is not touched by that."]


def test_an_event_before_the_run_is_known_is_a_warning():
    screen = Screen()
    ReportRun(screen).play(("a",), ("a",))
    assert "no play has begun" in screen.warnings[0]


def test_a_file_that_cannot_be_written_is_one_warning(tmp_path):
    (tmp_path / "file").write_text("")
    run, screen = begun(wanted=Wanted(json=str(tmp_path / "file" / "r.json")))
    run.task(OURS)
    run.over(set())
    run.over(set())
    assert len(screen.warnings) == 1 and "cannot be written" in screen.warnings[0]
    assert screen.lines[0] == "TENANTS ****"


def test_the_second_play_of_a_run_is_the_same_run():
    run, _screen = begun()
    run.begin(lambda now: run_row("another"), ReportOptions())
    assert run.heard.run.id != "another"


def test_times_are_utc():
    assert _report_run.utc_now().endswith("Z")


def ended(monkeypatch, tmp_path, *, status, check_mode=False, answer=""):
    """A run with a webhook, after an earlier one that left a report."""
    sent = []
    monkeypatch.setattr(_report_run, "send", lambda address, told: sent.append((address, told)) or answer)
    screen = Screen()
    run = ReportRun(screen, now=lambda: "2026-11-30T20:00:00Z")
    options = ReportOptions(wanted=Wanted(json=str(tmp_path / "r.json")), webhook="https://hooks.example/hush")
    run.begin(lambda now: run_row(check_mode=check_mode), options)
    run.play(("contoso",), ("contoso",))
    run.task(OURS)
    told(run, "contoso", FACT, {"ansible_facts": {"x_result": result("x", status, secret={})}}, sets_facts=True)
    run.over(set())
    assert "hush" not in repr(options)
    return sent, screen


def test_the_webhook_is_told_what_is_new_since_the_last_report(monkeypatch, tmp_path):
    (first,), _screen = ended(monkeypatch, tmp_path, status="blocked")
    assert first[0] == "https://hooks.example/hush" and [change["id"] for change in first[1]["changes"]] == ["contoso:x:blocked"]
    assert ended(monkeypatch, tmp_path, status="blocked")[0] == []
    ((_address, second),), _screen = ended(monkeypatch, tmp_path, status="awaiting_consent")
    assert second["compared"] and [change["what"] for change in second["changes"]] == ["waiting"]


def test_the_webhook_is_told_nothing_in_check_mode(monkeypatch, tmp_path):
    assert ended(monkeypatch, tmp_path, status="blocked", check_mode=True)[0] == []


def test_a_file_that_is_no_report_makes_everything_new(monkeypatch, tmp_path):
    (tmp_path / "r.json").write_text("nonsense")
    assert len(ended(monkeypatch, tmp_path, status="blocked")[0]) == 1


def test_a_webhook_that_fails_is_a_warning(monkeypatch, tmp_path):
    _sent, screen = ended(monkeypatch, tmp_path, status="blocked", answer="The webhook at hooks.example was not told.")
    assert screen.warnings == ["The webhook at hooks.example was not told."]


@pytest.mark.parametrize(("mode", "shown"), [(ProgressMode.PLAIN, 2), (ProgressMode.NONE, 0)])
def test_progress_is_shown_now_and_then(mode, shown):
    now = [0.0]
    screen = Screen()
    run = ReportRun(screen, now=lambda: "2026-11-30T20:00:00Z", ticks=lambda: now[0])
    run.begin(lambda _now: run_row(), ReportOptions(progress=mode))
    run.play(("a", "b"), ("a", "b"))
    run.task(OURS)
    told(run, "a", FACT, {"ansible_facts": {"x_result": result("x")}}, sets_facts=True)
    now[0] = 31.0
    run.failed("b", OURS, {"msg": "No."}, task="T", role="")
    assert [line for line in screen.lines if " of 2 tenants" in line] == [
        "0 of 2 tenants, 0 failed, wave 1, 00:00:00",
        "2 of 2 tenants, 1 failed, wave 1, 00:00:31",
    ][:shown]


def test_the_line_of_a_terminal_is_gone_at_the_end(capsys):
    now = [0.0]
    screen = Screen()
    run = ReportRun(screen, now=lambda: "2026-11-30T20:00:00Z", ticks=lambda: now[0])
    run.begin(lambda _now: run_row(), ReportOptions(progress=ProgressMode.LINE))
    run.play(("a", "b"), ("a", "b"))
    now[0] = 1.0
    run.task(OURS)
    run.over(set())
    assert capsys.readouterr().out == "\r\x1b[K0 of 2 tenants, 0 failed, wave 1, 00:00:01\r\x1b[K"
    screen.display("after")
    assert screen.lines[0] == "TENANTS ****" and capsys.readouterr().out == ""
