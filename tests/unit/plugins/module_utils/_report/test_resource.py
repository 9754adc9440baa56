# SPDX-License-Identifier: GPL-3.0-or-later
"""What report_merge reads and writes."""

from __future__ import annotations

import types

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.outputs import as_json, as_lines
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.resource import ReportResource
from support.reports import fleet, small


def resource(folder, *sources, **targets):
    options = {
        "sources": [str(folder / source) for source in sources],
        "ending_within_days": 30,
        "json": None,
        "html": None,
        "junit": None,
        "customer_pages": None,
    }
    return ReportResource(types.SimpleNamespace(options={**options, **{name: str(folder / place) for name, place in targets.items()}}))


def test_files_are_written_once(tmp_path):
    (tmp_path / "one.json").write_text(as_json(small()))
    (tmp_path / "two.txt").write_text("\n".join(["PLAY [x]", *as_lines(fleet(10)), "done"]))
    made = resource(tmp_path, "*.json", "t*.txt", "one.json", json="out/all.json", html="out/all.html")
    plan = made.plan(made.read())
    assert [action.text for action in plan.actions] == [f"write the report to {tmp_path}/out/{name}" for name in ("all.json", "all.html")]
    assert made.result(plan, True)["report"]["tenants"] == 13
    for action in plan.actions:
        made.apply(action)
    again = made.plan(made.read())
    assert again.actions == () and again.before == again.after


@pytest.mark.parametrize(("source", "said"), [("lost-*.json", "there is no such file"), ("text", "holds no report")])
def test_a_source_without_a_report_is_refused(tmp_path, source, said):
    (tmp_path / "one.json").write_text(as_json(small()))
    (tmp_path / "text").write_text("nothing")
    with pytest.raises(OptionError, match=said):
        resource(tmp_path, "one.json", source, json="all.json").read()


def test_what_cannot_be_read_or_written_is_said(tmp_path):
    (tmp_path / "one.json").write_text(as_json(small()))
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConnectorError, match="cannot be read"):
        resource(tmp_path, "one.json", json="folder").read()
    made = resource(tmp_path, "one.json", json="new/all.json")
    (action,) = made.plan(made.read()).actions
    (tmp_path / "new").write_text("")
    with pytest.raises(ConnectorError, match="cannot be written"):
        made.apply(action)
