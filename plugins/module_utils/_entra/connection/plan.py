# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The whole state of one connection: the planners of all steps over one snapshot. Pure; nothing here reads or writes."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import PLACEHOLDER_ID, Plan
from ..application import model as application_model
from ..application.desired import ApplicationDesired
from ..application.model import ApplicationCurrent
from ..application.owners import OwnerContext
from ..application.plan import plan_application
from ..common.adoption_record import AdoptionRecord
from ..common.tags import created_here
from ..consent.assessment import STATUS as CONSENT_NOT_ASSESSED
from ..consent.model import ConsentCurrent, ConsentDesired
from ..consent.plan import plan_consent
from ..credential.certificate import CertificateCurrent, CertificateDesired, plan_certificate
from ..credential.delivery import Delivery, vouches
from ..credential.marks import marks_of
from ..credential.model import CredentialCurrent, CredentialDesired
from ..credential.secret import SecretCurrent, SecretDesired, plan_secret
from ..permission.model import PermissionCurrent, PermissionDesired
from ..permission.option import Lookup, ResourcePermissions, parse_permissions, resolve_wanted
from ..permission.plan import plan_permissions
from ..service_principal.model import ServicePrincipalCurrent, ServicePrincipalDesired
from ..service_principal.plan import plan_service_principal
from . import additions
from .model import Authority, ConnectionDesired, ConnectionPlan, ManagedDetails, Snapshot
from .sign_in import findings_of

STEPS = ("resources", "app", "permissions", "service_principal", "consent", "secret", "certificate")
# A connection has at most one credential, of one of these kinds.
CREDENTIALS: t.Mapping[str, tuple[type[CredentialDesired], type[CredentialCurrent], t.Callable[..., Plan]]] = {
    "secret": (SecretDesired, SecretCurrent, plan_secret),
    "certificate": (CertificateDesired, CertificateCurrent, plan_certificate),
}


def view_connection(
    wanted: ConnectionDesired,
    snapshot: Snapshot,
    lookup: Lookup,
    *,
    tenant: str,
    tenant_id: str,
    special: ManagedDetails | None = None,
    caller_app_id: str | None = None,
    automation: str = "",
) -> ConnectionPlan:
    """Run the planners of all steps. ``caller_app_id`` is the application that signs in, ``automation`` the same where no person does.

    Raises OptionError for what must stop before the first write.
    """
    special = special or ManagedDetails()
    app = snapshot.application
    desired = ApplicationDesired.from_options({**wanted.app, "state": "present"})
    delivery = wanted.delivery or {}
    authority = Authority.of(delivery.get("authority"), snapshot, address=delivery.get("authority_form") == "address")
    label = app.get("displayName") if app else desired.name_for_new or desired.reference.describe()
    if wanted.state == "absent":
        return _view_absent(wanted, snapshot, lookup, authority, str(label), tenant, tenant_id)
    plans: dict[str, Plan] = {}
    named: dict[str, t.Any] = {"tenant": tenant, "caller_app_id": caller_app_id, "owner_context": OwnerContext(found=snapshot.found)}
    plans["app"] = plan_application(desired, special.application or ApplicationCurrent.from_graph(app, **named))
    permission_current = PermissionCurrent.from_graph(app, str(label))
    permission_desired = PermissionDesired.from_options(wanted.permissions, lookup)
    permissions = plan_permissions(permission_desired, permission_current, lookup)
    making = [action for action in permissions.actions if action.kind == "create_service_principal"]
    plans["resources"] = dataclasses.replace(permissions, actions=tuple(making), warnings=())
    # A new application is created with its permissions, so that step has nothing left to do then.
    asking = [action for action in permissions.actions if action not in making] if app else []
    plans["permissions"] = dataclasses.replace(permissions, actions=tuple(asking))
    plans["service_principal"] = plan_service_principal(
        ServicePrincipalDesired.from_options({**wanted.service_principal, "app_id": app["appId"] if app else PLACEHOLDER_ID, "state": "present"}),
        special.principal or ServicePrincipalCurrent.from_graph(snapshot.principal, application=app, tenant=tenant, tenant_id=tenant_id, found=snapshot.found),
    )
    consent_current = ConsentCurrent.from_graph(snapshot.principal, snapshot.grants, snapshot.assignments, label=str(label))
    plans["consent"] = plan_consent(ConsentDesired.from_options(wanted.consent, permission_desired.permissions), consent_current, lookup)
    if wanted.credential is not None:
        plans[wanted.credential[0]] = _plan_credential(wanted, wanted.credential, snapshot, authority, str(label), automation)
    findings = findings_of(wanted, snapshot, plans, tenant=tenant, tenant_id=tenant_id)
    return ConnectionPlan(plans, authority, *_marks(wanted, app), *_record(wanted, snapshot, plans, permission_desired), findings=findings)


