# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Client for the Power Platform API and for its predecessor BAP: sign-in, tenant guard, errors, pages, waits.

These services are documented thinly and answer in several shapes, error bodies included; everything here reads tolerantly.

Sources: https://learn.microsoft.com/power-platform/admin/programmability-authentication-v2 (tokens),
https://learn.microsoft.com/power-platform/admin/powerplatform-api-create-service-principal and
https://learn.microsoft.com/power-platform/admin/list-environments (BAP and its version); read 2026-11. Shapes of errors and pages, and what passes by
waiting: observed in https://github.com/microsoft/terraform-provider-power-platform; not documented.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ..._argspec import from_environment
from ..._auth.aadsts import NewObject
from ..._auth.base import Credential, Login
from ..._auth.choice import choose_credential
from ..._auth.explain import is_not_yet
from ..._auth.guard import TenantGuard, check_expected_domain, check_tenant
from ..._auth.tokens import Token, TokenProvider
from ..._clouds import endpoints_of, service_root
from ..._engine import Runtime
from ..._errors import (
    BlockedError,
    ConflictError,
    ConnectorError,
    CredentialError,
    Fields,
    ForbiddenError,
    NotFoundError,
    ServiceError,
    TenantGuardError,
)
from ..._graph.client import GraphClient
from ..._http.answer import HttpAnswer
from ..._http.client import HttpClient, Repeat
from ..._http.pages import all_pages
from ..._job.cache import JobCache
from ..._redact import excerpt
from ..._refusals import OF_POWER_PLATFORM, Challenge, challenge_in, other_cause
from ..._waiting import NotYet, answered, polls, until
from .services import BAP, POWER_PLATFORM

API_VERSION = "2024-10-01"
BAP_VERSION = "2020-10-01"
_API_POLL = 5.0  # seconds
_NEXT = "@odata.nextlink"  # documented and seen in several spellings

POWERPLATFORM_OPTIONS: dict[str, t.Any] = {
    "powerplatform_url": {"type": "str", "fallback": (from_environment, ["POWERPLATFORM_URL"])},
    "audience": {"type": "str"},
}
BAP_OPTIONS: dict[str, t.Any] = {
    "bap_url": {"type": "str", "fallback": (from_environment, ["BAP_URL"])},
    "audience": {"type": "str"},
}


@dataclasses.dataclass(frozen=True)
class PlatformFault:
    """An error answer. A 403 has been seen without any body."""

    status: int
    codes: tuple[str, ...] = ()
    message: str = ""

    @property
    def words(self) -> str:
        """Everything it says, in lower case, for matching."""
        return " ".join([*self.codes, self.message]).lower()


def read_fault(status: int, text: str, secrets: t.Collection[str] = ()) -> PlatformFault:
    """The codes (inner ones included) and the message of an error body of whatever shape."""
    try:
        body = json.loads(text)
    except ValueError:
        return PlatformFault(status, (), excerpt(text, secrets))
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        body = body["error"]
    if not isinstance(body, dict):
        return PlatformFault(status)
    codes: list[str] = []
    inner: t.Any = body
    while isinstance(inner, dict):
        if isinstance(inner.get("code"), str):
            codes.append(inner["code"])
        inner = next((value for name, value in inner.items() if name.lower() == "innererror"), None)
    return PlatformFault(status, tuple(codes), excerpt(str(body.get("message") or ""), secrets, 400))


# Whether an error answer may be waited out: the reason for the sentence, and after how many seconds it means what it says.
ReadFault = t.Callable[[PlatformFault], "tuple[str, float | None] | None"]


