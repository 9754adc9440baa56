# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Applications that a product may sign in with already: they have a redirect URI that a new one is to get. Reads only."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application_desired import ApplicationDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.redirect_uris import comparison_key
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient, Part, PartAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.odata import odata_string

_SELECT = ("id", "appId", "displayName", "web")
# Redirect URIs are found in advanced queries only, which these two ask for.
_HEADERS = {"ConsistencyLevel": "eventual"}
_ADVANCED = {"$count": "true"}


def others_part(desired: ApplicationDesired) -> Part | None:
    """The look for them, for a C($batch) that is sent anyway; None when no web redirect URI is wanted."""
    wanted = _wanted(desired)
    if not wanted:
        return None
    terms = [f"web/redirectUris/any(u:u eq {odata_string(uri)})" for uri in wanted.values()]
    return Part(
        "GET",
        "/applications",
        params={"$filter": " or ".join(terms), "$select": _SELECT, **_ADVANCED},
        headers=_HEADERS,
        doing=f"look for applications with the redirect URIs of {desired.describe()}",
    )


def others_in(graph: GraphClient, answer: PartAnswer, desired: ApplicationDesired) -> tuple[dict[str, t.Any], ...]:
    """What was found, by display name, each with C(app_id), C(display_name) and the C(redirect_uris) that are wanted and there. Raises ServiceError."""
    wanted = _wanted(desired)
    rows = [{"app_id": app["appId"], "display_name": app.get("displayName"), "redirect_uris": _shared(app, wanted)} for app in graph.items(answer)]
    # The directory compares without regard to case, while a sign-in needs the path as it is written.
    return tuple(sorted((row for row in rows if row["redirect_uris"]), key=lambda row: ((row["display_name"] or "").lower(), row["app_id"])))


def _wanted(desired: ApplicationDesired) -> dict[t.Any, str]:
    change = desired.redirect_uris.get("web")
    return {comparison_key(uri): uri for uri in (change.wanted if change else ())}


def _shared(app: t.Mapping[str, t.Any], wanted: t.Container[str]) -> list[str]:
    return [uri for uri in (app.get("web") or {}).get("redirectUris") or () if comparison_key(uri) in wanted]
