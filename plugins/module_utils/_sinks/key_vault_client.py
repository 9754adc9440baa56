# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Client for the secrets of one key vault: versions, soft delete, refusals in words.

Sources: https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups (calls and their answers),
https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses (the challenge of a 401, the audience),
https://learn.microsoft.com/azure/key-vault/general/rest-error-codes (401, 403, 429),
https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview (a deleted name is kept),
https://learn.microsoft.com/azure/key-vault/general/rbac-guide (roles); read 2026-12. The inner codes of 403 and 409: observed in public reports and in
Microsoft's client, not documented. That the versions of a name that is not there are an empty list or a 404, and that any other 409 passes (inferred).
"""

from __future__ import annotations

import json
import re
import typing as t

from .._addresses import path_segment
from .._auth.guard import TenantGuard
from .._auth.tokens import TokenProvider
from .._budget import Budget
from .._clouds import tenant_in_login_url
from .._errors import (
    BudgetError,
    ConflictError,
    ConnectorError,
    CredentialError,
    Fields,
    ForbiddenError,
    NotFoundError,
    ProxyAnswerError,
    ServiceError,
    TenantGuardError,
)
from .._http.answer import HttpAnswer
from .._http.client import HttpClient, Repeat
from .._http.pages import all_pages
from .._job.cache import JobCache
from .._refusals import OF_KEY_VAULT
from .._waiting import NotYet, answered, settled
from .key_vault_access import SERVICE, member

API_VERSION = "7.4"
_WRITE_TRIES = 3
_NEVER_PASSES = frozenset({"objectisdeletedbutrecoverable"})
_CHALLENGE = re.compile(r'\b(authorization|authorization_uri|resource|scope)="([^"]*)"')
# What a 403 means, by its inner code in small letters; the rest of the advice depends on what was done.
_FORBIDDEN: t.Mapping[str, tuple[str, str, bool]] = {
    "forbiddenbyrbac": (
        "its role assignments do not allow that",
        "Give the identity the role Key Vault Secrets Officer on the vault: a secret that is not there yet cannot have roles of its own. A new assignment "
        "takes some minutes.",
        True,
    ),
    "accessdenied": (
        "the access policies of the vault do not allow that",
        "Give the identity the secret permissions get, list, set and delete in the access policies of the vault.",
        True,
    ),
    "forbiddenbyfirewall": (
        "the firewall of the vault does not let this address in",
        "Add the address that this run comes from to the firewall of the vault, or run from one that is allowed.",
        False,
    ),
    "forbiddenbyconnection": (
        "the vault takes private connections only",
        "Run from a network that has a private endpoint of the vault.",
        False,
    ),
    "secretdisabled": ("the newest version of the secret is disabled", "Find out who disabled it, and enable it again.", False),
}


class KeyVaultClient:
    """The secrets of one vault, as one identity sees them.

    Every call raises the kind of ServiceError that fits an error answer, CredentialError and TenantGuardError for a token that does not do, and
    TransportError or BudgetError when there is no answer.
    """

    def __init__(self, http: HttpClient, budget: Budget, root: str, tokens: TokenProvider, index: int) -> None:
        """``root`` is where requests go; ``index`` is the place of the sink, for sentences."""
        self._http = http
        self._budget = budget
        self._root = root
        self._tokens = tokens
        self._index = index
        tenant, describe = tokens.login.tenant, tokens.credential.describe()
        self._guard = TenantGuard(tenant, None, JobCache(None), tokens.scope, describe)

    def versions(self, name: str) -> list[dict[str, t.Any]]:
        """All versions of a secret with their tags, none with its value; an empty list when there is no such secret."""
        doing = f"read the versions of the secret {name}"
        answer = self._send("GET", f"/secrets/{path_segment(name)}/versions", doing)
        if self._is_missing(answer):
            return []
        first = self._ok(answer).json()
        return all_pages(first, self._page(doing), _next_link, root=self._root, malformed=lambda said: self._malformed(answer, said))

    def is_deleted(self, name: str) -> bool:
        """Whether the name is kept for a secret that was deleted. Where that may not be read it is not known, and a write will say it."""
        answer = self._send("GET", f"/deletedsecrets/{path_segment(name)}", f"read the deleted secret {name}")
        if self._is_missing(answer) or (answer.status == 403 and answer.foreign(OF_KEY_VAULT) is None):
            return False
        self._ok(answer)
        return True

    def newest(self, name: str) -> dict[str, t.Any]:
        """The version that is handed out to those who name none, with its value."""
        return self._object(self._ok(self._send("GET", f"/secrets/{path_segment(name)}", f"read back the secret {name}")))

    def add_version(self, name: str, body: t.Mapping[str, t.Any], find: t.Callable[[], bool]) -> None:
        """Write a value as a new version. ``find`` looks whether it is there after all when the answer was lost: each write would add one more."""
        path, doing = f"/secrets/{path_segment(name)}", f"write the secret {name}"

        def write() -> bool:
            self._object(self._ok(self._write("PUT", path, doing, body, Repeat.THROTTLED)))
            return True

        def look(error: ConnectorError, tried: int) -> bool | None:
            try:
                # The service may still be working on the request, so the first read waits.
                self._budget.wait(self._http.pause(tried), f"it is not known whether {SERVICE} took the secret {name}")
                return True if find() else None
            except ConnectorError:
                raise error from None

        def lost(error: ConnectorError, tried: int) -> bool:
            return error.outcome == "unknown" and not isinstance(error, (BudgetError, ProxyAnswerError))

        settled(write, look, lost=lost, tries=_WRITE_TRIES)

    def disable(self, name: str, version: str) -> None:
        """Let one version be read no more; one that is gone already is fine."""
        path = f"/secrets/{path_segment(name)}/{path_segment(version)}"
        self._gone_or_ok(self._write("PATCH", path, f"disable a version of the secret {name}", {"attributes": {"enabled": False}}))

    def delete(self, name: str) -> None:
        """Delete it, so that it can be recovered; one that is gone already is fine."""
        self._gone_or_ok(self._write("DELETE", f"/secrets/{path_segment(name)}", f"delete the secret {name}"))

    # -- requests --------------------------------------------------------------------------------------------------------

    def _write(self, method: str, path: str, doing: str, body: t.Any = None, repeat: Repeat = Repeat.SAFE) -> HttpAnswer:
        """A write, once more while another operation on the secret is under way: such a conflict says that nothing was done."""

        def judge(answer: HttpAnswer, waited: float) -> NotYet | None:
            if answer.status != 409 or answer.foreign(OF_KEY_VAULT) is not None or _codes(answer.text) & _NEVER_PASSES:
                return None
            known: Fields = {"service": SERVICE, "http_status": 409, "request_id": answer.request_id, "client_request_id": answer.client_request_id}
            known["outcome"] = "unknown" if answer.tried_before else "refused"
            return NotYet(f"another operation on the secret is under way ({doing})", known)

        return answered(lambda: self._send(method, path, doing, body, repeat), judge, self._budget)

    def _send(self, method: str, path: str, doing: str, body: t.Any = None, repeat: Repeat = Repeat.SAFE) -> HttpAnswer:
        return self._request(method, f"{self._root}{path}", doing, body, repeat, {"api-version": API_VERSION})

    def _request(self, method: str, url: str, doing: str, body: t.Any, repeat: Repeat, params: t.Mapping[str, str] | None) -> HttpAnswer:
        """One request, with a new token where the one that was kept is not accepted any more."""
        fresh = False
        while True:
            token = self._tokens.token(fresh=fresh)
            self._guard.check_token(token.claims)
            headers = {"Authorization": f"Bearer {token.access_token}"}
            answer = self._http.request(method, url, doing=doing, service=SERVICE, headers=headers, json=body, params=params, repeat=repeat)
            if answer.status != 401 or fresh or not token.from_cache or self._other_tenant(answer):
                return answer
            fresh = True

    def _page(self, doing: str) -> t.Callable[[str], t.Any]:
        return lambda url: self._ok(self._request("GET", url, doing, None, Repeat.SAFE, None)).json()

    # -- answers ---------------------------------------------------------------------------------------------------------

    def _is_missing(self, answer: HttpAnswer) -> bool:
        return answer.status == 404 and "secretnotfound" in _codes(answer.text) and answer.foreign(OF_KEY_VAULT) is None

    def _gone_or_ok(self, answer: HttpAnswer) -> None:
        if not self._is_missing(answer):
            self._ok(answer)

    def _ok(self, answer: HttpAnswer) -> HttpAnswer:
        if not answer.ok:
            raise self._error(answer)
        return answer

    def _object(self, answer: HttpAnswer) -> dict[str, t.Any]:
        body = answer.json()
        if not isinstance(body, dict) or not body.get("id"):
            raise self._malformed(answer, "a secret without 'id'")
        return body

    def _malformed(self, answer: HttpAnswer, said: str) -> ServiceError:
        return ServiceError(
            f"Could not {answer.doing}: {SERVICE} answered {answer.status} with {said} ({answer.id_words}).",
            code="malformed_answer",
            http_status=answer.status,
            service=SERVICE,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            outcome=None if answer.method == "GET" else "unknown",
            advice=f"Check {member(self._index, 'vault_url')}, and whether a proxy answers in place of the vault.",
        )

    def _other_tenant(self, answer: HttpAnswer) -> str | None:
        """The tenant that the vault's challenge names, where that is another than the token's. It is compared, and never asked for a token."""
        found = dict(_CHALLENGE.findall(answer.headers.get("WWW-Authenticate") or ""))
        named = tenant_in_login_url(found.get("authorization") or found.get("authorization_uri") or "")
        return named if named and named not in (self._guard.tenant_id, self._guard.tenant) else None

    def _error(self, answer: HttpAnswer) -> ConnectorError:
        """The sentence for an error status. The service's own words may quote what was sent, so they are redacted."""
        foreign = answer.foreign(OF_KEY_VAULT, check=member(self._index, "vault_url"))
        if foreign is not None:
            return foreign
        codes = _codes(answer.text)
        said = self._http.redact(_words(answer.text)).strip().rstrip(".")[:400]
        kind, cause, code, advice = self._meaning(answer, codes, said)
        return kind(
            f"Could not {answer.doing}: {SERVICE} answered {answer.status}, {cause or said or 'without a reason'} ({answer.id_words}).",
            code=code or f"http_{answer.status}",
            http_status=answer.status,
            service=SERVICE,
            service_message=said or None,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            advice=advice,
            outcome=answer.outcome,
        )

    def _meaning(self, answer: HttpAnswer, codes: t.Collection[str], said: str) -> tuple[type[ConnectorError], str, str | None, str | None]:
        """Kind, cause and code of a refusal, and what to do about it; an empty cause where the service's own words are all there is."""
        if answer.status == 401:
            named = self._other_tenant(answer)
            if named:
                cause = f"and the vault belongs to tenant {named}, not to {self._guard.tenant_id}, whose token was sent"
                advice = (
                    f"Correct {member(self._index, 'tenant_id')} with its credential, or {member(self._index, 'vault_url')}. The vault's word is not followed."
                )
                return TenantGuardError, cause, "vault_of_another_tenant", advice
            return CredentialError, "", "vault_token_refused", f"Check the credential of the sink: {member(self._index, 'client_id')} and what is beside it."
        if answer.status == 403:
            inner = next((code for code in _FORBIDDEN if code in codes), None)
            if inner is not None:
                cause, advice, is_right = _FORBIDDEN[inner]
                return ForbiddenError if is_right else ServiceError, cause, inner, advice
            return ServiceError, "", None, "Have an administrator of the vault look up the request in its log."
        if answer.status == 409:
            cause = "the secret is deleted and can still be recovered, so its name cannot be used"
            return (
                ConflictError,
                cause,
                "key_vault_secret_deleted",
                "Recover or purge it in the vault, or give the sink a secret_name of its own. Nothing is recovered or purged here.",
            )
        if answer.status == 404:
            return NotFoundError, "", None, f"Check {member(self._index, 'vault_url')}."
        return ServiceError, "", None, "Run again later." if answer.status >= 500 else None


def _next_link(page: t.Any) -> t.Any:
    return page.get("nextLink")


def _codes(text: str) -> set[str]:
    """The code of an error answer with all of its inner ones, in small letters."""
    found: set[str] = set()
    inner: t.Any = _error_of(text)
    while isinstance(inner, dict):
        if isinstance(inner.get("code"), str):
            found.add(inner["code"].lower())
        inner = next((value for name, value in inner.items() if name.lower() == "innererror"), None)
    return found


def _words(text: str) -> str:
    """What an error answer says, in one line."""
    return " ".join(str(_error_of(text).get("message") or "").split())


def _error_of(text: str) -> dict[str, t.Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, dict) else {}
