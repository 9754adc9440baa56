# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Proof that a client secret works: at the token endpoint itself, with nothing cached on the way."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.aadsts import NewObject
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.base import claims_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.explain import SERVICE, cause_of, error_number, is_blocked, is_not_yet
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError, ConnectorError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http import HttpClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._http_answer import HttpAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._ids import is_guid

# What the run that proves a credential may have made just before.
_NEW = frozenset({NewObject.APPLICATION, NewObject.SERVICE_PRINCIPAL, NewObject.SECRET, NewObject.CERTIFICATE})
_PAUSES = (1.0, 2.0, 3.0, 4.0, 5.0)


@dataclasses.dataclass(frozen=True)
class Proof:
    """What came out. ``detail`` is a sentence; ``token_claims_summary`` tells tenant and application, never a token."""

    status: t.Literal["proven", "blocked", "failed"]
    detail: str
    tries: int
    token_claims_summary: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    code: str | None = None
    request_id: str | None = None
    advice: str | None = None

    @property
    def proven(self) -> bool:
        """Whether the secret may be delivered."""
        return self.status == "proven"


def prove_secret(
    http: HttpClient,
    login_url: str,
    tenant_id: str,
    client_id: str,
    secret_text: str,
    audience: str,
    budget: Budget,
    successes: int = 3,
) -> Proof:
    """Sign in with the secret until it worked C(successes) times in a row, each time at the home tenant, and drop the tokens.

    Never raises for an answer. What Entra does not know yet is waited for within the budget.
    """
    if not is_guid(tenant_id):
        raise ValueError("a proof needs the tenant's GUID: a domain may lead elsewhere")
    tries = 0
    row = 0
    waits = 0
    summary: dict[str, str | None] = {}
    while row < successes:
        tries += 1
        try:
            answer = http.request(
                "POST",
                f"{login_url}/{tenant_id}/oauth2/v2.0/token",
                doing=f"try the client secret of application {client_id} in tenant {tenant_id}",
                service=SERVICE,
                # A new connection each time, since a kept one leads to the same server, and servers learn of a secret one after the other.
                headers={"Connection": "close"},
                form={"client_id": client_id, "client_secret": secret_text, "scope": f"{audience}/.default", "grant_type": "client_credentials"},
            )
            body = answer.json()
        except ConnectorError as error:
            return Proof("failed", error.message, tries, code=error.code, request_id=error.request_id, advice=error.advice)
        if answer.status == 200 and isinstance(body, dict) and body.get("access_token"):
            summary = _summary(str(body["access_token"]))
            wrong = _wrong_token(summary, tenant_id, client_id)
            if wrong:
                return Proof("failed", wrong, tries, summary, code="wrong_token", request_id=answer.request_id)
            row += 1
            continue
        row = 0
        number = error_number(body)
        if not is_not_yet(number, _NEW):
            status: t.Literal["blocked", "failed"] = "blocked" if is_blocked(number) else "failed"
            return _refusal(status, answer, body, number, tenant_id, client_id, tries)
        try:
            budget.wait(_PAUSES[min(waits, len(_PAUSES) - 1)], f"{SERVICE} does not accept the new secret of application {client_id} yet")
        except BudgetError:
            return _refusal("failed", answer, body, number, tenant_id, client_id, tries, " The time budget ended before it was accepted.")
        waits += 1
    times = "once" if successes == 1 else f"{successes} times in a row"
    return Proof("proven", f"{SERVICE} accepted the secret {times} in tenant {tenant_id}.", tries, summary)


def _refusal(
    status: t.Literal["blocked", "failed"], answer: HttpAnswer, body: t.Any, number: int | None, tenant_id: str, client_id: str, tries: int, more: str = ""
) -> Proof:
    cause, advice = cause_of(number, tenant=tenant_id, client=client_id)
    code = f"AADSTS{number}" if number else None
    trace = (body.get("trace_id") if isinstance(body, dict) else None) or answer.request_id
    what = cause or f"{SERVICE} answered {answer.status}"
    marks = ", ".join(mark for mark in (code, f"trace id {trace}" if trace else None) if mark)
    detail = f"The secret of application {client_id} could not be used in tenant {tenant_id}: {what}{f' ({marks})' if marks else ''}.{more}"
    if status == "blocked":
        detail += " This says nothing about the secret itself."
    return Proof(status, detail, tries, code=code, request_id=trace, advice=advice)


def _summary(token: str) -> dict[str, str | None]:
    claims = claims_of(token)
    return {
        "tenant_id": _lower(claims.get("tid")),
        "app_id": _lower(claims.get("appid") or claims.get("azp")),
        "object_id": _lower(claims.get("oid")),
        "audience": claims.get("aud") if isinstance(claims.get("aud"), str) else None,
    }


def _wrong_token(summary: t.Mapping[str, str | None], tenant_id: str, client_id: str) -> str | None:
    """A sentence when the token is not the one that was asked for; what an opaque token is, nobody but its service knows."""
    for name, wanted, key in (("tenant", tenant_id, "tenant_id"), ("application", client_id, "app_id")):
        if summary[key] is not None and summary[key] != wanted.lower():
            return f"{SERVICE} issued a token for {name} {summary[key]} where one for {wanted} was asked for."
    return None


def _lower(value: t.Any) -> str | None:
    return value.lower() if isinstance(value, str) else None
