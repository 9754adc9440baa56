# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of real runs: its files, what is merged from outputs of jobs, and that it never breaks a run."""

from __future__ import annotations

import json
import typing as t
import xml.etree.ElementTree as ET
from pathlib import Path

from support import results
from support.playbooks import Run
from support.products import products
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
ROLE = max(products())
ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": "record,tenantkit.connectors.rollout_report"}
WAVES = """
- hosts: all
  gather_facts: false
  serial: 1
  tasks:
    - tenantkit.connectors.connector_decision: {decision: "{{ decision }}", given: {key_id: a, stored: []}}
    - {ansible.builtin.set_fact: {x_result: {connector: x, status: connected, changed: false}}}
"""


def test_one_run_leaves_all_its_files_and_none_has_a_secret(
    play: Play, inventory: Inventory, emulator: Emulator, workdir: Path, operator: dict[str, str]
) -> None:
    folder = workdir / "reports"
    targets = {"JSON": "rollout.json", "HTML": "rollout.html", "JUNIT": "rollout.xml", "CUSTOMER_PAGES": "customers"}
    env = {
        **ENABLED,
        **{f"TENANTKIT_REPORT_{name}": str(folder / place) for name, place in targets.items()},
        "TENANTKIT_REPORT_PRINT_JSON": "true",
        "JOB_ID": "4711",
    }
    chosen = {"connectors": [ROLE]}
    hosts = inventory(contoso=chosen, fabrikam={**chosen, "entra_expected_domain": "contoso.com"}, northwind={})
    run = play("rollout.yml", inventory=hosts, env=env, extra={"entra_change_reference": "CHG0042"})
    assert "rollout_report" not in run.stderr and "The report of this run" not in run.output
    report = json.loads((folder / "rollout.json").read_text())
    assert list(results.validator("rollout_report").iter_errors(report)) == []
    (told,) = report["runs"]
    assert (told["job"], told["change"], told["playbook"], told["version"]) == ("4711", "CHG0042", "rollout.yml", "1.0.0") and told["finished"] >= told[
        "started"
    ]
    assert {tenant["name"]: tenant["state"] for tenant in report["tenants"]} == {"contoso": "ok", "fabrikam": "failed", "northwind": "nothing_chosen"}
    (connector,) = report["tenants"][0]["connectors"]
    assert connector["status"] == "connected" and connector["client_id"] and connector["end"]
    (failed,) = report["tenants"][1]["connectors"]
    assert "contoso.com" in failed["failure"]["sentence"]
    cases = {case.get("classname"): [part.tag for part in case] for case in ET.parse(folder / "rollout.xml").iter("testcase")}
    assert cases == {"contoso": [], "fabrikam": ["failure"], "northwind": ["skipped"]}
    assert sorted(path.name for path in (folder / "customers").iterdir()) == ["contoso.html", "fabrikam.html", "northwind.html"]
    assert "fabrikam" not in (folder / "customers" / "contoso.html").read_text().lower()
    written = "".join(path.read_text() for path in folder.rglob("*.*") if path.is_file())
    secrets = [value for name, value in operator.items() if "SECRET" in name and len(value) > 8]
    assert secrets and [value for value in secrets if value in written] == []
    # What is in the output of the job is enough to make all of it again, elsewhere and later.
    output = workdir / "job_4711.txt"
    output.write_text(run.stdout)
    extra = {"report_sources": [str(output)], "report_json": str(workdir / "merged.json"), "report_html": str(workdir / "merged.html")}
    play("report.yml", inventory=None, extra=extra).ok()
    assert json.loads((workdir / "merged.json").read_text()) == report
    assert (workdir / "merged.html").read_text() == (folder / "rollout.html").read_text()
    assert play("report.yml", inventory=None, extra=extra).ok().changed() == []


def test_a_wave_of_which_no_tenant_was_left_ends_the_run_and_is_said(play: Play, inventory: Inventory, workdir: Path) -> None:
    playbook = workdir / "waves.yml"
    playbook.write_text(WAVES)
    hosts = inventory(contoso={"decision": "entra_connector.note"}, fabrikam={"decision": "none.such"}, northwind={}, wingtip={})
    env = {**ENABLED, "TENANTKIT_REPORT_JSON": str(workdir / "r.json")}
    run = play(playbook, inventory=hosts, env=env).failed()
    assert "Wave 2: its only tenant failed, and 2 tenants were not begun." in run.stdout
    assert "1 of 4 tenants, 0 failed, wave 2, " in run.stdout, "progress"
    told = {tenant["name"]: (tenant["state"], tenant.get("wave")) for tenant in json.loads((workdir / "r.json").read_text())["tenants"]}
    assert told == {"contoso": ("ok", 1), "fabrikam": ("failed", 2), "northwind": ("not_begun", None), "wingtip": ("not_begun", None)}


def test_while_a_run_goes_on_its_file_says_what_came_of_the_waves_before(play: Play, inventory: Inventory, workdir: Path) -> None:
    playbook, path = workdir / "waves.yml", workdir / "r.json"
    task = f"    - {{name: Look at the report, ansible.builtin.set_fact: {{seen: \"{{{{ lookup('ansible.builtin.file', '{path}', errors='ignore') }}}}\"}}}}\n"
    playbook.write_text(WAVES.replace("serial: 1", "serial: 2") + task)
    fine = {"decision": "entra_connector.note"}
    run = play(
        playbook, inventory=inventory(contoso=fine, fabrikam={"decision": "none.such"}, northwind=fine), env={**ENABLED, "TENANTKIT_REPORT_JSON": str(path)}
    )
    seen = run.failed().task("Look at the report", "northwind").facts["seen"]
    report = json.loads(seen) if isinstance(seen, str) else seen
    assert {tenant["name"]: tenant["state"] for tenant in report["tenants"]} == {"contoso": "ok", "fabrikam": "failed", "northwind": "not_begun"}
    assert "finished" not in report["runs"][0] and json.loads(path.read_text())["runs"][0]["finished"]


def test_whatever_goes_wrong_with_a_report_the_run_is_as_it_was(play: Play, inventory: Inventory, workdir: Path) -> None:
    playbook = workdir / "waves.yml"
    playbook.write_text(WAVES)
    hosts = inventory(**{name: {"decision": "entra_connector.note"} for name in ("contoso", "fabrikam")})
    (workdir / "file").write_text("")
    webhook = "https://127.0.0.1:9/services/hush-hush"
    targets = {"JSON": str(workdir / "file" / "r.json"), "WEBHOOK": webhook, "PROGRESS": "line"}
    env = {**ENABLED, **{f"TENANTKIT_REPORT_{name}": value for name, value in targets.items()}}
    run = play(playbook, inventory=hosts, env=env, extra={"rollout_report_ending_within_days": 5}).ok()
    said = " ".join(run.output.split())
    assert "cannot be written to" in said and "TENANTS *" in run.stdout and "hush-hush" not in run.output
    begun = [line for line in run.stdout.splitlines() if "TASK [" in line]
    assert begun and all(line.rpartition("\x1b[K")[2].startswith("TASK [") for line in begun), (
        "the line of the progress is taken away before others are printed"
    )
