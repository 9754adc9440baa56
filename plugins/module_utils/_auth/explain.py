# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the token endpoint's error codes mean, in plain words, and what to do next."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._clouds import ERROR_PAGE
from .._errors import CredentialError
from .aadsts import CODES
from .error_code import ErrorCode, NewObject, RefusalMeaning, Remedy

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
    return found is not None and found.outcome is RefusalMeaning.BLOCKED


def is_not_yet(code: str | int | None, new: t.Collection[NewObject] = tuple(NewObject), *, said: str | None = None) -> bool:
    """Whether the refusal may pass by waiting, because what is missing is among the objects of ``new``, which were made a short time ago.

    ``said`` is the text of the answer, here and below: some codes have several causes.
    """
    found = _known(code, said)
    return found is not None and found.new in new


def remedy_of(code: str | int | None, *, said: str | None = None) -> Remedy | None:
    """What repairs a refusal; None for a code that is not known, or that no option of a connector repairs."""
    found = _known(code, said)
    return found.remedy if found else None


def cause_of(code: str | int | None, *, tenant: str, client: str, said: str | None = None) -> tuple[str | None, str | None]:
    """The plain cause and the next step of a code, as far as they are known."""
    found = _known(code, said)
    if found is None:
        return None, None
    cause, next_step = (text.replace("{tenant}", tenant).replace("{client}", client) for text in (found.cause, found.next_step))
    return cause, next_step


def _known(code: str | int | None, said: str | None = None) -> ErrorCode | None:
    found = CODES.get(number_of(code) or 0)
    return found.told_by(said) if found else None


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An error answer of the token endpoint, read. Nothing in it is secret."""

    number: int | None
    code: str | None  # "AADSTS53003", or the name of an OAuth error
    shown: str | None  # the middle of a sentence: the plain cause, or what the service said
    message: str | None  # what the service said
    trace_id: str | None
    correlation_id: str | None
    advice: str | None

    @property
    def marks(self) -> str:
        """Code and trace id in brackets, for the end of a sentence; empty when neither is known."""
        known = [mark for mark in (self.code, f"trace id {self.trace_id}" if self.trace_id else None) if mark]
        return f" ({', '.join(known)})" if known else ""


def read_refusal(body: t.Any, *, tenant: str, client: str | None, request_id: str | None = None, redact: t.Callable[[str], str] = str) -> Refusal:
    """What an answer says. ``body`` is its JSON (or the text of azure-cli), ``request_id`` stands in for a trace id that the body does not have."""
    answer: t.Mapping[str, t.Any] = body if isinstance(body, dict) else {"error_description": body if isinstance(body, str) else ""}
    said = str(answer.get("error_description") or answer.get("error") or "")
    number = error_number(answer)
    cause, advice = cause_of(number, tenant=tenant, client=client or "the application", said=said)
    code = f"AADSTS{number}" if number else str(answer.get("error") or "") or None
    message = redact(_TAIL.sub("", said).strip())
    return Refusal(
        number,
        code,
        cause or (f"{SERVICE} answered: {message.rstrip('.')}" if message else None),
        message or None,
        answer.get("trace_id") or _first(_TRACE, said) or request_id,
        answer.get("correlation_id") or _first(_CORRELATION, said),
        advice or (f"Look up {code} at {ERROR_PAGE}." if number else None),
    )


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
    refusal = read_refusal(body, tenant=tenant, client=client, request_id=request_id, redact=redact)
    shown = refusal.shown or f"{SERVICE} refused the request"
    return CredentialError(
        f"Could not get a token for {what} in tenant {tenant} with the {credential}: {shown}{refusal.marks}.",
        code=refusal.code,
        http_status=http_status,
        service=SERVICE,
        service_message=refusal.message,
        request_id=refusal.trace_id,
        client_request_id=refusal.correlation_id,
        tenant=tenant,
        advice=refusal.advice,
    )


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1] if match else None
