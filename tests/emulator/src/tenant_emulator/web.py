# SPDX-License-Identifier: GPL-3.0-or-later
"""The two values every emulated service exchanges with the HTTP front: a request and a response."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from urllib.parse import parse_qsl


@dataclasses.dataclass
class Request:
    """One HTTP request, after the front has taken the service's prefix or host name off.

    ``path`` is percent-decoded per segment by the service itself (it is passed as it came on the wire),
    ``base_url`` is the service root as this client sees it (no trailing slash), for absolute links.
    """

    method: str
    path: str
    raw_query: str
    headers: t.Mapping[str, str]  # case-insensitive
    body: bytes
    base_url: str

    @property
    def query(self) -> dict[str, str]:
        """The query parameters, percent-decoded; the last of a repeated name wins."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    def json(self) -> t.Any:
        """The decoded JSON body. Raises ValueError when it is not JSON."""
        return json.loads(self.body)


@dataclasses.dataclass
class Response:
    """One HTTP answer. ``headers`` are added to what the front sends by itself."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    parts: list[dict[str, t.Any]] | None = None  # of a $batch: what the journal prints beneath it

    @classmethod
    def json(cls, status: int, value: t.Any, headers: t.Mapping[str, str] | None = None) -> Response:
        """An answer with a JSON body."""
        return cls(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


class Service(t.Protocol):
    """What a service offers to the front. Called on one thread only, one request at a time.

    A service that answers batches asks ``world.part_fault(method, path)`` before each part, with the path as the
    service sees it and without the query; when that gives a Response, it is the part's answer and nothing is applied.
    A bearer token is checked with ``world.tokens.verify(token, audiences)``: it returns the claims or raises
    ``TokenRejected``, whose text is the message of the service's 401.
    """

    def handle(self, request: Request) -> Response: ...
