# SPDX-License-Identifier: GPL-3.0-or-later
"""A report as JUnit."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ansible_collections.tenantkit.connectors.plugins.module_utils._report.heard import Heard
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.junit import junit
from support.reports import ENDED, FAILURE, fleet, hostile, result, run_row, waiting


def cases(report):
    root = ET.fromstring(junit(report))
    return root, {(case.get("classname"), case.get("name")): [(part.tag, part.get("message")) for part in case] for case in root.iter("testcase")}


def test_only_what_is_as_it_should_be_passes():
    heard = Heard(run_row())
    names = ["good", "waits", "blocked", "failed", "half", "lost", "held", "none", "unheard", "never"]
    heard.play(names, names[:-1])
    heard.ours()
    heard.facts("good", {"x_result": result("x")})
    heard.facts("waits", {"x_result": waiting("x", "waits")})
    heard.facts("blocked", {"x_result": result("x", "blocked", to_do=["Take it back."])})
    heard.failed("failed", {"msg": "It broke.", "failure": {"code": "c", "advice": "Do.", "request_id": "r-17"}})
    heard.facts("half", {"rollout_failures": [{**FAILURE, "connector": "y"}], "x_result": result("x")})
    heard.lost("lost", {"msg": "No route."})
    heard.turn("held", {"held": {"reason": "frozen", "until": "2026-12-24"}})
    heard.look("none", {"nothing_chosen": True})
    heard.look("unheard", {"open": ["x"]})
    heard.begun("unheard")
    root, found = cases(heard.report(ENDED, {"failed"}))
    assert found[("good", "x")] == []
    assert found[("waits", "x")][0][0] == "skipped" and found[("waits", "x")][0][1].startswith("awaiting_consent Waits is waiting for admin consent")
    assert found[("blocked", "x")] == [("failure", "blocked Take it back.")]
    assert found[("failed", "tenant")] == [("failure", "It broke.")]
    assert found[("half", "x")] == [] and found[("half", "y")][0][0] == "failure" and ("half", "tenant") not in found
    assert found[("lost", "tenant")] == [("error", "No route.")]
    assert found[("held", "tenant")] == [("skipped", "held: frozen (until 2026-12-24)")]
    assert found[("none", "tenant")] == [("skipped", "nothing chosen")]
    assert found[("unheard", "x")] == [("skipped", "no result")] and found[("unheard", "tenant")] == [("skipped", "not finished")]
    assert found[("never", "tenant")] == [("skipped", "not begun")]
    (text,) = [part.text for part in root.iter("failure") if part.get("type") == "c"]
    assert text == "It broke. (request r-17) Do."
    assert [suite.get("name") for suite in root] == ["wave 1", "not in a wave"]
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {"tests": "12", "failures": "3", "errors": "1", "skipped": "6"}


def test_hostile_names_are_text_and_the_document_can_be_read():
    root, found = cases(hostile())
    assert root.tag == "testsuites" and len(found) > 7


def test_a_fleet_has_its_waves():
    root, _found = cases(fleet(100))
    assert [suite.get("name") for suite in root] == ["wave 1", "wave 2", "wave 3", "not in a wave"]
