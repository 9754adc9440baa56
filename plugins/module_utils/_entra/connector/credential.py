# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The life of a connection's credential in one run: issue, prove, mark, deliver, mark, retire; and what follows from a failure on the way."""

from __future__ import annotations

import typing as t

from ..._errors import ConnectorError
from ..._steps import ran
from .plan import credential_seen, live_key_ids
from .report import consent_done, report
from .steps import CHAINED, credential_options, later_steps

Given = t.Mapping[str, t.Any]
# A failure of these says nothing about what a product or a sink took.
_NOT_THE_RECEIVER = ("Microsoft Graph", "Microsoft Entra ID")
_NOUNS = {"secret": "key", "certificate": "certificate"}


class HandedOnError(ConnectorError):
    """The failure of an earlier task of the same block, with a sentence about what became of the credential."""

    def __init__(self, message: str, failure: Given) -> None:
        super().__init__(message, code=failure.get("code"))
        self._failure = dict(failure)

    def as_failure(self) -> dict[str, t.Any]:
        """What the earlier task said, unchanged."""
        return self._failure


def after_registration(given: Given) -> dict[str, t.Any]:
    """The later steps, once the application is there.

    ``given``: C(look), the key C(connection) of the look; C(app), the result of the registration, which ran when its step was open.
    """
    seen = given["look"]
    wanted, registered = seen["wanted"], ran(given.get("app")) if seen["steps"]["app"]["open"] else {}
    app_id = str((registered.get("app") or seen["app"])["app_id"] if seen["app"]["would_create"] else seen["app"]["app_id"])
    steps = later_steps(wanted, seen, app_id, restored="restored_grants" in registered)
    return {"app_id": app_id, **steps}


def credential_steps(given: Given) -> dict[str, t.Any]:
    """What is to be done about the credential now that the consent was seen to.

    ``given``: C(look), C(plan), C(registered) (the answer of C(after_registration), where the connection had other steps to do), C(consent).
    """
    seen, plan = given["look"], given["plan"]
    wanted = seen["wanted"]
    app_id = str(_decision(given, "registered")["app_id"] if plan["open"] else seen["app"]["app_id"])
    shared = credential_options(wanted, seen, app_id)
    # Check mode says everything at once, it waits for nothing.
    waits = not given["check_mode"] and not consent_done(wanted, seen, {"consent": given.get("consent")} if plan["open"] else {})
    forced = bool(wanted.get("force")) or bool(plan["lost"])
    retires, disables = plan["retires"] and not waits, bool(plan.get("disables_versions")) and not waits
    return {
        "app_id": app_id,
        # A sink that lost the key needs a new one: the old value cannot be read again.
        "issue": {"open": plan["makes_credential"] and not waits, "options": {**shared, **CHAINED, "state": "present", "force": forced}},
        "retire": {"open": retires, "options": {**shared, "state": "retired"}},
        "disable": {"open": disables},
        "ends_keys": retires or disables,
        "deliver": {"open": bool(shared.get("delivery")), "options": {**shared, **CHAINED}, "authority": (shared.get("delivery") or {}).get("authority") or ""},
    }


def still_live(given: Given) -> dict[str, t.Any]:
    """The keys that sign in once this run has issued and retired: what sinks with versions keep of any other is dead.

    ``given``: C(look), C(steps) (the answer of C(credential_steps)), and the results C(credential) and C(retired) of the tasks, where they were reached.
    """
    steps = given["steps"]
    for name, step in (("retired", "retire"), ("credential", "issue")):
        found = ran(given.get(name)).get("credential") if steps[step]["open"] else None
        if found:
            return {"live_key_ids": live_key_ids(found, predicts=bool(given["check_mode"]) and step == "retire")}
    return {"live_key_ids": live_key_ids(credential_seen(given["look"]))}


