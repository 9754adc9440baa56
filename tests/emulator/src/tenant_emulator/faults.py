# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault plan: rules that say which requests go wrong, when, and how."""

from __future__ import annotations

import base64
import dataclasses
import itertools
import json
import os
import re
import signal
import typing as t

from .products import products, service_names
from .web import Response
from .world import JsonObject

ACTIONS = frozenset(
    {
        "latency",
        "gate",
        "status",
        "status_after",
        "drop_before",
        "drop_after",
        "html",
        "proxy_page",
        "challenge",
        "truncate",
        "redirect",
        "hang",
        "kill_pid_before",
        "kill_pid_after",
    }
)
#: Actions that keep a request from taking effect.
BEFORE = frozenset({"status", "drop_before", "html", "proxy_page", "challenge", "redirect", "kill_pid_before"})
_PART_ACTIONS = frozenset({"status"})


@dataclasses.dataclass
class Rule:
    """One rule. A request matches by service, method and path; ``skip`` matches pass, then ``times`` are hit."""

    action: str
    service: str = "*"
    method: str = "*"
    path: str = ""  # a regular expression, searched in the path with its query
    skip: int = 0
    times: int | None = 1  # None: every one
    part: bool = False  # look at the parts of a batch instead of whole requests
    seconds: float | None = None  # latency, hang; for a kill: how long the client, if it lives on, waits in vain
    status: int = 0
    body: t.Any = None  # text, or JSON when it is a list or an object
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    location: str = ""  # redirect
    code: str = ""  # challenge
    pid: int = 0
    group: bool = False  # the pid is a process group
    signal: str = "SIGKILL"
    id: int = 0
    seen: int = 0
    fired: int = 0
    waiting: int = 0  # requests that stand before this gate
    let_through: int = 0

    @classmethod
    def parse(cls, value: t.Any) -> Rule:
        """A rule from JSON. Raises ValueError with a sentence."""
        if not isinstance(value, dict):
            raise ValueError("a fault rule is an object")
        known = {field.name for field in dataclasses.fields(cls)} - {"id", "seen", "fired", "waiting", "let_through"}
        if unknown := sorted(set(value) - known):
            raise ValueError(f"unknown in a fault rule: {', '.join(unknown)}; known are {', '.join(sorted(known))}")
        if value.get("action") not in ACTIONS:
            raise ValueError(f"action must be one of {', '.join(sorted(ACTIONS))}")
        rule = cls(**value)
        services = {"*", "login", "graph", "arm", "identity", *service_names()}
        if rule.service not in services:
            raise ValueError(f"service must be one of {', '.join(sorted(services))}")
        if rule.part and rule.action not in _PART_ACTIONS:
            raise ValueError("only action: status can hit a part of a batch")
        if rule.action == "challenge" and not rule.code:
            raise ValueError("challenge needs the code of the evaluation")
        if rule.seconds is None and rule.action in ("latency", "hang"):
            raise ValueError(f"{rule.action} needs seconds")
        if rule.action.startswith("kill_pid"):
            # A client that handles the signal must not be told anything before it did.
            rule.seconds = 2.0 if rule.seconds is None else rule.seconds
            if rule.pid <= 1:
                raise ValueError("a kill rule needs the pid of a process, or of a process group with group: true")
            signal.Signals[rule.signal]
        try:
            re.compile(rule.path)
        except re.error as problem:
            raise ValueError(f"path is not a regular expression: {problem}") from None
        return rule

    def describe(self) -> JsonObject:
        """The rule with its counters, without what was left at its default."""
        plain = Rule(action="")
        values = dataclasses.asdict(self)
        always = ("id", "action", "service", "method", "path", "skip", "times", "seen", "fired")
        return {name: value for name, value in values.items() if name in always or value != getattr(plain, name)}

    def hits(self, service: str, method: str, path: str) -> bool:
        """Whether this request matches. Counts it when it does."""
        if self.service not in ("*", service) or self.method.upper() not in ("*", method.upper()):
            return False
        if not re.search(self.path, path):
            return False
        self.seen += 1
        return True

    @property
    def due(self) -> bool:
        """Whether the match just counted is one to act on."""
        return self.seen > self.skip and (self.times is None or self.fired < self.times)

    def open(self) -> int:
        """Let the requests through that stand before this gate. Returns how many these are."""
        count, self.waiting = self.waiting, 0
        self.let_through += count
        return count

    def kill(self) -> str:
        """Send the signal. Returns what happened, in words for the journal."""
        try:
            (os.killpg if self.group else os.kill)(self.pid, signal.Signals[self.signal])
        except ProcessLookupError:
            return "target was gone"
        except PermissionError:
            return "target is not ours"
        return "signal sent"

    def response(self, service: str) -> Response:
        """The answer this rule gives instead of the service's."""
        if self.action == "redirect":
            location = self.location or "https://elsewhere.example/"
            return Response(self.status or 302, b"", {"Location": location, **self.headers})
        if self.action == "html":
            status = self.status or 502
            page = self.body or f"<html><head><title>{status}</title></head><body><h1>Bad Gateway</h1></body></html>"
            return Response(status, str(page).encode(), {"Content-Type": "text/html", **self.headers})
        if self.action == "proxy_page":
            return _proxy_page(self.status or 403, self.body, self.headers)
        if self.action == "challenge":
            return _challenge(self.code)
        status = self.status or 503
        body = _default_body(service, status) if self.body is None else self.body
        if isinstance(body, str):
            return Response(status, body.encode(), {"Content-Type": "text/plain", **self.headers})
        return Response(status, json.dumps(body).encode(), {"Content-Type": "application/json", **self.headers})


