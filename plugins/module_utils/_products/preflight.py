# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a preflight says of a tenant: go, no-go or not assessed for each connector, each with its reasons; and the table over all tenants. Pure."""

from __future__ import annotations

import json
import typing as t

from .._entra.connector.preflight import Finding, Foreseen, Weight, finding_of
from .._entra.permission.catalogue import MICROSOFT_GRAPH
from .._entra.permission.privileged import is_privileged
from .closing import one_line

Json = dict[str, t.Any]

GO, NO_GO, NOT_ASSESSED, NOTHING, HELD = "go", "no_go", "not_assessed", "nothing_chosen", "held"
# For people.
_WORDS = {GO: "go", NO_GO: "no-go", NOT_ASSESSED: "not assessed", NOTHING: "nothing chosen", HELD: "held"}
_HEAD = ("tenant", "connector", "verdict", "a rollout", "reasons")
# Rights beyond what a connector needs at least with which more can be looked at, as the README lists them: nothing that may go.
_READS_MORE = frozenset(
    {
        "Application.Read.All", "Directory.Read.All", "GroupMember.Read.All", "GroupSettings.Read.All", "Organization.Read.All", "Policy.Read.All",
        "User.Read.All", "User.ReadBasic.All",
    }
)  # fmt: skip


def verdict_of(findings: t.Iterable[Finding]) -> str:
    """The worst of them. What is left to a person, and notes, keep no rollout from ending well."""
    weights = {finding.weight for finding in findings}
    return NO_GO if Weight.NO_GO in weights else NOT_ASSESSED if Weight.NOT_ASSESSED in weights else GO


def judged(trials: t.Mapping[str, Foreseen | Json], identity: Json) -> Json:
    """The result of one host. ``trials``: by connector what was foreseen, or the failed result of what could not go on.

    ``identity`` is the result of entra_identity_info, which may have failed.
    """
    rows = [_row(name, trial) for name, trial in trials.items()]
    verdicts = {row["verdict"] for row in rows}
    verdict = next((one for one in (NO_GO, NOT_ASSESSED, GO) if one in verdicts), NOTHING)
    tenants = (trial.tenant for trial in trials.values() if isinstance(trial, Foreseen) and trial.tenant)
    tenant = next(tenants, {})
    return {
        "verdict": verdict,
        "tenant": {name: tenant.get(name) for name in ("tenant_id", "display_name")},
        "identity": _identity(trials, identity),
        "connectors": rows,
        "message": _message(rows),
    }


def held_back(reason: str, until: str) -> Json:
    """The result of a host that its operator holds back: nothing was asked of it."""
    return {**_NOT_REACHED, "verdict": HELD, "message": f"It is held until {until}: {reason}"}


def _row(name: str, trial: Foreseen | Json) -> Json:
    if not isinstance(trial, Foreseen):
        finding = finding_of(trial)
        return {"connector": name, "verdict": verdict_of([finding]), "writes": None, "reasons": [finding.to_result()], "needs": None, "sinks": []}
    return {
        "connector": name,
        "verdict": verdict_of(trial.findings),
        "writes": trial.opens,
        "reasons": [finding.to_result() for finding in trial.findings],
        "needs": list(trial.documented),
        "sinks": list(trial.sinks),
    }


def _identity(trials: t.Mapping[str, Foreseen | Json], asked: Json) -> Json:
    """Who signs in, and which of its permissions none of the connectors needs. Null where that is not known: not every connector could be looked at."""
    seen = asked.get("identity") or {}
    granted = list(seen.get("granted") or ())
    whole = bool(trials) and seen.get("outcome") in ("consented", "incomplete") and all(isinstance(trial, Foreseen) for trial in trials.values())
    needed = {right for trial in trials.values() if isinstance(trial, Foreseen) for right in trial.documented} | _READS_MORE
    superfluous = [right for right in granted if right not in needed] if whole else None
    return {
        "app_id": seen.get("app_id"),
        "granted": granted,
        "superfluous": superfluous,
        "superfluous_privileged": None if superfluous is None else [one for one in superfluous if is_privileged(MICROSOFT_GRAPH, "application", one)],
    }


def _message(rows: t.Sequence[Json]) -> str:
    """One sentence for a failure with C(preflight_strict)."""
    wrong = [row for row in rows if row["verdict"] == NO_GO]
    said = " ".join(f"{row['connector']}: {' '.join(_weighing(row, Weight.NO_GO))}" for row in wrong)
    return one_line(f"A rollout would not end well. {said}") if wrong else "Nothing was found that would end a rollout."


def _weighing(row: Json, weight: Weight) -> list[str]:
    return [str(reason["sentence"]) for reason in row["reasons"] if reason["weight"] == weight.value]


def line_of(host: str, row: Json) -> str:
    """One line about one connector of one tenant."""
    return one_line(f"{host} {row['connector']}: {_WORDS[row['verdict']]}; {_would(row)}{_said(row)}")


def _would(row: Json) -> str:
    return {True: "writes", False: "changes nothing", None: "not known"}[row["writes"]]


def _said(row: Json) -> str:
    """The sentences of the reasons, those that decide first."""
    words = {Weight.NO_GO: "NO-GO", Weight.NOT_ASSESSED: "NOT ASSESSED", Weight.TO_DO: "TO DO", Weight.NOTE: "NOTE"}
    parts = [f"{called}: {' '.join(found)}" for weight, called in words.items() if (found := _weighing(row, weight))]
    return f". {' '.join(parts)}" if parts else ""


def fleet_report(results: t.Mapping[str, Json | None]) -> Json:
    """All hosts of a run, in their order: C(report) for programs, C(text) the same as a file, C(lines) of a table for people.

    A host without a result was not looked at.
    """
    tenants = [{"host": host, **(found or _NOT_REACHED)} for host, found in results.items()]
    counts = {verdict: sum(row["verdict"] == verdict for one in tenants for row in one["connectors"]) for verdict in (GO, NO_GO, NOT_ASSESSED)}
    not_reached = [one["host"] for one in tenants if one["verdict"] == NOT_ASSESSED and not one["connectors"]]
    report = {"format": 1, "counts": counts, "not_reached": not_reached, "tenants": tenants}
    return {"report": report, "text": json.dumps(report, indent=2, sort_keys=True) + "\n", "lines": _table(tenants)}


_NOT_REACHED: t.Mapping[str, t.Any] = {
    "verdict": NOT_ASSESSED,
    "tenant": {"tenant_id": None, "display_name": None},
    "identity": {"app_id": None, "granted": [], "superfluous": None, "superfluous_privileged": None},
    "connectors": [],
    "message": "The host failed or could not be reached, so nothing is known of it.",
}


def _table(tenants: t.Sequence[Json]) -> list[str]:
    rows: list[tuple[str, ...]] = [_HEAD]
    for one in tenants:
        rows += [(one_line(one["host"]), row["connector"], _WORDS[row["verdict"]], _would(row), _codes(row)) for row in one["connectors"]]
        if not one["connectors"]:
            why = {NOT_ASSESSED: "not reached", HELD: one_line(one["message"])}.get(one["verdict"], "")
            rows.append((one_line(one["host"]), "", _WORDS[one["verdict"]], "", why))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    more = [one_line(f"{one['host']}: superfluous permissions: {', '.join(found)}") for one in tenants if (found := one["identity"]["superfluous"])]
    return [*lines, *(f"  {line}" for line in more)]


def _codes(row: Json) -> str:
    return ", ".join(dict.fromkeys(str(reason["code"]) for reason in row["reasons"] if reason["weight"] != Weight.NOTE.value))
