# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a partner's lists say of a tenant, in the collection's shape: for the decisions, and for the cache of an inventory. Pure.

Sources: https://learn.microsoft.com/graph/api/resources/delegatedadminrelationship (states; C(PT0S) and C(P0D) extend nothing; there is no customer yet
while a relationship is being made), https://learn.microsoft.com/graph/api/resources/delegatedadmincustomer (it is there while a relationship is),
https://learn.microsoft.com/graph/api/resources/contract, https://learn.microsoft.com/partner-center/dap-faq (a request that a customer does not answer expires
after 90 days; that it has no customer then either is inferred); read 2026-12-01. That relationships which Microsoft led over from earlier ones are named
C(MLT_): observed in public tools; not documented.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._clock import format_time, parse_time
from .._errors import ServiceError
from .._ids import is_guid

# As Graph calls them, and as groups do; the first says most of what a partner may do now.
STATUSES: t.Mapping[str, str] = {
    "active": "active",
    "expiring": "expiring",
    "terminationRequested": "termination_requested",
    "terminating": "terminating",
    "activating": "activating",
    "approved": "approved",
    "approvalPending": "approval_pending",
    "created": "created",
    "expired": "expired",
    "terminated": "terminated",
}
ACTIVE, NO_RELATIONSHIP, UNKNOWN = "active", "none", "unknown"
_MICROSOFT_LED = "MLT_"
# It names no tenant, then, and gives nothing: neither before a customer approved it nor when none did.
_MAY_LACK_CUSTOMER = frozenset({"created", "approval_pending", "expired", "terminated"})
_EXTENDS_NOTHING = frozenset({"", "P0D", "PT0S"})


@dataclasses.dataclass(frozen=True)
class Relationship:
    """One delegated admin relationship."""

    status: str  # one of the values of STATUSES; UNKNOWN for one that Graph may have by now
    microsoft_led: bool
    end: dt.datetime | None
    extends_itself: bool
    roles: tuple[str, ...]  # ids of role definitions

    @classmethod
    def from_graph(cls, item: t.Mapping[str, t.Any]) -> Relationship:
        """From an entry of the list. Raises ValueError for an end that is no date."""
        roles = (item.get("accessDetails") or {}).get("unifiedRoles") or ()
        return cls(
            STATUSES.get(str(item.get("status")), UNKNOWN),
            str(item.get("displayName") or "").startswith(_MICROSOFT_LED),
            parse_time(item.get("endDateTime")),
            str(item.get("autoExtendDuration") or "") not in _EXTENDS_NOTHING,
            tuple(sorted({str(role["roleDefinitionId"]) for role in roles})),
        )

    def to_cache(self) -> dict[str, t.Any]:
        """As the cache has it."""
        return {**dataclasses.asdict(self), "end": format_time(self.end) if self.end else None, "roles": list(self.roles)}

    @classmethod
    def from_cache(cls, found: t.Mapping[str, t.Any]) -> Relationship:
        """What C(to_cache) made."""
        return cls(**{**found, "end": parse_time(found["end"]), "roles": tuple(map(str, found["roles"]))})


@dataclasses.dataclass(frozen=True)
class ListedTenant:
    """A tenant as a source lists it. Its names are what its administrators chose: data, and never more than that."""

    tenant_id: str
    display_name: str
    relationships: tuple[Relationship, ...] = ()
    contract_type: str = ""
    contract_domain: str = ""  # as it was when the contract was made

    def to_cache(self) -> dict[str, t.Any]:
        """As the cache has it."""
        return {**dataclasses.asdict(self), "relationships": [one.to_cache() for one in self.relationships]}

    @classmethod
    def from_cache(cls, found: t.Mapping[str, t.Any]) -> ListedTenant:
        """What C(to_cache) made."""
        return cls(**{**found, "relationships": tuple(map(Relationship.from_cache, found["relationships"]))})


@dataclasses.dataclass(frozen=True)
class Listing:
    """A whole list of tenants, and what was asked for it."""

    source: str
    asked: str  # where: the partner's tenant and the service
    tenants: tuple[ListedTenant, ...]

    def to_cache(self) -> dict[str, t.Any]:
        """Plain data, without anything that opens something."""
        return {"format": 1, "source": self.source, "asked": self.asked, "tenants": [tenant.to_cache() for tenant in self.tenants]}

    @classmethod
    def from_cache(cls, found: t.Any, source: str, asked: str) -> Listing | None:
        """What C(to_cache) made for the same source; None for another one, and for what has another form."""
        try:
            if (found["format"], found["source"], found["asked"]) != (1, source, asked):
                return None
            return cls(source, asked, tuple(map(ListedTenant.from_cache, found["tenants"])))
        except (AttributeError, KeyError, TypeError, ValueError):
            return None


def tenants_of_relationships(
    customers: t.Iterable[t.Mapping[str, t.Any]], relationships: t.Iterable[t.Mapping[str, t.Any]], *, partner: str
) -> tuple[ListedTenant, ...]:
    """One entry for each customer, with all rows of its relationships. ``partner`` is the tenant whose lists these are.

    Raises ServiceError for an entry that cannot be read: to leave it out would leave out a tenant.
    """
    names = {_tenant_id(item.get("tenantId"), "customer", partner): str(item.get("displayName") or "") for item in customers}
    rows: dict[str, dict[str, Relationship]] = {tenant_id: {} for tenant_id in names}
    for item in relationships:
        try:
            relationship = Relationship.from_graph(item)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise _unreadable("a relationship", f"with id {item.get('id')!r}", partner) from None
        customer = item.get("customer") or {}
        if not customer.get("tenantId") and relationship.status in _MAY_LACK_CUSTOMER:
            continue
        tenant_id = _tenant_id(customer.get("tenantId"), "relationship", partner)
        names.setdefault(tenant_id, str(customer.get("displayName") or ""))
        rows.setdefault(tenant_id, {})[str(item.get("id"))] = relationship
    return tuple(ListedTenant(tenant_id, names[tenant_id], tuple(rows[tenant_id].values())) for tenant_id in sorted(names))


def tenants_of_contracts(contracts: t.Iterable[t.Mapping[str, t.Any]], *, partner: str) -> tuple[ListedTenant, ...]:
    """One entry for each customer; of several contracts with one the first is shown. Raises ServiceError for an entry that cannot be read."""
    found: dict[str, ListedTenant] = {}
    for item in contracts:
        tenant_id = _tenant_id(item.get("customerId"), "contract", partner)
        texts = (str(item.get(name) or "") for name in ("displayName", "contractType", "defaultDomainName"))
        name, kind, domain = texts
        found.setdefault(tenant_id, ListedTenant(tenant_id, name, contract_type=kind, contract_domain=domain))
    return tuple(found[tenant_id] for tenant_id in sorted(found))


def _tenant_id(value: t.Any, what: str, partner: str) -> str:
    if not isinstance(value, str) or not is_guid(value):
        raise _unreadable(f"a {what}", "without the id of its tenant", partner)
    return value.strip().lower()


def _unreadable(what: str, which: str, partner: str) -> ServiceError:
    return ServiceError(
        f"Could not read the list of customers of tenant {partner}: Microsoft Graph answered with {what} {which}.",
        code="malformed_answer",
        service="Microsoft Graph",
        tenant=partner,
        advice="Run again; when it stays so, list these tenants in a CSV file (source: csv) and report it.",
    )
