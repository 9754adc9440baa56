# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What one look reads of a connection, as Graph's JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..._authority import check_authority_address, check_authority_tenant
from ..._engine import Plan
from ..._errors import ForbiddenError, OptionError
from ..._graph.parts import PartAnswer
from ..application.model import ApplicationCurrent
from ..common.blockers import Account, SignInFindings
from ..common.principals import Name, Principal
from ..credential import policy_read
from ..service_principal.model import ServicePrincipalCurrent


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """What was read, as Graph's JSON. None: there is none."""

    organization: t.Mapping[str, t.Any]
    application: t.Mapping[str, t.Any] | None
    principal: t.Mapping[str, t.Any] | None
    grants: tuple[t.Mapping[str, t.Any], ...]
    assignments: tuple[t.Mapping[str, t.Any], ...]
    now: dt.datetime
    forbidden: ForbiddenError | None = None  # grants and assignments may not be read: then they mean nothing
    owners: tuple[PartAnswer, ...] = ()  # answers to C(owner_parts), where they were asked for
    policies: policy_read.AppManagementPolicies = policy_read.AppManagementPolicies()
    more: PartAnswer | None = None  # the answer to the part that was asked with the first
    apis: tuple[t.Mapping[str, t.Any], ...] = ()  # the service principals of the APIs, as far as they tell whether tokens are issued for them
    assigned: int | None = None  # how many principals are assigned, counted up to one; None where that was not read
    accounts: tuple[Account, ...] = ()  # those that were asked for, as they are
    found: t.Mapping[Name, Principal | None] = dataclasses.field(default_factory=dict)  # who is named in the options, None where there is none
    people_owning: tuple[Account, ...] = ()  # the users among the owners of the application
    holders: tuple[Account, ...] = ()  # users who hold a consent alone, as many as one request reads
    more_holders: int = 0  # how many of them were not looked at
    missed: tuple[PartAnswer, PartAnswer] | None = None  # the answers by which there is no application yet, and these are the deleted ones

    @property
    def domains(self) -> list[t.Mapping[str, t.Any]]:
        """The verified domains with their flags."""
        return list(self.organization.get("verifiedDomains") or ())

    def domain(self, flag: str) -> str | None:
        """The domain with C(isDefault) (the primary one) or C(isInitial)."""
        return next((str(domain["name"]) for domain in self.domains if domain.get(flag)), None)


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
                f"Graph returned no primary domain of the tenant {snapshot.organization.get('displayName')!r}, so the authority cannot be derived from it.",
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
class ConnectionDesired:
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
    known_value: str | None = dataclasses.field(default=None, repr=False)  # of a client secret, for the planner: it only shows how it begins
    certificate: t.Mapping[str, t.Any] | None = None
    people_sign_in: bool | None = None  # None: where delegated permissions are wanted
    prefix: str = ""  # of the variables that a role takes; empty where no role asks

    @property
    def has_people(self) -> bool:
        """Whether people sign in to the application, and not only the connector itself."""
        if self.people_sign_in is not None:
            return self.people_sign_in
        return any(row.get("delegated") or row.get("namespaces") for row in self.permissions.get("permissions") or ())

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
class ConnectionPlan:
    """What is there and what each step would do."""

    plans: t.Mapping[str, Plan]
    authority: Authority
    marked: bool  # whether a mark says that something was delivered to this target
    held: bool  # whether any target of this connector may hold a key of this application
    adds: frozenset[str] = frozenset()  # what is, and what will be, on record as added to an application that others made
    recorded: bool = True  # whether all of that is on record there already
    takes: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)  # with state absent: what goes from such an application
    findings: SignInFindings = SignInFindings()  # what keeps sign-ins from succeeding, whatever the steps do

    @property
    def converged(self) -> bool:
        """Whether no step has anything to do."""
        return not any(plan.actions for plan in self.plans.values())


@dataclasses.dataclass(frozen=True)
class ManagedDetails:
    """What the planners of some options need beyond the snapshot: owners of the application, assignments of its service principal."""

    application: ApplicationCurrent | None = None
    principal: ServicePrincipalCurrent | None = None
