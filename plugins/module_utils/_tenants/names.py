# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Names of hosts, which an operator chooses, and never those that a customer gave itself. Pure."""

from __future__ import annotations

import re
import typing as t

from .._errors import OptionError
from .._ids import is_guid

# Ansible reads other characters, or these in front, as a pattern of several hosts or as an option of its commands.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_TAKEN = frozenset({"all", "ungrouped", "localhost"})
_OWN_GROUPS = "partner_relationship_"
# What customers write, by the names of the variables that hold it.
CUSTOMERS_WORDS = frozenset({"partner_display_name", "partner_contract_domain"})
# What says which tenant is meant: an expression over names of customers must not.
_IDENTITY = ("entra_tenant_id", "entra_expected_domain")
_OWN_NAME = "Give each tenant a name of its own, in 'names' or in the file of 'csv_path'."
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_name(name: str, where: str) -> str:
    """A name of a host. Raises OptionError for one that Ansible would read as something else; ``where`` is where the operator wrote it."""
    if not _NAME.fullmatch(name) or name in _TAKEN or name.startswith(_OWN_GROUPS):
        raise OptionError(
            f"{where[0].upper()}{where[1:]} is {name!r}, which cannot be the name of a host here.",
            code="host_name",
            advice="Use letters, digits and _ . - alone, with a letter, a digit or _ in front, and no name that a host or a group has already.",
        )
    return name


def check_names(names: t.Mapping[t.Any, t.Any]) -> dict[str, str]:
    """The option C(names), by the ids of tenants in small letters. Raises OptionError."""
    found: dict[str, str] = {}
    for tenant_id, name in ((str(key), str(value)) for key, value in names.items()):
        if not is_guid(tenant_id):
            raise OptionError(
                f"'names' has {tenant_id!r}, which is no id of a tenant.", code="names", advice="Write the GUID of each tenant in front of its name."
            )
        if tenant_id.strip().lower() in found:
            raise OptionError(f"'names' has tenant {tenant_id.lower()} twice.", code="names", advice="Remove one of them.")
        found[tenant_id.strip().lower()] = check_name(name, f"the name of tenant {tenant_id} in 'names'")
    return found


def host_names(tenants: t.Iterable[str], names: t.Mapping[str, str], of_file: t.Mapping[str, str]) -> dict[str, str]:
    """The name of the host of each tenant: the operator's, else the tenant's id.

    Raises OptionError where two places say different names of a tenant, and for a name that two tenants have, also in other capitals: a file or a page that is
    written for each host would be that of both.
    """
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for tenant_id in tenants:
        ours, files = names.get(tenant_id, ""), of_file.get(tenant_id, "")
        if ours and files and ours != files:
            raise OptionError(
                f"Tenant {tenant_id} is called {ours!r} in 'names' and {files!r} in the file of 'csv_path'.",
                code="names",
                advice="Remove one of the two names.",
            )
        name = ours or files or tenant_id
        if is_guid(name) and name.lower() != tenant_id:
            raise OptionError(f"Tenant {tenant_id} is called {name!r}, which is the id of another tenant.", code="host_name", advice=_OWN_NAME)
        other = taken.setdefault(name.lower(), tenant_id)
        if other != tenant_id:
            raise OptionError(f"Tenants {other} and {tenant_id} are both called {name!r}.", code="host_name", advice=_OWN_NAME)
        found[tenant_id] = name
    return found


def check_others(hosts: t.Mapping[str, str], others: t.Mapping[str, t.Any]) -> None:
    """Raises OptionError for a name that is another tenant in a source that was read before, also in other capitals: one of the two would be gone.

    Both are tenants by the names of their hosts. A tenant that the other source has not, or calls by a domain, may be the same one.
    """
    by_name = {name.lower(): name for name in hosts}
    for other, said in others.items():
        name, tenant_id = by_name.get(other.lower(), ""), str(said).strip().lower()
        if name and is_guid(tenant_id) and tenant_id != hosts[name]:
            raise OptionError(
                f"Host {other!r} is tenant {tenant_id} in another source of the inventory, and {name!r} is tenant {hosts[name]} in this one.",
                code="host_name",
                advice=_OWN_NAME,
            )


def check_constructed(compose: t.Mapping[str, t.Any], keyed_groups: t.Sequence[t.Any]) -> None:
    """What an operator lets Ansible make of the variables. Raises OptionError where the words of a customer would name a group, or say which tenant is meant.

    Expressions are read as words. A variable that is composed of such words counts as one of them.
    """
    for name in _IDENTITY:
        if name in compose:
            raise OptionError(
                f"'compose' sets {name!r}, which no expression may.",
                code="compose",
                advice="A tenant is known by the id that its source has; its domain stands in the column 'expected_domain' of the file of 'csv_path'.",
            )
    tainted = set(CUSTOMERS_WORDS)
    while more := {str(name) for name, text in compose.items() if name not in tainted and tainted & set(_WORDS.findall(str(text)))}:
        tainted |= more
    for entry in keyed_groups:
        said = " ".join(str(value) for value in entry.values()) if isinstance(entry, t.Mapping) else str(entry)
        if used := sorted(tainted & set(_WORDS.findall(said))):
            raise OptionError(
                f"'keyed_groups' makes names of groups out of {used[0]!r}, which the customer writes.",
                code="keyed_groups",
                advice="Use an expression of 'groups', whose names are yours, or a column of the file of 'csv_path'.",
            )
