# SPDX-License-Identifier: GPL-3.0-or-later
"""A customer's page names no other customer."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.customer import LEFT_OUT, customer_pages, file_name
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.heard import Heard
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import StopRow
from support.reports import ENDED, fleet, hostile, result, run_row, small


def pages_of(*names, **failures):
    heard = Heard(run_row())
    heard.play(names, names)
    heard.ours()
    for number, name in enumerate(names):
        heard.facts(name, {"x_result": result("x", tenant=name, number=number)})
    for name, sentence in failures.items():
        heard.failed(name, {"msg": sentence, "failure": {"advice": "Look at it."}})
    report = heard.report(ENDED, set(failures))
    stopped = dataclasses.replace(report.runs[0], stopped=StopRow("Stopped because of northwind."))
    return dict(customer_pages(dataclasses.replace(report, runs=(stopped,)), days=30))


def test_each_page_has_its_own_tenant_and_no_name_domain_or_id_of_another():
    made = pages_of("contoso", "fabrikam", "northwind", contoso="The hosts contoso and fabrikam mean the same tenant.", fabrikam="Contoso was reached instead.")
    assert list(made) == ["contoso.html", "fabrikam.html", "northwind.html"]
    for name, text in made.items():
        for number, other in enumerate(("contoso", "fabrikam", "northwind")):
            if not name.startswith(other):
                assert other not in text.lower() and f"00000000-0000-4000-8000-{number:012d}" not in text
        assert name.partition(".")[0] in text
    assert LEFT_OUT in made["contoso.html"] and LEFT_OUT in made["fabrikam.html"] and LEFT_OUT not in made["northwind.html"]
    assert "Look at it." in made["contoso.html"]


@pytest.mark.parametrize(
    ("sentence", "stays"),
    [
        ("contoso failed.", True),
        ("contoso.onmicrosoft.com was not reached.", True),
        ("contoso-eu was reached.", False),
        ("It is contoso-eu.onmicrosoft.com.", False),
        ("Tenant 00000000-0000-4000-8000-000000000001 was reached.", False),
        ("precontoso-eudaimonia is a word.", True),
    ],
)
def test_names_that_hold_each_other(sentence, stays):
    made = pages_of("contoso", "contoso-eu", contoso=sentence)["contoso.html"]
    assert (sentence in made) == stays


def test_the_longer_name_may_hold_the_shorter():
    sentence = "contoso-eu (contoso-eu.onmicrosoft.com) failed."
    assert sentence in pages_of("contoso", "contoso-eu", **{"contoso-eu": sentence})["contoso-eu.html"]


def test_the_page_of_a_customer_says_nothing_of_the_fleet():
    made = dict(customer_pages(fleet(60), days=30))
    assert len(made) == 60
    text = made["customer-003.html"]
    assert "job 4711" not in text and "rollout.yml" not in text and "The run was stopped" not in text and "<h1>Customer-003</h1>" in text


def test_one_tenant_alone():
    report = small()
    ((name, text),) = customer_pages(dataclasses.replace(report, tenants=report.tenants[:1]), days=30)
    assert name == "contoso.html" and "<h1>Contoso</h1>" in text


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("contoso", "contoso"),
        ("contoso.example", "contoso.example"),
        ("../../etc/passwd", "etc-passwd-"),
        (".hidden", "hidden-"),
        ("Contoso", "contoso-"),
        ("\u0645", "tenant-"),
        ("x" * 200, "x" * 60 + "-"),
    ],
)
def test_names_of_files(name, file):
    made = file_name(name)
    assert made.startswith(file[:11]) and "/" not in made and not made.startswith(".") and len(made) < 110


def test_a_name_that_is_the_file_of_another_one_gets_a_file_of_its_own():
    taken = file_name("Contoso")
    made = pages_of("Contoso", taken)
    assert len(made) == 2 and f"{taken}.html" in made


def test_hostile_names_have_files_of_their_own():
    made = dict(customer_pages(hostile(), days=30))
    assert len(made) == len(hostile().tenants) and all(name.isascii() and "/" not in name for name in made)