class PowerPlatformClient:
    """One of the two services in one tenant. Its calls raise what those of C(GraphClient) raise."""

    def __init__(
        self,
        http: HttpClient,
        url: str,
        service: str,
        version: str,
        tokens: TokenProvider,
        audience: str,
        guard: TenantGuard,
        graph: GraphClient,
        *,
        absent: bool = False,
    ) -> None:
        """``absent``: the API is not in the tenant yet. Check mode only: its lists are empty, and nothing is asked."""
        self.http = http
        self.url = url
        self.service = service
        self.graph = graph  # for the guard, and to look principals up; its token is asked for only then
        self.tenant = guard.tenant
        self.tenant_id = guard.tenant_id or ""
        self.absent = absent
        self._version = version
        self._tokens = tokens
        self._audience = audience
        self._guard = guard
        self._guarded = False

    @property
    def token(self) -> Token:
        """The present token of this service."""
        if self.absent:
            return Token("", self._audience, 0.0, 0.0, False)
        return self._tokens.token(self._audience)

    @property
    def app_only(self) -> bool:
        """Whether it speaks for an application rather than for a person."""
        return not self.token.scopes

    def address(self, path: str) -> str:
        """The whole address of a call, for a person who sends it by hand."""
        return f"{self.url}{path}?api-version={self._version}"

    def entries(self, path: str, *, doing: str, lag: ReadFault | None = None, params: t.Mapping[str, str] | None = None) -> list[dict[str, t.Any]]:
        """All entries of a collection, every page."""
        if self.absent:
            return []
        first = self.call("GET", path, doing=doing, lag=lag, params=params).json()
        return all_pages(
            first,
            lambda link: self.call("GET", path, doing=doing, url=link).json(),
            lambda body: next((value for name, value in body.items() if name.lower() == _NEXT), None),
            root=self.url,
            malformed=lambda what: self._malformed(doing, self.http.redact(what)),
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        doing: str,
        body: t.Any = None,
        lag: ReadFault | None = None,
        accept: t.Collection[int] = (),
        params: t.Mapping[str, str] | None = None,
        url: str | None = None,
    ) -> HttpAnswer:
        """One call to its end: a success or one of the ``accept`` statuses, else the exception. ``url`` is that of a next page."""
        writes = method != "GET"

        def send() -> HttpAnswer:
            if writes:
                self.before_write(doing)
            return self._send(method, path, doing, body, params, url)

        def judge(answer: HttpAnswer, waited: float) -> NotYet | None:
            if answer.ok:
                return None
            fault = read_fault(answer.status, answer.text, self.http.secrets)
            foreign = self._foreign(answer)
            if foreign is not None:
                raise foreign
            text, limit = (lag(fault) if lag is not None else None) or ("", None)
            if text and (limit is None or waited < limit):
                return self._not_yet(fault, doing, text, writes=writes)
            if answer.status in accept:
                return None
            error = self._error(answer, fault, doing)
            raise error.with_(advice=f"{_sentence(text)} If it is new, run again later; otherwise check the id.") if text else error

        return answered(send, judge, self.http.budget)

    def _not_yet(self, fault: PlatformFault, doing: str, text: str, *, writes: bool) -> NotYet:
        known: Fields = {
            "service": self.service,
            "tenant": self.tenant,
            "http_status": fault.status,
            "service_message": fault.message or None,
            "outcome": "refused" if writes else None,
            "advice": f"{_sentence(text)} If it is older than a few minutes, the id is wrong: check it. Otherwise run again later.",
        }
        if fault.codes:
            known["code"] = fault.codes[-1]
        return NotYet(f"{doing} in tenant {self.tenant}: {text}", known)

    def before_write(self, doing: str) -> None:
        """The time, and once the tenant guard: a domain that was named has to be one of the tenant reached.

        Raises TenantGuardError when it is another tenant's or cannot be compared, and BudgetError when no time is left.
        """
        self.http.budget.check_write(doing)
        if self._guarded:
            return
        if not self._guard.passed and not self._tokens.credential.renewable:
            raise TenantGuardError(
                f"{' and '.join(self._guard.domains)} cannot be compared with tenant {self.tenant_id}: a token for {self.service} cannot read its domains.",
                code="tenant_unknown",
                tenant=self.tenant,
                advice="With auth_access_token give tenant_id as the tenant's id (a GUID), and no expected_domain.",
            )
        self._guard.check(self.graph)
        self._guarded = True

    def _send(self, method: str, path: str, doing: str, body: t.Any, params: t.Mapping[str, str] | None, url: str | None) -> HttpAnswer:
        def send(token: Token) -> HttpAnswer:
            return self.http.request(
                method,
                url or self.url + path,
                doing=f"{doing} in tenant {self.tenant}",
                service=self.service,
                headers={"Authorization": f"Bearer {token.access_token}"},
                json=body,
                params=None if url else {"api-version": self._version, **(params or {})},
                repeat=Repeat.THROTTLED if method == "POST" else Repeat.SAFE,
            )

        token = self.token
        answer = send(token)
        challenge = _challenge(answer)
        useful = challenge.new_token_helps if challenge else token.from_cache
        if answer.status in (401, 403) and useful and self._foreign(answer) is None:
            # It may be from before a permission was granted, or was revoked: one try with a new one before this is reported.
            answer = send(self._tokens.token(self._audience, fresh=True))
        return answer

    def _foreign(self, answer: HttpAnswer) -> ConnectorError | None:
        """The failure when something else than the service answered."""
        return answer.foreign(OF_POWER_PLATFORM, tenant=self.tenant, check="the service's URL ('power_platform_url' and 'power_platform_bap_url' of the role)")

    def error(self, answer: HttpAnswer, doing: str) -> ConnectorError:
        """The exception for an error answer that was accepted to be looked at."""
        return self._error(answer, read_fault(answer.status, answer.text, self.http.secrets), doing)

    def _error(self, answer: HttpAnswer, fault: PlatformFault, doing: str) -> ConnectorError:
        kind: type[ConnectorError] = ServiceError
        advice: str | None = "Run again later." if answer.status >= 500 else None
        if "routenotfound" in fault.words:
            kind, advice = ServiceError, "Check 'cloud' and the service's URL: there is no such API call at this address."
        elif answer.status == 401:
            kind, advice = CredentialError, "The token was not accepted: check 'cloud', the service's URL and 'audience'."
        elif answer.status == 403 and (cause := other_cause(fault.words)):
            advice = cause
        elif answer.status == 403:
            kind = ForbiddenError
            advice = (
                "The identity needs a role there: Power Platform Administrator in Entra ID, or a role of Power Platform's own at this scope; a person's "
                "token needs the delegated permission as well."
            )
        elif answer.status == 404:
            kind = NotFoundError
        elif answer.status == 409:
            kind = ConflictError
        challenge = _challenge(answer)
        if challenge is not None:
            kind, advice = BlockedError, challenge.next_step
            fault = dataclasses.replace(fault, codes=(challenge.code,), message=challenge.cause)
        code = fault.codes[-1] if fault.codes else None
        said = ": ".join(part for part in (code, fault.message) if part)
        return kind(
            f"Could not {doing} in tenant {self.tenant}: {self.service} answered {answer.status}{f' {said}' if said else ' without a reason'}.".replace(
                "..", "."
            ),
            code=code or f"http_{answer.status}",
            http_status=answer.status,
            service=self.service,
            service_message=fault.message or None,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            tenant=self.tenant,
            advice=advice,
            outcome=answer.outcome,
        )

    def _malformed(self, doing: str, what: str) -> ServiceError:
        return ServiceError(
            f"Could not {doing} in tenant {self.tenant}: {self.service} answered {what}.",
            code="malformed_answer",
            service=self.service,
            tenant=self.tenant,
            advice="Check the service's URL and proxy settings.",
        )


