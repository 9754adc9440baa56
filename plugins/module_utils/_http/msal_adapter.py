# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What msal takes as an HTTP client: our TLS rules, budget and redirect rule instead of its own session."""

from __future__ import annotations

import typing as t

from .._errors import ServiceError
from .answer import HttpAnswer
from .client import HttpClient, Repeat


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
        """Raises ServiceError for a status of 400 or more."""
        answer = self._answer
        if answer.status >= 400:
            raise ServiceError(
                f"Could not {answer.doing}: {answer.service} at {answer.host} answered {answer.status}.",
                http_status=answer.status,
                service=answer.service,
                request_id=answer.request_id,
                client_request_id=answer.client_request_id,
            )
