# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A connection in Workato: which one it is, what to do about it, and whether a person has to sign in. Pure.

Sources: https://docs.workato.com/workato-api/connections.html (members, statuses of a sign-in) and
https://docs.workato.com/en/connectors/azure-ad/connection-setup.html (the steps of a reconnection); read 2026-11. Titles and field names of the connector for
Entra ID, and that only a disconnected connection can be deleted (inferred).
"""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ..._engine import PLACEHOLDER_ID, Action, Plan
from ..._errors import ConflictError, OptionError
from .addresses import SERVICE

# What the fields of the connector are most likely called; nothing documents them, hence the option.
INPUT_FIELDS: t.Mapping[str, str] = {"client_id": "client_id", "client_secret": "client_secret", "tenant": "tenant_id"}
TITLES = ("Microsoft Entra ID", "Azure Active Directory", "Azure AD")

# An adopted connection carries the external id with this behind it. The API has no better place for it, and it decides what state absent does.
ADOPTED = ":adopted"

# What the vendor says to do where Microsoft asks for a second factor, which is the usual reason for a lost sign-in.
RECONNECT_STEPS = (
    "Turn on multifactor authentication for the service account in Microsoft Entra ID.",
    "Reconnect the connection in Workato.",
    "Complete the sign-in with the second factor when it is asked for.",
    "Test the recipes that use the connection.",
)

AUTHORIZED, NEVER_AUTHORIZED, LOST = "authorized", "authorization_required", "reconnect_required"


@dataclasses.dataclass(frozen=True)
class WorkatoConnectionDesired:
    """The options, without the client secret."""

    state: str
    name: str | None = None
    external_id: str | None = None
    folder_id: int | None = None
    provider: str | None = None
    shell: bool = True
    adopt: bool = False
    always: bool = False
    rotated: bool = False
    client_id: str | None = None
    tenant: str | None = None
    has_secret: bool = False

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> WorkatoConnectionDesired:
        """From module options."""
        return cls(
            state=options["state"],
            name=_text(options.get("name")),
            external_id=_text(options.get("external_id")),
            folder_id=options.get("folder_id"),
            provider=_text(options.get("provider")),
            shell=bool(options.get("shell_connection")),
            adopt=bool(options.get("adopt")),
            always=options.get("update_credentials") == "always",
            rotated=bool(options.get("rotated")),
            client_id=_text(options.get("client_id")),
            tenant=_text(options.get("tenant")),
            has_secret=bool(options.get("client_secret")),
        )

    @property
    def label(self) -> str:
        """For sentences."""
        return f"'{self.name}'" if self.name else f"with external id '{self.external_id}'"


@dataclasses.dataclass(frozen=True)
class ConnectionCurrent:
    """What was found."""

    connection: t.Mapping[str, t.Any] | None = None
    adopting: bool = False  # found by its name, and it does not carry the external id yet: not ours until it does
    provider: str | None = None  # resolved, where one is to be made


def find_connection(connections: t.Sequence[t.Mapping[str, t.Any]], desired: WorkatoConnectionDesired) -> ConnectionCurrent:
    """The connection that is meant: by external id, then by name and folder. Raises ConflictError for more than one, and for one with another external id."""
    if desired.external_id:
        found = [item for item in connections if item.get("external_id") in (desired.external_id, desired.external_id + ADOPTED)]
        if found:
            return ConnectionCurrent(_only(found, f"external id '{desired.external_id}'", "Remove the ones that are not needed, in Workato."))
        if desired.state == "absent":
            return ConnectionCurrent()  # what does not carry our id is not ours to delete
    if not desired.name:
        return ConnectionCurrent()
    named = [
        item
        for item in connections
        if item.get("name") == desired.name and not item.get("parent_id") and (desired.folder_id is None or item.get("folder_id") == desired.folder_id)
    ]
    if not named:
        return ConnectionCurrent()
    only = _only(
        named,
        f"name '{desired.name}'",
        "Name the folder that is meant in 'folder' or 'folder_id', or set 'external_id' to that of the right one (of the role: 'workato_folder', "
        "'workato_folder_id', 'workato_external_id').",
    )
    if desired.external_id and only.get("external_id"):
        raise ConflictError(
            f"Connection '{desired.name}' (id {only['id']}) carries the external id '{only['external_id']}', and '{desired.external_id}' is wanted.",
            code="other_external_id",
            service=SERVICE,
            outcome="refused",
            advice="It belongs to something else: choose another 'name' or 'folder_id', or give the external id that it carries "
            "(of the role: 'workato_connection_name', 'workato_folder_id', 'workato_external_id').",
        )
    return ConnectionCurrent(only, adopting=bool(desired.external_id))


def plan_connection(desired: WorkatoConnectionDesired, current: ConnectionCurrent, *, check_mode: bool = False) -> Plan:
    """What to do. A payload says whether credentials are sent, never what they are.

    Raises OptionError when a name or a credential that is needed is missing, and ConflictError for a connection of another connector or maker.
    """
    found = current.connection
    if desired.state == "probed":
        if found is not None:
            _check_usable(desired, current, found)
        return Plan()
    if desired.state == "absent":
        return _plan_absent(desired, found)
    if not desired.name:
        raise OptionError("'name' is needed for a connection that is to be present.", code="option_missing", service=SERVICE, outcome="refused")
    if found is None:
        _credentials_are_there(desired, "it has to be created", check_mode)
        body = {
            "name": desired.name,
            "provider": current.provider,
            "folder_id": desired.folder_id,
            "external_id": desired.external_id,
            "shell_connection": desired.shell,
        }
        body = {name: value for name, value in body.items() if value is not None}
        action = Action("create", f"create connection {desired.label} with connector {current.provider}", {"body": body, "send": True})
        return Plan((action,), {}, {**_shape(body), "credentials": "sent"})
    return _plan_update(desired, current, found, check_mode)


def _check_usable(desired: WorkatoConnectionDesired, current: ConnectionCurrent, found: t.Mapping[str, t.Any]) -> None:
    """Whether the connection that was found may become, or is, the one that is wanted. Asked before a secret is made, too."""
    provider = provider_of(found)
    if desired.provider and provider and desired.provider != provider:
        raise ConflictError(
            f"Connection {desired.label} (id {found['id']}) is one of connector {provider}, and {desired.provider} is wanted; this cannot be changed.",
            code="other_provider",
            service=SERVICE,
            outcome="refused",
            advice="Correct 'provider' ('workato_provider' of the role), or delete that connection.",
        )
    if current.adopting and not desired.adopt:
        raise ConflictError(
            f"There is a connection {desired.label} (id {found['id']}) without the external id '{desired.external_id}', so this collection did not create it.",
            code="adopt",
            service=SERVICE,
            outcome="refused",
            advice=(
                "If it is the right one, set 'adopt' ('workato_adopt_connection' of the role): it then gets the external id and the credentials. "
                "Otherwise choose another 'name' ('workato_connection_name')."
            ),
        )


def differences(desired: WorkatoConnectionDesired, current: ConnectionCurrent) -> dict[str, t.Any]:
    """What is not as wanted of a connection that was found, credentials apart."""
    found = current.connection
    if found is None:
        return {}
    external_id = desired.external_id
    if external_id and (current.adopting or is_adopted(found)):
        external_id += ADOPTED
    wanted = {"name": desired.name, "folder_id": desired.folder_id, "external_id": external_id}
    return {name: value for name, value in wanted.items() if value is not None and value != found.get(name)}


def _plan_update(desired: WorkatoConnectionDesired, current: ConnectionCurrent, found: t.Mapping[str, t.Any], check_mode: bool) -> Plan:
    _check_usable(desired, current, found)
    changes = differences(desired, current)
    reason = "it is adopted" if current.adopting else "they were rotated" if desired.rotated else "update_credentials is always" if desired.always else None
    if not changes and not reason:
        return Plan(before=_shape(found), after=_shape(found))
    texts = [f"set {name} to '{value}'" for name, value in changes.items()]
    body = dict(changes)
    if reason:
        _credentials_are_there(desired, reason, check_mode)
        texts.append("send the credentials")
        body["shell_connection"] = desired.shell
    action = Action(
        "update", f"update connection {desired.label} (id {found['id']}): {' and '.join(texts)}", {"id": found["id"], "body": body, "send": bool(reason)}
    )
    after: dict[str, t.Any] = {**_shape(found), **changes}
    if reason:
        after["credentials"] = "sent"
    return Plan((action,), _shape(found), after)


def _plan_absent(desired: WorkatoConnectionDesired, found: t.Mapping[str, t.Any] | None) -> Plan:
    if found is None:
        return Plan()
    if is_adopted(found):
        # This collection did not create it, and recipes may use it. What it held before cannot be put back: the service never told.
        text = f"give connection {desired.label} (id {found['id']}) back: remove its external id"
        body = {"external_id": ""}
        return Plan((Action("update", text, {"id": found["id"], "body": body, "send": False}),), _shape(found), {**_shape(found), **body})
    actions = []
    if found.get("authorization_status") == "success":  # the service deletes none that is signed in
        actions.append(Action("disconnect", f"disconnect connection {desired.label} (id {found['id']})", {"id": found["id"]}))
    actions.append(Action("delete", f"delete connection {desired.label} (id {found['id']})", {"id": found["id"]}))
    return Plan(tuple(actions), _shape(found), {})


def _credentials_are_there(desired: WorkatoConnectionDesired, why: str, check_mode: bool) -> None:
    if check_mode:
        return
    for name, given in (("client_id", desired.client_id), ("client_secret", desired.has_secret)):
        if not given:
            raise OptionError(
                f"'{name}' is needed for connection {desired.label}: {why}.",
                code="option_missing",
                service=SERVICE,
                outcome="refused",
                advice="Pass it from the task that made the secret (tenantkit.connectors.entra_client_secret).",
            )
    if desired.client_id == PLACEHOLDER_ID:
        raise OptionError("'client_id' is the id that check mode gives to an application that does not exist yet.", code="placeholder", outcome="refused")


def authorization(connection: t.Mapping[str, t.Any]) -> str:
    """Whether the sign-in of a connection works, was never made, or was lost."""
    status, since = connection.get("authorization_status"), connection.get("authorized_at")
    lost_at = connection.get("connection_lost_at")
    if status == "success":
        return LOST if lost_at and _later(lost_at, since) else AUTHORIZED
    # A failed first sign-in was never one; what was signed in once, or is known to be lost, has to be connected again.
    return LOST if since or lost_at else NEVER_AUTHORIZED


def is_adopted(connection: t.Mapping[str, t.Any]) -> bool:
    """Whether the connection was adopted."""
    return str(connection.get("external_id") or "").endswith(ADOPTED)


def provider_of(connection: t.Mapping[str, t.Any]) -> str | None:
    """The connector's name: lists call it application, and need not have provider."""
    return connection.get("provider") or connection.get("application") or None


