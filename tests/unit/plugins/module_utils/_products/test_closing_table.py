# SPDX-License-Identifier: GPL-3.0-or-later
"""The table at the end of a run on several hosts."""

from __future__ import annotations

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.closing_table import Fleet

CONNECTED = {"connector": "workspace365", "status": "connected", "changed": True, "secret": {"end_date_time": "2027-05-28", "days_left": 179}}
WAITS = {"connector": "workato", "status": "awaiting_consent", "changed": False, "to_do": ["An administrator\nconsents."]}


def fleet(*hosts, check_mode=False):
    made = Fleet(check_mode=check_mode)
    made.expect(hosts)
    return made


def test_every_tenant_is_in_it():
    made = fleet("contoso", "fabrikam", "northwind", "wingtip", "tailspin", "adatum")
    made.facts("contoso", {"workspace365_result": CONNECTED, "workato_result": WAITS})
    made.of("fabrikam").failure = "The tenant is another one."
    made.of("northwind").lost = "No route."
    made.of("wingtip").nothing_chosen = True
    made.facts("tailspin", {"workspace365_result": CONNECTED})
    made.of("tailspin").failure = "It was rescued."
    assert made.table({"fabrikam"}) == [
        "tenant     connector     status            credential                          change",
        "contoso    workspace365  connected         secret until 2027-05-28 (179 days)  changed",
        "contoso    workato       awaiting_consent                                      no change",
        "fabrikam                 failed",
        "northwind                unreachable",
        "wingtip                  nothing chosen",
        "tailspin   workspace365  connected         secret until 2027-05-28 (179 days)  changed",
        "adatum                   not reached",
        "",
        "Failed:",
        "  fabrikam: The tenant is another one.",
        "  northwind: No route.",
        "",
        "To do:",
        "  contoso workato: An administrator consents.",
    ]


def test_a_tenant_that_failed_after_a_connector_was_done_has_both():
    made = fleet("contoso")
    made.facts("contoso", {"workspace365_result": CONNECTED})
    made.of("contoso").failure = "Workato answered 500."
    assert [line.split()[1] for line in made.table({"contoso"})[1:3]] == ["workspace365", "failed"]


def test_the_last_result_of_a_connector_counts_and_nothing_else_is_one():
    made = fleet("contoso", check_mode=True)
    for facts in (
        {"workspace365_result": {**CONNECTED, "status": "blocked"}},
        {"workspace365_result": CONNECTED, "__workato_entra": WAITS, "other": 1, "half": {"status": "x"}, "text": "connector status"},
    ):
        made.facts("contoso", facts)
    (_head, row) = made.table(())
    assert "connected" in row and row.endswith("would change")


@pytest.mark.parametrize("text", ["Conto\x1b[31mso", "a\nok: [b]"])
def test_names_of_customers_stay_in_their_line(text):
    made = fleet(text)
    made.facts(text, {"x_result": {"connector": text, "status": text, "to_do": [text]}})
    made.of(text).failure = text
    table = made.table({text})
    assert len(table) == 9 and all(line.isprintable() for line in table)
