# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a rollout left of each tenant: the one model that the screen, JUnit, the page, the merge and the webhook are made from. Pure.

It is kept as JSON alone (C(docs/results/rollout_report.schema.json)). What is empty or not known is left out there. Only named fields get in: a result of a
task is never copied as a whole.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing as t

from .._errors import OptionError

SCHEMA = 1
Json = dict[str, t.Any]


class State(enum.StrEnum):
    """What became of a tenant."""

    OK = "ok"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    HELD = "held"
    NOTHING_CHOSEN = "nothing_chosen"
    NOT_BEGUN = "not_begun"
    UNFINISHED = "unfinished"  # begun, and the run that was at it has not said how it ended: it goes on, or was killed


class WorkKind(enum.StrEnum):
    """What a person has to do."""

    CONSENT = "consent"
    SIGN_IN = "sign_in"
    TYPE_IN = "type_in"
    OTHER = "other"


@dataclasses.dataclass(frozen=True)
class WhyFailed:
    """Why a tenant, or one of its connectors, failed."""

    sentence: str
    code: str = ""
    advice: str = ""
    request_id: str = ""
    task: str = ""
    connector: str = ""


@dataclasses.dataclass(frozen=True)
class WorkItem:
    """What is left for a person."""

    kind: WorkKind
    sentence: str
    address: str = ""  # https, from the sentence


@dataclasses.dataclass(frozen=True)
class ConnectorRow:
    """What came of one connector of a tenant. Without C(status) it was chosen, and nothing was heard of it."""

    connector: str
    status: str = ""
    changed: bool = False
    client_id: str = ""
    credential: str = ""  # its kind
    end: str = ""  # a date
    days_left: int | None = None
    to_do: tuple[WorkItem, ...] = ()
    notes: tuple[str, ...] = ()
    failure: WhyFailed | None = None


@dataclasses.dataclass(frozen=True)
class HeldRow:
    """Why a tenant was left alone, and until when."""

    reason: str = ""
    until: str = ""


@dataclasses.dataclass(frozen=True)
class TenantRow:
    """One tenant of the inventory, and what the run C(run) knows of it."""

    name: str
    state: State
    run: str
    wave: int | None = None
    tenant_id: str = ""
    display_name: str = ""
    domain: str = ""
    held: HeldRow | None = None
    failure: WhyFailed | None = None
    connectors: tuple[ConnectorRow, ...] = ()


@dataclasses.dataclass(frozen=True)
class StopRow:
    """Why a run began no more tenants."""

    sentence: str
    cause: str = ""


@dataclasses.dataclass(frozen=True)
class RunRow:
    """One run. Times are UTC; without C(finished) it was killed, or still goes on. C(written) says how old what it knows is."""

    id: str
    started: str
    written: str
    finished: str = ""
    playbook: str = ""
    check_mode: bool = False
    version: str = ""
    job: str = ""  # AWX and Automation Controller
    workflow_job: str = ""
    job_template: str = ""
    change: str = ""
    stopped: StopRow | None = None


@dataclasses.dataclass(frozen=True)
class Report:
    """Runs, and their tenants in the order of the inventory. There is more than one run where reports were merged."""

    runs: tuple[RunRow, ...]
    tenants: tuple[TenantRow, ...]

    def to_json(self) -> Json:
        """As it is kept."""
        return {"schema": SCHEMA, **_plain(self)}

    @classmethod
    def from_json(cls, value: t.Any, source: str) -> Report:
        """What was kept. Raises OptionError, which names C(source), for anything else."""
        if not isinstance(value, dict) or "schema" not in value:
            raise OptionError(f"{source} holds no report of a rollout.", code="no_report", advice="Name files that the callback rollout_report wrote.")
        if value["schema"] != SCHEMA:
            raise OptionError(
                f"{source} holds a report with the schema {value['schema']!r}, and this version of the collection reads {SCHEMA}.",
                code="report_schema",
                advice="Use the version of the collection that wrote it, or a later one.",
            )
        try:
            return t.cast(Report, _read(cls, {name: part for name, part in value.items() if name != "schema"}, "report"))
        except (TypeError, ValueError) as error:
            raise OptionError(f"{source} holds no report of a rollout: {error}.", code="no_report", advice="Let the run write it again.") from error

    def run_of(self, tenant: TenantRow) -> RunRow:
        """The run that a tenant's row comes from."""
        return next((run for run in self.runs if run.id == tenant.run), self.runs[0])


def job_of(run: RunRow) -> str:
    """How people call a run: by the number of the controller's job, else by its own id."""
    return f"job {run.job}" if run.job else f"run {run.id}"


def _plain(value: t.Any) -> t.Any:
    """As JSON has it, without what is empty. C(days_left) may be 0, and C(changed) is false as often as not: neither is empty."""
    if dataclasses.is_dataclass(value):
        found = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        always = {field.name for field in dataclasses.fields(value) if field.default is dataclasses.MISSING} | {"changed", "check_mode"}
        return {name: part for name, part in found.items() if name in always or part not in (None, "", [])}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value.value if isinstance(value, enum.Enum) else value


def _read(kind: t.Any, value: t.Any, where: str) -> t.Any:
    """The value as ``kind``, a type of the fields above. Raises TypeError or ValueError with ``where`` in it. Keys of later versions are left out."""
    origin, arguments = t.get_origin(kind), t.get_args(kind)
    if origin is types.UnionType:
        return _read(arguments[0], value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError(f"{where} is no list")
        return tuple(_read(arguments[0], part, f"{where}[{index}]") for index, part in enumerate(value))
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise TypeError(f"{where} is no object")
        hints = t.get_type_hints(kind)
        fields = {field.name: field for field in dataclasses.fields(kind)}
        missing = [name for name, field in fields.items() if field.default is dataclasses.MISSING and name not in value]
        if missing:
            raise ValueError(f"{where} lacks {missing[0]}")
        return t.cast(t.Callable[..., t.Any], kind)(**{name: _read(hints[name], value[name], f"{where}.{name}") for name in fields if name in value})
    if issubclass(kind, enum.Enum):
        return kind(value)
    if value.__class__ is not kind:  # true is a number as well
        raise TypeError(f"{where} is no {kind.__name__}")
    return value
