# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The customers of a provider as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: tenants
short_description: The tenants of a provider's customers as hosts
version_added: 1.0.0
author: The tenantkit.connectors contributors (@tenantkit)
description:
  - Makes a host of each customer of a Microsoft partner, from its delegated admin relationships (GDAP) or its contracts, or of each row of a CSV file.
  - Its configuration is a YAML file whose name ends with C(.tenants.yml) or C(.tenants.yaml).
  - The name of a host is the id of its tenant, or the one that you give it in O(names) or in O(csv_path). What a customer calls itself is the variable
    C(partner_display_name) and never the name of a host or a group, nor C(entra_expected_domain).
  - Each host has the variables C(entra_tenant_id) and C(ansible_connection) (V(local)). With O(source=gdap) it also has C(partner_relationship_status),
    C(partner_relationship_end) (where it is known), C(partner_relationship_auto_extend) and C(partner_relationship_roles) (ids of role definitions), and is
    in the group C(partner_relationship_active), or that of another state, and in C(partner_relationship_ending) where the access ends within
    O(ending_within_days) and does not extend itself. With O(source=contracts) it has C(partner_contract_type) and C(partner_contract_domain), the default
    domain as it was when the contract was made.
  - Several relationships with one customer are one host. Its state is that of the relationship that gives most, its end the last of those.
  - An inventory is whole, or it fails. A page that was not read, a customer without a relationship, fewer tenants than O(tenants_min) and more that are gone
    than O(max_shrink) are failures, and what was cached never stands in for a list that could not be read. So is a host that is another tenant in a source
    that was read before.
extends_documentation_fragment:
  - constructed
  - inventory_cache
  - tenantkit.connectors.provider
options:
  plugin:
    description: Has to name this plugin.
    type: str
    required: true
    choices: [tenantkit.connectors.tenants, tenants]
  source:
    description: Where the tenants are listed.
    type: str
    required: true
    choices:
      gdap: >-
        The customers with which the partner of O(tenant_id) has delegated admin relationships. Takes the application permission
        C(DelegatedAdminRelationship.Read.All) in the partner's tenant.
      contracts: >-
        The contracts of the partner of O(tenant_id). Takes the application permission C(Directory.Read.All) there.
      csv: The file of O(csv_path). Nothing is signed in to.
  csv_path:
    description:
      - A CSV file in UTF-8, with or without a byte order mark, relative to the folder of the inventory file. In a folder that is itself the inventory it is
        refused, because Ansible reads every file there as one and makes hosts of its lines.
      - With O(source=csv) its rows are the tenants. With another source it adds to the tenants of that, and a row of another tenant counts for nothing.
      - Its first line names the columns. C(tenant_id) (a GUID) is required, and C(name), C(display_name) and C(expected_domain) are known. The last becomes
        C(entra_expected_domain). Of the others those of O(csv_variables) are taken.
      - An empty cell says nothing. Two rows of one tenant are an error.
    type: str
  csv_delimiter:
    description: The character between the cells.
    type: str
    default: ","
  csv_variables:
    description:
      - Columns that become variables of the host, as text and never as a template.
      - None can set C(ansible_*), C(partner_*) or which tenant is meant.
    type: list
    elements: str
    default: []
  names:
    description:
      - Names of hosts by the ids of their tenants, with letters, digits and C(_), C(.), C(-). A tenant that has none is called by its id.
    type: dict
    default: {}
  relationship_statuses:
    description:
      - With O(source=gdap) the states of which a tenant becomes a host, as C(active), C(expiring), C(termination_requested), C(terminating), C(activating),
        C(approved), C(approval_pending), C(created), C(expired), C(terminated), C(unknown) (one that this version does not know) or C(none) (no relationship
        that counts).
    type: list
    elements: str
    default: [active]
  microsoft_led:
    description: Whether relationships count that Microsoft made in place of earlier ones (their names begin with C(MLT_)).
    type: bool
    default: false
  include:
    description: Ids of tenants, or names of hosts that you gave; only these become hosts. One that the source does not list is an error.
    type: list
    elements: str
    default: []
  exclude:
    description: Ids of tenants, or names of hosts that you gave; these become none.
    type: list
    elements: str
    default: []
  ending_within_days:
    description: An access that ends within so many days puts the host into the group C(partner_relationship_ending).
    type: int
    default: 30
  tenants_min:
    description: An inventory with fewer hosts fails.
    type: int
    default: 1
  max_shrink:
    description:
      - How many of the tenants of the list before may be gone, as a number or as a share such as V(10%), of which one may always be gone unless it is V(0%).
      - The list before is the one in the cache of the inventory, however old it is, so nothing is compared without O(cache), with a O(cache_plugin) that
        keeps nothing between runs, as Ansible's default does, and with O(source=csv). With O(cache_timeout=1) the list is read for each run and what it was
        before is still known.
      - For one run that is meant to lose more, set the variable to V(100%) and add C(--flush-cache). The variable counts before what stands in the file.
    type: str
    default: 10%
    env:
      - name: TENANTKIT_TENANTS_MAX_SHRINK