def connect_powerplatform(runtime: Runtime) -> PowerPlatformClient:
    """A client for the Power Platform API."""
    cloud = endpoints_of(runtime.options).cloud
    given = runtime.options.get("powerplatform_url")
    url = service_root(given, "powerplatform_url") if given else cloud.powerplatform_url
    return _connect(runtime, url, POWER_PLATFORM, API_VERSION, cloud.powerplatform_audience)


def connect_bap(runtime: Runtime) -> PowerPlatformClient:
    """A client for BAP."""
    cloud = endpoints_of(runtime.options).cloud
    given = runtime.options.get("bap_url")
    url = service_root(given, "bap_url") if given else cloud.bap_url
    return _connect(runtime, url, BAP, BAP_VERSION, cloud.powerapps_audience)


def _connect(runtime: Runtime, url: str, service: str, version: str, audience: str) -> PowerPlatformClient:
    """Like open_session, but with a token for this service: the identity need not be able to use Graph at all."""
    options = runtime.options
    endpoints = endpoints_of(options)
    tenant = check_tenant(options.get("tenant_id"))
    expected_domain = check_expected_domain(options.get("expected_domain"))
    credential = _credential(runtime)
    audience = (options.get("audience") or "").strip() or audience
    http = HttpClient.of(runtime)
    cache = JobCache.from_environ(runtime.environ)
    tokens = TokenProvider(
        Login(http, endpoints.login_url, tenant, cache),
        credential,
        cache,
        default_audience=audience,
        names={audience: service, endpoints.graph_audience: "Microsoft Graph"},
        on_token=runtime.secret,
    )
    # The guard's findings come from Graph, so they are kept under the same key as those of the other modules.
    guard = TenantGuard(tenant, expected_domain, cache, (*tokens.scope, endpoints.graph_url), credential.describe())
    absent, claims = _first_claims(runtime, tokens, audience, endpoints.graph_audience, service)
    tenant_id = guard.check_token(claims)
    if cache.problem:
        runtime.warn(cache.problem)
    graph = GraphClient(http, endpoints.graph_url, tokens, tenant, tenant_id=tenant_id, audience=endpoints.graph_audience)
    return PowerPlatformClient(http, url, service, version, tokens, audience, guard, graph, absent=absent)


def _first_claims(runtime: Runtime, tokens: TokenProvider, audience: str, graph_audience: str, service: str) -> tuple[bool, t.Mapping[str, t.Any]]:
    """Whether the tenant lacks the API, which only check mode goes on with, and what the first token says.

    With the option C(wait_for_api), seconds, a service principal of the API that was just made is waited for. Raises CredentialError.
    """

    def look() -> Token | CredentialError:
        try:
            return tokens.token(audience)
        except CredentialError as error:
            if not is_not_yet(error.code, {NewObject.API}) or not tokens.credential.renewable:
                raise
            return error

    patience = 0.0 if runtime.check_mode else float(runtime.options.get("wait_for_api") or 0)
    why = f"{service} is not known in tenant {tokens.login.tenant} yet"
    found = until(look, lambda seen: not isinstance(seen, CredentialError), pauses=polls(patience, _API_POLL), wait=runtime.budget.wait, why=why)
    if not isinstance(found, CredentialError):
        return False, found.claims
    if runtime.check_mode:
        # The task that adds the API to the tenant only said so, in check mode; a real run has done it by now.
        return True, tokens.token(graph_audience).claims
    raise found


def _credential(runtime: Runtime) -> Credential:
    credential = choose_credential(runtime.options, runtime.environ)
    for secret in credential.secrets:
        runtime.secret(secret)
    credential.validate()
    return credential


def _challenge(answer: HttpAnswer) -> Challenge | None:
    """The rule of the tenant that refuses the token, where the answer names one."""
    return challenge_in(answer.status, answer.headers, answer.text)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
