# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a report as people use it: both schemes, with and without script, by keyboard and on paper; and nothing is asked of any server."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.customer import customer_pages
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import Report
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.page import page
from support.reports import HOSTILE, fleet, hostile, run_row, small

from .conftest import Browser

SCHEMES = ("light", "dark")
OPEN_ALL = "document.querySelectorAll('details').forEach((part) => { part.open = true; })"
SHOWN = "document.querySelectorAll('#tenants tbody tr:not([hidden])').length"
COUNT = "document.getElementById('count').textContent"
FIRST = "document.querySelector('#tenants tbody tr:not([hidden]) bdi').textContent"
HASH = "location.hash"


def merged() -> Report:
    """Two runs in one report."""
    report = small()
    return Report((*report.runs, run_row("second", job="4712")), (*report.tenants[:2], dataclasses.replace(report.tenants[2], run="second")))


PAGES: dict[str, t.Callable[[], str]] = {
    "3": lambda: page(small(), days=30),
    "500": lambda: page(fleet(500), days=30),
    "hostile": lambda: page(hostile(), days=30),
    "merged": lambda: page(merged(), days=30),
    "customer": lambda: dict(customer_pages(small(), days=30))["fabrikam.html"],
    "none": lambda: page(Report((run_row(),), ()), days=30),
}


@pytest.mark.parametrize("name", PAGES)
def test_no_barrier_in_either_scheme_no_request_and_no_error(browser: Browser, name: str) -> None:
    looks = [{"scheme": scheme, "axe": True, "values": [] if name == "500" else [OPEN_ALL]} for scheme in SCHEMES]
    narrow = [{"axe": True, "width": 400}] if name != "500" else []
    for seen in browser(PAGES[name](), *looks, *narrow):
        assert (seen.violations, seen.problems) == ([], [])


def test_what_is_wrong_with_a_page_is_noticed(browser: Browser) -> None:
    good = page(small(), days=30)
    spoilt = good.replace("<main>", '<main><img src="https://elsewhere.example/x.png">')
    (seen,) = browser(spoilt, {"axe": True})
    assert seen.problems and any(line.startswith("image-alt") for line in seen.violations or ())
    (seen,) = browser(good.replace("<main>", "<main><script>alert(1)</script>"))
    assert any("Content Security Policy" in line for line in seen.problems), "a script that is not ours does not run"


def test_hostile_names_are_shown_as_text(browser: Browser) -> None:
    names = "[...document.querySelectorAll('#tenants tbody th bdi:first-child')].map((one) => one.textContent)"
    elements = "[document.scripts.length, document.images.length, document.querySelectorAll('#tenants tbody th *:not(bdi):not(small)').length]"
    (seen,) = browser(page(hostile(), days=30), {"values": [names, elements, OPEN_ALL]})
    shown = [" ".join("".join(letter if letter.isprintable() else " " for letter in name).split()) for name in HOSTILE]
    assert seen.values[0] == shown and seen.values[1] == [1, 0, 0] and seen.problems == []


def test_it_filters_and_the_address_holds_the_view(browser: Browser) -> None:
    (typed, cleared, restored, tile, odd) = browser(
        page(fleet(100), days=30),
        {"steps": [{"press": "/"}, {"type": "CUSTOMER-00 forbidden"}, {"until": f"{SHOWN} === 1"}], "values": [COUNT, FIRST, HASH]},
        {"fragment": "#q=customer-01", "steps": [{"focus": "#words"}, {"press": "Escape"}], "values": [COUNT, HASH]},
        {"fragment": "#q=customer&state=failed&connector=payroll&sort=-0", "values": [COUNT, FIRST, "document.getElementById('state').value"]},
        {"steps": [{"click": "a[href='#state=held']"}, {"until": f"{SHOWN} < 100"}], "values": [COUNT, "document.querySelector('.tiles [aria-current]').hash"]},
        {"fragment": "#state=nonsense&connector=x&sort=99&q=%ff", "values": [COUNT]},
    )
    assert typed.values == ["1 of 100 tenants", "customer-003", "#q=CUSTOMER-00+forbidden"]
    assert cleared.values == ["100 of 100 tenants", ""]
    assert restored.values == ["4 of 100 tenants", "customer-078", "failed"]
    assert tile.values == ["2 of 100 tenants", "#state=held"]
    assert odd.values[0].endswith("of 100 tenants") and [seen.problems for seen in (typed, cleared, restored, tile, odd)] == [[]] * 5


def test_it_sorts_by_keyboard_and_says_so(browser: Browser) -> None:
    sorts = "[...document.querySelectorAll('#tenants thead th')].map((one) => one.getAttribute('aria-sort'))"
    button = "#tenants thead th:nth-child(2) button"
    (once, twice) = browser(
        page(fleet(100), days=30),
        {"steps": [{"focus": button}, {"press": "Enter"}], "values": [f"{sorts}[1]", FIRST, HASH, "document.activeElement.textContent"]},
        {"steps": [{"focus": button}, {"press": "Enter"}, {"press": "Enter"}], "values": [f"{sorts}[1]", FIRST]},
    )
    assert once.values == ["ascending", "customer-003", "#sort=1", "State"]
    assert twice.values == ["descending", "customer-000"]


def test_every_control_is_reached_by_tab_and_shows_where_one_is(browser: Browser) -> None:
    told = "seen.push([event.target.id || event.target.tagName, getComputedStyle(event.target).outlineStyle])"
    keep = f"globalThis.seen = []; document.addEventListener('focusin', (event) => {{ {told}; }})"
    (seen,) = browser(page(small(), days=30), {"steps": [{"run": keep}, *([{"press": "Tab"}] * 40)], "values": ["seen"]})
    reached = seen.values[0]
    assert {"words", "state", "connector", "clear", "SUMMARY", "A", "BUTTON"} <= {name for name, _outline in reached}
    assert [name for name, outline in reached if outline == "none"] == []


def test_without_script_it_is_a_table_with_details_that_open(browser: Browser) -> None:
    controls = "getComputedStyle(document.querySelector('.controls')).display"
    opened = "document.querySelector('td.what details').open"
    (seen,) = browser(page(fleet(60), days=30), {"script": False, "steps": [{"click": "td.what summary"}], "values": [SHOWN, controls, opened]})
    assert seen.values == [60, "none", True] and seen.problems == []


def test_on_paper_there_are_no_controls_and_addresses_are_whole(browser: Browser) -> None:
    controls = "getComputedStyle(document.querySelector('.controls')).display"
    address = "getComputedStyle(document.querySelector('a[href^=https]'), '::after').content"
    (seen,) = browser(page(small(), days=30), {"media": "print", "pdf": True, "values": [controls, address], "scheme": "dark"})
    assert seen.values[0] == "none" and "client_id=" in seen.values[1] and seen.pdf > 10_000 and seen.problems == []


def test_copying_a_request_id(browser: Browser) -> None:
    button = "button.copy"
    changed = "document.querySelector('button.copy').textContent !== 'copy'"
    (seen,) = browser(
        page(small(), days=30), {"steps": [{"click": button}, {"until": changed}], "values": ["document.querySelector('button.copy').textContent"]}
    )
    assert seen.values[0] in ("copied", "selected", "not copied") and seen.problems == []