notes:
  - Ansible only warns of an inventory that it cannot parse, and goes on with what it has. Set E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) to V(true), or
    C(any_unparsed_is_failed) in the section C(inventory) of C(ansible.cfg).
  - O(keyed_groups) are refused where they would make names of groups out of what a customer writes, and so is an O(compose) that sets C(entra_tenant_id) or
    C(entra_expected_domain).
  - The cache holds the list, and never a token or a credential. A CSV file is read every time.
  - No value from a list or a file is ever a template. C(ansible-inventory --list) shows each text from there as an object with the one key
    C(__ansible_unsafe).
  - In own plays set C(ansible_python_interpreter) to C({{ ansible_playbook_python }}) in C(group_vars/all.yml).
seealso:
  - module: tenantkit.connectors.entra_identity_info
"""

EXAMPLES = r"""
# provider.tenants.yml: all customers with an active relationship
plugin: tenantkit.connectors.tenants
source: gdap
tenant_id: 8a5f0d2c-3b7e-4c19-9d64-0f2a6b1c7e90
names:
  2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52: contoso
  5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10: fabrikam
tenants_min: 2
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/tenants
---
# customers.tenants.yml: the rows of a file, in groups by one of its columns
plugin: tenantkit.connectors.tenants
source: csv
csv_path: ../customers.csv
csv_variables: [region]
keyed_groups:
  - key: region
    prefix: region
"""

import os
import typing as t

from ansible import constants as C
from ansible import context
from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable, get_cache_plugin

from ..module_utils._errors import ConnectorError
from ..module_utils._tenants.hosts import TenantHost, check_keys
from ..module_utils._tenants.names import check_others
from ..plugin_utils._tenant_source import CREDENTIAL, TenantSource
from ..plugin_utils._worker import plain

OPTIONS = (
    *CREDENTIAL, "tenant_id", "cloud", "login_url", "graph_url", "ca_path", "timeout", "source", "csv_path", "csv_delimiter", "csv_variables", "names",
    "relationship_statuses", "microsoft_led", "include", "exclude", "ending_within_days", "tenants_min", "max_shrink", "compose", "keyed_groups",
)  # fmt: skip

TENANT = "entra_tenant_id"


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """What Ansible looks for."""

    NAME = "tenantkit.connectors.tenants"

    def verify_file(self, path: str) -> bool:
        """Whether the name is that of a file for this plugin."""
        return bool(super().verify_file(path)) and path.endswith((".tenants.yml", ".tenants.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Add the hosts. Raises AnsibleParserError for an inventory that would not be whole: then there are none."""
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        options = {name: self._option(name) for name in OPTIONS}
        source = TenantSource(options, os.path.dirname(os.path.abspath(path)), os.environ, self.display.warning, _is_read_as_inventory)
        kept = _Kept(self, self.get_cache_key(path), cache) if self.get_option("cache") else None
        try:
            check_keys(config, self._options)
            hosts = source.hosts(kept)
            check_others({host.name: host.variables[TENANT] for host in hosts}, {name: host.vars.get(TENANT) for name, host in inventory.hosts.items()})
        except ConnectorError as error:
            raise AnsibleParserError(error.sentence()) from None
        for host in hosts:
            self._add(host)

    def _option(self, name: str) -> t.Any:
        """The value of an option. A credential that a controller hands over has an empty variable for a field that is not filled: that is none."""
        value, origin = self.get_option_and_origin(name)
        place, _colon, variable = str(origin).partition(": ")
        # By the variable and not by the value: an empty path is a folder by now.
        return None if place == "env" and not os.environ.get(variable, "").strip() else plain(value)

    def _add(self, host: TenantHost) -> None:
        self.inventory.add_host(host.name)
        for name, value in host.variables.items():
            self.inventory.set_variable(host.name, name, value)
        for group in host.groups:
            self.inventory.add_child(self.inventory.add_group(group), host.name)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), dict(host.variables), host.name, strict=strict)
        variables = self.inventory.get_host(host.name).get_vars()  # with what was composed
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host.name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host.name, strict=strict)


def _is_read_as_inventory(path: str) -> bool:
    """Whether a file is in one of the folders that are the inventory of this run, under a name that Ansible does not pass over."""
    folders = [os.path.abspath(str(source)) for source in (context.CLIARGS or {}).get("inventory") or () if os.path.isdir(str(source))]
    return not path.endswith(tuple(C.INVENTORY_IGNORE_EXTS)) and any(os.path.commonpath([folder, path]) == folder for folder in folders)


class _Kept:
    """The cache of the inventory."""

    def __init__(self, plugin: InventoryModule, key: str, use: bool) -> None:
        """``use`` is false when Ansible was told to read everything anew."""
        self._plugin = plugin
        self._key = key
        self._use = use

    def fresh(self) -> t.Any:
        """What is cached and not too old."""
        return plain(self._plugin.cache.get(self._key)) if self._use else None

    def last(self) -> t.Any:
        """What was cached last. Without a time-out nothing is too old."""
        options = {option: self._plugin.get_option(f"cache_{name}") for option, name in (("_uri", "connection"), ("_prefix", "prefix"))}
        cache = get_cache_plugin(self._plugin.get_option("cache_plugin"), _timeout=0, **{name: value for name, value in options.items() if value is not None})
        return plain(cache.get(self._key))

    def keep(self, value: t.Any) -> None:
        """Ansible writes it once the inventory was parsed."""
        self._plugin.cache[self._key] = value
