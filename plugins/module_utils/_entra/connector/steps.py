# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""For each step of a connection: whether it is open, and the options of the module that does it.

C(wanted) are the options of entra_connection_info, C(seen) is what it found out, its key C(connection).
"""

from __future__ import annotations

import typing as t

from ..._engine import PLACEHOLDER_ID
from ..common.tags import created_here

Options = dict[str, t.Any]
CHAINED: Options = {"chained": True}  # the steps go on from each other
Wanted = t.Mapping[str, t.Any]
Seen = t.Mapping[str, t.Any]


def steps_of(wanted: Wanted, seen: Seen, *, check_mode: bool) -> dict[str, dict[str, t.Any]]:
    """The steps as they are known from the look alone."""
    if wanted.get("state") == "absent":
        return _absent(wanted, seen)
    return {**_registration(wanted, seen, check_mode=check_mode), **later_steps(wanted, seen, str(seen["app"]["app_id"]), restored=False)}


def later_steps(wanted: Wanted, seen: Seen, app_id: str, *, restored: bool) -> dict[str, dict[str, t.Any]]:
    """The steps after the registration.

    ``app_id`` is the application's id as it is then, zeros in check mode for one that does not exist yet. ``restored`` says that a deleted application was
    brought back: the look did not see it, and it requests what it requested before.
    """
    reference = {**reference_of(wanted, app_id), **CHAINED}
    shared = {**reference, "permissions": list(wanted.get("permissions") or ()), "accept_privileged": list(wanted.get("accept_privileged") or ())}
    return {
        "permissions": _step(
            seen, "permissions", {**shared, "mode": wanted.get("permissions_mode") or "merge"}, also=restored and bool(wanted.get("permissions"))
        ),
        "service_principal": _step(seen, "service_principal", {**dict(wanted.get("service_principal") or {}), **reference, "state": "present"}),
        "consent": _step(seen, "consent", {**dict(wanted.get("consent") or {}), **shared, "state": "present"}),
    }


def reference_of(wanted: Wanted, app_id: str) -> Options:
    """How the later steps name the application. In check mode a new one has no id yet: they go by its unique name, and predict."""
    name = (wanted.get("app") or {}).get("unique_name")
    return {"unique_name": name} if app_id == PLACEHOLDER_ID and name else {"app_id": app_id}


def credential_options(wanted: Wanted, seen: Seen, app_id: str) -> Options:
    """What all tasks about the credential of the connection share: the application, the life of the credential, where it goes."""
    kind = "certificate" if wanted.get("certificate") else "secret"
    options = {**dict(wanted.get(kind) or {}), **reference_of(wanted, app_id), "kind": kind}
    target = target_of(wanted, seen)
    return {**options, "delivery": target} if target else options


def target_of(wanted: Wanted, seen: Seen) -> Options:
    """Where the credential goes, as the delivery marks name it. Nothing where nothing takes it."""
    instance = (wanted.get("delivery") or {}).get("instance")
    if not instance:
        return {}
    delivery = seen.get("delivery") or {}
    return {
        "connector": wanted["connector"],
        "instance": instance,
        "authority": delivery.get("authority") or "",
        "former_authorities": list(delivery.get("former_authorities") or ()),
    }


def _registration(wanted: Wanted, seen: Seen, *, check_mode: bool) -> dict[str, dict[str, t.Any]]:
    """The application itself, and what is put on record before anything is added to one that others made."""
    record = {"connector": wanted["connector"], "items": list(seen["adds"]["items"])}
    unrecorded = not seen["adds"]["recorded"]
    app: Options = {**dict(wanted.get("app") or {}), **CHAINED, "state": "present", "accept_privileged": list(wanted.get("accept_privileged") or ())}
    # Only a new application takes its permissions from here; an existing one gets them in a step of their own. The names of an API that check mode would
    # make known cannot be looked up yet.
    if wanted.get("permissions") and not (check_mode and seen["missing_resources"]):
        app["permissions"] = list(wanted["permissions"])
    if unrecorded:
        app["adoption_record"] = record
    return {"app": _step(seen, "app", app, also=unrecorded)}


def _absent(wanted: Wanted, seen: Seen) -> dict[str, dict[str, t.Any]]:
    """An application that was made here goes as a whole; one that was adopted stays, without what was added to it."""
    app_id, takes, ours = seen["app"]["app_id"], seen["takes"], created_here(seen["app"]["tags"])
    if ours:
        consent, app = list(wanted.get("permissions") or ()), {"app_id": app_id, "state": "absent"}
    else:
        consent = takes.get("consent", [])
        # The record goes last: as long as it is there, a run that was cut off is finished by the next one.
        record = {"connector": wanted["connector"], "items": []}
        app = {"app_id": app_id, "adopt": True, "redirect_uris": takes.get("redirect_uris", {}), "adoption_record": record}
    requested = {"app_id": app_id, "permissions": takes.get("permissions", []), "state": "absent"}
    accepted = list(wanted.get("accept_privileged") or ())
    credential = {**credential_options(wanted, seen, app_id), "state": "absent", "force": True}
    return {
        "consent": _step(seen, "consent", {"app_id": app_id, "permissions": consent, "accept_privileged": accepted, "state": "absent"}),
        "permissions": _step(seen, "permissions", requested),
        "service_principal": _step(seen, "service_principal", {"app_id": app_id, "account_enabled": False, "until_present": True}),
        "credential": {"open": bool(_actions(seen, "secret") or _actions(seen, "certificate")), "actions": [], "options": credential},
        "app": _step(seen, "app", app),
    }


def _actions(seen: Seen, name: str) -> list[str]:
    return list((seen["steps"].get(name) or {}).get("actions") or ())


def _step(seen: Seen, name: str, options: Options, *, also: bool = False) -> dict[str, t.Any]:
    actions = _actions(seen, name)
    return {"open": bool(actions) or also, "actions": actions, "options": options}
