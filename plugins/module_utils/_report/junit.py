# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The report as JUnit, which every CI shows: a suite is a wave, a case is a connector of a tenant. Names hold no argument of a task. Pure."""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

from .._products.closing import one_line
from .model import ConnectorRow, Report, State, TenantRow, WhyFailed
from .screen import sentence_of
from .summary import STATE_WORDS, Level, level_of


def junit(report: Report) -> str:
    """The document. A case that is not as it should be and has not failed is skipped, with what is open: it is never shown as passed."""
    root = ET.Element("testsuites", name="rollout")
    waves = sorted({(tenant.wave is None, tenant.wave or 0) for tenant in report.tenants})
    for without, wave in waves:
        members = [tenant for tenant in report.tenants if (tenant.wave is None, tenant.wave or 0) == (without, wave)]
        suite = ET.SubElement(root, "testsuite", name="not in a wave" if without else f"wave {wave}")
        for tenant in members:
            for case in _cases(tenant):
                suite.append(case)
        _count(suite)
    _count(root)
    ET.indent(root, " ")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _cases(tenant: TenantRow) -> t.Iterator[ET.Element]:
    told = {row.failure.sentence for row in tenant.connectors if row.failure}
    for row in tenant.connectors:
        case = _case(tenant, row.connector)
        if row.failure or level_of(row) is Level.BAD:
            _failure(case, row.failure or WhyFailed(_open(row), code=row.status))
        elif level_of(row) is not Level.GOOD or row.to_do:
            ET.SubElement(case, "skipped", message=one_line(_open(row)))
        yield case
    failed = tenant.failure if tenant.failure and tenant.failure.sentence not in told else None
    if tenant.state is State.OK and tenant.connectors and not failed:
        return
    if failed or tenant.state is not State.FAILED:
        case = _case(tenant, "tenant")
        if tenant.state is State.UNREACHABLE:
            _failure(case, tenant.failure or WhyFailed(STATE_WORDS[tenant.state]), kind="error")
        elif failed and tenant.state is State.FAILED:
            _failure(case, failed)
        else:
            held = f": {tenant.held.reason} (until {tenant.held.until})" if tenant.held else ""
            ET.SubElement(case, "skipped", message=one_line(f"{STATE_WORDS[tenant.state]}{held}"))
        yield case


def _case(tenant: TenantRow, name: str) -> ET.Element:
    return ET.Element("testcase", classname=one_line(tenant.name), name=one_line(name))


def _open(row: ConnectorRow) -> str:
    """What is left of a connector."""
    return " ".join([row.status or "no result", *(work.sentence for work in row.to_do)])


def _failure(case: ET.Element, why: WhyFailed, kind: str = "failure") -> None:
    said = ET.SubElement(case, kind, message=one_line(why.sentence), type=one_line(why.code or kind))
    said.text = one_line(sentence_of(why))


def _count(element: ET.Element) -> None:
    found = {"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"}
    for name, tag in found.items():
        element.set(name, str(sum(1 for _one in element.iter(tag))))
