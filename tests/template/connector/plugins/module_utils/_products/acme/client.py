# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Client for Acme: the one resource of its API that holds the settings of single sign-on.

The API is made up, so that there is something to start from: the vendor's own pages say what has to stand here.

Sources: https://developer.acme.example/api/v1/sso (header, methods, members, C(not_configured), that a PUT can be repeated);
read 2026-11. All of that (inferred).
"""

from __future__ import annotations

import typing as t
import urllib.parse

from ..._errors import ForbiddenError, NotFoundError, ServiceError
from ..._http.answer import HttpAnswer
from ..._http.client import HttpClient, Repeat
from ..._refusals import Body, Refusals
from .plan import SERVICE, AcmeSettings

_PATH = "/api/v1/sso"
_FREE = "not_configured"  # the code of a 404 that says that nothing is set. Any other 404 says that the address is wrong
_REFUSALS = frozenset({400, 401, 403, 404, 422})  # the API took nothing
# The forms of its error answers. What has another form is the page of a proxy, say: no refusal, and nothing is known of what was sent.
_FORMS = Refusals(SERVICE, {None: frozenset({Body.CODE}), 404: frozenset({Body.CODE, Body.EMPTY})}, None)


class AcmeClient:
    """One site. The API key is sent to this site only and never shown."""

    def __init__(self, http: HttpClient, url: str, api_key: str) -> None:
        self._http = http
        self._url = url
        self._headers = {"X-Api-Key": api_key}

    def settings(self) -> AcmeSettings | None:
        """What the site holds, without the secret; None when it holds nothing. Raises ServiceError for every other answer."""
        answer = self._send("GET", "look at single sign-on", Repeat.SAFE)
        if _is_free(answer):
            return None
        return self._read(answer)

    def put(self, wanted: AcmeSettings, client_secret: str) -> None:
        """Give the site its settings; the same ones again while it is not known whether it took them. Raises ServiceError.

        C(outcome) of what is raised is C(refused) when the site certainly did not take them, C(unknown) otherwise.
        """
        body = {"tenant_id": wanted.tenant_id, "client_id": wanted.client_id, "client_secret": client_secret, "key_id": wanted.key_id}
        answer = self._send("PUT", "set single sign-on", Repeat.SAFE, body)
        if self._read(answer) != wanted:
            raise self._unexpected(answer)

    def delete(self) -> None:
        """Take the settings out of the site. Raises ServiceError."""
        answer = self._send("DELETE", "remove single sign-on", Repeat.SAFE)
        if not (answer.ok or _is_free(answer)):
            raise self._error(answer)

    def _send(self, method: str, doing: str, repeat: Repeat, body: t.Any = None) -> HttpAnswer:
        host = urllib.parse.urlsplit(self._url).netloc
        return self._http.request(method, self._url + _PATH, doing=f"{doing} of {host}", service=SERVICE, headers=self._headers, json=body, repeat=repeat)

    def _read(self, answer: HttpAnswer) -> AcmeSettings:
        """The settings in an answer. A portal or a proxy answers everything with 200, so only the documented members count."""
        if not answer.ok:
            raise self._error(answer)
        body = answer.json()
        if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in ("tenant_id", "client_id", "key_id")):
            raise self._unexpected(answer)
        return AcmeSettings(body["tenant_id"].lower(), body["client_id"].lower(), body["key_id"].lower())

    def _unexpected(self, answer: HttpAnswer) -> ServiceError:
        return ServiceError(
            f"Could not {answer.doing}: it answered {answer.status} without the settings that belong there ({answer.id_words}).",
            code="unexpected_answer",
            http_status=answer.status,
            service=SERVICE,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            outcome=None if answer.method == "GET" else "unknown",
            advice="Check 'url', and whether a proxy or a captive portal answers instead of Acme.",
        )

    def _error(self, answer: HttpAnswer) -> ServiceError:
        """The sentence for an error status. What the site says may quote what was sent."""
        foreign = answer.foreign(_FORMS, check="'url'")
        if foreign is not None:
            return foreign
        said = self._http.redact(answer.text.strip())[:500]
        kind: type[ServiceError] = ServiceError
        text, advice = "an unexpected answer", "Run again later; if the failure persists, ask the vendor's support."
        if answer.status in (401, 403):
            kind, text = ForbiddenError, "the API key was not accepted"
            advice = "Check 'api_key', that it belongs to this 'url', and that it may change single sign-on."
        elif answer.status == 404:
            kind, text, advice = NotFoundError, "this address has no such API", "Check 'url'."
        elif answer.status in (400, 422):
            text, advice = f"it found the settings invalid: {said or 'no reason given'}", "Correct the named values."
        refused = answer.status in _REFUSALS and not answer.tried_before
        return kind(
            f"Could not {answer.doing}: it answered {answer.status}; {text} ({answer.id_words}).",
            code=f"http_{answer.status}",
            http_status=answer.status,
            service=SERVICE,
            service_message=said or None,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            outcome=None if answer.method == "GET" else "refused" if refused else "unknown",
            advice=advice,
        )


def _is_free(answer: HttpAnswer) -> bool:
    """Whether the API itself says that nothing is set."""
    if answer.status != 404 or answer.foreign(_FORMS) is not None:
        return False
    try:
        body = answer.json()
    except ServiceError:
        return False
    return isinstance(body, dict) and body.get("code") == _FREE
