# SPDX-License-Identifier: GPL-3.0-or-later
"""A provider in the emulator: its customers by number, and an identity that may list them."""

from __future__ import annotations

import typing as t

from tenant_emulator.testing import Emulator

PROVIDER = "tailspin"
READ = "DelegatedAdminRelationship.Read.All"
# A name that would run a command where it was taken for a template.
HOSTILE = "{{ lookup('pipe', 'id') }}"


def customer_id(number: int) -> str:
    """The tenant of a customer."""
    return f"00000000-0000-4000-8000-{number:012}"


def add_customer(emulator: Emulator, tenant_id: str, name: str = HOSTILE, **more: t.Any) -> dict[str, t.Any]:
    """A relationship with a customer: an active one unless ``more`` says otherwise."""
    body = {"customer": {"tenantId": tenant_id, "displayName": name}, **more}
    return t.cast("dict[str, t.Any]", emulator.control("POST", f"tenants/{PROVIDER}/delegatedAdminRelationships", body))


def add_customers(emulator: Emulator, *numbers: int) -> None:
    """An active relationship with each of these customers."""
    for number in numbers:
        add_customer(emulator, customer_id(number))


def end_relationships(emulator: Emulator, *numbers: int) -> None:
    """Take the relationships with these customers away."""
    wanted = {customer_id(number) for number in numbers}
    for key, item in emulator.tenant(PROVIDER)["relationships"].items():
        if item["customer"]["tenantId"] in wanted:
            emulator.control("DELETE", f"tenants/{PROVIDER}/delegatedAdminRelationships/{key}")


def provider_identity(emulator: Emulator, *permissions: str) -> dict[str, str]:
    """An application of the provider with these permissions in its own tenant, as the environment of an inventory."""
    made = emulator.add_application(PROVIDER, displayName="List of customers", secrets=[{"displayName": "only"}])
    if permissions:
        emulator.grant_roles(PROVIDER, made["service_principal"]["id"], list(permissions))
    return {"TENANTKIT_PROVIDER_CLIENT_ID": made["application"]["appId"], "TENANTKIT_PROVIDER_CLIENT_SECRET": made["secrets"][0]["value"]}
