# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The table at the end of a run on several hosts: what came of every connector of every tenant, what failed, and what is left for people. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .closing import Json, change_of, credential_of, one_line

NOT_REACHED, LOST, FAILED, NOTHING = "not reached", "unreachable", "failed", "nothing chosen"
_HEAD = ("tenant", "connector", "status", "credential", "change")


@dataclasses.dataclass
class Tenant:
    """What a run left of one host."""

    results: dict[str, Json] = dataclasses.field(default_factory=dict)  # by connector, the last one of each
    failure: str = ""  # why it failed, in a sentence
    lost: str = ""  # why it could not be reached
    nothing_chosen: bool = False


@dataclasses.dataclass
class Fleet:
    """All hosts that a run was for, in their order."""

    check_mode: bool
    tenants: dict[str, Tenant] = dataclasses.field(default_factory=dict)

    def expect(self, hosts: t.Iterable[str]) -> None:
        """Hosts that the run is for: one of them of which nothing is heard was not reached."""
        for host in hosts:
            self.tenants.setdefault(host, Tenant())

    def of(self, host: str) -> Tenant:
        """What is known of a host."""
        return self.tenants.setdefault(host, Tenant())

    def facts(self, host: str, facts: Json) -> None:
        """Take the results of connectors from facts that a task set. A private one is a part of what a role does."""
        for name, value in facts.items():
            if name.startswith("__") or not isinstance(value, dict) or not {"connector", "status"} <= value.keys():
                continue
            self.of(host).results[str(value["connector"])] = value

    def table(self, failed: t.Collection[str]) -> list[str]:
        """The lines of the table. ``failed`` are the hosts that failed in the end: a failure that was rescued is none."""
        rows = [row for host, tenant in self.tenants.items() for row in self._rows(host, tenant, host in failed)]
        widths = [max(len(row[column]) for row in (_HEAD, *rows)) for column in range(len(_HEAD))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (_HEAD, *rows)]
        return [*lines, *self._section("Failed", self._failures(failed)), *self._section("To do", self._to_do())]

    def _rows(self, host: str, tenant: Tenant, failed: bool) -> t.Iterator[tuple[str, ...]]:
        name = one_line(host)
        for connector, result in tenant.results.items():
            change = change_of(result, check_mode=self.check_mode)
            yield (name, one_line(connector), one_line(str(result["status"])), credential_of(result), change)
        if tenant.lost or failed or not tenant.results:
            status = LOST if tenant.lost else FAILED if failed else NOTHING if tenant.nothing_chosen else NOT_REACHED
            yield (name, "", status, "", "")

    def _failures(self, failed: t.Collection[str]) -> t.Iterator[str]:
        for host, tenant in self.tenants.items():
            text = tenant.lost or (tenant.failure if host in failed else "")
            if text:
                yield one_line(f"{host}: {text}")

    def _to_do(self) -> t.Iterator[str]:
        for host, tenant in self.tenants.items():
            for connector, result in tenant.results.items():
                for sentence in result.get("to_do") or ():
                    yield one_line(f"{host} {connector}: {sentence}")

    @staticmethod
    def _section(title: str, lines: t.Iterable[str]) -> list[str]:
        found = list(lines)
        return ["", f"{title}:", *(f"  {line}" for line in found)] if found else []
