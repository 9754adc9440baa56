# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report is written as, and how it is read again."""

from __future__ import annotations

import json

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._report import outputs
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.outputs import BEGIN, END, Wanted
from support.reports import fleet, hostile, small


@pytest.mark.parametrize("report", [small(), hostile()])
def test_a_file_is_read_as_it_was_written(report):
    text = outputs.as_json(report)
    assert outputs.read_all(text, "a.json") == [report] and text.isascii()


def test_reports_are_found_in_the_output_of_jobs():
    lines = outputs.as_lines(small())
    assert len(lines) == 3 and all(line.isascii() for line in lines)
    coloured = [f"\x1b[0;32m{line}\x1b[0m\r" for line in outputs.as_lines(hostile())]
    text = "\n".join(["PLAY RECAP", *lines, "contoso : ok=3", *coloured, BEGIN, "cut off"])
    assert outputs.read_all(text, "job.txt") == [small(), hostile()]


@pytest.mark.parametrize("text", ["", "PLAY RECAP", f"{BEGIN}\n{{}}\nno end", "{", f"{BEGIN}\nnonsense\n{END}\n", "{}"])
def test_a_file_without_a_report(text):
    with pytest.raises(OptionError, match=r"odd\.txt"):
        outputs.read_all(text, "odd.txt")


def test_only_what_is_asked_for_is_made():
    assert not Wanted() and outputs.files(small(), Wanted(), days=30) == []
    made = outputs.files(small(), Wanted(json="r.json", html="r.html", junit="r.xml", customer_pages="pages"), days=30)
    assert [path for path, _text in made] == ["r.json", "r.html", "r.xml", "pages/contoso.html", "pages/fabrikam.html", "pages/northwind.html"]
    assert [text.splitlines()[0] for _path, text in made[:4]] == ["{", "<!doctype html>", "<?xml version='1.0' encoding='utf-8'?>", "<!doctype html>"]


def test_500_tenants_are_small():
    assert len("".join(outputs.as_lines(fleet(500)))) < 600_000 and json.loads(outputs.as_lines(fleet(500))[1])["schema"] == 1
