# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_token): asks once, keeps nothing, and says what the answer means. It changes nothing."""

from __future__ import annotations

import typing as t
import uuid

from ..._auth.base import Login, claims_of
from ..._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ..._errors import ConnectorError, CredentialError, TenantGuardError, sentences
from ..._http.client import HttpClient
from ..._ids import is_guid
from ..._job.cache import JobCache
from .credentials import AccountPassword, connector_credential
from .model import TokenDesired
from .plan import issued, refusal

_ATTEMPT = "password_attempt"
_EMPTY: t.Mapping[str, t.Any] = {
    **dict.fromkeys(("outcome", "code", "cause", "next_step", "message", "trace_id", "correlation_id", "http_status")),
    **dict.fromkeys(("audience", "tenant_id", "app_id", "object_id", "account", "expires_at")),
    "roles": [],
    "scopes": [],
    "claims": {},
}


class TokenResource:
    """One token request, as the connector would make it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        options = runtime.options
        self._desired = TokenDesired.from_options(options)
        self._client = str(options.get("client_id") or "").strip().lower() or None
        self._credential = connector_credential(self._desired, options, runtime.environ)
        for secret in self._credential.secrets:
            runtime.secret(secret)
        self._token: dict[str, t.Any] = {}

    def read(self) -> dict[str, t.Any]:
        """Ask, unless check mode forbids it."""
        why = self._why_not()
        if why:
            self._token = {**_EMPTY, "outcome": "not_asked", "cause": why}
            return self._token
        self._credential.validate()
        if isinstance(self._credential, AccountPassword):
            self._only_once(self._credential)
        http = HttpClient.of(self._runtime)
        login = Login(http, self._desired.endpoints.login_url, self._desired.tenant)
        try:
            # Straight from the credential: neither taken from the job's cache nor put into it.
            raw = self._credential.acquire(login, self._desired.audience, self._desired.what)
        except ConnectorError as error:
            self._token = self._refused(error)
            return self._token
        self._runtime.secret(raw.value)
        claims = claims_of(raw.value)
        self._check_tenant(claims)
        self._token = {**_EMPTY, **issued(claims, raw.expires_at)}
        if self._runtime.options.get("return_token"):
            self._token["access_token"] = raw.value
        return self._token

    def _why_not(self) -> str | None:
        if not self._runtime.check_mode:
            return None
        if self._desired.method == "password":
            return "check mode never sends a password"
        if self._client == PLACEHOLDER_ID:
            return "the application does not exist yet, a run would create it"
        return None

    def _only_once(self, credential: AccountPassword) -> None:
        """Note the attempt before it is made: one whose answer was lost counts as well."""
        cache = JobCache.from_environ(self._runtime.environ)
        key = [self._desired.endpoints.login_url, credential.username.lower()]
        mine = {"tried": uuid.uuid4().hex}
        _noted, tried = cache.get_or_create(_ATTEMPT, key, lambda: (mine, None))
        if tried:
            raise CredentialError(
                f"The password of {credential.username} was sent once in this job already, and it is not sent a second time.",
                code="password_already_tried",
                tenant=self._desired.tenant,
                advice="Failed attempts lock an account. Register the result of the first task and use that, or run again.",
            )
        # A cache that keeps nothing gives no error. Only a note that is read back holds the next task of the job off.
        nothing: dict[str, t.Any] = {}
        stored, found = cache.get_or_create(_ATTEMPT, key, lambda: (nothing, 0.0))
        if not found or stored != mine:
            raise CredentialError(
                f"Nothing was sent: the attempt to sign in as {credential.username} could not be recorded for the other tasks of this job. "
                f"{cache.problem or 'This task has no cache directory.'}",
                code="attempt_not_noted",
                tenant=self._desired.tenant,
                advice="Run the task on the controller (connection local), or set TENANTKIT_JOB_DIR there to a directory that only this user can open.",
            )

    def _refused(self, error: ConnectorError) -> dict[str, t.Any]:
        found = refusal(error, tenant=self._desired.tenant, client=self._client)
        if found is None:
            raise error
        token = {**_EMPTY, **found}
        if self._runtime.options.get("fail_on_refusal", True):
            more = "This says nothing about the credential itself." if found["outcome"] == "blocked" else None
            shown = {name: found[name] for name in ("outcome", "code", "cause", "next_step")}
            raise error.with_(message=sentences(error.message, more), details={"token": shown}) from error
        return token

    def _check_tenant(self, claims: t.Mapping[str, t.Any]) -> None:
        reached = claims.get("tid")
        tenant = self._desired.tenant
        if is_guid(tenant) and isinstance(reached, str) and reached.lower() != tenant:
            raise TenantGuardError(
                f"tenant_id names tenant {tenant}, and the token that was issued is for tenant {reached}.",
                code="tenant_mismatch",
                tenant=tenant,
                advice="Correct tenant_id, or sign in to the tenant that is meant.",
                details={"named": tenant, "reached": reached},
            )

    def plan(self, current: dict[str, t.Any]) -> Plan:
        """Nothing is ever changed."""
        return Plan()

    def apply(self, action: Action) -> None:
        """Never called: the plan has no actions. Raises AssertionError if it is."""
        raise AssertionError(action.kind)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(token)."""
        return {
            "token": {
                **self._token,
                "method": self._desired.method,
                "client_id": self._client,
                "scope": self._desired.scope,
                "username": getattr(self._credential, "username", None),
            }
        }
