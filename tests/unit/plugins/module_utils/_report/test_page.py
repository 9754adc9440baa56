# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report, as a parser of HTML reads it. What a browser makes of it is tested in tests/pages."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html.parser
import re

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.heard import Heard
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import ConnectorRow, Report, State, StopRow, TenantRow
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.page import page
from support.reports import ENDED, HOSTILE, fleet, hostile, result, run_row, small

LOADS = {"src", "srcset", "data", "poster", "background", "action", "formaction", "style"}


class Read(html.parser.HTMLParser):
    """The elements of a page, its texts, and what stands in its script."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.inside, self.raw = [], [], "", {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag if tag in self.raw else ""

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        (self.raw[self.inside] if self.inside else self.texts).append(data)

    def all(self, tag):
        return [attrs for found, attrs in self.tags if found == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


@pytest.mark.parametrize("report", [small(), fleet(60), hostile()], ids=["small", "fleet", "hostile"])
def test_nothing_comes_from_elsewhere_and_only_our_script_and_style_may_run(report):
    read = Read(page(report, days=30))
    assert {tag for tag, _attrs in read.tags} & {"img", "link", "iframe", "object", "embed", "form", "base", "svg", "video"} == set()
    assert [attrs for _tag, attrs in read.tags if LOADS & attrs.keys() or any(name.startswith("on") for name in attrs)] == []
    assert [attrs["href"] for attrs in read.all("a") if not re.match(r"https://|#state=", attrs["href"])] == []
    (policy,) = [attrs["content"] for attrs in read.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy"]
    for kind in ("script", "style"):
        (text,) = read.raw[kind]
        assert f"{kind}-src 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy


def test_hostile_names_are_text():
    read = Read(page(hostile(), days=30))
    rows = [attrs for attrs in read.all("tr") if "data-s" in attrs]
    assert len(read.all("script")) == 1 and len(rows) == len(HOSTILE)
    for name in HOSTILE:
        shown = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
        assert shown in read.text
    assert "\u202e" not in read.text and "\x1b" not in read.text


def test_the_first_screen_says_what_came_of_it_and_what_to_do():
    said = Read(page(small(), days=30)).text
    for part in (
        "Rollout of 3 tenants",
        "3 tenants: 1 failed, 2 done.",
        "1 failed: fabrikam (payroll)",
        "Do: Grant the automation identity",
        "Request 8a1c5b1e",
    ):
        assert part in said
    assert (
        said.index("What failed, and what to do first")
        < said.index("Work for people")
        < said.index("Credentials by their end")
        < said.index("Tenants and conn")
    )


def test_every_tenant_has_a_row_with_a_state_and_all_connectors():
    report = fleet(60)
    rows = [attrs for attrs in Read(page(report, days=30)).all("tr") if "data-s" in attrs]
    assert [row["data-s"] for row in rows] == [tenant.state.value for tenant in report.tenants]
    assert sum(row.get("data-people") == "1" for row in rows) == sum(any(row.to_do for row in tenant.connectors) for tenant in report.tenants)


def test_an_address_is_a_link_only_with_https():
    report = small()
    row = ConnectorRow("x", "awaiting_consent")
    work = next(work for tenant in report.tenants for one in tenant.connectors for work in one.to_do)
    odd = dataclasses.replace(work, sentence="Go to javascript:alert(1) now.", address="javascript:alert(1)")
    bare = dataclasses.replace(work, sentence="Ask an administrator.", address="")
    made = page(Report(report.runs, (TenantRow("a", State.OK, "r", connectors=(dataclasses.replace(row, to_do=(odd, bare)),)),)), days=30)
    assert [attrs["href"] for attrs in Read(made).all("a")] == [] and "Go to javascript:alert(1) now." in Read(made).text
    assert any(attrs["href"] == work.address for attrs in Read(page(report, days=30)).all("a"))


def test_what_is_not_known_is_said_and_what_there_is_not_is_left_out():
    heard = Heard(run_row(check_mode=True))
    heard.play(["a", "b", "c", "d"], ["a", "b"])
    heard.ours()
    heard.look("a", {"open": ["x"]})
    heard.begun("a")
    heard.turn("b", {"held": {"reason": "", "until": "2026-12-24"}})
    heard.turn("c", {"held": {"reason": "frozen"}})
    made = page(heard.report("2026-11-30T21:00:00Z"), days=30)
    said = Read(made).text
    for part in ("no result", "not finished", "held until 2026-12-24", "held: frozen", "not begun", "A run has not ended"):
        assert part in said
    assert 'id="failed"' not in made and 'id="ends"' not in made and 'id="work"' not in made


def test_ends_by_date_and_how_many_come_later():
    heard = Heard(run_row())
    for name, days in (("a", -1), ("b", 0), ("c", 200), ("d", None)):
        said = result("x", tenant=name, secret={"end_date_time": f"2027-0{1 + (days or 0) % 9}-01", "days_left": days})
        heard.facts(name, {"x_result": said})
    said = Read(page(heard.report(ENDED, set()), days=30)).text
    assert "ended" in said and "0 days" in said and "2 more end later" in said
    many = Read(page(fleet(500), days=400)).text
    assert "Those that end within 400 days" in many


def test_a_page_of_several_runs_says_which_row_is_from_which():
    report = small()
    runs = (report.runs[0], dataclasses.replace(run_row("second", job="4712"), written="2026-12-01T00:00:00Z", stopped=StopRow("It stopped.")))
    rows = (*report.tenants[:2], dataclasses.replace(report.tenants[2], run="second"))
    said = Read(page(Report(runs, rows), days=30)).text
    assert "2 runs" in said and "run a1b2c3d4e5f6" in said and "job 4712" in said and "Each tenant has what the newest run knows of it" in said
    assert "2026-12-01 00:00:00 UTC" in said and "It stopped." in said


def test_500_tenants_with_4_connectors_are_small():
    assert len(page(fleet(500), days=30).encode()) < 400_000


def test_a_report_is_the_same_page_whenever_it_is_made():
    assert page(fleet(60), days=30) == page(fleet(60), days=30)