def _proxy_page(status: int, body: t.Any, headers: t.Mapping[str, str]) -> Response:
    """What a filtering proxy answers in place of a service.

    Sources: https://wiki.squid-cache.org/KnowledgeBase/ and the template ERR_ACCESS_DENIED of Squid (X-Squid-Error and the page), RFC 9110, 7.6.3 (Via);
    read 2026-11.
    """
    page = (
        body
        if body is not None
        else "<html><head><title>ERROR: The requested URL could not be retrieved</title></head><body><p>Access Denied.</p></body></html>"
    )
    named = {"Via": "1.1 proxy.customer.example (squid/6.10)", "X-Squid-Error": "ERR_ACCESS_DENIED 0"}
    return Response(status, str(page).encode(), {"Content-Type": "text/html;charset=utf-8", **named, **headers})


def _challenge(code: str) -> Response:
    """Continuous access evaluation refuses a token that was issued.

    Sources: https://learn.microsoft.com/entra/identity-platform/claims-challenge (the header); read 2026-11. The text and the codes of the body: observed in
    public reports. That both come together (inferred).
    """
    claims = base64.b64encode(json.dumps({"access_token": {"nbf": {"essential": True, "value": "1783000000"}}}).encode()).decode()
    header = (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", error="insufficient_claims", claims="' + claims + '"'
    )
    text = f"Continuous access evaluation resulted in challenge with result: InteractionRequired and code: {code}"
    return Response.json(401, {"error": {"code": "InvalidAuthenticationToken", "message": text}}, {"WWW-Authenticate": header})


def _default_body(service: str, status: int) -> t.Any:
    """What the service itself would put into such an answer."""
    if service == "graph":
        if status == 429:
            inner = {"code": "429", "message": "Please retry after", "status": "429"}
            return {"error": {"code": "TooManyRequests", "message": "Please retry again later.", "innerError": inner}}
        codes = {500: "InternalServerError", 503: "ServiceUnavailable", 409: "Directory_ConcurrencyViolation"}
        codes |= {401: "InvalidAuthenticationToken", 403: "Authorization_RequestDenied", 404: "Request_ResourceNotFound"}
        messages = {
            401: "Access token has expired or is not yet valid.",
            403: "Insufficient privileges to complete the operation.",
            404: "Resource does not exist or one of its queried reference-property objects are not present.",
            409: "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
        }
        return {"error": {"code": codes.get(status, "UnknownError"), "message": messages.get(status, "")}}
    return next((product.fault_body(service, status) for product in products().values() if service in product.services), "")


class Decision(t.NamedTuple):
    """What the plan has in store for one request."""

    delay: float
    rule: Rule | None


class FaultPlan:
    """The rules in force, oldest first. Every latency rule that is due adds up; of the others the first one acts."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._ids = itertools.count(1)

    def add(self, value: t.Any) -> list[Rule]:
        """Add a rule, or a list of them. Raises ValueError and then adds none."""
        added = [Rule.parse(item) for item in (value if isinstance(value, list) else [value])]
        for rule in added:
            rule.id = next(self._ids)
        self.rules += added
        return added

    def rule(self, number: int) -> Rule:
        """The rule with this id. Raises ValueError when there is none."""
        for rule in self.rules:
            if rule.id == number:
                return rule
        raise ValueError(f"there is no fault rule {number}")

    def remove(self, number: int | None = None) -> None:
        """Remove one rule by its id, or all of them. What a rule keeps waiting goes on then."""
        self.rules = [rule for rule in self.rules if number is not None and rule.id != number]

    def decide(self, service: str, method: str, path: str) -> Decision:
        """Count this request in every rule it matches and say what happens to it."""
        delay, chosen = 0.0, None
        for rule in self.rules:
            if rule.part or not rule.hits(service, method, path) or not rule.due:
                continue
            if rule.action == "latency":
                delay += rule.seconds or 0.0
            elif chosen is None:
                chosen = rule
            else:
                continue
            rule.fired += 1
        return Decision(delay, chosen)

    def for_part(self, method: str, path: str) -> Response | None:
        """The answer to give to one part of a batch instead of running it, or None."""
        for rule in self.rules:
            if rule.part and rule.hits("graph", method, path) and rule.due:
                rule.fired += 1
                return rule.response("graph")
        return None
