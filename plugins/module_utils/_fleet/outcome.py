# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What came of a tenant in a rollout: whether its run is a failure, and of which causes. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

Json = t.Mapping[str, t.Any]

_OTHER_TENANT = "tenantguard"
_CREDENTIALS = ("secret", "certificate", "credential")
BLOCKED, ENDS_SOON, WORSE, WAITS, NOT_TRIED = "blocked", "credential_ends_soon", "not_connected_any_more", "waits_for_person", "not_tried"
# What a role's result says of a connection that works, and of one that is as far as the role can bring it.
_CONNECTED = frozenset({"connected", "configured", "not_proven"})
_WORKS = _CONNECTED | {"ready_for_authorization"}
_GONE = frozenset({"absent", "absent_in_entra"})
_PARTS = ("code", "kind", "advice", "request_id", "http_status", "tenant")


@dataclasses.dataclass(frozen=True)
class Problem:
    """One reason why a tenant's run is a failure. ``cause`` has no names in it, so that those of several tenants can be compared."""

    connector: str  # empty for the tenant as a whole
    cause: str
    sentence: str
    signing_in: bool = False  # whether the automation's own sign-in was refused

    def to_result(self) -> dict[str, t.Any]:
        """As a result of a task has it."""
        return dataclasses.asdict(self)


def failure_of(failed: Json, connector: str, task: str) -> dict[str, t.Any]:
    """What is kept of a connector that has failed, for the end of its tenant's run and for reports.

    ``failed`` is the result of the task that has failed: only named parts of it are taken, since the rest may hold what no report may show.
    """
    failure: Json = failed.get("failure") or {}
    # What hides its result may say in its message what it hides. The modules of this collection leave that out themselves, and give a failure.
    hidden = bool(failed.get("_ansible_no_log")) and not failure
    return {
        "connector": connector,
        "task": task,
        "sentence": f"The task '{task}' failed, and hides its result." if hidden else str(failed.get("msg") or "no message"),
        **{name: failure.get(name) for name in _PARTS},
        "signs_in": (failure.get("details") or {}).get("signs_in"),
    }


def cause_of(failure: Json) -> str:
    """What several tenants may have in common: the code of a failure, else its kind, else the task. Never a text with names in it."""
    return str(failure.get("code") or failure.get("kind") or failure.get("task") or "unknown")


def goes_on(failures: t.Sequence[Json]) -> bool:
    """Whether the next connector of a tenant is tried after these failures.

    It is not where another tenant was reached than the one that was named, or the automation's sign-in was refused: then nothing of the tenant can work.
    """
    return not any(failure.get("kind") == _OTHER_TENANT or failure.get("signs_in") for failure in failures)


def problems_of(
    connectors: t.Sequence[str],
    results: t.Mapping[str, Json],
    failures: t.Sequence[Json],
    worked: t.Collection[str],
    renew_before: t.Callable[[str], int | None],
    *,
    fail_on_waiting: bool,
) -> list[Problem]:
    """Why the run of a tenant is a failure; empty when it is none.

    ``results`` are the result facts of its connectors, ``worked`` those that were connected when the run looked first. ``renew_before`` says how many days
    before its end a connector's credential is renewed, where anything says it; it is asked only where a person is waited for.
    """
    found = [Problem(one["connector"], cause_of(one), str(one["sentence"]), bool(one.get("signs_in"))) for one in failures]
    failed = {problem.connector for problem in found}
    for connector in connectors if "" not in failed else ():
        if connector in failed:
            continue
        result = results.get(connector)
        if result is None:
            found.append(Problem(connector, NOT_TRIED, "it was not tried, since nothing else of the tenant could work"))
            continue
        problem = _problem(connector, result, connector in worked, renew_before, fail_on_waiting=fail_on_waiting)
        if problem:
            found.append(problem)
    return found


def _problem(connector: str, result: Json, worked: bool, renew_before: t.Callable[[str], int | None], *, fail_on_waiting: bool) -> Problem | None:
    status = str(result.get("status"))
    if status in _GONE or (status in _CONNECTED and not result.get("to_do")):
        return None
    to_do = " ".join(str(sentence) for sentence in result.get("to_do") or ())
    if status == "blocked" and in_use(result):
        return Problem(connector, BLOCKED, _sentence("it is in use and blocked.", to_do))
    if worked and status not in _WORKS:
        return Problem(connector, WORSE, _sentence(f"it was connected when this run began, and is {status} now.", to_do))
    days = _days_left(result)
    limit = renew_before(connector) if days is not None and in_use(result) else None
    if days is not None and limit is not None and days <= limit / 2:
        return Problem(connector, ENDS_SOON, _sentence(f"its credential ends in {days} days and cannot be renewed before a person has acted.", to_do))
    if fail_on_waiting and status not in _CONNECTED:
        return Problem(connector, WAITS, _sentence(f"it is {status} ('fail_on_waiting').", to_do))
    return None


def in_use(result: Json) -> bool:
    """Whether people or the product rely on the connection: a credential was delivered, or what needs none has its consent."""
    credentials = [result[name] for name in _CREDENTIALS if (result.get(name) or {}).get("key_id")]
    if credentials:
        return any(credential.get("status") == "delivered" for credential in credentials)
    return bool((result.get("consent") or {}).get("complete"))


def worked_at_first(look: Json) -> bool:
    """Whether an open look says that the connection worked when the run began: a credential was delivered, consent is there and nothing blocks.

    Such a look is C(not_connected) where something of the application is to be put right, and nothing that people wait for.
    """
    found = (look.get("entra") or {}).get("connection") or {}
    return bool((found.get("delivery") or {}).get("held") and found.get("status") in ("connected", "not_connected"))


def _days_left(result: Json) -> int | None:
    days = [credential["days_left"] for name in _CREDENTIALS if (credential := result.get(name) or {}).get("days_left") is not None]
    return min(days, default=None)


def _sentence(first: str, more: str) -> str:
    return f"{first} {more}".strip()


def failure_text(problems: t.Sequence[Problem]) -> str:
    """The sentences of a tenant's problems, each behind the name of its connector, where it has one."""
    return " ".join(f"{problem.connector}: {problem.sentence}" if problem.connector else problem.sentence for problem in problems)
