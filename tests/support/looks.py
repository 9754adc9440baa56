# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at connections, as entra_connection_info returns them, for the tests of what the role does next."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Ask, Json, Look, Looked

APP_ID, KEY_ID, NEW_KEY = "631a96bc-a705-4eda-9f99-fdaf9f54f6a2", "1cb9dd5f-6f5c-4ae5-a1f3-a0a0e1d2a2fb", "5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33"
PERMISSIONS = [{"resource": "Microsoft Graph", "delegated": ["User.Read"], "application": []}]
ROLE = {
    "sinks": [],
    "has_product": True,
    "consent_wanted": True,
    "secret_later": False,
    "prefix": "payroll",
    "consent_variable": "payroll_consent: none",
    "absent_confirmed": "",
    "absent_confirmation": "payroll",
    "problems": [],
}


def wanted(**more: t.Any) -> dict[str, t.Any]:
    """Options of entra_connection_info, with the role's own."""
    role = {**ROLE, **more.pop("role", {})}
    return {
        "connector": "payroll",
        "app": {"unique_name": "payroll.x", "display_name": "Payroll"},
        "service_principal": {"account_enabled": True},
        "permissions": PERMISSIONS,
        "permissions_mode": "merge",
        "consent": {"on_forbidden": "hand_off"},
        "accept_privileged": [],
        "secret": {"name": "payroll", "validity_days": 90},
        "certificate": None,
        "delivery": {"instance": "https://payroll.example x"},
        "force": False,
        "state": "present",
        "role": role,
        **more,
    }


def seen(actions: t.Mapping[str, t.Sequence[str]] | None = None, **more: t.Any) -> dict[str, t.Any]:
    """What the look found: a connection as it should be, but for the steps in C(actions)."""
    found = {name: list((actions or {}).get(name, ())) for name in ("resources", "app", "permissions", "service_principal", "consent", "secret")}
    return {
        "connector": "payroll",
        "tenant": {"tenant_id": "0f1d0b1e-7c39-4d2c-9c1a-6a4f1d1f2b01", "display_name": "Contoso"},
        "converged": not any(found.values()),
        "status": "connected",
        "steps": {name: {"actions": texts, "open": bool(texts), "options": {}} for name, texts in found.items()},
        "app": {"app_id": APP_ID, "display_name": "Payroll", "would_create": False, "tags": ["tkc:created"]},
        "service_principal": {"account_enabled": True, "object_id": "sp"},
        "consent": {"complete": True, "hand_off": None},
        "secret": {"needed": False, "key_id": KEY_ID, "retire": [], "status": "delivered"},
        "delivery": {"authority": "https://login.windows.net/contoso.com", "former_authorities": [], "marked": True, "held": True},
        "adds": {"items": [], "recorded": True},
        "takes": {},
        "missing_resources": [],
        "blockers": [],
        "not_assessed": [],
        "drift": [],
        **more,
    }


def blocker(what: str = "deactivated", object_type: str = "application", *, shuts: bool = True, stops_renewal: bool = True) -> dict[str, t.Any]:
    """Something that no sign-in gets past, as the look reports it."""
    named = {"what": what, "object_type": object_type, "name": "Payroll", "object_id": APP_ID, "who": "an owner.", "sentence": f"It is {what}."}
    return {**named, "shuts": shuts, "stops_renewal": stops_renewal}


def new_app() -> dict[str, t.Any]:
    """An application that does not exist yet."""
    return {"app_id": PLACEHOLDER_ID, "display_name": None, "would_create": True, "tags": []}


def lead(look: Look, *answers: Json) -> tuple[list[Ask], Looked]:
    """What a look asks when it gets these answers, and how it ends. It has to ask exactly as often."""
    asked: list[Ask] = []
    given = list(answers)
    answer: t.Any = None
    try:
        while True:
            question = look.send(answer)
            several = question if isinstance(question, list) else [question]
            asked += several
            assert len(given) >= len(several), f"no answer to {several}"
            results, given = given[: len(several)], given[len(several) :]
            answer = results if isinstance(question, list) else results[0]
    except StopIteration as end:
        assert given == [], f"not asked for: {given}"
        return asked, end.value
