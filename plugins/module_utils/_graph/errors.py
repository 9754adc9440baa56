# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Error answers of Graph as exceptions: which class, and what the operator can do about it.

Sources: https://learn.microsoft.com/graph/errors (form, statuses, Directory_ConcurrencyViolation),
https://learn.microsoft.com/entra/identity-platform/reference-breaking-changes and
https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions (identifier URIs); read 2026-11. The other codes and texts of the directory,
among them its concurrency error with status 503: observed in public reports; not documented. What to do about them (inferred).
"""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from .._errors import (
    BlockedError,
    BudgetError,
    ConflictError,
    ConnectorError,
    CredentialError,
    ForbiddenError,
    NotFoundError,
    ProxyAnswerError,
    RedirectError,
    ServiceError,
)
from .._redact import excerpt, redact
from .._refusals import OF_GRAPH, Challenge, Doubt, challenge_in, doubt_about, foreign_answer, is_missing_right, other_cause
from .required_permissions import least_permissions
from .rights import TaskRights

SERVICE = "Microsoft Graph"
CONCURRENCY = "Directory_ConcurrencyViolation"
_LONGEST_MESSAGE = 600
_INNER_CODE = re.compile(r'"errorCode"\s*:\s*"(\w+)"')  # of a service behind Graph, in a message that is JSON itself


@dataclasses.dataclass(frozen=True)
class Fault:
    """An error answer, read tolerantly: codes and texts may be missing, objects, or not JSON at all."""

    status: int
    code: str | None = None
    message: str = ""
    detail_codes: tuple[str, ...] = ()
    request_id: str | None = None
    shaped: bool = False  # the body had the form of a Graph error
    doubt: Doubt | None = None  # why it is not Graph that answered
    challenge: Challenge | None = None  # the rule of the tenant that refuses the token

    @property
    def words(self) -> str:
        """All codes and the message, for matching."""
        return " ".join([self.code or "", *self.detail_codes, self.message])

    @property
    def concurrent(self) -> bool:
        """Another write was under way; this one was certainly not applied."""
        return self.status in (409, 503) and CONCURRENCY in (self.code, *self.detail_codes)

    @property
    def directory_unread(self) -> bool:
        """404 "Unable to read the company information": says nothing about the object, and a write may have been applied."""
        return self.status == 404 and self.code == "Directory_ObjectNotFound"

    @property
    def absent(self) -> bool:
        """The one answer that means that the object does not exist."""
        return self.status == 404 and self.shaped and not self.directory_unread and self.doubt is None

    @property
    def missing_right(self) -> bool:
        """Graph says, in its own form and with one of the codes for it, that the caller lacks a right."""
        return self.doubt is None and self.challenge is None and is_missing_right(OF_GRAPH, self.status, [self.code or "", *self.detail_codes])

    @property
    def outdated_token(self) -> bool:
        """Whether a token that is newer may change the answer."""
        if self.doubt is not None or self.challenge is not None:
            return self.challenge is not None and self.challenge.new_token_helps
        return self.status == 401 or self.missing_right

    @property
    def exists_already(self) -> bool:
        """A create was refused because the object is there."""
        return _row(self) is not None and t.cast(Row, _row(self)).kind is ConflictError and not self.concurrent


@dataclasses.dataclass(frozen=True)
class Row:
    """One known error: matched by code, by a part of its text, or both."""

    code: str | None
    text: str | None
    kind: type[ConnectorError]
    advice: str


# The first match counts, so texts stand before bare codes.
TABLE: tuple[Row, ...] = (
    Row("InvalidAuthenticationToken", "audience", CredentialError, "The token is for another service: check 'cloud' and 'graph_url'."),
    Row("InvalidAuthenticationToken", "expired", CredentialError, "Check the clock of this machine; a token given as 'auth_access_token' must be renewed."),
    Row("InvalidAuthenticationToken", None, CredentialError, "Check the credential, or the token given as 'auth_access_token'."),
    Row(
        None,
        "must in the local tenant",
        ForbiddenError,
        "With Application.ReadWrite.OwnedBy a service principal can only be made for an "
        "application of this tenant: for a vendor's or Microsoft's application grant Application.ReadWrite.All.",
    ),
    Row("Directory_QuotaExceeded", "forward-link owners", ServiceError, "An application has at most 100 owners: remove some."),
    Row(
        "Directory_QuotaExceeded",
        None,
        ServiceError,
        "This is a quota, not a missing permission: delete unused (also soft-deleted) applications of this identity, or have its quota raised.",
    ),
    Row(None, "size of the object has exceeded its limit", ServiceError, "Remove credentials, redirect URIs or permissions that are no longer needed."),
    # Its code from general knowledge, not verified.
    Row(
        "CannotUpdateLockedServicePrincipalProperty",
        None,
        ServiceError,
        "The publisher of the application locked this property (app instance property lock): change it in the publisher's tenant, or have the lock taken off.",
    ),
    Row("NoBackingApplicationObject", None, ServiceError, "Check the application id; not every Microsoft application can be added to a tenant."),
    Row(None, "does not reference a valid application object", ServiceError, "Check the application id; not every Microsoft application can be added."),
    Row(None, "is already in use", ConflictError, "The service principal exists already, or is soft-deleted: in that case restore or purge it."),
    Row(None, "already present for the tenant", ConflictError, "The service principal exists already: run again."),
    Row(None, "same value for property uniquename", ConflictError, "The unique name is taken, possibly by a soft-deleted application: restore or purge it."),
    Row(None, "same value for property", ConflictError, "Another application, possibly a soft-deleted one, has this value: choose another value or purge it."),
    Row(None, "permission entry already exists", ConflictError, "The grant was made in the meantime: run again."),
    Row(None, "permission being assigned already exists", ConflictError, "The assignment was made in the meantime: run again."),
    Row(None, "added object references already exist", ConflictError, "The owner was added in the meantime: run again."),
    Row(None, "removed object references do not exist", ConflictError, "The owner was removed in the meantime: run again."),
    Row(None, "federatedidentitycredential with name", ConflictError, "The federated credential was made in the meantime: run again."),
    Row(None, "issuer and subject must be unique", ConflictError, "Another federated credential of this application has this issuer and subject."),
    Row(None, "conflicting object with one or more", ConflictError, "A setting of this template exists already: run again."),
    Row("Request_MultipleObjectsWithSameKeyValue", None, ConflictError, "The object exists already: run again."),
    Row("ObjectConflict", None, ConflictError, "The object exists already: run again."),
    Row(CONCURRENCY, None, ConflictError, "Another client is writing to this object: run again when it has finished."),
    Row("CannotDeleteOrUpdateEnabledEntitlement", None, ServiceError, "Disable the scope or role first, and remove it in a second step."),
    Row(None, "apppermissions sets", ServiceError, "The scope is not known yet: run again in a minute."),
    Row(None, "requestedaccesstokenversion", ServiceError, "Applications for personal accounts need token version 2."),
    Row("MsaAppDoesNotExist", None, ConflictError, "The personal-account side of the application is not there yet: run again in a minute."),
    Row("HostNameNotOnVerifiedDomain", None, ServiceError, "Use api://<application id>, or a verified domain of the tenant, in identifier URIs."),
    Row(None, "failed to add identifier uri", ServiceError, "Use api://<application id>, or a verified domain of the tenant, in identifier URIs."),
    Row("CredentialInvalidLifetimeAsPerAppPolicy", None, ServiceError, "The tenant's app management policy allows shorter lifetimes only: lower the lifetime."),
    Row(
        "CredentialTypeNotAllowedAsPerAppPolicy",
        None,
        ServiceError,
        "The tenant's app management policy forbids this kind of credential: use another kind, or have the application exempted.",
    ),
    Row("SignInAudienceNotAllowedAsPerAppPolicy", None, ServiceError, "The tenant's app management policy forbids this sign-in audience."),
    Row(None, "no password credential found", ServiceError, "The secret was removed already, or was created seconds ago: run again."),
    Row(None, "update to existing credential", ServiceError, "A certificate was changed in the meantime: run again."),
    Row(None, "not a valid reference update", ServiceError, "One of the objects is not replicated yet: run again in a minute."),
    Row(None, "permission being assigned was not found", ServiceError, "The API does not define this application permission, or defined it only a moment ago."),
    Row(None, "specified resourceid was not found", ServiceError, "The API's service principal does not exist in this tenant, or was made a moment ago."),
    Row(None, "only valid with delegated", ServiceError, "This call needs a signed-in user; an application cannot make it."),
    Row("Authorization_RequestDenied", None, ForbiddenError, ""),
    Row("Authorization_IdentityNotFound", None, ForbiddenError, "The automation identity is unknown in this tenant: have an admin consent to it."),
    Row("Authentication_MSGraphPermissionMissing", None, ForbiddenError, ""),
)

_KINDS: dict[int, type[ConnectorError]] = {401: CredentialError, 409: ConflictError, 412: ConflictError}


def read_fault(status: int, body: t.Any, request_id: str | None = None, secrets: t.Iterable[str] = (), *, headers: t.Mapping[str, str] | None = None) -> Fault:
    """The fault in an error body: a dict, or the text of the answer. Without the ``headers`` a page of a proxy is known by its body alone."""
    fault = _read(status, body, request_id, secrets)
    headers = headers or {}
    kind = str(headers.get("Content-Type") or "").partition(";")[0].strip().lower()
    doubt = doubt_about(OF_GRAPH, status, headers, body, secrets, content_type=kind)
    return dataclasses.replace(fault, doubt=doubt, challenge=None if doubt else challenge_in(status, headers, fault.words))


def _read(status: int, body: t.Any, request_id: str | None, secrets: t.Iterable[str]) -> Fault:
    if isinstance(body, str):
        text = body
        try:
            body = json.loads(text)
        except ValueError:
            return Fault(status, message=excerpt(text, secrets), request_id=request_id)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, str):  # the form of the token endpoint
        return Fault(status, error or None, _text(body.get("error_description"), secrets), request_id=request_id)
    if not isinstance(error, dict):
        return Fault(status, message=excerpt("" if body is None else json.dumps(body), secrets), request_id=request_id)
    details = error.get("details")
    entries = details if isinstance(details, list) else [details]
    codes = tuple(str(entry["code"]) for entry in entries if isinstance(entry, dict) and entry.get("code"))
    inner = error.get("innerError") or error.get("innererror")
    if not request_id and isinstance(inner, dict):
        request_id = inner.get("request-id") or None
    code, message = error.get("code"), error.get("message")
    if isinstance(message, str):
        codes += tuple(_INNER_CODE.findall(message))
    return Fault(status, str(code) if code else None, _text(message, secrets), codes, request_id, shaped=bool(code or message))


def is_lost(error: ConnectorError) -> bool:
    """Whether a write may have been applied and can be asked again: what answers in Graph's place, a redirect say, stays where it is."""
    return error.outcome == "unknown" and not isinstance(error, (BudgetError, ProxyAnswerError, RedirectError))


