# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Applications that a product may sign in with already: they have a redirect URI that a new one is to get. Reads only."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application_desired import ApplicationDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.redirect_uris import comparison_key
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.odata import odata_string

_SELECT = ("id", "appId", "displayName", "web")
# Redirect URIs are found in advanced queries only, which these two ask for.
_HEADERS = {"ConsistencyLevel": "eventual"}
_ADVANCED = {"$count": "true"}


def find_other_registrations(graph: GraphClient, desired: ApplicationDesired) -> tuple[dict[str, t.Any], ...]:
    """The applications of the tenant with one of the web redirect URIs that are wanted, by display name: one request, none when no URI is wanted.

    Each with C(app_id), C(display_name) and the C(redirect_uris) that are wanted and there. Raises ServiceError.
    """
    change = desired.redirect_uris.get("web")
    wanted = {comparison_key(uri): uri for uri in (change.wanted if change else ())}
    if not wanted:
        return ()
    terms = [f"web/redirectUris/any(u:u eq {odata_string(uri)})" for uri in wanted.values()]
    found = graph.list(
        "/applications",
        params={"$filter": " or ".join(terms), "$select": _SELECT, **_ADVANCED},
        headers=_HEADERS,
        doing=f"look for applications with the redirect URIs of {desired.describe()}",
    )
    rows = [{"app_id": app["appId"], "display_name": app.get("displayName"), "redirect_uris": _shared(app, wanted)} for app in found]
    # The directory compares without regard to case, while a sign-in needs the path as it is written.
    return tuple(sorted((row for row in rows if row["redirect_uris"]), key=lambda row: ((row["display_name"] or "").lower(), row["app_id"])))


def _shared(app: t.Mapping[str, t.Any], wanted: t.Container[str]) -> list[str]:
    return [uri for uri in (app.get("web") or {}).get("redirectUris") or () if comparison_key(uri) in wanted]
