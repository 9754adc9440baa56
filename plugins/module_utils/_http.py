# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""HTTP for every client of this collection: one session, TLS, timeouts, repeats, throttling, correlation ids.

Redirects are never followed and plain C(http://) is refused. All waiting goes through the task's budget.
"""

from __future__ import annotations

import dataclasses
import enum
import http.cookiejar
import ipaddress
import os
import platform
import random
import typing as t
import urllib.parse
import uuid

from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError, OptionError, RedirectError, ServiceError, TransportError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http_answer import HttpAnswer, body_text, name_id, retry_after
from ansible_collections.tenantkit.connectors.plugins.module_utils._redact import redact
from ansible_collections.tenantkit.connectors.plugins.module_utils._transport import FAILURES, Failure, explain
from ansible_collections.tenantkit.connectors.plugins.module_utils._version import VERSION

try:
    import requests
    import requests.utils
except ImportError:
    # execute() reports the missing package in a sentence before a client is made.
    requests = None  # type: ignore[assignment]

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 60.0
_LONGEST_PAUSE = 30.0
_ERROR_TRIES = 6  # answers with 5xx, or no answer: 1+2+4+8+16 s of patience
_UNREACHED_TRIES = 4  # nobody listens at all: a wrong host name should not take minutes to say so
_TRANSIENT = frozenset({408, 500, 502, 503, 504})


class Repeat(enum.Enum):
    """Which failures a request may be repeated after."""

    SAFE = "safe"  # reads and idempotent writes: throttled, 5xx, no answer
    THROTTLED = "throttled"  # only what is known to be unapplied: throttled, connection never opened
    NEVER = "never"  # one try


class HttpClient:
    """One requests session with the rules of this collection."""

    def __init__(
        self,
        budget: Budget,
        *,
        ca_path: str | None,
        host: str | None = None,
        secrets: t.Collection[str] = (),
        session: t.Any = None,
        jitter: t.Callable[[], float] = random.random,
    ) -> None:
        """``secrets`` may be the live set of the runtime: what is registered later is redacted too.

        ``host`` is the inventory host. ``session`` and ``jitter`` are for unit tests.
        """
        if ca_path and not os.path.exists(ca_path):
            raise OptionError(f"ca_path is {ca_path}, and there is no such file.", code="ca_path", advice="Name a PEM file with the CA certificates.")
        self.budget = budget
        self.host = host
        self.ca_path = ca_path
        self.secrets = secrets
        self.requests: list[str] = []  # "METHOD path status" of everything that was sent, "-" where no answer came
        self._session = session if session is not None else new_session()
        self._jitter = jitter

    def request(
        self,
        method: str,
        url: str,
        *,
        doing: str,
        service: str,
        headers: t.Mapping[str, str] | None = None,
        json: t.Any = None,
        form: t.Mapping[str, t.Any] | str | None = None,
        params: t.Mapping[str, t.Any] | None = None,
        timeout: tuple[float, float] | None = None,
        repeat: Repeat = Repeat.SAFE,
        allow_http: bool = False,
        before_repeat: t.Callable[[], None] | None = None,
    ) -> HttpAnswer:
        """Send one request, with its repeats, and return the answer, error statuses included.

        ``before_repeat`` is called when the pause before a repeat is over: a service with a known rate limit waits there for its turn.
        Raises TransportError (no usable answer), RedirectError, BudgetError. ``allow_http`` is for managed identity
        endpoints only: plain http to a loopback or link-local address, never through a proxy.
        """
        method = method.upper()
        self._check_url(url, doing, service, allow_http)
        tries = 0
        asked = ""  # the id of the last try: the only handle that support has when no answer came
        lost = False  # some try may have been applied: from then on nothing that follows is a definite refusal
        while True:
            tries += 1
            self._check_time(method, doing, service, lost, asked)
            asked = str(uuid.uuid4())
            answer: HttpAnswer | None = None
            failure: Failure | None = None
            try:
                answer = self._once(method, url, doing, service, {"client-request-id": asked, **(headers or {})}, json, form, params, timeout, allow_http)
                answer = dataclasses.replace(answer, tried_before=lost)
            except FAILURES as error:
                failure = explain(error, url, self.ca_path)
            if answer is not None:
                if answer.status == 429:
                    again, why = repeat is not Repeat.NEVER, f"throttled by {service}"
                else:
                    again = answer.status in _TRANSIENT and repeat is Repeat.SAFE and tries < _ERROR_TRIES
                    why = f"{service} answered {answer.status}"
                if not again:
                    return answer
                pause = self.pause(tries, answer.headers)
                lost = lost or answer.status != 429
            else:
                failure = t.cast(Failure, failure)
                lost = lost or failure.opened
                allowed = repeat is Repeat.SAFE or (repeat is Repeat.THROTTLED and not failure.opened)
                if failure.permanent or not allowed or tries >= (_ERROR_TRIES if failure.opened else _UNREACHED_TRIES):
                    raise self._transport_error(failure, method, url, doing, service, lost, asked)
                pause, why = self.pause(tries), f"{urllib.parse.urlsplit(url).netloc} {failure.what}"
            try:
                self.budget.wait(pause, f"{why} ({doing})")
                if before_repeat is not None:
                    before_repeat()
            except BudgetError as error:
                error.service = error.service or service
                error.client_request_id = asked
                if method not in ("GET", "HEAD"):
                    error.outcome = "unknown" if lost else "refused"
                if answer is not None:
                    error.http_status, error.request_id = answer.status, answer.request_id
                error.message += f" The last {'answer' if answer is not None else 'try'} has the {name_id(error.request_id, asked)}."
                raise

    def pause(self, tries: int, headers: t.Mapping[str, str] | None = None) -> float:
        """Seconds before the next try: what Retry-After says, else exponential with jitter.

        A Retry-After of zero, asked for again and again, must not become a busy loop; hence the growing lower limit.
        """
        asked = retry_after(headers or {})
        if asked is not None:
            return max(asked, min(_LONGEST_PAUSE, 0.1 * 2 ** min(tries - 1, 20)))
        return min(_LONGEST_PAUSE, 2.0 ** min(tries - 1, 20)) * (0.75 + 0.5 * self._jitter())

    def redact(self, text: t.Any) -> str:
        """A text without anything that is, or looks like, a secret."""
        return redact(text, self.secrets)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _check_url(self, url: str, doing: str, service: str, allow_http: bool) -> None:
        try:
            parts = urllib.parse.urlsplit(url)
            scheme, name, port = parts.scheme.lower(), parts.hostname, parts.port
        except ValueError:  # of a port that is no number, too
            scheme, name, port = "", None, None
        if name and port != 0 and (scheme == "https" or (scheme == "http" and allow_http and _is_near(name))):
            return
        shown = self.redact(url.partition("?")[0])
        if scheme == "http":
            text = f"Could not {doing}: {shown} is a plain http:// address, and tokens and secrets are only sent over https://."
        else:
            text = f"Could not {doing}: {shown!r} is not a usable https:// address of {service}."
        raise OptionError(text, code="url", service=service, outcome="refused", advice="Correct the URL; nothing was sent.")

    def _check_time(self, method: str, doing: str, service: str, lost: bool, asked: str) -> None:
        if self.budget.remaining() <= 0:
            raise BudgetError(
                f"The time budget of {self.budget.seconds:g} s was spent before the next request could be sent: {doing}.",
                code="budget_spent",
                service=service,
                client_request_id=asked or None,
                outcome=None if method in ("GET", "HEAD") else "unknown" if lost else "refused",
                advice="Run again; raise 'timeout' if the service is slow.",
            )

    def _once(
        self,
        method: str,
        url: str,
        doing: str,
        service: str,
        headers: t.Mapping[str, str],
        json: t.Any,
        form: t.Any,
        params: t.Mapping[str, t.Any] | None,
        timeout: tuple[float, float] | None,
        allow_http: bool,
    ) -> HttpAnswer:
        sent = {"Accept": "application/json", "User-Agent": user_agent(), **headers}
        connect, read = timeout or (CONNECT_TIMEOUT, READ_TIMEOUT)
        left = self.budget.remaining()
        bare = url.partition("?")[0]
        line = f"{method} {urllib.parse.urlsplit(bare).path or '/'}"
        status = "-"
        try:
            response = self._session.request(
                method,
                url,
                params=params,
                headers=sent,
                json=json,
                data=form,
                timeout=(max(0.01, min(connect, left)), max(0.01, min(read, left))),
                # Both per call: the session's own values lose against the environment, and it does not look there itself.
                verify=self.ca_path or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True,
                proxies={} if url.lower().startswith("http:") else _environment_proxies(url),
                allow_redirects=False,
            )
            status = str(response.status_code)
            answer = HttpAnswer(
                status=response.status_code,
                headers=response.headers,
                text=body_text(response),
                method=method,
                url=bare,
                service=service,
                doing=doing,
                client_request_id=sent["client-request-id"],
                secrets=self.secrets,
            )
        finally:
            self.requests.append(f"{line} {status}")
        if 300 <= answer.status < 400:
            raise self._redirect_error(answer)
        return answer

    def _redirect_error(self, answer: HttpAnswer) -> RedirectError:
        location = self.redact(answer.headers.get("Location", "").partition("?")[0].partition("#")[0])[:200] or "no Location"
        return RedirectError(
            f"Could not {answer.doing}: {answer.host} answered {answer.status}, a redirect to {location} ({answer.id_words}).",
            code="redirect",
            http_status=answer.status,
            service=answer.service,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            outcome="unknown",
            advice="Redirects are never followed, so that nothing secret goes to another address. Check the URL.",
            details={"host": answer.host, "location": location},
        )

    def _transport_error(self, failure: Failure, method: str, url: str, doing: str, service: str, lost: bool, asked: str) -> TransportError:
        host = urllib.parse.urlsplit(url).netloc
        advice = [failure.advice] if failure.advice else []
        if lost and method not in ("GET", "HEAD"):
            advice.append("Whether this was carried out is not known.")
        return TransportError(
            self.redact(f"Could not {doing}: {host} {failure.what}.") + (f" It was sent with the {name_id(None, asked)}." if failure.opened else ""),
            code=failure.code,
            service=service,
            client_request_id=asked,
            outcome="unknown" if lost else "refused",
            advice=" ".join(advice) or None,
            details={"host": host},
        )


class MsalHttpAdapter:
    """What msal takes as C(http_client): our TLS rules, budget, redirect rule and user agent instead of its own session.

    ``repeat`` must be C(Repeat.NEVER) where a password of a person is sent.
    """

    def __init__(
        self, http_client: HttpClient, *, doing: str, service: str = "Microsoft Entra ID", repeat: Repeat = Repeat.SAFE, allow_http: bool = False
    ) -> None:
        self._http = http_client
        self._doing = doing
        self._service = service
        self._repeat = repeat
        self._allow_http = allow_http
        self.last: HttpAnswer | None = None  # for request ids in sentences: msal does not hand them on

    def get(self, url: str, params: t.Any = None, headers: t.Mapping[str, str] | None = None, **_kwargs: t.Any) -> MsalResponse:
        """HTTP GET; msal's own verify, proxies and timeout are ignored."""
        return self._request("GET", url, params, None, headers)

    def post(self, url: str, params: t.Any = None, data: t.Any = None, headers: t.Mapping[str, str] | None = None, **_kwargs: t.Any) -> MsalResponse:
        """HTTP POST of a form."""
        return self._request("POST", url, params, data, headers)

    def close(self) -> None:
        """Nothing: the session belongs to the HttpClient."""

    def _request(self, method: str, url: str, params: t.Any, data: t.Any, headers: t.Mapping[str, str] | None) -> MsalResponse:
        self.last = self._http.request(
            method, url, doing=self._doing, service=self._service, headers=headers, form=data, params=params, repeat=self._repeat, allow_http=self._allow_http
        )
        return MsalResponse(self.last)


class MsalResponse:
    """What msal reads of an answer."""

    def __init__(self, answer: HttpAnswer) -> None:
        self.status_code = answer.status
        self.text = answer.text
        # msal keeps answers with 400 for a minute, those with 429 and 5xx as long as Retry-After says, and then answers without asking.
        # The waiting was done here already, so it may ask again at once.
        self.headers = {**answer.headers, "Retry-After": "0"}
        self._answer = answer

    def raise_for_status(self) -> None:
        """ServiceError for an error status."""
        answer = self._answer
        if answer.status >= 400:
            raise ServiceError(
                f"Could not {answer.doing}: {answer.service} at {answer.host} answered {answer.status}.",
                http_status=answer.status,
                service=answer.service,
                request_id=answer.request_id,
                client_request_id=answer.client_request_id,
            )


def new_session() -> t.Any:
    """A session that takes nothing from the environment: no .netrc credentials, no CA bundle; keeps no cookies, knows no redirects."""
    session = requests.Session()
    session.trust_env = False
    # Without this requests follows a Location in thought (and stumbles over a broken one), even where it must not follow it.
    session.get_redirect_target = lambda response: None
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return session


def user_agent() -> str:
    """Which client this is, for the operators of the services."""
    return f"tenantkit.connectors/{VERSION} python/{platform.python_version()} requests/{getattr(requests, '__version__', '-')}"


def _environment_proxies(url: str) -> dict[str, str]:
    return requests.utils.get_environ_proxies(url) if requests is not None else {}


def _is_near(name: str) -> bool:
    """Whether a host is this machine or its link: where managed identity endpoints are."""
    if name.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_link_local
