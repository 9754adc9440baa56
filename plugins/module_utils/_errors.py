# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Failures as sentences: what was being done to which object in which tenant, what the service said, what to do."""

from __future__ import annotations

import typing as t


class ConnectorError(Exception):
    """Base of every failure an operator is meant to read.

    ``message`` is a whole sentence (or several). ``failure`` is the same for a program: it becomes the result key
    C(failure). ``outcome`` says what is known about a write: C(refused) (certainly not applied), C(unknown), or None
    when no write was under way.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        http_status: int | None = None,
        service: str | None = None,
        service_message: str | None = None,
        request_id: str | None = None,
        client_request_id: str | None = None,
        tenant: str | None = None,
        advice: str | None = None,
        outcome: str | None = None,
        details: t.Mapping[str, t.Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.http_status = http_status
        self.service = service
        self.service_message = service_message
        self.request_id = request_id
        self.client_request_id = client_request_id
        self.tenant = tenant
        self.advice = advice
        self.outcome = outcome
        self.details = dict(details or {})
        self.applied: list[str] = []  # sentences of the actions that were carried out before this failure

    def sentence(self) -> str:
        """The text for C(msg): the message, then the advice."""
        parts = [self.message]
        if self.advice:
            parts.append(self.advice)
        if self.applied:
            parts.append("Already done in this task: " + "; ".join(self.applied) + ".")
        return " ".join(parts)

    def as_failure(self) -> dict[str, t.Any]:
        """The result key C(failure): only JSON-plain values, always the same keys."""
        return {
            "kind": type(self).__name__.removesuffix("Error").lower(),
            "code": self.code,
            "http_status": self.http_status,
            "service": self.service,
            "message": self.service_message,
            "request_id": self.request_id,
            "client_request_id": self.client_request_id,
            "tenant": self.tenant,
            "advice": self.advice,
            "outcome": self.outcome,
            "applied": list(self.applied),
            "details": self.details,
        }


class OptionError(ConnectorError):
    """What the user wrote cannot be right; found before anything was sent, or before the first write."""


class CredentialError(ConnectorError):
    """No usable credential, or the token endpoint refused it."""


class TenantGuardError(ConnectorError):
    """The credential reaches another tenant than the one that was named (SAFETY: the right tenant)."""


class ServiceError(ConnectorError):
    """A service answered with an error status."""


class NotFoundError(ServiceError):
    """404 (or an empty filter result) for an object that has to exist. Nothing else ever means absent."""


class ForbiddenError(ServiceError):
    """403: the automation identity lacks a privilege, or a product refused its key."""


class ConflictError(ServiceError):
    """409, or a 400 that says the same: the object is there already, or is being changed by somebody else."""


class BudgetError(ConnectorError):
    """The task's time budget is spent: throttled, not replicated yet, or too slow. Says which."""


class TransportError(ConnectorError):
    """No usable HTTP answer. ``outcome`` C(refused) when the connection never opened, else C(unknown)."""


class RedirectError(TransportError):
    """A 3xx. Redirects are never followed: host and Location (without its query) are named."""
