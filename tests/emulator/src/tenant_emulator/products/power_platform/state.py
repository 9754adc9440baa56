# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulator remembers of Power Platform, in each tenant."""

from __future__ import annotations

import dataclasses
import re
import typing as t
import uuid

from ...world import JsonObject, Tenant, World

NAME = "power_platform"
API_HOST = "api.powerplatform.com"
BAP_HOST = "api.bap.microsoft.com"


@dataclasses.dataclass
class PowerPlatform:
    """Power Platform in one tenant."""

    environments: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # id -> as API version 2024-10-01 shows it
    groups: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # environment groups: id, displayName
    assignments: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # RBAC role assignments by id
    administrators: list[str] = dataclasses.field(default_factory=list)  # object ids with Entra's Power Platform Administrator
    applications: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # management applications by app id
    refusals: dict[str, int] = dataclasses.field(default_factory=dict)  # environment or group -> assignments it still refuses


@dataclasses.dataclass
class Settings:
    """How the two APIs answer where they have been seen to, or may, answer in more than one way."""

    powerplatform_assignment_shape: str = "flat"  # of a new role assignment: flat, or value ({"value": [...]})
    powerplatform_duplicate_status: int = 409  # of an assignment that exists: 409, 400, or 200 with the existing one
    powerplatform_delete_status: int = 204  # of a removed assignment: 204 or 200
    powerplatform_nested_assignments: bool = False  # a list of assignments also has those of the scopes within
    powerplatform_short_scopes: bool = False  # the scope of an environment or group is listed without its tenant
    powerplatform_principal_delay: float = 0.0  # a new service principal or user is not known there for so long
    powerplatform_environment_shape: str = "flat"  # of the list of environments: flat, or nested (properties.displayName)
    powerplatform_page_size: int = 0  # entries on a page of a list; 0: all on one
    powerplatform_next_link: str = "@odata.nextlink"  # how the list of environments spells it
    powerplatform_forbidden_body: bool = True  # whether a 403 says anything


def settings(world: World) -> Settings:
    """The settings in force."""
    return t.cast(Settings, world.product_settings[NAME])


def state(tenant: Tenant) -> PowerPlatform:
    """Power Platform in this tenant."""
    return t.cast(PowerPlatform, tenant.products.setdefault(NAME, PowerPlatform()))


def new_environment(tenant: Tenant, name: str, kind: str = "Production", identifier: str | None = None, **fields: t.Any) -> JsonObject:
    """An environment as version 2024-10-01 answers with it."""
    key = (identifier or str(uuid.uuid4())).lower()
    domain = re.sub(r"[^a-z0-9]", "", name.lower())
    item: JsonObject = {
        "id": key,
        "displayName": name,
        "type": kind,
        "state": "Enabled",
        "geo": "europe",
        "azureRegion": "westeurope",
        "url": f"https://{domain}.crm4.dynamics.com",
        "domainName": domain,
        "dataverseId": str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
        "version": "9.2.25104.170",
        "tenantId": tenant.id,
        "environmentGroupId": None,
        "securityGroupId": None,
        "protectionLevel": "Standard",
        "adminMode": "Disabled",
        "backgroundOperationsState": "Enabled",
        "createdBy": {"id": "00000000-0000-0000-0000-000000000000", "type": "NotSpecified"},
        "createdDateTime": "2025-01-15T08:00:00Z",
        "retentionDetails": {"retentionPeriod": "P7D"},
        "enterprisePolicies": [],
    }
    item.update(fields)
    state(tenant).environments[key] = item
    return item


def add_environment(tenant: Tenant, values: JsonObject) -> JsonObject:
    """An environment: name, id, type, group, and ``refusals``, how many assignments are refused because it is fresh."""
    body = dict(values)
    fields: JsonObject = {"environmentGroupId": body.pop("group", None)}
    refusals = body.pop("refusals", 0)
    made = new_environment(tenant, body.pop("name"), body.pop("type", "Production"), body.pop("id", None), **fields, **body)
    if refusals:
        state(tenant).refusals[made["id"]] = refusals
    return made
