# SPDX-License-Identifier: GPL-3.0-or-later
"""Emulated customers by the hundred, and the inventories that a provider would have for them: a host is a tenant."""

from __future__ import annotations

import typing as t
import uuid

Json = dict[str, t.Any]

IDENTITY = {"client_id": "9e1d4c6b-52a8-4f37-b0c9-8d7e6f5a4b31", "secret": "made-up-value-for-the-benchmark"}
KEY = "7b2f4e90-1c6d-4a83-9f05-d8e3a7b61c24"
VAULT = "bench"
CONNECTORS = ["workspace365", "workato", "okta_workflows", "power_platform"]
_POWERAPPS_SERVICE = "475226c6-020e-4fb2-8a90-7a972cbfc1d4"
# Of a made-up vendor, as in what the emulator starts with.
_FOREIGN = {
    "appId": "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745",
    "displayName": "Office 365 Admin for Okta Workflows",
    "appOwnerOrganizationId": "5e0b7a42-9c16-4f83-a2d7-e41c8b60f395",
    "signInAudience": "AzureADMultipleOrgs",
}
# What the READMEs of the four roles ask for, together.
_PERMISSIONS = [
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Organization.Read.All",
    "Policy.Read.All",
]


def names(count: int) -> list[str]:
    """The short names of so many tenants."""
    return [f"tenant{number:03}" for number in range(1, count + 1)]


def _token(name: str) -> str:
    return f"wrkaus-emulated-token-of-{name}"


def _tenant(name: str) -> Json:
    return {
        "name": name,
        "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.example")),
        "domains": [{"name": f"{name}.onmicrosoft.com", "initial": True}, {"name": f"{name}.example", "default": True}],
    }


def _with_everything(name: str) -> Json:
    return {
        **_tenant(name),
        "users": [{"user_principal_name": f"service@{name}.example", "password": "made-up"}],
        "service_principals": [_POWERAPPS_SERVICE],
        "power_platform": {
            "environments": [{"id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"production.{name}.example")), "name": "Production"}],
            "role_assignments": [{"identity": "automation", "role": "Power Platform role-based access control administrator"}],
        },
    }


def configuration(tenants: t.Sequence[str], everything: int = 0) -> Json:
    """An emulated world with these customers. All have an environment of Workspace 365, the first C(everything) what the other products need as well."""
    whole = tenants[:everything]
    return {
        "settings": {"workato_lists_per_minute": 0, "workato_others_per_second": 0},  # they are kept by waiting, which is no cost of ours
        "tenants": [*map(_with_everything, whole), *map(_tenant, tenants[everything:])],
        "identities": [{"name": "automation", **IDENTITY, "tenants": list(tenants), "permissions": {"Microsoft Graph": _PERMISSIONS}}],
        "workspace365": [{"name": "portal", "host": "portal.workspace365.net", "provisioning_key": KEY, "environments": list(tenants)}],
        "workato": [
            {"name": name, "data_center": "us", "clients": [{"name": "automation", "token": _token(name), "rights": ["connections", "connectors"]}]}
            for name in whole
        ],
        "foreign_apps": [_FOREIGN] if whole else [],
    }


def _inventory(shared: Json, hosts: Json) -> Json:
    return {"all": {"vars": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}", **shared}, "hosts": hosts}}


def one_connector(tenants: t.Iterable[str], url: str) -> Json:
    """An inventory with Workspace 365."""
    shared = {"workspace365_instance_url": url, "workspace365_provisioning_key": KEY, "workspace365_provisioning_key_instance": url}
    return _inventory(shared, {name: {"entra_tenant_id": f"{name}.onmicrosoft.com", "workspace365_environment": name} for name in tenants})


def four_connectors(tenants: t.Iterable[str], url: str, directory: str, *, for_lists: bool = False) -> Json:
    """An inventory with all products, whose credentials are kept in vault files of this directory.

    C(for_lists): as it has to be for a run over a list of some hosts, which does not show who else has the same API token.
    """
    shared = {
        "connectors": CONNECTORS,
        "workspace365_instance_url": url,
        "workspace365_provisioning_key": KEY,
        "workspace365_provisioning_key_instance": url,
        "workato_permissions": "directory",
        "okta_workflows_app_id": _FOREIGN["appId"],
        "okta_workflows_publisher_tenant_id": _FOREIGN["appOwnerOrganizationId"],
        "okta_workflows_permissions": "directory",
        "power_platform_credential": "secret",
        "entra_connector_sink": {"type": "vault_file", "vault_id": VAULT, "directory": directory},
    }
    hosts = {
        name: {
            "entra_tenant_id": f"{name}.onmicrosoft.com",
            "workspace365_environment": name,
            "workato_api_token": _token(name),
            "okta_workflows_accounts": [f"service@{name}.example"],
            **({"workato_expected_workspace": name} if for_lists else {}),
        }
        for name in tenants
    }
    return _inventory(shared, hosts)


def floor(tasks: int) -> list[Json]:
    """A playbook of so many tasks that ask nothing of any service."""
    return [{"hosts": "all", "gather_facts": False, "tasks": [{"name": f"Say {number}", "ansible.builtin.debug": {"msg": "said"}} for number in range(tasks)]}]
