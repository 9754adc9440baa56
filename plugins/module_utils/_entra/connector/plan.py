# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role entra_connector does with a look at a connection, before and after its sinks were asked."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from ..._engine import PLACEHOLDER_ID
from ..._errors import OptionError
from ..._sink_entry import KEY_VAULT
from .report import places_of, report


def plan_of(wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any], *, handed_on: bool, check_mode: bool) -> dict[str, t.Any]:
    """What follows from the look alone.

    ``wanted`` are the options of entra_connection_info with the role's own in C(role); ``handed_on`` says that the play has tasks that hand the credential
    to a product. Raises OptionError for a credential that nothing would hold, and for taking away what people may sign in with.
    """
    role = wanted["role"]
    if wanted["state"] == "absent":
        _check_confirmed(role, wanted, seen)
    credential = credential_seen(seen)
    asks = bool(role["sinks"]) and wanted["state"] == "present" and bool(credential.get("key_id"))
    found = _plan(wanted, seen, {}, {}, frozenset(), check_mode=check_mode)
    # What was lost from a sink is found out only where there is one.
    if found["makes_credential"] and not role["secret_later"] and not role["sinks"] and not (role["has_product"] and handed_on):
        raise _nowhere(wanted, seen)
    # What every task that turns to the sinks says to credential_sinks.
    call = {"sinks": list(role["sinks"]), "tenant_id": seen["tenant"]["tenant_id"], "connector": wanted["connector"]}
    return {**found, "asks": asks, "key_id": credential.get("key_id") or "", "sinks_call": call}


