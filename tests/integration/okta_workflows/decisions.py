# SPDX-License-Identifier: GPL-3.0-or-later
"""What the unit tests of Okta's decisions share: the answers of the looks and steps, as small as a decision needs them."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.connection import connection
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.outcome import RunOutcome, Steps
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.seen import GRAPH, SeenTenant
from integration.okta_workflows.helpers import ADMIN, CHOSEN, OKTA, PUBLISHER, SERVICE, Json

SERVICE_ID, ADMIN_ID = "5e000000-0000-0000-0000-000000000001", "ad000000-0000-0000-0000-000000000002"
IDS = {SERVICE: SERVICE_ID, ADMIN: ADMIN_ID, None: None, "": None}
OTHER_API = "0a000000-0000-0000-0000-000000000003"
OPENED: Json = {
    "user_consent": ["microsoft-user-default-legacy"],
    "consent_settings": {"enable_group_specific_consent": True, "constrain_group_specific_consent_to_members_of_group_id": ""},
}
CLOSED: Json = {"user_consent": ["microsoft-user-default-recommended"], "consent_settings": {"enable_group_specific_consent": False}}
READY: Json = {"okta_workflows_permissions": "custom", "okta_workflows_custom_scopes": ["openid"]}


def row(*names: str, api: str = GRAPH, application: t.Sequence[str] = ()) -> Json:
    """Permissions of one API."""
    return {
        "resource": "Microsoft Graph" if api == GRAPH else "Another API",
        "resource_app_id": api,
        "delegated": list(names),
        "application": list(application),
    }


def grant(*names: str, who: str | None = SERVICE, api: str = GRAPH, privileged: t.Sequence[str] = ()) -> Json:
    """A grant on the enterprise application; for nobody in particular it is for everybody."""
    return {**row(*names, api=api), "tenant_wide": who is None, "principal_id": IDS.get(who, who), "principal": who, "privileged": list(privileged)}


def assigned(who: str = SERVICE) -> Json:
    """An assignment to it."""
    return {"principal_id": IDS.get(who, who), "principal": who}


def principal(**more: t.Any) -> Json:
    """The enterprise application, let in is the service account alone."""
    return {
        "app_id": OKTA,
        "display_name": "Office 365 Admin for Okta",
        "account_enabled": True,
        "is_disabled": False,
        "disabled_by_microsoft_status": None,
        "tags": [],
        "app_role_assignment_required": True,
        "app_owner_organization_id": PUBLISHER,
        "verified_publisher": None,
        "assigned_to": [assigned()],
        "grants": [],
        **more,
    }


def consent(who: str | None = SERVICE, *granted: str, **more: t.Any) -> Json:
    """What an account has consented to, or with None everybody."""
    return {
        "principal_id": IDS[who],
        "principal_enabled": True if who else None,
        "granted": [row(*granted)] if granted else [],
        "missing": [],
        "extra": [],
        "extra_privileged": [],
        "not_accepted": [],
        "complete": True,
        "hand_off": None,
        **more,
    }


def incomplete(who: str | None = SERVICE, *missing: str, **more: t.Any) -> Json:
    """A consent of which something is missing."""
    return consent(who, missing=[row(*missing)], complete=False, **more)


def given(
    variables: Json,
    *found: Json,
    looked: t.Mapping[str, Json] | None = None,
    settings: Json | None = None,
    check_mode: bool = False,
    **steps: t.Any,
) -> Json:
    """What the role hands over. C(looked) are consents by account, for everybody under an empty name."""
    return {
        "connection": connection({**CHOSEN, **READY, **variables}, host="contoso", check_mode=check_mode),
        "check_mode": check_mode or variables.get("okta_workflows_mode") == "audit",
        "info": {"tenant": {"display_name": "Contoso"}, "service_principals": list(found)},
        "consents": {"results": [{"item": {"principal": who} if who else {}, "consent": one} for who, one in (looked or {}).items()]},
        "settings": {"consent_policy": settings if settings is not None else {}},
        **steps,
    }


def seen(variables: Json, *found: Json, **more: t.Any) -> SeenTenant:
    """The same, read."""
    return SeenTenant.of(given(variables, *found, **more))


def outcome(variables: Json, *found: Json, **more: t.Any) -> RunOutcome:
    """What comes of it; with results of steps they had their turn."""
    handed = given(variables, *found, **more)
    read = SeenTenant.of(handed)
    reached = any(name.endswith("_step") for name in handed)
    return RunOutcome(read, Steps.of(handed, read.does) if reached else Steps(), check_mode=handed["check_mode"])
