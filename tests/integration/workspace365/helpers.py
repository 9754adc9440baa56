# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests look at where Workspace 365 is connected: its application, whether people can sign in, and how it says what failed."""

from __future__ import annotations

import typing as t

from support import plays
from tenant_emulator.testing import Emulator


def provisioning_key(emulator: Emulator, instance: str = "portal") -> str:
    """The key of an emulated instance."""
    return t.cast(str, emulator.control("GET", f"workspace365/{instance}")["provisioning_key"])


def own_application(emulator: Emulator, tenant: str = "contoso", unique_name: str | None = None) -> dict[str, t.Any]:
    """The application that the role made in a tenant, or another of one's own."""
    return plays.own_application(emulator, tenant, unique_name or f"tenantkit.workspace365.{tenant}")


def signs_in(emulator: Emulator, environment: str = "contoso", instance: str = "portal") -> bool:
    """Whether people can sign in with what Workspace 365 holds."""
    return int(emulator.control("POST", f"workspace365/{instance}/{environment}/sign-in")["status"]) == 200


def names_the_environment(result: t.Mapping[str, t.Any]) -> None:
    """Assert that a failure of Workspace 365 says whose it is and which environment, and the id that support asks for, if there was an answer."""
    failure = result.get("failure") or {}
    if failure.get("service") != "Workspace 365":
        return
    text = plays.messages(result)
    assert failure["tenant"] and failure["tenant"] in text, text
    assert "environment" in text.lower() or failure["kind"] == "option", text
    if failure["http_status"]:
        assert (failure["request_id"] or failure["client_request_id"]) in text, text
