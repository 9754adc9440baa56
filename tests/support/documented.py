# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions that a role's README says its automation identity needs, and an identity that has just those."""

from __future__ import annotations

import re
import typing as t

from tenant_emulator.testing import Emulator

from support.playbooks import ROOT

_PERMISSION = re.compile(r"\b[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+){1,2}\b")


def documented(role: str, start: str) -> list[str]:
    """The permissions in the line of a role's README that begins so."""
    (line,) = [line for line in (ROOT / "roles" / role / "README.md").read_text().splitlines() if line.startswith(start)]
    found = _PERMISSION.findall(line)
    assert found, line
    return found


def identity(emulator: Emulator, permissions: t.Sequence[str]) -> dict[str, t.Any]:
    """Host variables of an automation identity with these application permissions of Microsoft Graph in Contoso, and no others."""
    made = emulator.add_application("contoso", displayName="Limited", secrets=[{"displayName": "automation"}], service_principal=True)
    emulator.grant_roles("contoso", made["service_principal"]["id"], sorted(set(permissions)))
    emulator.clear_journal()
    return {"entra_auth": {"client_id": made["application"]["appId"], "client_secret": made["secrets"][0]["value"]}}
