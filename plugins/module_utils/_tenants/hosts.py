# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What an operator wants of an inventory of tenants: the options, checked, and the hosts that follow from a list of tenants. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._errors import OptionError
from .._ids import is_guid
from .._spelling import did_you_mean, spelling
from .access import ENDING, PartnerAccess, access_of
from .csv_file import CsvRow, check_variables
from .model import ACTIVE, NO_RELATIONSHIP, STATUSES, UNKNOWN, ListedTenant, Listing
from .names import check_constructed, check_name, check_names, host_names
from .whole import Shrink, check_customers, check_number, check_shrink

GDAP, CONTRACTS, CSV = "gdap", "contracts", "csv"
# What may stand in the option relationship_statuses.
WANTED = (*STATUSES.values(), UNKNOWN, NO_RELATIONSHIP)
Options = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class TenantHost:
    """A tenant as a host of the inventory."""

    name: str
    groups: tuple[str, ...]
    variables: t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class WantedTenants:
    """The options of an inventory that decide which tenants it has, and what it says of them."""

    source: str
    csv_path: str
    csv_delimiter: str
    csv_variables: tuple[str, ...]
    names: t.Mapping[str, str]
    statuses: frozenset[str]
    microsoft_led: bool
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    ending_within_days: int
    least: int
    shrink: Shrink

    @classmethod
    def of(cls, options: Options) -> WantedTenants:
        """From the options as they are documented. Raises OptionError for what cannot be meant."""
        source, delimiter = options["source"], options.get("csv_delimiter") or ","
        if source != CSV and not options.get("tenant_id"):
            raise OptionError(f"'tenant_id' is missing: the source {source} is a list of the partner's tenant.", code="tenant_id", advice="Write its GUID.")
        if source == CSV and not options.get("csv_path"):
            raise OptionError("'csv_path' is missing: the source csv is a file.", code="csv_path", advice="Name the file.")
        if len(delimiter) != 1 or delimiter in '"\r\n':
            raise OptionError(f"'csv_delimiter' is {delimiter!r}, which is no single character.", code="csv_delimiter", advice="Write one, such as ';'.")
        statuses = frozenset(options.get("relationship_statuses") or (ACTIVE,))
        if unknown := sorted(statuses - set(WANTED)):
            raise OptionError(
                f"'relationship_statuses' has {unknown[0]!r}, which no relationship can be.",
                code="relationship_statuses",
                advice=f"Known are {', '.join(WANTED)}.",
            )
        if options.get("tenants_min", 1) < 0:
            raise OptionError("'tenants_min' is less than 0.", code="tenants_min", advice="Write the number of tenants that there have to be.")
        check_constructed(options.get("compose") or {}, options.get("keyed_groups") or ())
        return cls(
            source,
            options.get("csv_path") or "",
            delimiter,
            check_variables(options.get("csv_variables") or ()),
            check_names(options.get("names") or {}),
            statuses,
            bool(options.get("microsoft_led")),
            _chosen("include", options.get("include") or ()),
            _chosen("exclude", options.get("exclude") or ()),
            options.get("ending_within_days", 30),
            options.get("tenants_min", 1),
            Shrink.of(options.get("max_shrink")),
        )


def check_keys(written: t.Iterable[t.Any], known: t.Collection[str]) -> None:
    """Raises OptionError for a key of the file that is no option: Ansible takes any, so a filter with a misspelt name would filter nothing."""
    found = spelling(map(str, written), known, "")
    for name in (*found.misspelt, *found.unknown):
        near = did_you_mean([repr(found.misspelt[name])] if name in found.misspelt else [])
        raise OptionError(f"The file has {name!r}, which is no option of the plugin.", code="unknown_option", advice=near or "Remove it.")


def _chosen(option: str, given: t.Iterable[t.Any]) -> tuple[str, ...]:
    """Ids of tenants in small letters, and names of hosts as they are."""
    return tuple(each.strip().lower() if is_guid(each) else check_name(each, f"an entry of '{option}'") for each in map(str, given))


def listing_of_file(rows: t.Mapping[str, CsvRow]) -> Listing:
    """The tenants of a file as a list."""
    return Listing(CSV, "", tuple(ListedTenant(tenant_id, row.display_name) for tenant_id, row in rows.items()))