def _record(wanted: ConnectionDesired, snapshot: Snapshot, plans: t.Mapping[str, Plan], desired: PermissionDesired) -> tuple[frozenset[str], bool]:
    """What the steps add to an application that others made; nothing for one of our own, which goes as a whole."""
    app = snapshot.application
    if app is None or created_here(app.get("tags") or ()):
        return frozenset(), True
    record = AdoptionRecord.from_tags(app.get("tags") or (), wanted.connector)
    items = additions.uri_items(plans["app"].before.get("redirect_uris") or {}, plans["app"].after.get("redirect_uris") or {})
    items |= additions.request_items(app.get("requiredResourceAccess") or (), desired.permissions)
    if wanted.consent.get("mode") != "report":
        items |= additions.grant_items(plans["consent"].facts["state"], desired.permissions)
    return record.items | items, items <= record.items


def _marks(wanted: ConnectionDesired, app: t.Mapping[str, t.Any] | None) -> tuple[bool, bool]:
    """Whether this target was given something, and whether any product of this connector may hold a key.

    A pending mark takes nothing away from a delivered one: the product holds one of the two keys. For what may be lost every mark of the connector
    counts, whatever target it names: a task that was not told the product would else find nothing.
    """
    marks = [mark for mark in marks_of((app or {}).get("tags") or ()) if mark.connector == wanted.connector]
    own = Delivery(wanted.connector, wanted.delivery["instance"]).own(marks) if wanted.delivery else []
    return any(map(vouches, own)), bool(marks)


def _plan_credential(
    wanted: ConnectionDesired, credential: tuple[str, t.Mapping[str, t.Any]], snapshot: Snapshot, authority: Authority, label: str, automation: str
) -> Plan:
    kind, options = credential
    to_desired, to_current, plan_of = CREDENTIALS[kind]
    delivery = {**wanted.delivery, "authority": authority.text, "former_authorities": authority.former} if wanted.delivery else None
    known = {"known_value": wanted.known_value} if kind == "secret" and delivery else {}
    desired = to_desired.from_options({**options, **known, "delivery": delivery, "force": wanted.force, "state": "present"})
    policies = snapshot.policies
    read = to_current.from_graph(snapshot.application, policies.default, policies.own, now=snapshot.now, label=label)
    current = dataclasses.replace(read, automation=automation)
    issue = plan_of(desired, current, snapshot.now)
    retire = plan_of(dataclasses.replace(desired, state="retired", force=False), current, snapshot.now)
    return dataclasses.replace(issue, actions=(*issue.actions, *retire.actions), facts={**issue.facts, "retire": retire.texts})


