# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Applications that a product may sign in with already: they have a redirect URI that a new one is to get. Reads only.

Sources: https://learn.microsoft.com/graph/aad-advanced-queries (redirect URIs are found in advanced queries only, and an Azure AD B2C tenant takes none),
https://github.com/microsoftgraph/microsoft-graph-docs/issues/9477 (what such a tenant answers); read 2026-11.
"""

from __future__ import annotations

import typing as t

from ..._errors import OptionError, ServiceError
from ..._graph.client import GraphClient
from ..._graph.odata import odata_string
from ..._graph.parts import Part, PartAnswer
from .desired import ApplicationDesired
from .redirect_uris import comparison_key

_SELECT = ("id", "appId", "displayName", "web")
_MOST = 20_000  # applications that are looked through where there is no search; a page has 999
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


def others_in(graph: GraphClient, answer: PartAnswer, desired: ApplicationDesired, tenant_type: str | None = None) -> tuple[dict[str, t.Any], ...]:
    """What was found, by display name, each with C(app_id), C(display_name) and the C(redirect_uris) that are wanted and there.

    Where Graph does not take the search, all applications are read and compared here. ``tenant_type`` is what the organization says that its tenant is.
    Raises OptionError for a tenant with too many to read, ServiceError.
    """
    wanted = _wanted(desired)
    apps = _all(graph, desired, tenant_type) if _no_search(answer) else graph.items(answer)
    rows = [{"app_id": app["appId"], "display_name": app.get("displayName"), "redirect_uris": _shared(app, wanted)} for app in apps]
    # The directory compares without regard to case, while a sign-in needs the path as it is written.
    return tuple(sorted((row for row in rows if row["redirect_uris"]), key=lambda row: ((row["display_name"] or "").lower(), row["app_id"])))


def _no_search(answer: PartAnswer) -> bool:
    """Whether the request as such was refused: tenants and clouds without advanced queries say so in several ways, all of them with this status."""
    return isinstance(answer.error, ServiceError) and answer.error.http_status == 400


def _all(graph: GraphClient, desired: ApplicationDesired, tenant_type: str | None) -> list[dict[str, t.Any]]:
    doing = f"list the applications, to find those with the redirect URIs of {desired.describe()}"
    (answer,) = graph.batch([Part("GET", "/applications", params={"$select": _SELECT, "$top": 999}, doing=doing)])
    apps = graph.items(answer, most=_MOST)
    if len(apps) > _MOST:
        kind = f", which is of the type {tenant_type}," if tenant_type else ""
        raise OptionError(
            f"Whether other applications have the redirect URIs of {desired.describe()} cannot be found out in tenant {graph.tenant}: Microsoft Graph does "
            f"not take a search for redirect URIs in this tenant{kind} and it has more than {_MOST} applications to look through. Nothing was written.",
            code="search_not_possible",
            tenant=graph.tenant,
            advice="Make sure that no other application is in use for this product, and set find_other_registrations: false "
            "('<role>_accept_second_registration: true' of a role), or name the application by its app id.",
        )
    return apps


def _wanted(desired: ApplicationDesired) -> dict[t.Any, str]:
    change = desired.redirect_uris.get("web")
    return {comparison_key(uri): uri for uri in (change.wanted if change else ())}


def _shared(app: t.Mapping[str, t.Any], wanted: t.Container[str]) -> list[str]:
    return [uri for uri in (app.get("web") or {}).get("redirectUris") or () if comparison_key(uri) in wanted]
