# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Tokens of one credential in one tenant, cached per job: one request per job, tenant, credential and audience."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clock import machine_time
from .._errors import CredentialError, failures_say
from .._job.cache import JobCache
from .base import Credential, Login, claims_of

# The details of a refusal where the automation itself could not sign in, and not an application that it looks after, or a product's administrator.
OWN_SIGN_IN: t.Mapping[str, t.Any] = {"signs_in": "automation"}
_MARGIN = 300.0  # seconds before its end in which a token is no longer handed out: a task may take that long


@dataclasses.dataclass(frozen=True)
class Token:
    """An access token with its claims (unverified; only the service it is for may judge them)."""

    access_token: str = dataclasses.field(repr=False)
    audience: str
    expires_at: float  # epoch seconds
    usable_until: float  # earlier: it has to last for the rest of a task
    from_cache: bool
    claims: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict, repr=False)

    @property
    def tenant_id(self) -> str | None:
        """GUID of the tenant the token is for."""
        return _text(self.claims.get("tid"))

    @property
    def app_id(self) -> str | None:
        """Client id of the application that asked for it."""
        return _text(self.claims.get("appid") or self.claims.get("azp"))

    @property
    def object_id(self) -> str | None:
        """Object id of the service principal or user that it speaks for."""
        return _text(self.claims.get("oid"))

    @property
    def roles(self) -> tuple[str, ...]:
        """Application permissions it carries."""
        return _texts(self.claims.get("roles"))

    @property
    def scopes(self) -> tuple[str, ...]:
        """Delegated permissions it carries."""
        scope = self.claims.get("scp")
        return tuple(scope.split()) if isinstance(scope, str) else ()


class TokenProvider:
    """Hands out tokens for audiences such as C(https://graph.microsoft.com)."""

    def __init__(
        self,
        login: Login,
        credential: Credential,
        cache: JobCache,
        *,
        default_audience: str,
        names: t.Mapping[str, str] | None = None,
        on_token: t.Callable[[str], t.Any] = lambda value: None,
        details: t.Mapping[str, t.Any] | None = None,
        clock: t.Callable[[], float] = machine_time,
    ) -> None:
        """``names`` says what an audience is called in sentences; ``on_token`` is told each token, for masking; ``details`` are those of a refusal."""
        self.login = login
        self.credential = credential
        self.default_audience = default_audience
        self._cache = cache if credential.renewable else JobCache(None)
        self._names = dict(names or {})
        self._on_token = on_token
        self._details = details
        self._clock = clock
        self._held: dict[str, Token] = {}

    def token(self, audience: str | None = None, *, fresh: bool = False) -> Token:
        """A usable token. ``fresh`` replaces the one handed out last, for instance after a 401 with it.

        When another process of the job has replaced it already, its new one is taken.
        """
        audience = audience or self.default_audience
        held = self._held.get(audience)
        if held is not None and not fresh and held.usable_until > self._clock():
            return held
        refused = held.access_token if held is not None and fresh else None
        stored, from_cache = self._cache.get_or_create(
            "token",
            self.key(audience),
            lambda: self._acquire(audience),
            reject=lambda found: not _is_stored(found) or found["access_token"] == refused,
        )
        value = stored["access_token"]
        self._on_token(value)
        token = Token(value, audience, stored["expires_at"], stored["usable_until"], from_cache, claims_of(value))
        self._held[audience] = token
        return token

    def key(self, audience: str) -> tuple[str, ...]:
        """What a cached token depends on; also the beginning of the key of anything else that depends on the caller."""
        return (*self.scope, audience)

    @property
    def scope(self) -> tuple[str, str, str, str]:
        """Authority, tenant, client and credential: the part of a cache key that says who asks, and where."""
        return (self.login.login_url, self.login.tenant, self.credential.client_id or "", self.credential.fingerprint)

    def _acquire(self, audience: str) -> tuple[dict[str, t.Any], float]:
        with failures_say(CredentialError, details=self._details):
            raw = self.credential.acquire(self.login, audience, self._names.get(audience, audience))
        now = self._clock()
        # A short-lived token is usable for half of its lifetime.
        usable_until = raw.expires_at - min(_MARGIN, max(0.0, (raw.expires_at - now) / 2))
        return {"access_token": raw.value, "expires_at": raw.expires_at, "usable_until": usable_until}, usable_until


def _is_stored(found: t.Any) -> bool:
    if not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
        return False
    return all(isinstance(found.get(name), float) for name in ("expires_at", "usable_until"))


def _text(value: t.Any) -> str | None:
    return value.lower() if isinstance(value, str) and value else None


def _texts(value: t.Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
