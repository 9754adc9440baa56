# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What keeps sign-ins of a connection from succeeding once its steps are done, and what is otherwise than wanted and is left so. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import Plan
from ..._errors import OptionError
from ..application import limits
from ..common.blockers import SignInFindings, SignInState, plan_blockers
from ..common.tags import created_here
from ..credential.delivery import Delivery, vouches
from ..credential.marks import marks_of
from ..permission.catalogue import MICROSOFT_GRAPH
from ..service_principal.model import ServicePrincipalCurrent, ServicePrincipalDesired
from ..service_principal.plan import plan_service_principal
from .model import Authority, ConnectionDesired, ManagedDetails, Snapshot


def findings_of(wanted: ConnectionDesired, snapshot: Snapshot, plans: t.Mapping[str, Plan], *, tenant: str, tenant_id: str) -> SignInFindings:
    """The blockers that no step of the plan takes away.

    Steps that C(wanted) asks for are looked through: what they would enable or assign is no blocker.
    """
    application, principal = snapshot.application, snapshot.principal
    if application is not None and wanted.app.get("is_disabled") is False:
        application = {**application, "isDisabled": False}
    is_own = principal is None or str(principal.get("appOwnerOrganizationId") or "").lower() == tenant_id.lower() or application is not None
    assigned = snapshot.assigned
    if principal is not None:
        planned = plans["service_principal"].facts["service_principal"]
        principal = {**principal, "accountEnabled": planned["account_enabled"], "appRoleAssignmentRequired": planned["app_role_assignment_required"]}
        if application is not None and "isDisabled" in principal:
            principal["isDisabled"] = application.get("isDisabled")  # it shows what was set on the application, and may be behind
        if "assigned_to" in planned:
            assigned = len(planned["assigned_to"])
    state = SignInState(
        str(snapshot.organization.get("displayName") or tenant),
        application,
        principal,
        is_own=is_own,
        apis=snapshot.apis,
        proving_api=MICROSOFT_GRAPH,
        people=wanted.has_people,
        assigned=assigned,
        accounts=snapshot.accounts,
        enable_variable=f"{wanted.prefix}_enable" if wanted.prefix else "",
    )
    return plan_blockers(state)


def leave_drift(
    wanted: ConnectionDesired, snapshot: Snapshot, special: ManagedDetails, *, tenant: str, tenant_id: str
) -> tuple[ConnectionDesired, tuple[str, ...]]:
    """What is wanted without what would stop the run on an application that is in use, and a sentence about each.

    A refusal to narrow an audience or to lock people out is right before anything was delivered. Later it would let the credential expire. Raises
    OptionError for what planners refuse otherwise.
    """
    app = snapshot.application
    if app is None or wanted.state != "present" or not in_use(wanted, app):
        return wanted, ()
    said = []
    audience, is_now = wanted.app.get("sign_in_audience"), str(app.get("signInAudience") or "")
    accepted = wanted.app.get("accept_audience_narrowing")
    if audience and limits.narrows(is_now, audience) and not accepted and not _asks_for_something_else(wanted, snapshot, app):
        wanted = dataclasses.replace(wanted, app={name: value for name, value in wanted.app.items() if name != "sign_in_audience"})
        said.append(
            f"The sign-in audience of '{app.get('displayName')}' ({app['appId']}) is {is_now}, not {audience}, and stays so: narrowing it would lock out "
            f"people who can sign in now. {_narrowing(wanted.prefix)}"
        )
    if wanted.service_principal.get("app_role_assignment_required"):
        try:
            plan_service_principal(
                ServicePrincipalDesired.from_options({**wanted.service_principal, "app_id": app["appId"], "state": "present"}),
                special.principal or ServicePrincipalCurrent.from_graph(snapshot.principal, application=app, tenant=tenant, tenant_id=tenant_id),
            )
        except OptionError as error:
            if error.code != "unassigned_principals":
                raise
            kept = {name: value for name, value in wanted.service_principal.items() if name != "app_role_assignment_required"}
            wanted = dataclasses.replace(wanted, service_principal=kept)
            said.append(f"{error.message} So assignment is not required. {error.advice}")
    return wanted, tuple(said)


def disabled_people(snapshot: Snapshot) -> tuple[str, ...]:
    """Sentences about disabled accounts: owners, who can take nothing back, and users who hold a consent alone, with which no user signs in."""
    app = snapshot.application
    if app is None:
        return ()
    label = f"'{app.get('displayName')}' ({app['appId']})"
    groups = (("the owners of", snapshot.people_owning), ("the users who hold a consent of their own to", snapshot.holders))
    named = ((who, [one.name for one in people if one.enabled is False]) for who, people in groups)
    return tuple(f"Among {who} {label} are disabled accounts: {', '.join(names)}." for who, names in named if names)


def unassessed_people(snapshot: Snapshot) -> tuple[str, ...]:
    """A sentence about owners and holders of a consent of whom it may not be read whether they are enabled."""
    hidden = ", ".join(dict.fromkeys(one.name for one in (*snapshot.people_owning, *snapshot.holders) if one.enabled is None))
    said = [f"Whether {hidden}, who own the application or hold a consent to it, are enabled: that is shown with User.Read.All only."] if hidden else []
    if snapshot.more_holders:
        said.append(f"Whether {snapshot.more_holders} more users who hold a consent of their own are enabled: {len(snapshot.holders)} were looked at.")
    return tuple(said)


def in_use(wanted: ConnectionDesired, app: t.Mapping[str, t.Any]) -> bool:
    """Whether the application is this connector's own or may hold a key of it."""
    tags = app.get("tags") or ()
    return created_here(tags) or any(mark.connector == wanted.connector for mark in marks_of(tags))


def _asks_for_something_else(wanted: ConnectionDesired, snapshot: Snapshot, app: t.Mapping[str, t.Any]) -> bool:
    """Whether the options are others than when the credential was delivered: then the operator changed them, and the application did not drift."""
    delivery = wanted.delivery or {}
    if not delivery:
        return False
    instance, app_id = delivery["instance"], str(app["appId"])
    authority = Authority.of(delivery.get("authority"), snapshot, address=delivery.get("authority_form") == "address")
    contents = {Delivery(wanted.connector, instance, text).content(app_id) for text in (authority.text, *authority.former)}
    delivered = [mark for mark in Delivery(wanted.connector, instance).own(marks_of(app.get("tags") or ())) if vouches(mark)]
    return bool(delivered) and not any(mark.content in contents for mark in delivered)


def _narrowing(prefix: str) -> str:
    if prefix == "entra_connector":
        return "'accept_audience_narrowing: true' in 'entra_connector_app' narrows it."
    return f"'{prefix}_accept_audience_narrowing: true' narrows it." if prefix else "'accept_audience_narrowing: true' in 'app' narrows it."
