# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the variables of the role okta_workflows mean: whose application it is, what a run does, for whom, and what is wrong with the choice."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import unquote_plus

from .connections import permissions_of, problems_of, several_of
from .names import once
from .scopes import admin_note, scopes_of

Json = dict[str, t.Any]

EVERYBODY: t.Final = "every user of the tenant"
_PARAMETER = re.compile(r"[?&]([^=&#]+)=([^&#]*)")
_GRAPH = re.compile(r"^https://[a-z.-]*graph[a-z.-]*/")  # scopes of Microsoft Graph may be written with their API, in every cloud
_DEFAULTS: t.Mapping[str, t.Any] = {
    "state": "present",
    "mode": "preconsent",
    "app_id": "",
    "publisher_tenant_id": "",
    "authorization_url": "",
    "display_name_prefix": "",
    "accounts": (),
    "connections": (),
    "accept_unassigned": False,
    "consent": "principal",
    "consent_mode": "merge",
    "consent_on_forbidden": "hand_off",
    "permissions": "current",
    "custom_scopes": (),
    "accept_privileged": (),
    "accept_tenant_wide_consent": False,
}


def popup(address: str) -> tuple[str, list[str]]:
    """Client id, in lower case, and scopes that the address of the vendor's popup asks for; empty where it does not say.

    Scopes lose the address of Microsoft Graph in front of them, and those that are asked for twice are there once.
    """
    query = dict(_PARAMETER.findall(address))
    scopes = [_GRAPH.sub("", scope) for scope in unquote_plus(query.get("scope", "")).split()]
    return unquote_plus(query.get("client_id", "")).lower(), once(scopes)


def connection(variables: t.Mapping[str, t.Any], *, host: str, check_mode: bool) -> Json:
    """The connection of one host, with what is wrong with it in C(problems).

    C(does) is what a run does: one of the task files of the role, or C(discovery), which only looks for candidates.
    """
    chosen = {name: variables.get(f"okta_workflows_{name}", default) for name, default in _DEFAULTS.items()}
    asked_for, requested = popup(chosen["authorization_url"])
    app_id = chosen["app_id"].lower() or asked_for
    does = _does(chosen, app_id)
    several = several_of(chosen)
    listed = problems_of(several, chosen)
    scopes = once(scope for one in several for scope in one["scopes"]) if several else scopes_of(chosen["permissions"], chosen["custom_scopes"])
    permissions = [{"resource": "Microsoft Graph", "delegated": scopes}]
    if several:
        chosen = {**chosen, "accounts": [one["account"] for one in several]}
    found: Json = {
        "problems": [*_problems(chosen, app_id, asked_for, requested, does, bool(several)), *listed],
        "state": chosen["state"],
        "mode": chosen["mode"],
        "does": does,
        "audit": chosen["mode"] == "audit",
        "check_mode": check_mode,
        "app": {"app_id": app_id} if app_id else {},
        "app_id": app_id,
        "publisher_tenant_id": chosen["publisher_tenant_id"],
        "display_name_prefix": chosen["display_name_prefix"],
        "requested": requested,
        "profile": chosen["permissions"],
        "permissions": permissions,
        "accept_privileged": list(chosen["accept_privileged"]),
        "accounts": list(chosen["accounts"]),
        "connections": several,
        "accept_unassigned": chosen["accept_unassigned"],
        "consent_for": chosen["consent"],
        "consent": {"mode": chosen["consent_mode"], "on_forbidden": chosen["consent_on_forbidden"]},
    }
    return {**found, "looks": _looks(found)}


def consent_options(chosen: t.Mapping[str, t.Any], account: str) -> Json:
    """The options of C(entra_admin_consent) that a look and a grant share, for an account or, with an empty name, for everybody."""
    options: Json = {
        "app_id": chosen["app_id"],
        "permissions": permissions_of(chosen.get("connections") or (), account) or chosen["permissions"],
        "accept_privileged": chosen["accept_privileged"],
        "on_forbidden": chosen["consent"]["on_forbidden"],
        "whom": account or EVERYBODY,
    }
    if chosen["publisher_tenant_id"]:
        options["expected_publisher_tenant_id"] = chosen["publisher_tenant_id"]
    if account:
        options["principal"] = account
    return options


def _looks(chosen: t.Mapping[str, t.Any]) -> Json:
    """The options of the looks. That at the consents is one for each of those whom the consent is for, and none where no consent is given."""
    app_id = chosen["app_id"]
    accounts = chosen["accounts"] if chosen["consent_for"] == "principal" else [""]
    named = {"app_id": app_id} if app_id else {"display_name_prefix": chosen["display_name_prefix"]}
    return {
        "enterprise_application": named,
        "consents": [consent_options(chosen, account) for account in accounts] if chosen["does"] == "preconsent" else [],
    }


def _does(chosen: t.Mapping[str, t.Any], app_id: str) -> str:
    if chosen["state"] == "absent" and chosen["mode"] != "audit":
        return "absent"
    if chosen["mode"] == "vendor_documented":
        return "vendor_documented"
    return "preconsent" if app_id else "discovery"


def _problems(chosen: t.Mapping[str, t.Any], app_id: str, asked_for: str, requested: t.Sequence[str], does: str, several: bool) -> list[str]:
    """What is wrong, in sentences."""
    audit, named = chosen["mode"] == "audit", chosen["app_id"]
    grants = bool(app_id) and does in ("preconsent", "vendor_documented") and not audit
    removing = "Revoking grants and removing assignments" if chosen["state"] == "absent" else "The mode 'vendor_documented'"
    checks = (
        (
            bool(chosen["authorization_url"]) and not (asked_for and requested),
            "'okta_workflows_authorization_url' has to be the whole address of Okta's popup, with client_id and scope in it.",
        ),
        (
            bool(named and asked_for) and named.lower() != asked_for,
            f"'okta_workflows_app_id' is {named}, but the address in 'okta_workflows_authorization_url' is for the application {asked_for}.",
        ),
        (
            not app_id and does in ("vendor_documented", "absent"),
            f"{removing} needs 'okta_workflows_app_id': what the tenant's settings were before is recorded on that enterprise application.",
        ),
        (
            grants and not chosen["publisher_tenant_id"],
            "'okta_workflows_publisher_tenant_id' is missing: a name can be imitated, so the tenant id of the application's publisher has to be named and is "
            "compared before anything is granted. Ask Okta for it; okta_workflows_mode: audit shows whom the application of the app id belongs to.",
        ),
        (
            does == "preconsent" and not audit and not chosen["accounts"],
            "'okta_workflows_accounts' is empty: assignment is required, so no user could authorize the connection.",
        ),
        (
            chosen["permissions"] == "custom" and not chosen["custom_scopes"] and not several,
            "The profile 'custom' needs 'okta_workflows_custom_scopes'.",
        ),
        (
            does == "vendor_documented" and not chosen["accept_tenant_wide_consent"],
            "The mode 'vendor_documented' lets every user consent to every application and every group owner consent to group data, in the whole tenant, "
            "and takes the tenant off the consent policy that Microsoft manages where it is on that. "
            f"If you want that, set okta_workflows_accept_tenant_wide_consent: true. It does little for the connection: {admin_note()}",
        ),
    )
    return [say for wrong, say in checks if wrong]
