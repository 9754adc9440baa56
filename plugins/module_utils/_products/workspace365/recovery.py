# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which registration a recovery of Workspace 365 works with, and what it says at its end. Pure."""

from __future__ import annotations

import typing as t

from ..._addresses import path_segment
from ..._entra.application.redirect_uris import has_redirect_uri
from ..._entra.common.blockers import sentence_of
from ..._entra.connector.connection import complete
from ..._entra.connector.credential import HandedOnError
from ..._errors import OptionError, sentences
from ..._steps import ran

UNCHANGED, ENABLED, CREATED, ACTIVATED = "unchanged", "enabled", "created", "activated"


def usable(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Nothing, where the variables of the host fit together; said before any service is asked.

    ``given``: C(connection) as the role publishes it. Raises OptionError for what is wrong.
    """
    connection = given["connection"]
    if connection["problems"]:
        raise OptionError(" ".join(connection["problems"]), code="variables", tenant=connection["tenant"])
    return {}


def search(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """How the registration is looked for: the options of C(entra_app_info), C(first), and C(otherwise), empty where nothing else is tried.

    What the operator names counts alone. Else it is the client id that the sign-in page sends people to, and the redirect URI where no application has it.

    ``given``: C(connection) as the role publishes it, C(page) the look at the sign-in page.
    """
    connection, shown = given["connection"], _shown(given)["client_id"]
    by_uri = {"redirect_uri": connection["callback"]}
    if connection["client_id"] is not None:
        return {"first": {"app_id": connection["client_id"]}, "otherwise": {}}
    return {"first": {"app_id": shown}, "otherwise": by_uri} if shown else {"first": by_uri, "otherwise": {}}


def registration(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The one application that was found, C(registration), and the C(connection) to go on with: the one of the role, but for what a recovery leaves alone.

    ``given``: C(connection) as the role publishes it, C(page) the look at the sign-in page, C(apps) as C(entra_app_info) returned them for the first search,
    C(others) its result for the other one, where there was one. Raises OptionError unless there is exactly one.
    """
    connection = given["connection"]
    apps = given["apps"] or ran(given.get("others")).get("apps") or []
    if len(apps) != 1:
        raise OptionError(
            _unclear(connection, apps, _shown(given)),
            code="registration_unclear",
            tenant=connection["tenant"],
            advice="Name the one that Workspace 365 signs in with in 'workspace365_client_id'; it stands in the address of the sign-in page as client_id.",
            details={"app_ids": [app["app_id"] for app in apps]},
        )
    wanted = {name: connection[name] for name in ("connector", "problems", "people_sign_in", "enable", "unique_variables", "secret", "delivery")}
    # What is requested and granted stays as it is, so the automation need not be able to read it.
    recovered = {**wanted, "app": {"app_id": apps[0]["app_id"], "adopt": True}, "consent_wanted": False, "force": True}
    sinks = {"entra_connector_sink": connection["sinks"]}
    return {"registration": apps[0], "connection": complete(recovered, sinks, host=connection["host"])}


def _shown(given: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    """Where the sign-in page led before anything was written."""
    page: t.Mapping[str, t.Any] = (ran(given.get("page")).get("sso") or {}).get("page") or {"client_id": None, "seen": "it was not looked at"}
    return page


def _unclear(connection: t.Mapping[str, t.Any], apps: t.Sequence[t.Mapping[str, t.Any]], page: t.Mapping[str, t.Any]) -> str:
    """Why it is not known which registration is meant, and what the sign-in page said of it."""
    tenant, callback, client_id = connection["tenant"], connection["callback"], connection["client_id"]
    if client_id is not None:
        return f"No application of {tenant} has the app id {client_id}."
    if page["client_id"]:
        of_page = f"The sign-in page of Workspace 365 names the client id {page['client_id']}, which no application of {tenant} has."
    else:
        of_page = f"The sign-in page of Workspace 365 does not tell which application is meant: {page['seen']}."
    if apps:
        return f"{of_page} Several applications of {tenant} have the redirect URI {callback}: {', '.join(map(_named, apps))}."
    return f"{of_page} No application of {tenant} has the redirect URI {callback}."


def locked_out(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Fails with what a recovery failed with, and how an administrator gets in meanwhile.

    ``given``: C(connection) as the role publishes it, C(failure) and C(msg) of the task that failed, C(task), its name. Raises HandedOnError.
    """
    said = str(given.get("msg") or f"The task failed without a message: {given.get('task') or 'unknown'}.").strip()
    raise HandedOnError(sentences(said, emergency(given["connection"])), given.get("failure") or {})


def emergency(connection: t.Mapping[str, t.Any]) -> str:
    """The product's own way in while no user can sign in.

    Source: https://support.workspace365.net/hc/en-us/articles/213145725 (active administrator with a mailbox, 15 minutes); read 2026-11. That the mail need
    not arrive (inferred: it goes to a mailbox that the product knows, and nothing says that it was sent).
    """
    page = f"{connection['instance']}/{path_segment(connection['environment'])}/AdminPage/RequestEmergencyAdminAccess"
    return (
        f"Until users can sign in again, the emergency access of Workspace 365 lets an active administrator of the environment in who has a mailbox: {page} "
        "sends a temporary password that is valid for 15 minutes. That mail may not arrive; then the vendor's support lets an administrator in."
    )


def report(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The C(result) of a recovery: what the connection left, and C(enterprise_application), C(inventory) and C(notes).

    ``given``: C(connection) as the role publishes it, C(page) the look at the sign-in page, C(registration) of the decision above,
    C(look) as RV(entra_connection_info.connection) before anything was written, C(entra) the result of the connection, C(check_mode).
    """
    connection, app = given["connection"], given["registration"]
    if given["entra"]["status"] == "blocked" and not given["entra"]["changed"]:
        return _blocked(connection, app, given["entra"])
    repair = _repair(given["look"])
    inventory = _inventory(connection, app)
    ends = given["entra"]["secret"]["end_date_time"][:10]
    notes = [sentence_of(blocker) for blocker in given["entra"].get("blockers") or ()]
    notes += _page_notes(connection, app, _shown(given)["client_id"])
    notes += [given["entra"]["sign_in_reason"]] if given["entra"].get("sign_in") == "unverified" else []
    notes += [_repaired(repair, app, connection["tenant"], given["check_mode"])] if repair != UNCHANGED else []
    renewal = _renewal(inventory, app, connection["host"], f"{'would end' if given['check_mode'] else 'ends'} on {ends}.")
    to_do = [*(given["entra"].get("to_do") or ()), *([renewal] if inventory else [])]
    return {"result": {**given["entra"], "enterprise_application": repair, "inventory": inventory, "notes": [*notes, renewal], "to_do": to_do}}


def _page_notes(connection: t.Mapping[str, t.Any], app: t.Mapping[str, t.Any], shown: str | None) -> list[str]:
    """What is odd about the registration: the sign-in page named another one, or Entra would not send people back from this one."""
    notes = []
    if shown and shown != app["app_id"].lower():
        notes.append(f"The sign-in page of Workspace 365 named the client id {shown} before, and the secret is one of {_named(app)}.")
    if not has_redirect_uri(app, connection["callback"]):
        notes.append(
            f"{_named(app)} has no redirect URI {connection['callback']}, and Entra refuses every sign-in without it: add it, or let the ordinary run do that."
        )
    return notes


def _blocked(connection: t.Mapping[str, t.Any], app: t.Mapping[str, t.Any], entra: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The result of a recovery that would deliver a secret with which no user could sign in either."""
    notes = [sentence_of(blocker) for blocker in entra["blockers"]]
    notes.append("No client secret was made: with a new one no user could sign in either.")
    if any("_enable: true" in blocker["who"] for blocker in entra["blockers"]):
        command = "ansible-playbook tenantkit.connectors.workspace365_recover -i INVENTORY"
        notes.append(f"When it is no security measure: {command} --limit {connection['host']} -e workspace365_enable=true")
    notes.append(emergency(connection))
    return {"result": {**entra, "enterprise_application": UNCHANGED, "inventory": _inventory(connection, app), "notes": notes, "to_do": notes}}


def _repair(look: t.Mapping[str, t.Any]) -> str:
    """What became of the enterprise application. What the look planned for it, the recovery has done."""
    if look["steps"]["service_principal"]["actions"]:
        return CREATED if look["service_principal"]["would_create"] else ENABLED
    return ACTIVATED if look["steps"]["app"]["actions"] else UNCHANGED


def _inventory(connection: t.Mapping[str, t.Any], app: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the inventory has to carry: the ordinary run finds by itself only what this collection made, by its unique name."""
    if app["created_here"] and app["unique_name"] == connection["unique_name"]:
        return {}
    return {"workspace365_client_id": app["app_id"], "workspace365_adopt": True}


def _repaired(repair: str, app: t.Mapping[str, t.Any], tenant: str, check_mode: bool) -> str:
    """The sentence about an enterprise application that was made or enabled."""
    done = "would be" if check_mode else "was"
    if repair == CREATED:
        return f"{_named(app)} had no enterprise application in {tenant}, and users cannot sign in without one: it {done} created."
    if repair == ACTIVATED:
        return (
            f"The app registration {_named(app)} in {tenant} was deactivated, so that users could not sign in: it {done} activated, "
            "as workspace365_enable says."
        )
    return (
        f"The enterprise application of {_named(app)} in {tenant} was disabled, so that users could not sign in: it {done} enabled, "
        "as workspace365_enable says."
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