def exists_already(error: ConnectorError) -> bool:
    """Whether a create failed because the object is there."""
    codes = t.cast("list[str]", error.details.get("codes", []))
    return Fault(error.http_status or 0, error.code, error.service_message or "", tuple(codes)).exists_already


def error_for(
    fault: Fault,
    *,
    doing: str,
    tenant: str,
    method: str,
    path: str,
    client_request_id: str | None = None,
    outcome: str | None = None,
    host: str = "the address of Microsoft Graph",
    rights: TaskRights | None = None,
) -> ConnectorError:
    """The exception for a fault, with sentence and advice. Without an ``outcome`` it was a read. ``rights`` are those that the task needs."""
    if fault.doubt is not None:
        return foreign_answer(
            fault.doubt,
            doing=f"{doing} in tenant {tenant}",
            service=SERVICE,
            host=host,
            status=fault.status,
            method=method,
            reading=outcome is None,
            ids=f"client request id {client_request_id}" if client_request_id else "",
            tenant=tenant,
            client_request_id=client_request_id,
            check="'graph_url' ('entra_graph_url' of the roles)",
        )
    row = _row(fault)
    kind = row.kind if row else ForbiddenError if fault.missing_right else _KINDS.get(fault.status, ServiceError)
    if fault.challenge is not None:
        kind = BlockedError
    elif fault.absent:
        kind = NotFoundError
    elif fault.status >= 500 and not fault.concurrent:
        kind = ServiceError
    advice = (row.advice if row else "") or _general_advice(fault, method, path, rights)
    code = fault.code
    said = " ".join(word for word in (str(fault.status), fault.code) if word)
    message = f"Could not {doing} in tenant {tenant}: {SERVICE} answered {said}"
    if fault.challenge is not None:
        message, advice, code = f"{message}: {fault.challenge.cause} ({fault.challenge.code})", fault.challenge.next_step, fault.challenge.code
    elif fault.message:
        message += f": {fault.message.rstrip('. ')}"
    if fault.request_id:
        message += f" (request id {fault.request_id})"
    return kind(
        message + ".",
        code=code,
        http_status=fault.status,
        service=SERVICE,
        service_message=fault.message or None,
        request_id=fault.request_id,
        client_request_id=client_request_id,
        tenant=tenant,
        advice=advice or None,
        outcome=outcome,
        details={"codes": list(fault.detail_codes)} if fault.detail_codes else None,
    )


