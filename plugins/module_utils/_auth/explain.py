# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the token endpoint's error codes mean, in plain words, and what to do next."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.aadsts import CODES, ErrorCode, NewObject, Outcome, Remedy
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError

SERVICE = "Microsoft Entra ID"

_IN_TEXT = re.compile(r"AADSTS(\d{4,9})")
_TAIL = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp):.*\Z", re.DOTALL)
_TRACE = re.compile(r"Trace ID:\s*([0-9a-fA-F-]{36})")
_CORRELATION = re.compile(r"Correlation ID:\s*([0-9a-fA-F-]{36})")


def error_number(body: t.Any) -> int | None:
    """The AADSTS number of an error answer, or None."""
    if isinstance(body, dict):
        codes = body.get("error_codes")
        if isinstance(codes, list) and codes and isinstance(codes[0], int):
            return codes[0]
        body = body.get("error_description")
    match = _IN_TEXT.search(body) if isinstance(body, str) else None
    return int(match[1]) if match else None


def number_of(code: str | int | None) -> int | None:
    """The number of a code as results show it ("AADSTS53003"), or None for a code of another kind."""
    if isinstance(code, str):
        match = _IN_TEXT.fullmatch(code)
        return int(match[1]) if match else None
    return code


def is_blocked(code: str | int | None) -> bool:
    """Whether a rule of the tenant stands in the way (Conditional Access, a second factor, an assignment): that says nothing about the credential."""
    found = _known(code)
    return found is not None and found.outcome is Outcome.BLOCKED


def is_not_yet(code: str | int | None, new: t.Collection[NewObject] = tuple(NewObject)) -> bool:
    """Whether the refusal may pass by waiting, because what is missing is among the objects of ``new``, which were made a short time ago."""
    found = _known(code)
    return found is not None and found.new in new


def remedy_of(code: str | int | None) -> Remedy | None:
    """What repairs a refusal; None for a code that is not known, or that no option of a connector repairs."""
    found = _known(code)
    return found and found.remedy


def cause_of(code: str | int | None, *, tenant: str, client: str) -> tuple[str | None, str | None]:
    """The plain cause and the next step of a code, as far as they are known."""
    found = _known(code)
    if found is None:
        return None, None
    cause, next_step = (text.replace("{tenant}", tenant).replace("{client}", client) for text in (found.cause, found.next_step))
    return cause, next_step


def _known(code: str | int | None) -> ErrorCode | None:
    return CODES.get(number_of(code) or 0)


def token_error(
    body: t.Any,
    *,
    tenant: str,
    client: str | None,
    credential: str,
    what: str,
    http_status: int | None = None,
    request_id: str | None = None,
    redact: t.Callable[[str], str] = str,
) -> CredentialError:
    """A refusal of the token endpoint as an error with a sentence.

    ``body`` is the answer (or the text of azure-cli), ``credential`` what was used ("client secret of 1234... from the options"),
    ``what`` what the token is for.
    """
    answer: t.Mapping[str, t.Any] = body if isinstance(body, dict) else {"error_description": body if isinstance(body, str) else ""}
    said = str(answer.get("error_description") or answer.get("error") or "")
    number = error_number(answer)
    cause, advice = cause_of(number, tenant=tenant, client=client or "the application")
    trace = answer.get("trace_id") or _first(_TRACE, said) or request_id
    correlation = answer.get("correlation_id") or _first(_CORRELATION, said)
    code = f"AADSTS{number}" if number else str(answer.get("error") or "") or None
    message = redact(_TAIL.sub("", said).strip())
    shown = cause or (message and f"{SERVICE} answered: {message.rstrip('.')}") or f"{SERVICE} refused the request"
    marks = [mark for mark in (code, f"trace id {trace}" if trace else None) if mark]
    return CredentialError(
        f"Could not get a token for {what} in tenant {tenant} with the {credential}: {shown}{' (' + ', '.join(marks) + ')' if marks else ''}.",
        code=code,
        http_status=http_status,
        service=SERVICE,
        service_message=message or None,
        request_id=trace,
        client_request_id=correlation,
        tenant=tenant,
        advice=advice or (f"Look up {code} at https://login.microsoftonline.com/error." if number else None),
    )


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1] if match else None
