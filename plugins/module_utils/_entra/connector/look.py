# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A look at one connector of a tenant as a conversation: which questions it asks, and what follows from the answers.

A look is a generator. It yields one C(Ask), or a list of those that do not depend on each other, is sent the result of the module that was named, or the
list of the results, and returns C(Looked). Nothing here sends anything: the module
C(connector_look) asks the questions, of one connector or of several side by side, and a unit test answers them from a table.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._sink_entry import KEY_VAULT, VARIABLE, VAULT_FILE
from .plan import plan_after_sinks

Json = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Ask:
    """One question: a module of this collection with its options, which reads and does nothing else."""

    module: str
    options: t.Mapping[str, t.Any]
    secrets: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # option: the variable of the host that holds it
    session: str = "entra_auth"  # the variable of the host that says who asks
    predicts: bool = False  # whether it is asked in check mode even where the run is none: a module that would write otherwise
    needs: tuple[str, ...] = ()  # the permissions of Microsoft Graph that the role's README documents, where they are more than the module's own
    optional: bool = False  # whether the look goes on when it fails: then the answer is the failed result
    variables: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # option: the variable that the operator gave it in, for sentences


@dataclasses.dataclass(frozen=True)
class Looked:
    """The end of a look. ``result`` is the result fact of the role, known only where nothing is left to do.

    ``seen`` are answers that the role goes on with, so that a role which has something to do need not ask again.
    """

    open: bool
    result: Json = dataclasses.field(default_factory=dict)
    seen: Json = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Host:
    """What a look knows of its host, besides the connection."""

    name: str
    check_mode: bool
    credentials: str  # the directory of vault files without one of their own
    #: What the hosts of the whole inventory say in a variable, by host.
    values: t.Callable[[str], t.Mapping[str, t.Any]] = lambda variable: {}


_SEEN = "seen"  # where nothing is open, or the role has sinks to ask before it knows what is

Look = t.Generator["Ask | list[Ask]", t.Any, Looked]


def look(connection: Json, host: Host, *, handed_on: bool = True, force: bool | None = None) -> Look:
    """The look at application, permissions, consent and credential, and at the sinks that keep the credential.

    ``connection`` is what the role publishes, ``handed_on`` whether it hands the credential to a product by tasks, ``force`` whether a new credential is
    wanted whatever is there. In C(seen): C(entra), the answer to the first question; C(tasks), the file of the role entra_connector that goes on from it.
    """
    wanted = bool(connection.get("force")) if force is None else force
    known = connection.get("known_value_variable")
    options = {**connection["look"], "host": host.name, "handed_on": handed_on, "force": wanted}
    seen = yield Ask("entra_connection_info", options, secrets={"known_value": known} if known else {}, variables={"known_value": known} if known else {})
    found = seen["connection"]
    plan = found["next"]
    if plan["asks"]:
        answered = yield from _sinks(found, host)
        if answered is None:
            return Looked(True, seen={"entra": seen, "tasks": _SEEN})
        plan = plan_after_sinks({"look": found, "sinks": answered, "check_mode": host.check_mode})
    tasks = plan["tasks"] if plan["open"] and not found["next"]["asks"] else _SEEN
    return Looked(bool(plan["open"]), plan["result"], seen={"entra": seen, "tasks": tasks})


def _sinks(found: Json, host: Host) -> t.Generator[Ask | list[Ask], t.Any, Json | None]:
    """What the sinks hold of the key that was last delivered. None where that is not all that there is to ask: a task file is the role's to run."""
    plan = found["next"]
    options = {**plan["sinks_call"], "question": "holds", "directory": host.credentials, "key_id": plan["key_id"]}
    if plan["client_id"]:
        options["client_id"] = plan["client_id"]
    if any(sink.get("type") not in (VAULT_FILE, KEY_VAULT) for sink in plan["sinks_call"]["sinks"]):
        return None
    answer: Json = yield Ask("credential_sinks", options, secrets=secrets_for(plan))
    return answer


def secrets_for(plan: Json) -> dict[str, str]:
    """Where the secrets of sinks come from that sign in to something."""
    return {"sink_secrets": VARIABLE} if any(sink.get("type") == KEY_VAULT for sink in plan["sinks_call"]["sinks"]) else {}