def _view_absent(
    wanted: ConnectionDesired, snapshot: Snapshot, lookup: Lookup, authority: Authority, label: str, tenant: str, tenant_id: str
) -> ConnectionPlan:
    """From an application that we made everything goes; from an adopted one only what was added."""
    app = snapshot.application
    if app is None:
        return ConnectionPlan({}, authority, marked=False, held=False)
    plans: dict[str, Plan] = {}
    ours = created_here(app.get("tags") or ())
    if wanted.credential is not None:
        kind, options = wanted.credential
        to_desired, to_current, plan_of = CREDENTIALS[kind]
        delivery = {**wanted.delivery, "authority": authority.text} if wanted.delivery else None
        desired = to_desired.from_options({**options, "delivery": delivery, "state": "absent", "force": True})
        removal = plan_of(desired, to_current.from_graph(app, now=snapshot.now, label=label), snapshot.now)
        plans[kind] = removal if not ours else dataclasses.replace(removal, actions=())
    current_consent = ConsentCurrent.from_graph(snapshot.principal, snapshot.grants, snapshot.assignments, label=label)
    current_app = ApplicationCurrent.from_graph(app, tenant=tenant)
    if not ours:
        takes = _takes(wanted, snapshot, current_consent, lookup)
        options = {"redirect_uris": takes["redirect_uris"], "adoption_record": {"connector": wanted.connector, "items": []}}
        plans["app"] = plan_application(ApplicationDesired.from_options({**options, "object_id": app["id"], "adopt": True}), current_app)
        consented = ConsentDesired.from_options({"state": "absent", "permissions": takes["consent"]}, _resolved(takes["consent"], lookup))
        plans["consent"] = plan_consent(consented, current_consent, lookup)
        requested = PermissionDesired(tuple(_resolved(takes["permissions"], lookup)), state="absent")
        plans["permissions"] = plan_permissions(requested, PermissionCurrent.from_graph(app, label), lookup)
        return ConnectionPlan(plans, authority, *_marks(wanted, app), takes=takes)
    desired_app = ApplicationDesired.from_options({"object_id": app["id"], "state": "absent"})
    plans["app"] = plan_application(desired_app, current_app)
    if snapshot.principal is not None:
        plans["consent"] = plan_consent(ConsentDesired.from_options({"state": "absent"}, ()), current_consent, lookup)
        if snapshot.principal.get("accountEnabled"):
            plans["service_principal"] = plan_service_principal(
                ServicePrincipalDesired.from_options({"app_id": app["appId"], "account_enabled": False, "state": "present"}),
                ServicePrincipalCurrent.from_graph(snapshot.principal, application=app, tenant=tenant, tenant_id=tenant_id),
            )
    return ConnectionPlan(plans, authority, *_marks(wanted, app))


def _takes(wanted: ConnectionDesired, snapshot: Snapshot, consent: ConsentCurrent, lookup: Lookup) -> dict[str, t.Any]:
    """What the connector has on record as added, as far as it is still there, in the form of the options that take it away."""
    app = t.cast("t.Mapping[str, t.Any]", snapshot.application)
    record = AdoptionRecord.from_tags(app.get("tags") or (), wanted.connector)
    uris = additions.uris_on_record(record, application_model.to_ansible(app)["redirect_uris"])
    return {
        "redirect_uris": {platform: {"remove": listed} for platform, listed in uris.items()},
        "permissions": additions.requests_on_record(record, app.get("requiredResourceAccess") or (), lookup),
        "consent": additions.grants_on_record(record, consent, lookup) if snapshot.forbidden is None else [],
    }


def _resolved(rows: t.Sequence[t.Mapping[str, t.Any]], lookup: Lookup) -> list[ResourcePermissions]:
    """What is taken away. It comes from what is there, so an API that does not offer it any more is no reason to leave it."""
    names = {name for row in rows for kind in ("delegated", "application") for name in row.get(kind) or ()}
    return resolve_wanted(parse_permissions(rows), lookup, missing_ok=True, held=names)


def status_of(wanted: ConnectionDesired, view: ConnectionPlan, app: t.Mapping[str, t.Any] | None, *, unread: bool = False) -> str:
    """One word for a report: connected, blocked, absent, consent_not_assessed, awaiting_consent or not_connected.

    ``unread``: it may not be read what is granted, so that is not known to be missing.
    """
    if wanted.state == "absent":
        return "absent" if view.converged else "not_absent"
    if view.findings.blockers:
        return "blocked"
    if view.converged:
        return "connected"
    consent = view.plans["consent"]
    if unread and consent.actions:
        return CONSENT_NOT_ASSESSED
    if app is not None and not consent.facts["now"]["complete"]:
        return "awaiting_consent"
    return "not_connected"


def empty_app() -> dict[str, t.Any]:
    """The shape of an application that does not exist yet."""
    return {**application_model.blank(), "object_id": PLACEHOLDER_ID, "app_id": PLACEHOLDER_ID, "would_create": True}
