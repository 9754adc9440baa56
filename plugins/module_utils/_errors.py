# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Failures as sentences: what was being done to which object in which tenant, what the service said, what to do.

ConnectorError             every failure that an operator is meant to read
├── OptionError            what the user wrote cannot be right; nothing was sent that depends on it
├── CredentialError        no usable credential, or the token endpoint refused it
├── TenantGuardError       the credential reaches another tenant than the one that was named; nothing is written from there on
├── ServiceError           a service answered with an error status: a write is ambiguous after 5xx and 408, refused after the others
│   ├── NotFoundError      an object that has to exist does not
│   ├── ForbiddenError     the identity lacks a privilege, or a product refused its key
│   ├── BlockedError       a rule of the tenant refuses a token that is right: nothing is wrong with the credential or the permissions
│   ├── ProxyAnswerError   something else answered in the service's place, a proxy say: a write is ambiguous, and asking again gets the same answer
│   └── ConflictError      the object exists already, or something else is changing it
├── BudgetError            the task's time is over: a write is ambiguous where an earlier try of it may have been applied
└── TransportError         no usable HTTP answer: a write is ambiguous unless the connection never opened
    └── RedirectError      an answer 3xx: a write is ambiguous, and asking again gets the same answer

What is known about a write says ``outcome``, and only that: C(refused) (certainly not applied), C(unknown) (ambiguous), or None when none was under way.
Two classes stand beside their use: C(FileError) of a vault file and C(HandedOnError), the failure of an earlier task.

A failure is made whole where it arises and never changed on its way. What a caller knows more makes another one of it:
C(raise error.with_(outcome="unknown") from error), or C(with failures_say(outcome="unknown"):) around the call.
"""

from __future__ import annotations

import contextlib
import types
import typing as t


class Fields(t.TypedDict, total=False):
    """What a failure says beside its sentence. C(ConnectorError) describes each."""

    code: str | None
    http_status: int | None
    service: str | None
    service_message: str | None
    request_id: str | None
    client_request_id: str | None
    tenant: str | None
    advice: str | None
    outcome: str | None
    details: t.Mapping[str, t.Any] | None
    applied: t.Sequence[str]


class Changes(Fields, total=False):
    """What C(with_) takes."""

    message: str


class ConnectorError(Exception):
    """Base of every failure an operator is meant to read.

    ``message`` is a whole sentence (or several). ``failure`` is the same for a program: it becomes the result key
    C(failure). ``outcome`` says what is known about a write: C(refused) (certainly not applied), C(unknown), or None
    when no write was under way. ``applied`` are the sentences of the actions that were carried out before this failure.
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
        applied: t.Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message: t.Final = message
        self.code: t.Final = code
        self.http_status: t.Final = http_status
        self.service: t.Final = service
        self.service_message: t.Final = service_message
        self.request_id: t.Final = request_id
        self.client_request_id: t.Final = client_request_id
        self.tenant: t.Final = tenant
        self.advice: t.Final = advice
        self.outcome: t.Final = outcome
        self.details: t.Final[t.Mapping[str, t.Any]] = types.MappingProxyType(dict(details or {}))
        self.applied: t.Final = tuple(applied)

    def __setattr__(self, name: str, value: t.Any) -> None:
        """Each field is set once, by the constructor; what Python keeps at an exception (``__traceback__`` and the like) stays changeable."""
        if not name.startswith("__") and name in self.__dict__:
            raise AttributeError(f"{name} of {type(self).__name__} is final: make another failure with with_().")
        super().__setattr__(name, value)

    def with_(self, **changes: t.Unpack[Changes]) -> t.Self:
        """Another failure of this class that says something else, or more; ``details`` are added to those that there are.

        Raises TypeError for a field that there is not.
        """
        fields: dict[str, t.Any] = {name: self.__dict__[name] for name in Changes.__annotations__}
        details = {**self.details, **(changes.get("details") or {})}
        # Not by calling the class: a subclass may be made from other arguments, and what it keeps beside the fields comes along.
        made = type(self).__new__(type(self))
        made.__dict__.update({name: value for name, value in self.__dict__.items() if name not in fields and not name.startswith("__")})
        ConnectorError.__init__(made, **{**fields, **changes, "details": details})
        return made

    def sentence(self) -> str:
        """The text for C(msg): the message, then the advice."""
        done = "Already done in this task: " + "; ".join(self.applied) + "." if self.applied else None
        return sentences(self.message, self.advice, done)

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
            "details": dict(self.details),
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
    """403: the automation identity lacks a privilege, or a product refused its key. Only in a form that C(_refusals.py) lists for the service."""


class BlockedError(ServiceError):
    """A rule of the tenant, Conditional Access mostly, refuses a token that was issued. It says nothing about the credential."""


class ProxyAnswerError(ServiceError):
    """An error answer in no form of the service: whatever stands between answered. Never a missing right, never "not there"."""


class ConflictError(ServiceError):
    """409, or a 400 that says the same: the object is there already, or is being changed by another client."""


class BudgetError(ConnectorError):
    """The task's time budget is spent: throttled, not replicated yet, or too slow. Says which."""


class TransportError(ConnectorError):
    """No usable HTTP answer. ``outcome`` C(refused) when the connection never opened, else C(unknown)."""


class RedirectError(TransportError):
    """A 3xx. Redirects are never followed: host and Location (without its query) are named. ``target`` is the whole Location, which no sentence shows."""

    def __init__(self, message: str, *, target: str = "", **fields: t.Unpack[Fields]) -> None:
        super().__init__(message, **fields)
        self.target: t.Final = target


class CrashError(Exception):
    """A mistake of ours in the middle of a plan: ``__cause__`` is what was raised, ``applied`` says what had been carried out by then."""

    def __init__(self, applied: t.Sequence[str]) -> None:
        super().__init__("a bug stopped a plan")
        self.applied = tuple(applied)


@contextlib.contextmanager
def failures_say(*kinds: type[ConnectorError], **fields: t.Unpack[Fields]) -> t.Iterator[None]:
    """What fails inside says this as well, which only its caller knows; ``tenant`` and ``service`` where it names none itself.

    ``kinds`` are the classes that this holds for, all of them unless some are given.
    """
    try:
        yield
    except ConnectorError as error:
        if kinds and not isinstance(error, kinds):
            raise
        own = {name: value for name in ("tenant", "service") if (value := getattr(error, name))}
        raise error.with_(**t.cast(Changes, {**fields, **own})) from error


def sentences(*parts: str | None) -> str:
    """Several sentences as one text, without those that are missing."""
    return " ".join(part for part in parts if part)
