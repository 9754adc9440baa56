# SPDX-License-Identifier: GPL-3.0-or-later
"""The journal: one entry for every request that arrived, without anything secret in it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import json
import typing as t
from urllib.parse import parse_qsl

import jwt

from .web import Request
from .world import JsonObject, World

REDACTED = "<redacted>"
_SECRET_NAMES = frozenset({"key", "secrettext", "client_secret", "client_assertion", "password", "access_token", "proof", "assertion", "secret"})
_LARGEST_BODY = 64 * 1024


def redact(value: t.Any) -> t.Any:
    """The same JSON with the values of secret names replaced."""
    if isinstance(value, dict):
        return {name: REDACTED if _secret(name) and item is not None else redact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [redact(item) for item in value]
    return value


def _secret(name: str) -> bool:
    # Who maps the input of a connection to other names gives the secret one that says so.
    return name.lower() in _SECRET_NAMES or name.lower().endswith("secret")


@dataclasses.dataclass
class Entry:
    """One request. ``status`` stays None when no answer was sent."""

    seq: int
    time: str
    service: str
    method: str
    path: str
    status: int | None = None
    applied: bool = False  # the service acted on it, whatever the client was then told
    fault: str | None = None
    duration_ms: float | None = None
    tenant: str | None = None
    app_id: str | None = None
    user_agent: str | None = None
    client_request_id: str | None = None
    request: t.Any = None
    request_bytes: int = 0  # of the whole HTTP message, without TLS
    answer_bytes: int = 0  # 0 when none was sent, or only half of one
    parts: list[JsonObject] | None = None

    def line(self) -> str:
        """The entry as one readable line, and one more for each part of a batch."""
        status = self.status if self.status is not None else "---"
        fault = f"  [{self.fault}]" if self.fault else ""
        lines = [f"{self.seq:5} {status} {self.service:12} {self.method:6} {self.path}{fault}"]
        for part in self.parts or []:
            path = part.get("path") or part.get("url")
            lines.append(f"      {part.get('status')}   part {part.get('id')}: {part.get('method')} {path}")
        return "\n".join(lines)


class Journal:
    """Entries in the order in which the requests arrived; numbering starts at 1 after each clear."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.entries: list[Entry] = []

    def clear(self) -> None:
        """Forget all entries."""
        self.entries = []

    def open(self, service: str, request: Request) -> Entry:
        """Note the arrival of a request."""
        path = request.path + (f"?{request.raw_query}" if request.raw_query else "")
        entry = Entry(
            seq=len(self.entries) + 1,
            time=dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
            service=service,
            method=request.method,
            path=self._without_secrets(path),
            user_agent=request.headers.get("User-Agent"),
            client_request_id=request.headers.get("client-request-id"),
            request=_body(request),
        )
        self._caller(entry, request)
        self.entries.append(entry)
        return entry

    def _without_secrets(self, text: str) -> str:
        for value in self._world.issued:
            if value in text:
                text = text.replace(value, REDACTED)
        return text

    def _caller(self, entry: Entry, request: Request) -> None:
        """Say who called: from the bearer token, or from the form at the token endpoint."""
        if entry.service == "login":
            name = request.path.strip("/").partition("/")[0]
            tenant = self._world.tenant(name)
            entry.tenant = tenant.id if tenant else name or None
            if isinstance(entry.request, dict):
                entry.app_id = entry.request.get("client_id")
            return
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return
        with contextlib.suppress(jwt.InvalidTokenError):
            entry.tenant, entry.app_id = _bearer(token)


@functools.lru_cache(1000)  # a run sends the same token with each of its requests
def _bearer(token: str) -> tuple[str | None, str | None]:
    """Tenant and client that a token names. Raises jwt.InvalidTokenError."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims.get("tid"), claims.get("appid") or claims.get("azp")


def _body(request: Request) -> t.Any:
    """The decoded body with secrets taken out; None when there is none or it is not text we know."""
    if not request.body or len(request.body) > _LARGEST_BODY:
        return None
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    try:
        if media_type == "application/x-www-form-urlencoded":
            return redact(dict(parse_qsl(request.body.decode(), keep_blank_values=True)))
        if media_type == "application/json":
            return redact(json.loads(request.body))
    except ValueError:
        return None
    return None
