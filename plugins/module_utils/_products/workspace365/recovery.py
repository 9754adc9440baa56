# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which registration a recovery of Workspace 365 works with, and what it says at its end. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.connection import complete
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

UNCHANGED, ENABLED, CREATED = "unchanged", "enabled", "created"


def registration(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The one application that was found, C(registration), and the C(connection) to go on with: the one of the role, but for what a recovery leaves alone.

    ``given``: C(connection) as the role publishes it, C(apps) as C(entra_app_info) returned them. Raises OptionError unless there is exactly one.
    """
    connection, apps = given["connection"], given["apps"]
    if len(apps) != 1:
        raise OptionError(
            _unclear(connection, apps),
            code="registration_unclear",
            tenant=connection["tenant"],
            advice="Name the one that Workspace 365 signs in with in 'workspace365_client_id'; it stands in the address of the sign-in page as client_id.",
            details={"app_ids": [app["app_id"] for app in apps]},
        )
    wanted = {name: connection[name] for name in ("connector", "problems", "service_principal", "unique_variables", "secret", "delivery")}
    # What is requested and granted stays as it is, so the automation need not be able to read it.
    recovered = {**wanted, "app": {"app_id": apps[0]["app_id"], "adopt": True}, "consent_wanted": False, "force": True}
    sinks = {"entra_connector_sink": connection["sinks"]}
    return {"registration": apps[0], "connection": complete(recovered, sinks, host=connection["host"])}


def _unclear(connection: t.Mapping[str, t.Any], apps: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    if apps:
        named = ", ".join(app["app_id"] for app in apps)
        return f"Several applications of {connection['tenant']} have the redirect URI {connection['callback']}: {named}."
    client_id = connection["client_id"]
    looked_for = f"the redirect URI {connection['callback']}" if client_id is None else f"the app id {client_id}"
    return f"No application of {connection['tenant']} has {looked_for}."


def report(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The C(result) of a recovery: what the connection left, and C(enterprise_application), C(inventory) and C(notes).

    ``given``: C(connection) as the role publishes it, C(registration) of the decision above, C(look) as RV(entra_connection_info.connection) before anything
    was written, C(entra) the result of the connection, C(check_mode).
    """
    connection, app = given["connection"], given["registration"]
    repair = _repair(given["look"])
    inventory = _inventory(connection, app)
    ends = given["entra"]["secret"]["end_date_time"][:10]
    notes = [_repaired(repair, app, connection["tenant"], given["check_mode"])] if repair != UNCHANGED else []
    notes.append(_renewal(inventory, app, connection["host"], f"{'would end' if given['check_mode'] else 'ends'} on {ends}."))
    return {"result": {**given["entra"], "enterprise_application": repair, "inventory": inventory, "notes": notes}}


def _repair(look: t.Mapping[str, t.Any]) -> str:
    """What became of the enterprise application. What the look planned for it, the recovery has done."""
    if not look["steps"]["service_principal"]["actions"]:
        return UNCHANGED
    return CREATED if look["service_principal"]["would_create"] else ENABLED


def _inventory(connection: t.Mapping[str, t.Any], app: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the inventory has to carry: the ordinary run finds by itself only what this collection made, by its unique name."""
    if app["created_here"] and app["unique_name"] == connection["unique_name"]:
        return {}
    return {"workspace365_client_id": app["app_id"], "workspace365_adopt": True}


def _repaired(repair: str, app: t.Mapping[str, t.Any], tenant: str, check_mode: bool) -> str:
    """The sentence about an enterprise application that was made or enabled."""
    done = "would be" if check_mode else "was"
    if repair == CREATED:
        return f"{_named(app)} had no enterprise application in {tenant}, and nobody can sign in without: it {done} made."
    return (
        f"The enterprise application of {_named(app)} in {tenant} was disabled, and nobody can sign in while it is: it {done} enabled. "
        "Disable it again if somebody had a reason."
    )


def _renewal(inventory: t.Mapping[str, t.Any], app: t.Mapping[str, t.Any], host: str, ends: str) -> str:
    """The sentence about the new secret: when it ends, and who renews it."""
    secret = f"The new client secret of {_named(app)} {ends}"
    if not inventory:
        return f"{secret} The ordinary runs renew it."
    return (
        f"{secret} The inventory has to carry 'workspace365_client_id: {app['app_id']}' and 'workspace365_adopt: true' for {host} from now on: "
        "without them the ordinary run stops or works with another application, and nothing renews this secret."
    )


def _named(app: t.Mapping[str, t.Any]) -> str:
    return f"'{app['display_name']}' ({app['app_id']})"
