# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulator in the test's own process, without sockets: its clock stands still, and what runs when is the test's to say."""

from __future__ import annotations

import datetime as dt
import email.utils
import pathlib
import typing as t
from urllib.parse import urlsplit

import pytest
import requests
from requests.structures import CaseInsensitiveDict
from tenant_emulator.ca import Authority
from tenant_emulator.config import Config
from tenant_emulator.products import service_names
from tenant_emulator.server import Front
from tenant_emulator.testing import Emulator
from tenant_emulator.web import Request, Response
from tenant_emulator.world import Clock

ROOT = "https://127.0.0.1:1"  # nothing listens there


class StillClock(Clock):
    """Time passes only when it is moved. It begins when this is made: some of what the emulator issues is checked by libraries with the machine's clock."""

    def __init__(self) -> None:
        super().__init__()
        self._begin = super().now()

    def now(self) -> dt.datetime:
        """The emulator's present."""
        return self._begin + dt.timedelta(seconds=self.offset)


class InProcess(Emulator):
    """A handle on an emulator that lives in this process."""

    def __init__(self, folder: pathlib.Path) -> None:
        super().__init__(folder)
        authority = Authority(folder)
        self.front = Front(Config.load(), authority)
        self.front.world.clock = StillClock()
        names = ("login", "graph", *service_names(), "arm")
        self.ready = {"control_url": f"{ROOT}/_control", "ca_path": str(authority.path), **{f"{name}_url": f"{ROOT}/{name}" for name in names}}

    @property
    def now(self) -> float:
        """Seconds that its clock was moved by since the last reset."""
        return self.front.world.clock.offset

    def answer(self, method: str, url: str, body: bytes, headers: t.Mapping[str, str]) -> Response | None:
        """One request, as the server would answer it. None where a fault takes the answer away; only faults of this kind, and statuses, are known here."""
        parts = urlsplit(url)
        if parts.path.startswith("/_control"):
            return self.front.control.handle(Request(method, parts.path, parts.query, headers, body, f"{ROOT}/_control"))
        target = self.front.find(parts.netloc, parts.path)
        assert target is not None, url
        request = Request(method, target.path, parts.query, headers, body, target.base_url)
        entry = self.front.journal.open(target.name, request)
        rule = self.front.faults.decide(target.name, method, target.path).rule
        if rule is not None and rule.action == "drop_before":
            return None
        response = rule.response(target.name) if rule is not None and rule.action == "status" else target.service.handle(request)
        entry.parts, entry.status, entry.applied = response.parts, response.status, True
        if rule is not None and rule.action == "drop_after":
            return None
        response.headers.setdefault("Date", email.utils.format_datetime(self.front.world.clock.now(), usegmt=True))
        return response

    def request(self, method: str, url: str, body: bytes | None = None, headers: t.Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """See the base class."""
        response = self.answer(method, url, body or b"", CaseInsensitiveDict(headers or {}))
        assert response is not None
        return response.status, response.body

    def in_place_of_the_network(self, patch: pytest.MonkeyPatch, send: t.Callable[..., requests.Response] | None = None) -> None:
        """Let what sends requests with C(requests) reach this emulator, through ``send`` when it is given."""
        own = send or self.send
        patch.setattr(requests.Session, "send", lambda *given, **more: own(*given, **more))
        # No proxy is between, and to look for one goes through the whole environment twice with each request.
        patch.setattr(requests.utils, "get_environ_proxies", lambda *_given, **_more: {})

    def send(self, _session: requests.Session, request: requests.PreparedRequest, **_more: t.Any) -> requests.Response:
        """In place of C(requests.Session.send)."""
        body = request.body or b""
        found = self.answer(str(request.method), str(request.url), body.encode() if isinstance(body, str) else body, request.headers)
        if found is None:
            raise requests.ConnectionError("the connection was closed")
        answer = requests.Response()
        answer.status_code, answer._content, answer.request, answer.url = found.status, found.body, request, str(request.url)
        answer.headers = CaseInsensitiveDict(found.headers)
        answer.encoding = "utf-8"
        return answer
