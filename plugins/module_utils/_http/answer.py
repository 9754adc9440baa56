# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""One HTTP answer: its body as JSON or a sentence why not, its ids, and when to come back."""

from __future__ import annotations

import dataclasses
import email.utils
import json
import math
import typing as t
import urllib.parse

from .._clock import date_of, or_machine_time
from .._errors import ProxyAnswerError, ServiceError
from .._redact import excerpt
from .._refusals import Refusals, doubt_about, foreign_answer

try:
    from requests.exceptions import ChunkedEncodingError
except ImportError:
    ChunkedEncodingError = OSError  # type: ignore[assignment,misc]


@dataclasses.dataclass(frozen=True)
class HttpAnswer:
    """An answer of any status except 3xx. ``text`` may hold secrets and is never part of a repr or of an error as it is."""

    status: int
    headers: t.Mapping[str, str]  # case-insensitive
    text: str = dataclasses.field(repr=False)
    method: str = "GET"
    url: str = ""  # without its query
    service: str = "the service"
    doing: str = "use the service"
    client_request_id: str | None = None
    tried_before: bool = False  # an earlier try, whose answer was lost or 5xx, may have been applied, whatever this answer says
    secrets: t.Collection[str] = dataclasses.field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """Whether the service did what was asked."""
        return 200 <= self.status < 300

    @property
    def outcome(self) -> str | None:
        """What an error answer says of what was asked: C(refused) when it was certainly not done, else C(unknown); None for a request that only reads."""
        if self.method == "GET":
            return None
        return "unknown" if self.status >= 500 or self.status == 408 or self.tried_before else "refused"

    @property
    def request_id(self) -> str | None:
        """The service's own id of this request."""
        return self.headers.get("request-id") or self.headers.get("x-ms-request-id")

    @property
    def id_words(self) -> str:
        """The id that support asks for, in words."""
        return name_id(self.request_id, self.client_request_id)

    @property
    def host(self) -> str:
        """Host name, with the port if one was given."""
        return urllib.parse.urlsplit(self.url).netloc

    @property
    def content_type(self) -> str:
        """The media type alone."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def foreign(self, table: Refusals, *, reading: bool | None = None, tenant: str | None = None, check: str = "") -> ProxyAnswerError | None:
        """The failure when this error answer is not the service's own by its ``table``; None when it is, and for an answer that is no refusal.

        ``reading`` is told where the method does not tell it; ``check`` names the options that lead to the host.
        """
        doubt = doubt_about(table, self.status, self.headers, self.text, self.secrets, content_type=self.content_type)
        if doubt is None:
            return None
        return foreign_answer(
            doubt,
            doing=self.doing,
            service=self.service,
            host=self.host,
            status=self.status,
            method=self.method,
            reading=self.method in ("GET", "HEAD") if reading is None else reading,
            ids=self.id_words,
            tenant=tenant,
            client_request_id=self.client_request_id,
            check=check,
        )

    def json(self) -> t.Any:
        """The body as JSON. Raises ServiceError when it is none: a proxy or a wrong URL answers with a page."""
        try:
            return json.loads(self.text)
        except ValueError:
            pass
        kind = self.content_type or "content of no declared type"
        shown = excerpt(self.text, self.secrets)
        said = f'{kind} instead of JSON: "{shown}"' if shown else "an empty body instead of JSON"
        raise ServiceError(
            f"Could not {self.doing}: {self.service} at {self.host} answered {self.status} with {said} ({self.id_words}).",
            code="not_json",
            http_status=self.status,
            service=self.service,
            service_message=shown or None,
            request_id=self.request_id,
            client_request_id=self.client_request_id,
            advice="Check the URL, and whether a proxy or a captive portal answers instead of the service.",
            outcome="unknown" if self.method not in ("GET", "HEAD") else None,
        )


def name_id(request_id: str | None, client_request_id: str | None) -> str:
    """The service's id of a request, or else ours, in words."""
    return f"request id {request_id}" if request_id else f"client request id {client_request_id}"


def retry_after(headers: t.Mapping[str, str]) -> float | None:
    """Seconds from Retry-After (integer, fraction or HTTP date), or None when it is missing or makes no sense."""
    value = (headers.get("Retry-After") or "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            then = email.utils.parsedate_to_datetime(value).timestamp()
        except (ValueError, TypeError, OverflowError):
            return None
        return max(0.0, then - or_machine_time(date_of(headers)).timestamp())
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def body_text(response: t.Any) -> str:
    """The body. JSON without a declared charset is UTF-8, whatever requests guesses from the first bytes.

    Raises ChunkedEncodingError when less came than Content-Length announced.
    """
    content: bytes = response.content
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and not response.headers.get("Content-Encoding") and len(content) < int(length) and response.request.method != "HEAD":
        # urllib3 before 2.0 takes a truncated body for a whole one.
        raise ChunkedEncodingError(f"{len(content)} of {length} bytes")
    try:
        return content.decode(response.encoding if "charset" in response.headers.get("Content-Type", "") else "utf-8", errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")
