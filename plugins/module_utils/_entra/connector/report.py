# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What came of a connection: the result fact of the role entra_connector, and in it what a person still has to do."""

from __future__ import annotations

import typing as t

from ..._errors import sentences
from ..._steps import ran
from ..common.blockers import sentence_of
from ..consent.assessment import STATUS as CONSENT_NOT_ASSESSED
from ..consent.assessment import is_unknown, lacks_sentence, requests_to_copy, with_variable

# The values of a new credential are in the result of the task that made it, and nowhere else. Its kind is the name that it is reported under.
_VALUES = ("secret_text", "private_key_pem", "kind")


def report(
    wanted: t.Mapping[str, t.Any],
    seen: t.Mapping[str, t.Any],
    steps: t.Mapping[str, t.Any],
    *,
    sinks: t.Sequence[t.Mapping[str, t.Any]],
    secret_due: bool,
    opened: bool,
    check_mode: bool,
) -> dict[str, t.Any]:
    """The result fact.

    ``steps`` are the results of the steps that ran: C(app), C(service_principal), C(consent), C(credential), C(retired). ``opened`` says that any of
    them ran.
    """
    app, principal, consent = (ran(steps.get(name)) for name in ("app", "service_principal", "consent"))
    credential, retired = ran(steps.get("credential")), ran(steps.get("retired"))
    kind = "certificate" if wanted.get("certificate") else "secret"
    made = without_values(credential.get("credential"))
    found = {
        "connector": wanted["connector"],
        "tenant": seen["tenant"],
        "status": _status(wanted, seen, steps) if (opened or wanted["role"]["secret_later"]) and not check_mode else seen["status"],
        "changed": opened,
        # What was looked at before the steps, and what no step of them takes away.
        **{name: list(seen[name]) for name in ("blockers", "not_assessed", "drift")},
        "app": app.get("app") or seen["app"],
        "service_principal": principal.get("service_principal") or seen["service_principal"],
        "consent": with_variable(consent.get("consent") or seen["consent"], seen["consent"]),
        "secret": seen.get("secret") or {},
        "secret_due": secret_due,
        "sinks": list(sinks),
        # What this run tried itself. No run can sign a person in: that stays to be tried in the product.
        "proof": {"credential": made.get("proof") or "not_tested", "person": "not_tested"},
    }
    found["to_do"] = _to_do(wanted, seen, steps, found["consent"], check_mode=check_mode)
    found[kind] = made or without_values(retired.get("credential")) or seen.get(kind) or {}
    return found


def report_of(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The one entry of C(reports): the result fact of a connection that had something to do.

    ``given``: C(look), C(plan), C(registered), C(steps) (the answers of the decisions before) and the results of the tasks C(app), C(service_principal),
    C(consent), C(credential), C(retired), C(sinks). C(later): only the credential was seen to. C(receipt): what the product's tasks registered of a delivery.
    """
    seen, plan = given["look"], given["plan"]
    wanted, check_mode = seen["wanted"], bool(given["check_mode"])
    steps = steps_that_ran(given)
    asked = given.get("sinks") or {}
    places = places_of(asked) if plan.get("tries_sinks") or seen["next"]["asks"] else {}
    sinks = [{**row, "place": places.get(index) or row["place"]} for index, row in enumerate(plan["sinks"])]
    due = plan["secret_due"] and not given.get("later")
    result = report(wanted, seen, steps, sinks=sinks, secret_due=due, opened=True, check_mode=check_mode)
    result |= _receipt(given.get("receipt") or {}, result)
    if result.get("sign_in") == "unverified":
        result["to_do"] = [*result["to_do"], str(result["sign_in_reason"])]
    return {"reports": [result]}


def _receipt(receipt: t.Mapping[str, t.Any], result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What a product showed after it was given the credential. A receipt of an earlier use of the role names another key."""
    key_id = (result.get("certificate") or result["secret"]).get("key_id")
    if not key_id or receipt.get("key_id") != key_id or receipt.get("sign_in") not in ("verified", "unverified"):
        return {}
    return {name: receipt.get(name) for name in ("sign_in", "sign_in_reason")}


def steps_that_ran(given: t.Mapping[str, t.Any]) -> dict[str, t.Mapping[str, t.Any]]:
    """The results of the tasks that were reached in this run: what an earlier use of the role on this host registered stays in its variables."""
    seen, later = given["look"], bool(given.get("later"))
    if seen["wanted"]["state"] == "absent":
        return {}
    registered = {} if later else (given.get("registered") or {}).get("decision") or {}
    found = {}
    if not later and seen["steps"]["app"]["open"]:
        found["app"] = ran(given.get("app"))
    for name in ("service_principal", "consent"):
        if (registered.get(name) or {}).get("open"):
            found[name] = ran(given.get(name))
    if later or given["plan"]["tasks"] == "present":
        steps = (given.get("steps") or {}).get("decision") or {}
        found["credential"] = ran(given.get("credential"))
        found["retired"] = ran(given.get("retired")) if (steps.get("retire") or {}).get("open") else {}
    return found


def places_of(asked: t.Mapping[str, t.Any]) -> dict[int, str]:
    """Where the sinks are, by their place in the list, as the module credential_sinks said."""
    return {int(row["index"]): row["place"] for row in asked.get("sinks") or () if row.get("place")}


def consent_done(wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any], steps: t.Mapping[str, t.Any]) -> bool:
    """Whether nothing waits for an administrator's consent."""
    consent = ran(steps.get("consent")).get("consent") or seen["consent"]
    return bool(consent.get("complete")) or not wanted["role"]["consent_wanted"]


def hand_off(seen: t.Mapping[str, t.Any], consent: t.Mapping[str, t.Any]) -> str:
    """Who has to consent, and where; which permission of the automation identity would have done without."""
    offered, tenant = consent.get("hand_off") or {}, seen["tenant"]["display_name"]
    where = f"An administrator grants it at {offered['url']}" if offered.get("url") else sentences(offered.get("note"), *requests_to_copy(offered))
    if is_unknown(consent):
        granting = f"Where no administrator has consented yet: {where}" if where else None
        return sentences(f"{tenant}: nothing was delivered.", str(consent.get("unread") or ""), granting)
    return sentences(f"{tenant} is waiting for admin consent, nothing was delivered.", lacks_sentence(offered), where)


def without_values(credential: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """A credential as it may be reported."""
    return {name: value for name, value in (credential or {}).items() if name not in _VALUES}


def _to_do(
    wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any], steps: t.Mapping[str, t.Any], consent: t.Mapping[str, t.Any], *, check_mode: bool
) -> list[str]:
    """What a person has to do: take back what blocks, or consent. Where a consent would be given is not known before the application is there."""
    if wanted["state"] == "absent":
        return []
    waits = not check_mode and not consent_done(wanted, seen, steps)
    return [sentence_of(blocker) for blocker in seen["blockers"]] or ([hand_off(seen, consent)] if waits else [])


def _status(wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any], steps: t.Mapping[str, t.Any]) -> str:
    if wanted["state"] == "absent":
        return "absent"
    if seen["blockers"]:
        return "blocked"
    if consent_done(wanted, seen, steps):
        return "connected"
    return CONSENT_NOT_ASSESSED if is_unknown(ran(steps.get("consent")).get("consent") or seen["consent"]) else "awaiting_consent"
