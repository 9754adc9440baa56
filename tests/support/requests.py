# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run asked for: requests with the parts of batches, the task that each of them served, and a table for people."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import typing as t
from pathlib import Path
from urllib.parse import parse_qs, unquote

import pytest
from tenant_emulator.testing import Emulator, JsonObject

from support import markdown
from support.playbooks import ROOT, Run

REPORT = ROOT / ".work" / "reports" / "requests.txt"
PAGE = ROOT / "docs" / "performance.md"
_SHORT = re.compile(r"([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_COLLECTIONS = {"applications": "applications", "servicePrincipals": "service_principals"}


@dataclasses.dataclass(frozen=True)
class Call:
    """One thing that was asked: a request, or a part of a batch."""

    method: str
    path: str
    query: str = ""

    @classmethod
    def of(cls, method: str, url: str) -> Call:
        """From a method and a path with its query."""
        path, _mark, query = url.partition("?")
        return cls(method, unquote(path), query)

    @property
    def selected(self) -> frozenset[str]:
        """The properties asked for; empty means all."""
        return frozenset(filter(None, ",".join(parse_qs(self.query).get("$select", [])).split(",")))


def calls_of(entry: JsonObject) -> list[Call]:
    """The request itself, or what its batch consists of."""
    if not entry["path"].endswith("$batch"):
        return [Call.of(entry["method"], entry["path"].removeprefix("/v1.0"))]
    return [Call.of(part["method"], part["url"]) for part in entry["request"]["requests"]]


def documented(what: str) -> list[str]:
    """The services that docs/performance.md says are asked, in this order, a row for each request or for several in turn."""
    table = PAGE.read_text().partition(f"<!-- requests: {what} -->\n")[2].partition("<!-- requests: end -->")[0]
    return ["login" if to == "sign-in" else to.lower().replace(" ", "") for numbers, to, _what in markdown.rows(table) for _number in numbers.split(",")]


def writes_of(entry: JsonObject) -> list[Call]:
    """What a request wanted to change; token requests change nothing."""
    if entry["service"] in ("login", "identity"):
        return []
    return [call for call in calls_of(entry) if call.method not in ("GET", "HEAD")]


def object_read(call: Call, tenant: JsonObject) -> str:
    """The path of what was read, the same whichever of its keys it was asked for by."""
    match = re.match(r"^/(applications|servicePrincipals)(?:/([^/]+)|\((\w+)='(.*?)'\))(.*)$", call.path)
    if match is None:
        return call.path
    collection, by_id, key, value, rest = match.groups()
    wanted = {"id": by_id} if by_id else {key: value}
    for name, item in tenant[_COLLECTIONS[collection]].items():
        if all(item.get(field) == content for field, content in wanted.items()):
            return f"/{collection}/{name}{rest}"
    return call.path


def permission_lists(entries: t.Iterable[JsonObject]) -> list[Call]:
    """The downloads of an API's permission list."""
    heavy = {"oauth2PermissionScopes", "appRoles", "publishedPermissionScopes"}
    found = [call for entry in entries for call in calls_of(entry) if re.match(r"^/servicePrincipals(\([^)]*\)|/[^/]+)?$", call.path)]
    return [call for call in found if call.method == "GET" and (not call.selected or call.selected & heavy)]


def timeline_env(workdir: Path) -> dict[str, str]:
    """What lets a run write down when its tasks began."""
    path = workdir / "timeline.jsonl"
    path.unlink(missing_ok=True)
    return {"ANSIBLE_CALLBACKS_ENABLED": "record,timeline", "TIMELINE_PATH": str(path)}


def _tasks(workdir: Path) -> list[tuple[dt.datetime, str]]:
    lines = [json.loads(line) for line in (workdir / "timeline.jsonl").read_text().splitlines()]
    return [(dt.datetime.fromisoformat(line["time"]), line["task"].rpartition(" : ")[2]) for line in lines]


def table(title: str, entries: t.Sequence[JsonObject], run: Run, workdir: Path) -> str:
    """Which request served what, for a run of one host."""
    tasks = _tasks(workdir)
    lines = [f"{title}: {len(entries)} requests, {len(run.events)} host-tasks"]
    last = ""
    for entry in entries:
        # The journal's times have milliseconds, those of the tasks are finer.
        when = dt.datetime.fromisoformat(entry["time"]) + dt.timedelta(milliseconds=1)
        task = ([""] + [name for began, name in tasks if began <= when])[-1]
        if task != last:
            lines.append(f"  {task}")
            last = task
        batch = entry["path"].endswith("$batch")
        lines.append(f"  {entry['seq']:>4}  {entry['status'] or '---'}  {entry['service']:<12} {entry['method']:<6} {_shorten(entry['path'])}")
        if batch:
            statuses = {part["id"]: part.get("status") for part in entry["parts"] or []}
            for part in entry["request"]["requests"]:
                lines.append(f"          {statuses.get(part['id'], '---')}  part         {part['method']:<6} {_shorten(part['url'])}")
    return "\n".join(lines) + "\n"


def _shorten(path: str) -> str:
    return _SHORT.sub(r"\1..", unquote(path.partition("?")[0]))


def report(text: str) -> None:
    """Show a table: with C(pytest -s) at once, in the summary of the test run, and in C(.work/reports/requests.txt)."""
    print("\n" + text)
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    with REPORT.open("a", encoding="utf-8") as file:
        file.write(text + "\n")


def pytest_sessionstart(session: pytest.Session) -> None:
    """A hook for conftest.py: begin a new report, in the process that starts the others."""
    if not hasattr(session.config, "workerinput"):
        REPORT.unlink(missing_ok=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A hook for conftest.py: a person sees what a tenant costs."""
    if REPORT.exists():
        terminalreporter.section("requests of one tenant")
        terminalreporter.write(REPORT.read_text())


def shared(entries: t.Iterable[JsonObject], names: t.Iterable[str]) -> list[JsonObject]:
    """Requests to a product that name no tenant: neither in a token nor in the path."""
    return [entry for entry in entries if entry["tenant"] is None and not any(name in entry["path"] for name in names)]


def per_tenant(emulator: Emulator, entries: t.Iterable[JsonObject], name: str) -> list[JsonObject]:
    """The requests that are about one tenant; what a product is asked without a token of Entra counts when its path has that name."""
    wanted = {emulator.tenant_id(name), f"{name}.onmicrosoft.com"}

    def is_own(entry: JsonObject) -> bool:
        if entry["tenant"] is None:
            return name in entry["path"]
        return entry["tenant"] in wanted or entry["path"].strip("/").partition("/")[0] in wanted

    return [entry for entry in entries if is_own(entry)]
