# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a report takes from the results of tasks: named fields, never a result as a whole. Pure."""

from __future__ import annotations

import re
import typing as t

from .._engine import PLACEHOLDER_ID
from .._http.origin import job_of
from .model import ConnectorRow, HeldRow, RunRow, StopRow, WhyFailed, WorkItem, WorkKind

Given = t.Mapping[str, t.Any]

FAILED = "failed"
_ADDRESS = re.compile(r"https://[^\s<>\"'`]+")
_BEHIND_AN_ADDRESS = ".,;:!?)]}"
_AWAITING_CONSENT = frozenset({"awaiting_consent", "consent_not_assessed"})
_CREDENTIALS = ("secret", "certificate", "credential")


def run_of(run_id: str, now: str, *, playbook: str, check_mode: bool, version: str, environ: t.Mapping[str, str], extra: Given) -> RunRow:
    """The run, with what a controller says of its job (in variables of the highest precedence and in the environment) and the operator's change."""

    def told(name: str) -> str:
        return _text(extra.get(f"awx_{name}") or extra.get(f"tower_{name}"))

    return RunRow(
        id=run_id,
        started=now,
        written=now,
        playbook=re.split(r"[/\\]", playbook)[-1],
        check_mode=check_mode,
        version=version,
        job=job_of(extra, environ),
        workflow_job=told("workflow_job_id"),
        job_template=told("job_template_name"),
        change=_text(extra.get("entra_change_reference")) or environ.get("ENTRA_CHANGE_REFERENCE", ""),
    )


def is_result(name: str, value: t.Any) -> bool:
    """Whether a fact is the result of a connector. A private one is a part of what a role does."""
    return not name.startswith("__") and isinstance(value, dict) and {"connector", "status"} <= value.keys()


def connector_of(result: Given) -> ConnectorRow:
    """The row of a connector, from the result fact of its role."""
    status, credential = _text(result["status"]), _credential(result)
    to_do = [_text(sentence) for sentence in _list(result, "to_do")]
    failure = _dict(result, "failure")
    return ConnectorRow(
        connector=_text(result["connector"]),
        status=status,
        changed=bool(result.get("changed")),
        client_id=_client(result),
        credential=credential[0],
        end=credential[1],
        days_left=credential[2],
        to_do=tuple(_work(sentence, status, result) for sentence in to_do),
        notes=tuple(note for sentence in _list(result, "notes") if (note := _text(sentence)) not in to_do),
        failure=why_failed({"msg": failure.get("message") or failure.get("advice"), "failure": failure}) if status == FAILED and failure else None,
    )


def tenant_of(result: Given) -> dict[str, str]:
    """What a result says of the tenant that was worked in."""
    tenant = _dict(result, "tenant")
    names = {"tenant_id": "tenant_id", "display_name": "display_name", "domain": "primary_domain"}
    return {name: _text(tenant[key]) for name, key in names.items() if tenant.get(key)}


def why_failed(said: Given, *, task: str = "", connector: str = "") -> WhyFailed:
    """Why, from the result of a task that failed. One of a loop says it in the item that failed; one that hides its result says only that."""
    failure = _dict(said, "failure")
    item = next((part for part in _list(said, "results") if isinstance(part, dict) and part.get("failed")), None)
    if not failure and item is not None:
        return why_failed(item, task=task, connector=connector)
    advice = _text(failure.get("advice"))
    sentence = _without(advice, _text(said.get("msg") or said.get("censored") or "no message"))
    code = _text(failure.get("code") or failure.get("kind"))
    return WhyFailed(sentence, code=code, advice=advice, request_id=_text(failure.get("request_id")), task=task, connector=connector)


def why_of(fact: t.Any) -> WhyFailed | None:
    """Why, from what a playbook noted of a failure that it went on from: its own few fields. None for what is no such note."""
    if not isinstance(fact, dict) or not fact.get("sentence"):
        return None
    told = {name: _text(fact.get(name)) for name in ("code", "advice", "request_id", "task", "connector")}
    return WhyFailed(_without(told["advice"], _text(fact["sentence"])), **told)


def _without(advice: str, sentence: str) -> str:
    """What a task says, which ends with its advice, without that: the advice has a place of its own."""
    return " ".join(sentence.replace(advice, "").split()) if advice and advice in sentence and advice != sentence else sentence


def hold_of(said: Given) -> HeldRow | None:
    """Why a tenant is held, from the task that gives each its turn. None where it is not."""
    held = _dict(said, "held")
    return HeldRow(_text(held.get("reason")), _text(held.get("until"))) if held else None


def stop_of(said: Given) -> StopRow | None:
    """Why no more tenants are begun, from the task that looks whether too many failed. None where it goes on."""
    stopped = _dict(said, "stopped")
    return StopRow(_text(stopped.get("sentence")), _text(stopped.get("cause"))) if stopped else None


def chosen_of(said: Given) -> list[str]:
    """The connectors of a tenant, from the look at all of them."""
    confirmed = [_text(result.get("connector")) for result in _list(said, "confirmed") if isinstance(result, dict)]
    return [*dict.fromkeys([*confirmed, *(_text(name) for name in _list(said, "open"))])]


def _client(result: Given) -> str:
    """The application of the connector, or the vendor's. The id of one that check mode would make says nothing."""
    found = [_text(_dict(result, name).get("app_id")) for name in ("app", "service_principal")]
    return next((app_id for app_id in found if app_id and app_id != PLACEHOLDER_ID), "")


def _credential(result: Given) -> tuple[str, str, int | None]:
    """Its kind, the date on which it ends and the days until then, as the service's clock had it. A federated one does not end."""
    for name in _CREDENTIALS:
        found = _dict(result, name)
        if found.get("end_date_time"):
            days = found.get("days_left")
            return _text(found.get("kind") or name), _text(found["end_date_time"])[:10], days if isinstance(days, int) else None
    return "", "", None


def _work(sentence: str, status: str, result: Given) -> WorkItem:
    """What kind of work a sentence asks for, and the address in it."""
    found = _ADDRESS.search(sentence)
    address = found[0].rstrip(_BEHIND_AN_ADDRESS) if found else ""
    sign_in = _text(_dict(result, "connection").get("authorization_url"))
    if "/adminconsent" in address or (not address and status in _AWAITING_CONSENT):
        kind = WorkKind.CONSENT
    elif status == "ready_for_authorization" or (address and address == sign_in):
        kind = WorkKind.SIGN_IN
    elif status == "not_connected" and _dict(result, "enter_by_hand"):
        kind = WorkKind.TYPE_IN
    else:
        kind = WorkKind.OTHER
    return WorkItem(kind, sentence, address)


def _text(value: t.Any) -> str:
    """A scalar as text; nothing for None and for what is no scalar."""
    return str(value) if isinstance(value, str | int | float) else ""


def _dict(given: Given, name: str) -> Given:
    """A member that is an object, or nothing."""
    value = given.get(name)
    return value if isinstance(value, dict) else {}


def _list(given: Given, name: str) -> list[t.Any]:
    """A member that is a list, or nothing."""
    value = given.get(name)
    return list(value) if isinstance(value, list | tuple) else []