def _row(fault: Fault) -> Row | None:
    words = fault.words.lower()
    codes = {code.lower() for code in (fault.code, *fault.detail_codes) if code}
    for row in TABLE:
        # Services prefix some codes ("Error_MsaAppDoesNotExist").
        if row.code and not any(code == row.code.lower() or code.endswith("_" + row.code.lower()) for code in codes):
            continue
        if row.text and row.text not in words:
            continue
        return row
    return None


def _general_advice(fault: Fault, method: str, path: str, rights: TaskRights | None) -> str:
    if fault.status == 403 and not fault.missing_right:
        unknown = "This code is not known to mean a missing permission, so nothing is handed off for it: ask an administrator of the tenant what refuses this."
        return other_cause(fault.words) or unknown
    if fault.status == 403:
        names = least_permissions(method, path)
        of_task = rights.advice(names) if rights else ""
        if of_task:
            return of_task
        if names:
            return f"The automation identity needs the application permission {names} (with admin consent), or a directory role that includes it."
        return "The automation identity lacks a permission or directory role for this."
    if fault.status == 401:
        return "Check the credential and 'cloud'."
    if fault.directory_unread:
        return "The directory could not be read; whether a write was applied is not known. Run again."
    if fault.status >= 500:
        known = "" if method.upper() in ("GET", "HEAD") else " Whether this was carried out is not known."
        return f"The service has a temporary fault: run again later.{known}"
    return ""


def _text(message: t.Any, secrets: t.Iterable[str]) -> str:
    if isinstance(message, dict):  # {"lang": "en", "value": "..."}
        message = message.get("value")
    text = re.sub(r"\s+", " ", redact(message, secrets)).strip() if message else ""
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "..."
