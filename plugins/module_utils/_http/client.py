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

from .._addresses import without_secrets
from .._budget import Budget
from .._engine import Runtime
from .._errors import BudgetError, OptionError, RedirectError, TransportError
from .._redact import redact
from .._version import VERSION
from .answer import HttpAnswer, body_text, name_id, retry_after
from .failures import FAILURES, Failure, explain
from .origin import Origin
from .trust import TrustAdapter, bundle_of

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
_UNREACHED_TRIES = 4  # no listener at all: a wrong host name should not take minutes to be reported
_UNKNOWN = Origin()
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
        origin: Origin = _UNKNOWN,
    ) -> None:
        """``secrets`` may be the live set of the runtime: what is registered later is redacted too.

        ``host`` is the inventory host. ``session`` and ``jitter`` are for unit tests. Raises OptionError for a file that is not there.
        """
        if ca_path and not os.path.exists(ca_path):
            raise OptionError(f"ca_path is {ca_path}, and there is no such file.", code="ca_path", advice="Name a PEM file with the CA certificates.")
        self.budget = budget
        self.host = host
        self.ca_path = ca_path
        self.secrets = secrets
        self.requests: list[str] = []  # "METHOD path status" of everything that was sent, "-" where no answer came
        self._bundle = bundle_of(ca_path, os.environ)
        self._session = session if session is not None else new_session(self._bundle)
        self._jitter = jitter
        self._origin = origin

    @classmethod
    def of(cls, runtime: Runtime) -> HttpClient:
        """The client of a task. Raises OptionError for a file that is not there, and for a change reference that cannot be sent."""
        options = runtime.options
        origin = Origin.of(runtime.environ, runtime.run, options.get("change_reference"))
        return cls(runtime.budget, ca_path=options.get("ca_path"), host=runtime.host, secrets=runtime.secrets, origin=origin)

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
        client_request_id = ""  # the id of the last try: the only handle that support has when no answer came
        maybe_applied = False  # some try may have been applied: from then on nothing that follows is a definite refusal
        # A loop of its own: C(answered) and C(settled) repeat whole calls, each of which comes here, and this is about one request on the wire.
        while True:
            tries += 1
            self._check_time(method, doing, service, maybe_applied, client_request_id)
            client_request_id = self._origin.request_id()
            answer: HttpAnswer | None = None
            failure: Failure | None = None
            try:
                answer = self._once(
                    method, url, doing, service, {"client-request-id": client_request_id, **(headers or {})}, json, form, params, timeout, allow_http
                )
                answer = dataclasses.replace(answer, tried_before=maybe_applied)
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
                maybe_applied = maybe_applied or answer.status != 429
            else:
                failure = t.cast(Failure, failure)
                maybe_applied = maybe_applied or failure.opened
                allowed = repeat is Repeat.SAFE or (repeat is Repeat.THROTTLED and not failure.opened)
                if failure.permanent or not allowed or tries >= (_ERROR_TRIES if failure.opened else _UNREACHED_TRIES):
                    raise self._transport_error(failure, method, url, doing, service, maybe_applied, client_request_id)
                pause, why = self.pause(tries), f"{urllib.parse.urlsplit(url).netloc} {failure.what}"
            try:
                self.budget.wait(pause, f"{why} ({doing})")
                if before_repeat is not None:
                    before_repeat()
            except BudgetError as error:
                outcome = None if method in ("GET", "HEAD") else "unknown" if maybe_applied else "refused"
                raise _with_last_try(error, answer, client_request_id, service, outcome) from error

    def pause(self, tries: int, headers: t.Mapping[str, str] | None = None) -> float:
        """Seconds before the next try: what Retry-After says, else exponential with jitter.

        A Retry-After of zero, asked for again and again, must not become a busy loop; hence the growing lower limit.
        """
        asked = retry_after(headers or {})
        growth: float = 2.0 ** min(tries - 1, 20)
        if asked is not None:
            return max(asked, min(_LONGEST_PAUSE, 0.1 * growth))
        return min(_LONGEST_PAUSE, growth) * (0.75 + 0.5 * self._jitter())

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
        shown = self.redact(without_secrets(url))
        if scheme == "http":
            text = f"Could not {doing}: {shown} is a plain http:// address, and tokens and secrets are only sent over https://."
        else:
            text = f"Could not {doing}: {shown!r} is not a usable https:// address of {service}."
        raise OptionError(text, code="url", service=service, outcome="refused", advice="Correct the URL; nothing was sent.")

    def _check_time(self, method: str, doing: str, service: str, maybe_applied: bool, client_request_id: str) -> None:
        if self.budget.remaining() <= 0:
            raise BudgetError(
                f"The time budget of {self.budget.seconds:g} s was spent before the next request could be sent: {doing}.",
                code="budget_spent",
                service=service,
                client_request_id=client_request_id or None,
                outcome=None if method in ("GET", "HEAD") else "unknown" if maybe_applied else "refused",
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
        sent = {"Accept": "application/json", "User-Agent": f"{user_agent()}{self._origin.products}", **headers}
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
                verify=self._bundle,
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
            advice="Redirects are never followed, so that no secret is sent to another address. Check the URL.",
            details={"host": answer.host, "location": location},
            target=answer.headers.get("Location", ""),
        )

    def _transport_error(
        self, failure: Failure, method: str, url: str, doing: str, service: str, maybe_applied: bool, client_request_id: str
    ) -> TransportError:
        host = urllib.parse.urlsplit(url).netloc
        advice = [failure.advice] if failure.advice else []
        if maybe_applied and method not in ("GET", "HEAD"):
            advice.append("Whether this was carried out is not known.")
        return TransportError(
            self.redact(f"Could not {doing}: {host} {failure.what}.")
            + (f" It was sent with the {name_id(None, client_request_id)}." if failure.opened else ""),
            code=failure.code,
            service=service,
            client_request_id=client_request_id,
            outcome="unknown" if maybe_applied else "refused",
            advice=" ".join(advice) or None,
            details={"host": host},
        )


def _with_last_try(error: BudgetError, answer: HttpAnswer | None, client_request_id: str, service: str, outcome: str | None) -> BudgetError:
    """A wait that the budget did not allow, with what the try before it brought: ``answer``, or none at all to the request of the id ``client_request_id``."""
    status, request_id = (answer.status, answer.request_id) if answer is not None else (None, None)
    return error.with_(
        message=f"{error.message} The last {'answer' if answer is not None else 'try'} has the {name_id(request_id, client_request_id)}.",
        service=error.service or service,
        http_status=status,
        request_id=request_id,
        client_request_id=client_request_id,
        outcome=outcome,
    )


def new_session(bundle: str) -> t.Any:
    """A session that takes nothing from the environment: no .netrc credentials, no other CA bundle; keeps no cookies, knows no redirects."""
    session = requests.Session()
    if TrustAdapter.usable:
        session.mount("https://", TrustAdapter(bundle))
    session.trust_env = False
    # Without this, requests parses the Location header (and raises for a malformed one) although redirects are off.
    session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
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
