# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The tenant and the credential of a host, as the options that all modules of the action group share."""

from __future__ import annotations

import typing as t

# Option of the modules: variable of the host.
SHARED = {
    "tenant_id": "entra_tenant_id",
    "expected_domain": "entra_expected_domain",
    "cloud": "entra_cloud",
    "login_url": "entra_login_url",
    "graph_url": "entra_graph_url",
    "ca_path": "entra_ca_path",
    "timeout": "entra_timeout",
    "change_reference": "entra_change_reference",
}
CREDENTIAL = (
    "method",
    "client_id",
    "client_secret",
    "certificate_path",
    "certificate_password",
    "federated_token_file",
    "federated_source",
    "service_connection_id",
    "managed_identity_client_id",
    "access_token",
)


def session(variables: t.Mapping[str, t.Any], template: t.Callable[[t.Any], t.Any], auth: str = "entra_auth") -> dict[str, t.Any]:
    """The options that the host names. ``template`` resolves the templates of its variables."""
    credential = auth if auth in variables else "entra_auth"
    names = {option: variables[name] for option, name in SHARED.items() if name in variables}
    found = template({**names, "auth": variables.get(credential) or {}})  # a member whose value is "omit" is gone afterwards
    given = found.pop("auth", None) or {}
    # A survey hands over a question that was not answered as an empty text, a credential an empty field.
    said = {option: value for option, value in found.items() if value not in (None, "")}
    if not given:
        return said
    # A credential is taken whole from one source: nothing of a play's own defaults may complete it.
    return {**said, **{f"auth_{member}": given.get(member) or None for member in CREDENTIAL}, "auth_method": given.get("method") or "auto"}