def hosts_of(
    wanted: WantedTenants, listing: Listing, rows: t.Mapping[str, CsvRow], now: dt.datetime, before: Listing | None, *, partner: str
) -> list[TenantHost]:
    """The hosts of the inventory, by their names. ``before`` is the list that was read before this one, where that is known.

    Raises OptionError or ServiceError for an inventory that is not whole, or in which two tenants cannot be told apart.
    """
    if wanted.source == GDAP:
        check_customers(listing.tenants, wanted.statuses, partner=partner)
    kept = _kept(wanted, listing, rows)
    hosts = sorted((_host(wanted, tenant, name, rows.get(tenant.tenant_id), now) for name, tenant in kept.items()), key=lambda host: host.name)
    check_number(hosts, wanted.least)
    if before is not None:
        check_shrink(_ids(_filtered(wanted, before, _names(wanted, before, rows))), {tenant.tenant_id for tenant in kept.values()}, wanted.shrink)
    return hosts


def _names(wanted: WantedTenants, listing: Listing, rows: t.Mapping[str, CsvRow]) -> dict[str, str]:
    ids = [tenant.tenant_id for tenant in listing.tenants]
    return host_names(ids, wanted.names, {tenant_id: row.name for tenant_id, row in rows.items() if row.name})


def _kept(wanted: WantedTenants, listing: Listing, rows: t.Mapping[str, CsvRow]) -> dict[str, ListedTenant]:
    """The tenants that the operator wants, by the names of their hosts.

    Raises OptionError for one that is named and not there: it left the list, or its name is misspelt and another tenant would be taken or left for it.
    """
    names = _names(wanted, listing, rows)
    there = {*names, *names.values()}
    said = {*wanted.names.values(), *(row.name for row in rows.values())}
    for option, chosen in (("include", wanted.include), ("exclude", wanted.exclude)):
        # One that is to be left out may have left by itself, if it can be told which it is.
        if missing := [each for each in chosen if each not in there and (option == "include" or not (is_guid(each) or each in said))]:
            raise OptionError(
                f"'{option}' has {missing[0]!r}, which is not in the list of tenants.",
                code=option,
                advice="Correct it, or remove it; a tenant is named by its id or by the name that you gave it, and never by what it calls itself.",
            )
    kept = _filtered(wanted, listing, names)
    if lost := sorted(set(wanted.include) - {*kept, *_ids(kept)} - set(wanted.exclude)):
        raise OptionError(
            f"'include' has {lost[0]!r}, whose relationships are in none of the states of 'relationship_statuses'.",
            code="include",
            advice="Look in the partner's tenant what became of them, or remove it from 'include'.",
        )
    return kept


def _filtered(wanted: WantedTenants, listing: Listing, names: t.Mapping[str, str]) -> dict[str, ListedTenant]:
    found = {}
    for tenant in listing.tenants:
        name = names[tenant.tenant_id]
        mine = {tenant.tenant_id, name}
        chosen = (not wanted.include or mine & set(wanted.include)) and not mine & set(wanted.exclude)
        if chosen and (wanted.source != GDAP or _access(wanted, tenant).status in wanted.statuses):
            found[name] = tenant
    return found


def _ids(kept: t.Mapping[str, ListedTenant]) -> list[str]:
    return [tenant.tenant_id for tenant in kept.values()]


def _access(wanted: WantedTenants, tenant: ListedTenant) -> PartnerAccess:
    return access_of(tenant.relationships, microsoft_led=wanted.microsoft_led)


def _host(wanted: WantedTenants, tenant: ListedTenant, name: str, row: CsvRow | None, now: dt.datetime) -> TenantHost:
    groups: tuple[str, ...] = ()
    said: dict[str, t.Any] = {**row.variables} if row else {}
    if wanted.source == GDAP:
        access = _access(wanted, tenant)
        groups = (*access.groups, *((ENDING,) if access.ends_within(wanted.ending_within_days, now) else ()))
        said |= access.variables()
    if wanted.source == CONTRACTS:
        said |= {"partner_contract_type": tenant.contract_type, "partner_contract_domain": tenant.contract_domain}
    if row and row.expected_domain:
        said["entra_expected_domain"] = row.expected_domain
    shown = (row.display_name if row else "") or tenant.display_name
    return TenantHost(
        name,
        groups,
        {**said, "ansible_connection": "local", "entra_tenant_id": tenant.tenant_id, **({"partner_display_name": shown} if shown else {})},
    )
