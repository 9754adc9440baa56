# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The whole state of one connection: the planners of all steps over one snapshot. Pure; nothing here reads or writes."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._authority import check_authority_address, check_authority_tenant
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra import added, application_shape
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application_desired import ApplicationDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application_plan import ApplicationCurrent, plan_application
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connection_read import Snapshot
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent import ConsentCurrent, ConsentDesired, plan_consent
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate import CertificateCurrent, CertificateDesired, plan_certificate
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.delivery import Delivery, vouches
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.model import CredentialCurrent, CredentialDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.secret import SecretCurrent, SecretDesired, plan_secret
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission import PermissionCurrent, PermissionDesired, plan_permissions
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.permission_option import (
    Lookup,
    ResourcePermissions,
    parse_permissions,
    resolve_wanted,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.service_principal_plan import (
    ServicePrincipalCurrent,
    ServicePrincipalDesired,
    plan_service_principal,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.tags import created_here
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

STEPS = ("resources", "app", "permissions", "service_principal", "consent", "secret", "certificate")
# A connection has one credential at the most, of one of these kinds.
CREDENTIALS: t.Mapping[str, tuple[type[CredentialDesired], type[CredentialCurrent], t.Callable[..., Plan]]] = {
    "secret": (SecretDesired, SecretCurrent, plan_secret),
    "certificate": (CertificateDesired, CertificateCurrent, plan_certificate),
}


@dataclasses.dataclass(frozen=True)
class Authority:
    """What is delivered as Authority, with C({primary_domain}) and C({tenant_id}) filled in from the tenant.

    A template follows the tenant's primary domain only when something has to be delivered anyway: until then an authority of another
    verified domain that was delivered once stays good.
    """

    text: str
    former: tuple[str, ...] = ()

    @classmethod
    def of(cls, template: str | None, snapshot: Snapshot, *, address: bool = False) -> Authority:
        """Fill in; ``address`` says that the product takes only an address.

        Raises OptionError for a tenant without a primary domain, for words in braces that mean nothing, and for what would send people elsewhere.
        """
        if not template:
            return cls("")
        primary = snapshot.domain("isDefault")
        if "{primary_domain}" in template and primary is None:
            raise OptionError(
                f"The tenant {snapshot.organization.get('displayName')!r} names no primary domain, so the authority cannot be made from it.",
                code="no_primary_domain",
                advice="Give the authority itself instead of '{primary_domain}'.",
            )
        words = {"primary_domain": primary or "", "tenant_id": str(snapshot.organization.get("id") or "")}
        text = _fill(template, words)
        if address:
            check_authority_address(text)
        own = {str(snapshot.organization.get("id")).lower(), *(str(domain["name"]).lower() for domain in snapshot.domains)}
        check_authority_tenant(text, own, f"the tenant {snapshot.organization.get('displayName')!r} ({snapshot.organization.get('id')})")
        others = (_fill(template, {**words, "primary_domain": str(domain["name"])}) for domain in snapshot.domains)
        return cls(text, tuple(other for other in dict.fromkeys(others) if other != text))


def _fill(template: str, words: t.Mapping[str, str]) -> str:
    try:
        return template.format(**words)
    except (LookupError, ValueError, AttributeError, TypeError) as error:
        known = ", ".join("{" + word + "}" for word in words)
        raise OptionError(f"'delivery.authority' is {template!r}; only {known} can stand in braces.", code="authority_malformed") from error


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The options of C(entra_connection_info), each part validated with the options of the module that brings it about."""

    app: t.Mapping[str, t.Any]
    service_principal: t.Mapping[str, t.Any]
    permissions: t.Mapping[str, t.Any]
    consent: t.Mapping[str, t.Any]
    secret: t.Mapping[str, t.Any] | None
    delivery: t.Mapping[str, t.Any] | None
    connector: str = ""
    state: str = "present"
    force: bool = False
    certificate: t.Mapping[str, t.Any] | None = None

    @property
    def credential(self) -> tuple[str, t.Mapping[str, t.Any]] | None:
        """The kind of the credential and its options."""
        if self.certificate is not None:
            return "certificate", {**self.certificate, "generate": self.state == "present"}
        return ("secret", self.secret) if self.secret is not None else None

    @property
    def consent_can_wait(self) -> bool:
        """Whether the connection goes on when what is granted may not be read: others see to the consent, or it goes with the application."""
        return self.state == "absent" or self.consent.get("mode") == "report" or self.consent.get("on_forbidden") == "hand_off"


@dataclasses.dataclass(frozen=True)
class View:
    """What is there and what each step would do."""

    plans: t.Mapping[str, Plan]
    authority: Authority
    marked: bool  # whether a mark says that something was delivered to this target
    held: bool  # whether the product, wherever it is, may hold a key of this application: somebody may depend on it
    adds: frozenset[str] = frozenset()  # what is, and what will be, on record as added to an application that others made
    recorded: bool = True  # whether all of that is on record there already
    takes: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)  # with state absent: what goes from such an application

    @property
    def converged(self) -> bool:
        """Whether no step has anything to do."""
        return not any(plan.actions for plan in self.plans.values())


@dataclasses.dataclass(frozen=True)
class Special:
    """What the planners of some options need beyond the snapshot: owners of the application, assignments of its service principal."""

    application: ApplicationCurrent | None = None
    principal: ServicePrincipalCurrent | None = None


def view_connection(wanted: Wanted, snapshot: Snapshot, lookup: Lookup, *, tenant: str, tenant_id: str, special: Special | None = None) -> View:
    """Run the planners of all steps. Raises OptionError for what must stop before the first write."""
    special = special or Special()
    app = snapshot.application
    desired = ApplicationDesired.from_options({**wanted.app, "state": "present"})
    delivery = wanted.delivery or {}
    authority = Authority.of(delivery.get("authority"), snapshot, address=delivery.get("authority_form") == "address")
    label = app.get("displayName") if app else desired.name_for_new or desired.reference.describe()
    if wanted.state == "absent":
        return _view_absent(wanted, snapshot, lookup, authority, str(label), tenant, tenant_id)
    plans: dict[str, Plan] = {}
    plans["app"] = plan_application(desired, special.application or ApplicationCurrent.from_graph(app, tenant=tenant))
    permission_current = PermissionCurrent.from_graph(app, str(label))
    permission_desired = PermissionDesired.from_options(wanted.permissions, lookup)
    permissions = plan_permissions(permission_desired, permission_current, lookup)
    making = [action for action in permissions.actions if action.kind == "create_service_principal"]
    plans["resources"] = dataclasses.replace(permissions, actions=tuple(making))
    # A new application is created with its permissions, so that step has nothing left to do then.
    asking = [action for action in permissions.actions if action not in making] if app else []
    plans["permissions"] = dataclasses.replace(permissions, actions=tuple(asking))
    plans["service_principal"] = plan_service_principal(
        ServicePrincipalDesired.from_options({**wanted.service_principal, "app_id": app["appId"] if app else PLACEHOLDER_ID, "state": "present"}),
        special.principal or ServicePrincipalCurrent.from_graph(snapshot.principal, application=app, tenant=tenant, tenant_id=tenant_id),
    )
    consent_current = ConsentCurrent.from_graph(snapshot.principal, snapshot.grants, snapshot.assignments, label=str(label))
    plans["consent"] = plan_consent(ConsentDesired.from_options(wanted.consent, permission_desired.permissions), consent_current, lookup)
    if wanted.credential is not None:
        plans[wanted.credential[0]] = _plan_credential(wanted, wanted.credential, snapshot, authority, str(label))
    return View(plans, authority, *_marks(wanted, app), *_record(wanted, snapshot, plans, permission_desired))


def _record(wanted: Wanted, snapshot: Snapshot, plans: t.Mapping[str, Plan], desired: PermissionDesired) -> tuple[frozenset[str], bool]:
    """What the steps add to an application that others made; nothing for one of our own, which goes as a whole."""
    app = snapshot.application
    if app is None or created_here(app.get("tags") or ()):
        return frozenset(), True
    record = added.Record.from_tags(app.get("tags") or (), wanted.connector)
    items = added.uri_items(plans["app"].before.get("redirect_uris") or {}, plans["app"].after.get("redirect_uris") or {})
    items |= added.request_items(app.get("requiredResourceAccess") or (), desired.permissions)
    if wanted.consent.get("mode") != "report":
        items |= added.grant_items(plans["consent"].facts["state"], desired.permissions)
    return record.items | items, items <= record.items


def _marks(wanted: Wanted, app: t.Mapping[str, t.Any] | None) -> tuple[bool, bool]:
    """Whether this target was given something, and whether any product of this connector may hold a key.

    A pending mark takes nothing away from a delivered one: the product holds one of the two keys. For what may be lost every mark of the connector
    counts, whatever target it names: a task that was not told the product would else find nothing.
    """
    marks = [mark for mark in marks_of((app or {}).get("tags") or ()) if mark.connector == wanted.connector]
    own = Delivery(wanted.connector, wanted.delivery["instance"]).own(marks) if wanted.delivery else []
    return any(map(vouches, own)), bool(marks)


def _plan_credential(wanted: Wanted, credential: tuple[str, t.Mapping[str, t.Any]], snapshot: Snapshot, authority: Authority, label: str) -> Plan:
    kind, options = credential
    to_desired, to_current, plan_of = CREDENTIALS[kind]
    delivery = {**wanted.delivery, "authority": authority.text, "former_authorities": authority.former} if wanted.delivery else None
    desired = to_desired.from_options({**options, "delivery": delivery, "force": wanted.force, "state": "present"})
    policies = snapshot.policies
    current = to_current.from_graph(snapshot.application, policies.default, policies.own, now=snapshot.now, label=label)
    issue = plan_of(desired, current, snapshot.now)
    retire = plan_of(dataclasses.replace(desired, state="retired", force=False), current, snapshot.now)
    return dataclasses.replace(issue, actions=(*issue.actions, *retire.actions), facts={**issue.facts, "retire": retire.texts})


def _view_absent(wanted: Wanted, snapshot: Snapshot, lookup: Lookup, authority: Authority, label: str, tenant: str, tenant_id: str) -> View:
    """From an application that we made everything goes; from an adopted one only what was added."""
    app = snapshot.application
    if app is None:
        return View({}, authority, marked=False, held=False)
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
        return View(plans, authority, *_marks(wanted, app), takes=takes)
    desired_app = ApplicationDesired.from_options({"object_id": app["id"], "state": "absent"})
    plans["app"] = plan_application(desired_app, current_app)
    if snapshot.principal is not None:
        plans["consent"] = plan_consent(ConsentDesired.from_options({"state": "absent"}, ()), current_consent, lookup)
        if snapshot.principal.get("accountEnabled"):
            plans["service_principal"] = plan_service_principal(
                ServicePrincipalDesired.from_options({"app_id": app["appId"], "account_enabled": False, "state": "present"}),
                ServicePrincipalCurrent.from_graph(snapshot.principal, application=app, tenant=tenant, tenant_id=tenant_id),
            )
    return View(plans, authority, *_marks(wanted, app))


def _takes(wanted: Wanted, snapshot: Snapshot, consent: ConsentCurrent, lookup: Lookup) -> dict[str, t.Any]:
    """What the connector has on record as added, as far as it is still there, in the form of the options that take it away."""
    app = t.cast("t.Mapping[str, t.Any]", snapshot.application)
    record = added.Record.from_tags(app.get("tags") or (), wanted.connector)
    uris = added.uris_on_record(record, application_shape.to_ansible(app)["redirect_uris"])
    return {
        "redirect_uris": {platform: {"remove": listed} for platform, listed in uris.items()},
        "permissions": added.requests_on_record(record, app.get("requiredResourceAccess") or ()),
        "consent": added.grants_on_record(record, consent, lookup) if snapshot.forbidden is None else [],
    }


def _resolved(rows: t.Sequence[t.Mapping[str, t.Any]], lookup: Lookup) -> list[ResourcePermissions]:
    return resolve_wanted(parse_permissions(rows), lookup, missing_ok=True, disabled_ok=True)


def status_of(wanted: Wanted, view: View, app: t.Mapping[str, t.Any] | None) -> str:
    """One word for a report: connected, absent, awaiting_consent or not_connected."""
    if wanted.state == "absent":
        return "absent" if view.converged else "not_absent"
    if view.converged:
        return "connected"
    consent = view.plans["consent"]
    if app is not None and not consent.facts["now"]["complete"]:
        return "awaiting_consent"
    return "not_connected"


def empty_app() -> dict[str, t.Any]:
    """The shape of an application that does not exist yet."""
    return {**application_shape.blank(), "object_id": PLACEHOLDER_ID, "app_id": PLACEHOLDER_ID, "would_create": True}
