# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Several connections of one tenant: each has a nickname in Okta, a service account that authorizes it, and scopes of its own.

They share the vendor's enterprise application. Microsoft Graph keeps one grant for an account, an application and an API, so two connections cannot share an
account and have different scopes: https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant (read 2026-11-30).
"""

from __future__ import annotations

import typing as t

from .names import once
from .scopes import scopes_of

Json = dict[str, t.Any]
Given = t.Mapping[str, t.Any]


def several_of(chosen: Given) -> list[Json]:
    """The connections that the operator lists. What one of them leaves out is taken from the variables for all."""
    return [
        {
            "nickname": str(row.get("nickname") or "").strip(),
            "account": str(row.get("account") or "").strip(),
            "profile": str(row.get("permissions") or chosen["permissions"]),
            "scopes": once(scopes_of(row.get("permissions") or chosen["permissions"], row.get("custom_scopes") or chosen["custom_scopes"])),
        }
        for row in chosen["connections"]
    ]


def problems_of(several: t.Sequence[Given], chosen: Given) -> list[str]:
    """What is wrong with the list, in sentences. ``chosen`` are the variables as they were given."""
    if not several:
        return []
    checks = (
        (
            any(not one["nickname"] or not one["account"] for one in several),
            "Every entry of 'okta_workflows_connections' needs a nickname and an account.",
        ),
        (
            bool(twice := _twice(one["nickname"] for one in several)),
            f"{_these('nickname', twice)} in 'okta_workflows_connections' more than once.",
        ),
        (
            bool(shared := _twice(one["account"] for one in several)),
            f"{_these('account', shared)} in 'okta_workflows_connections' more than once: Entra keeps one consent for an account, so each connection "
            "needs a service account of its own.",
        ),
        (
            bool(chosen["accounts"]),
            "Both 'okta_workflows_connections' and 'okta_workflows_accounts' are set: the accounts of several connections stand in the list of connections.",
        ),
        (
            chosen["consent"] != "principal",
            "The variable 'okta_workflows_connections' gives each account its own scopes, which needs okta_workflows_consent: principal.",
        ),
        (
            chosen["mode"] == "vendor_documented",
            "The mode 'vendor_documented' consents to nothing for an account, so it takes no 'okta_workflows_connections'.",
        ),
        (
            any(one["profile"] == "custom" and not one["scopes"] for one in several),
            f"The profile 'custom' needs custom_scopes in 'okta_workflows_connections': {_without_scopes(several)}.",
        ),
    )
    return [say for wrong, say in checks if wrong]


def accounts_variable(chosen: Given) -> str:
    """The variable that the operator wrote the accounts in."""
    return "okta_workflows_connections" if chosen.get("connections") else "okta_workflows_accounts"


def permissions_of(several: t.Sequence[Given], account: str) -> list[Json] | None:
    """The option C(permissions) of the connection with this account; None where there is none."""
    own = next((one for one in several if one["account"].lower() == account.lower()), None)
    return [{"resource": "Microsoft Graph", "delegated": list(own["scopes"])}] if own else None


def _these(noun: str, names: t.Sequence[str]) -> str:
    return f"The {noun} {''.join(names)} is" if len(names) < 2 else f"The {noun}s {' and '.join(names)} are"


def _twice(names: t.Iterable[str]) -> list[str]:
    listed = [name for name in names if name]
    lower = [name.lower() for name in listed]
    return once(name for name in listed if lower.count(name.lower()) > 1)


def _without_scopes(several: t.Sequence[Given]) -> str:
    return ", ".join(one["nickname"] for one in several if not one["scopes"])
