# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a connection is to be, in one dict: the options of the look, and what the role entra_connector does with its answer."""

from __future__ import annotations

import typing as t

from ..._sink_entry import VAULT_FILE, entries_of, without_secrets

PREFIX = "entra_connector_"
# Members that are options of entra_connection_info of the same name.
LOOKED_AT = (
    "connector", "app", "service_principal", "permissions", "permissions_mode", "create_missing_service_principals", "accept_privileged", "secret",
    "certificate", "force", "find_other_registrations", "state", "unique_variables", "people_sign_in", "used_apis", "accounts",
)  # fmt: skip
# Members that only the role itself reads.
OF_THE_ROLE = ("consent_wanted", "secret_later", "accounts_variable", "absent_confirmed", "absent_confirmation", "absent_consequence", "problems", "enable")


def of_variables(variables: t.Mapping[str, t.Any], *, host: str, check_mode: bool) -> dict[str, t.Any]:
    """The connection that the variables C(entra_connector_*) of a play describe: a product without a role of its own."""
    own = {name.removeprefix(PREFIX): value for name, value in variables.items() if name.startswith(PREFIX)}
    found = {name: own[name] for name in (*LOOKED_AT, *OF_THE_ROLE, "consent", "delivery") if name in own}
    found["connector"] = str(own.get("name") or "")
    missing = [f"'{PREFIX}{name}' is missing." for name in ("name", "app") if not own.get(name)]
    found["problems"] = missing
    found["prefix"] = PREFIX.rstrip("_")
    found["consent_variable"] = f"{PREFIX}consent_wanted: false"
    return found


def whole(connector: str, of_product: t.Callable[..., dict[str, t.Any]]) -> t.Callable[..., dict[str, t.Any]]:
    """A product's function from variables to its connection, made one that answers with everything the role entra_connector takes."""

    def connection(variables: t.Mapping[str, t.Any], *, host: str, check_mode: bool) -> dict[str, t.Any]:
        found = of_product(variables, host=host, check_mode=check_mode)
        return complete({"connector": connector, **found}, variables, host=host)

    return connection


def complete(found: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any], *, host: str) -> dict[str, t.Any]:
    """A product's connection with its sinks and with C(look), the options that entra_connection_info is called with.

    The sinks are the operator's: every connector of a host has those of the variable C(entra_connector_sink).
    """
    sinks = sinks_of(variables.get("entra_connector_sink"), variables.get("entra_connector_vault_id"))
    problems = [*(found.get("problems") or ()), *_sink_problems(variables.get("entra_connector_sink"))]
    look = {name: found[name] for name in LOOKED_AT if found.get(name) not in (None, "", {}, [])}
    look["app"] = dict(found.get("app") or {})
    if found.get("enable"):
        look["app"]["is_disabled"] = False
        look["service_principal"] = {**(found.get("service_principal") or {}), "account_enabled": True}
    look["consent"] = dict(found.get("consent") or {}) if found.get("consent_wanted", True) else {"mode": "report"}
    delivery = dict(found.get("delivery") or {}) or delivery_to(sinks, host, certificate=bool(found.get("certificate")))
    if delivery:
        look["delivery"] = delivery
    look["role"] = {
        "sinks": sinks,
        "has_product": bool(found.get("delivery")),
        "consent_wanted": bool(found.get("consent_wanted", True)),
        "secret_later": bool(found.get("secret_later", False)),
        "prefix": str(found.get("prefix") or found.get("connector") or ""),
        **({"accounts_variable": str(found.get("accounts_variable") or f"{PREFIX}accounts")} if found.get("accounts") else {}),
        "consent_variable": str(found.get("consent_variable") or ""),
        "absent_confirmed": str(found.get("absent_confirmed") or ""),
        "absent_confirmation": str(found.get("absent_confirmation") or found.get("connector") or ""),
        "absent_consequence": str(found.get("absent_consequence") or ""),
        "problems": problems,
    }
    return {**found, "problems": problems, "sinks": sinks, "look": look}


def sinks_of(given: t.Any, vault_id: str | None) -> list[dict[str, t.Any]]:
    """The sinks of a host: one of them or a list, without what they sign in with. A vault file without a vault id has the one of the host."""
    sinks = [without_secrets(sink) for sink in entries_of(given) if isinstance(sink, t.Mapping)]
    for sink in sinks:
        if sink.get("type") == VAULT_FILE and not sink.get("vault_id"):
            sink["vault_id"] = vault_id or "default"
    return sinks


def _sink_problems(given: t.Any) -> list[str]:
    if all(isinstance(sink, t.Mapping) for sink in entries_of(given)):
        return []
    return ["'entra_connector_sink' is neither a sink nor a list of sinks. A sink is a dictionary with at least 'type'."]


def delivery_to(sinks: t.Sequence[t.Mapping[str, t.Any]], host: str, *, certificate: bool) -> dict[str, str]:
    """What the delivery marks name where no product takes the credential. Nothing without a sink.

    A key with a certificate is marked apart from a client secret: one place holds one of both.
    """
    if not sinks:
        return {}
    words = ["sink", host, *(str(sink.get("type", "")) for sink in sinks), *(["certificate"] if certificate else [])]
    return {"instance": " ".join(words)}
