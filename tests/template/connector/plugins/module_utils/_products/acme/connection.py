# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the variables of a host mean for Acme. Pure."""

from __future__ import annotations

import typing as t

from ..._addresses import one_spelling
from ..options import given

GRAPH = "Microsoft Graph"
SIGN_IN = ("openid", "User.Read")  # what signing people in needs
# Places that only one host may have: the site, and the application of the tenant.
UNIQUE = (("acme_url",), ("entra_tenant_id", "acme_unique_name", "acme_client_id"))


def connection(variables: t.Mapping[str, t.Any], *, host: str, check_mode: bool) -> dict[str, t.Any]:
    """The connection that a host is to have. The API key is not in the answer.

    ``variables`` are those of the role, of the documented types. ``host`` and check mode make no difference.
    """
    url = one_spelling(str(variables.get("acme_url") or ""))
    return {
        "problems": [],
        "app": _app(variables, f"{url}/auth/callback"),
        "people_sign_in": True,
        "enable": bool(variables.get("acme_enable")),
        "permissions": [{"resource": GRAPH, "delegated": list(SIGN_IN)}],
        "consent": given(on_forbidden=variables.get("acme_consent_on_forbidden")),
        "consent_wanted": variables.get("acme_consent") != "none",
        "consent_variable": "acme_consent: none",
        "secret": given(
            name="acme",
            validity_days=variables.get("acme_secret_validity_days"),
            renew_before_days=variables.get("acme_secret_renew_before_days"),
            overlap_days=variables.get("acme_secret_overlap_days"),
        ),
        "delivery": {"instance": url},
        "force": bool(variables.get("acme_force")),
        "unique_variables": [list(place) for place in UNIQUE],
        "state": variables.get("acme_state") or "present",
        # The API takes the settings out before the application goes: there is nothing to confirm. A product without such a call asks for a name here.
        "absent_confirmed": "acme",
        "absent_confirmation": "acme",
        "product": given(
            url=url,
            take_over=bool(variables.get("acme_take_over")),
            ca_path=variables.get("entra_ca_path"),
            timeout=variables.get("entra_timeout"),
        ),
    }


def _app(variables: t.Mapping[str, t.Any], callback: str) -> dict[str, t.Any]:
    """The options of C(entra_app). A registration that was made by hand keeps its names and its audience."""
    options = {
        "redirect_uris": {"web": {"add": [callback]}},
        "adopt": bool(variables.get("acme_adopt")),
        "accept_audience_narrowing": bool(variables.get("acme_accept_audience_narrowing")),
        **given(on_soft_deleted=variables.get("acme_on_soft_deleted")),
    }
    client_id = variables.get("acme_client_id")
    if client_id is not None:
        return {"app_id": client_id, **options}
    names = given(unique_name=variables.get("acme_unique_name"), display_name=variables.get("acme_display_name"))
    return {**names, "sign_in_audience": "AzureADMyOrg", **options}