def aftermath(given: Given) -> dict[str, t.Any]:
    """What a failed delivery means for the key that was just made.

    ``given``: C(failure) and C(msg) of the task that failed; C(steps), the answer of C(credential_steps); C(key_id); C(key_was_given), whether it was there
    before, and the operator gave its value; C(stored), the sinks that took the value as C(plan.note) kept them.

    A key that stays is marked as undecided: no run is at work on it any more, so the next one need not wait for it.

    Only the receiver's own refusal counts: that Graph could not be reached says nothing about what a product took. The sinks know themselves what was sent,
    also where a sink could not be signed in to. And a value that a sink stored is in use, whatever the product or a further sink says.
    """
    failure, key_id = given.get("failure") or {}, str(given["key_id"])
    of_sinks = "stored" in (failure.get("details") or {})
    refused = failure.get("outcome") == "refused" and (of_sinks or failure.get("service") not in _NOT_THE_RECEIVER)
    noted = ((given.get("stored") or {}).get("decision") or {}).get(key_id) or {}
    stored = [*((failure.get("details") or {}).get("stored") or ()), *(noted.get("stored") or ())]
    delivery = given["steps"]["deliver"]["options"]
    options = {**delivery, "state": "absent", "key_id": key_id, "never_sent": True}
    was_given = bool(given.get("key_was_given"))  # then it is not ours to remove
    removes = refused and not stored and not was_given
    return {
        "failure": dict(failure),
        "msg": str(given.get("msg") or "The delivery failed without a message.").strip(),
        "refused": refused,
        "stored": stored,
        "was_given": was_given,
        "key_id": key_id,
        "noun": _NOUNS[options["kind"]],
        "remove": {"open": removes and not given["check_mode"], "options": options},
        "undecided": {"open": not removes and not given["check_mode"], "options": {**delivery, "undecided_key_id": key_id}},
    }


def give_up(given: Given) -> dict[str, t.Any]:
    """Fails with what went wrong and what became of the key.

    ``given``: the answer of C(aftermath) under that name, and the result of the removal as C(removal). Raises HandedOnError.
    """
    found = given["aftermath"]
    if given["check_mode"]:  # check mode made no key that anything could have become of
        raise HandedOnError(found["msg"], found["failure"])
    key = f"The new {found['noun']} {found['key_id']}"
    removal = ran(given.get("removal")) if found["remove"]["open"] else {}
    more = "nothing was removed; the next run issues and delivers another credential."
    if not found["refused"]:
        consequence = f"It is not known whether the product took the {'' if found['was_given'] else 'new '}{found['noun']}: {more}"
    elif found["was_given"]:
        consequence = f"The {found['noun']} {found['key_id']}, whose value was given, was not delivered and stays."
    elif found["stored"]:
        consequence = f"{key} stays, because a sink has stored it ({', '.join(found['stored'])}): {more}"
    elif removal.get("failure"):
        consequence = f"{key} was not delivered and could not be removed: {removal.get('msg') or 'no message'}"
    else:
        consequence = f"The new {found['noun']} was removed again; the product keeps the one it had."
    raise HandedOnError(f"{found['msg']} {consequence}", found["failure"])


def failed(given: Given) -> dict[str, t.Any]:
    """The result fact of a run whose credential failed, and the sentence to fail with.

    ``given``: C(look), C(plan), C(credential) (what was made, without its value), C(failure) and C(msg) of the task that failed, C(task), its name.
    """
    seen, plan = given["look"], given["plan"]
    made = {"credential": {"credential": given.get("credential")}}
    found = report(seen["wanted"], seen, made, sinks=plan["sinks"], secret_due=False, opened=False, check_mode=bool(given["check_mode"]))
    sentence = str(given.get("msg") or f"The task failed without a message: {given.get('task') or 'unknown'}")
    return {"result": {**found, "status": "failed", "failure": dict(given.get("failure") or {})}, "sentence": sentence}


def _decision(given: Given, name: str) -> Given:
    return t.cast(Given, (given.get(name) or {}).get("decision") or {})
