# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The OpenID configuration of a tenant, asked for once per job: msal asks for it again before every token."""

from __future__ import annotations

import functools
import json
import typing as t

from .._clock import machine_time
from .._http.answer import HttpAnswer
from .._http.client import HttpClient
from .._http.msal_adapter import MsalHttpAdapter, MsalResponse
from .._job.cache import JobCache

_LASTS = 3600.0  # seconds, for a directory that several jobs point to
_DOCUMENT = "/.well-known/openid-configuration"


class _NotKept(Exception):
    """A response that is not an OpenID configuration; msal reports it."""

    def __init__(self, response: MsalResponse) -> None:
        super().__init__()
        self.response = response


class DiscoveryAdapter(MsalHttpAdapter):
    """What msal takes as C(http_client), with the job's memory of configurations. Nothing else is ever remembered."""

    def __init__(self, http_client: HttpClient, cache: JobCache, *, doing: str, service: str) -> None:
        super().__init__(http_client, doing=doing, service=service)
        self._cache = cache

    def get(self, url: str, params: t.Any = None, headers: t.Mapping[str, str] | None = None, **_kwargs: t.Any) -> MsalResponse:
        """HTTP GET, or the configuration that this job was given before."""
        if not url.endswith(_DOCUMENT):
            return super().get(url, params, headers)
        asked = functools.partial(self._configuration, url, params, headers)
        try:
            text, _from_cache = self._cache.get_or_create("discovery", [url], asked, reject=lambda found: not _is_configuration(found))
        except _NotKept as answer:
            return answer.response
        return MsalResponse(HttpAnswer(200, {}, text, url=url))

    def _configuration(self, url: str, params: t.Any, headers: t.Mapping[str, str] | None) -> tuple[str, float]:
        """What the service says now, and until when (epoch seconds) it is kept. Raises _NotKept for any other answer."""
        response = super().get(url, params, headers)
        if response.status_code != 200 or not _is_configuration(response.text):
            raise _NotKept(response)
        return response.text, machine_time() + _LASTS


def _is_configuration(text: t.Any) -> bool:
    try:
        document = json.loads(text)
    except (TypeError, ValueError):
        return False
    return isinstance(document, dict) and isinstance(document.get("token_endpoint"), str)