def plan_after_sinks(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The same once the sinks have said whether they hold the key that was last delivered.

    ``given``: C(look), the key C(connection) of the look; C(sinks), what the vault files answered; C(answers), what the task files answered.
    """
    seen = given["look"]
    asked = given.get("sinks") or {}
    answers = answers_of(seen["next"]["key_id"], asked, (given.get("answers") or {}).get("decision") or {})
    return _plan(seen["wanted"], seen, answers, places_of(asked), older_of(asked), check_mode=bool(given["check_mode"]))


def answers_of(key_id: str, vault_files: t.Mapping[str, t.Any], noted: t.Mapping[str, t.Any]) -> dict[int, bool]:
    """Which sink holds the key: by the sink's place in the list. A task file that said nothing does not hold it."""
    found = {int(row["index"]): bool(row["held"]) for row in vault_files.get("sinks") or () if row.get("held") is not None}
    told = (noted.get(key_id) or {}).get("holds") or {}
    found.update({int(row["index"]): bool(told.get(str(row["index"]), False)) for row in vault_files.get("task_files") or ()})
    return found


def older_of(asked: t.Mapping[str, t.Any]) -> frozenset[str]:
    """The keys that sinks with versions can still be asked for, beside the one that they hand out."""
    return frozenset(str(key_id) for row in asked.get("sinks") or () for key_id in row.get("older") or ())


def live_key_ids(credential: t.Mapping[str, t.Any], *, predicts: bool = False) -> list[str]:
    """The keys that sign in, those of others among them. ``predicts``: without those that would be removed, which are still there."""
    rows = [*(credential.get("managed") or ()), *(credential.get("foreign") or ())]
    return [str(row["key_id"]) for row in rows if not (predicts and row.get("removable"))]


def note(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What sinks answered about a key, beside what C(earlier) holds: which holds it, by the sink's place, and which took the value.

    ansible-core takes the includes of several hosts together, so that the second sink of a host may answer before its first. Answers about another
    key are of an earlier use of the role on the host. Raises TypeError for an answer that is neither yes nor no.
    """
    key_id = str(given["key_id"])
    known = ((given.get("earlier") or {}).get("decision") or {}).get(key_id) or {}
    holds = {str(given["index"]): boolean(given["holds"])} if "index" in given else {}
    return {key_id: {"holds": {**(known.get("holds") or {}), **holds}, "stored": [*(known.get("stored") or ()), *(given.get("stored") or ())]}}


def credential_seen(seen: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    """What the look found of the connection's credential, a client secret or a key with its certificate."""
    return seen.get("certificate") or seen.get("secret") or {}


def _plan(
    wanted: t.Mapping[str, t.Any],
    seen: t.Mapping[str, t.Any],
    answers: t.Mapping[int, bool],
    where: t.Mapping[int, str],
    older: t.Collection[str],
    *,
    check_mode: bool,
) -> dict[str, t.Any]:
    role, steps = wanted["role"], seen["steps"]
    lost = [index for index, held in sorted(answers.items()) if not held]
    credential = credential_seen(seen)
    blockers = seen["blockers"] if wanted["state"] == "present" else ()
    # No token is issued for the application: what may be a security measure gets no further permissions or keys behind its back.
    shut = any(blocker["shuts"] for blocker in blockers)
    unprovable = any(blocker["stops_renewal"] for blocker in blockers)
    makes = bool(credential) and wanted["state"] == "present" and (bool(credential.get("needed")) or bool(lost)) and not unprovable
    retires = bool(credential.get("retire")) and not shut
    live = live_key_ids(credential)
    # No application signs in with a version whose key is gone. Where the run ended that retired the key, the next one finds it here.
    stale = bool(live) and any(key_id not in live for key_id in older) and not shut
    due = (_credential_is_due(steps, lost) and not shut and (not unprovable or bool(credential.get("retire")))) or stale
    others = any(step.get("actions") for name, step in steps.items() if name not in ("secret", "certificate")) and not shut
    opened = others or (due and not role["secret_later"])
    places = _sinks_report(wanted, seen, answers, where)
    return {
        "open": opened,
        "tasks": _tasks(wanted, credential=makes or retires or stale),
        "lost": lost,
        "makes_credential": makes,
        "retires": retires,
        "disables_versions": stale or (retires and any(sink.get("type") == KEY_VAULT for sink in role["sinks"])),
        "tries_sinks": makes and bool(role["sinks"]),
        "client_id": None if _restores(wanted, seen) else seen["app"]["app_id"],
        "sinks": places,
        "secret_due": due and role["secret_later"],
        "result": report(wanted, seen, {}, sinks=places, secret_due=due and role["secret_later"], opened=False, check_mode=check_mode),
    }


def _tasks(wanted: t.Mapping[str, t.Any], *, credential: bool) -> str:
    """The file of the role's tasks that brings about what is open. ``credential``: one is to be made or removed."""
    if wanted["state"] == "absent":
        return "absent"
    return "present" if credential and not wanted["role"]["secret_later"] else "registered"


def _credential_is_due(steps: t.Mapping[str, t.Any], lost: t.Sequence[int]) -> bool:
    """Whether a key has to be made, or one may go."""
    return bool((steps.get("secret") or {}).get("actions") or (steps.get("certificate") or {}).get("actions") or lost)


def _sinks_report(
    wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any], answers: t.Mapping[int, bool], places: t.Mapping[int, str]
) -> list[dict[str, t.Any]]:
    """Where the credential is kept, and whether each place holds the one that was last delivered; None where it was not asked."""
    key_id = credential_seen(seen).get("key_id") or None
    return [
        {"type": sink.get("type"), "place": places.get(index) or sink.get("file"), "key_id": key_id, "held": answers.get(index)}
        for index, sink in enumerate(wanted["role"]["sinks"])
    ]


def _restores(wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any]) -> bool:
    """Whether a deleted application would be brought back: before that it is not known whose a vault file is."""
    return seen["app"]["app_id"] == PLACEHOLDER_ID and (wanted.get("app") or {}).get("on_soft_deleted") == "restore"


def _check_confirmed(role: t.Mapping[str, t.Any], wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any]) -> None:
    connector, needed = wanted["connector"], role["absent_confirmation"]
    if not seen["delivery"]["held"] or role["absent_confirmed"] == needed:
        return
    app, tenant = seen["app"], seen["tenant"]["display_name"]
    would = "; ".join(text for step in seen["steps"].values() for text in step.get("actions") or ())
    taken = f"State absent would {would}. " if would else ""
    raise OptionError(
        f"{taken}{app['display_name']} ({app['app_id']}) in {tenant} has a credential that was or may have been delivered to {connector}: "
        f"{role.get('absent_consequence') or f'without it {connector} cannot sign in any more'}.",
        code="absent_not_confirmed",
        tenant=tenant,
        advice=f"Set '{role['prefix']}_absent_confirmed' to '{needed}' to confirm that.",
    )


def _nowhere(wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any]) -> OptionError:
    certificate = bool(wanted.get("certificate"))
    what = "private key" if certificate else "client secret"
    return OptionError(
        f"The connection {wanted['connector']} of {seen['tenant']['display_name']} needs a {what}, but no sink and no product would receive it.",
        code="credential_goes_nowhere",
        advice="Name a sink in 'entra_connector_sink'."
        if certificate
        else "Name a sink in 'entra_connector_sink', or where it is delivered in 'entra_connector_delivery' and 'entra_connector_deliver_tasks'.",
    )