def connection_view(connection: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A connection as it is returned."""
    state = authorization(connection)
    return {
        "id": connection["id"],
        **_shape(connection),
        **{name: connection.get(name) for name in ("authorization_status", "authorized_at", "authorization_error")},
        **{name: connection.get(name) for name in ("connection_lost_at", "connection_lost_reason")},
        "authorization_required": state == NEVER_AUTHORIZED,
        **reconnection(needed=state == LOST),
    }


def reconnection(*, needed: bool = True) -> dict[str, t.Any]:
    """Whether a person has to connect again, and the vendor's steps for that."""
    return {"reconnect_required": needed, "reconnect_steps": list(RECONNECT_STEPS) if needed else []}


def compose_input(fields: t.Mapping[str, t.Any] | None, values: t.Mapping[str, str | None]) -> dict[str, str]:
    """The C(input) of a connection: each value under the name its connector's field has. A field without a name is left out."""
    names = {**INPUT_FIELDS, **{key: value for key, value in (fields or {}).items() if value is not None}}
    return {names[key]: value for key, value in values.items() if value and names[key]}


def _shape(connection: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"name": connection.get("name"), "provider": provider_of(connection), **{name: connection.get(name) for name in ("external_id", "folder_id")}}


def _only(found: t.Sequence[t.Mapping[str, t.Any]], what: str, advice: str) -> t.Mapping[str, t.Any]:
    if len(found) == 1:
        return found[0]
    shown = ", ".join(f"{item['id']} in folder {item.get('folder_id')}" for item in found)
    raise ConflictError(
        f"{len(found)} connections have the {what}: {shown}.",
        code="several_connections",
        service=SERVICE,
        outcome="refused",
        advice=advice,
        details={"ids": [item["id"] for item in found]},
    )


def _later(one: t.Any, other: t.Any) -> bool:
    """Whether a time is after another; in doubt it is."""
    try:
        return datetime.datetime.fromisoformat(str(one)) >= datetime.datetime.fromisoformat(str(other))
    except (ValueError, TypeError):
        return True


def _text(value: t.Any) -> str | None:
    return str(value).strip() or None if value is not None else None
