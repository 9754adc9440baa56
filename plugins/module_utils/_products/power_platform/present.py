# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the role power_platform asks on its way with C(power_platform_state=present): which credential comes next, what proves it, what may go, what to report.

Each answer holds what the next step needs, and the report as it is without that step. The results of steps are trusted where an earlier answer opened
them: what an earlier use of the role on the same host registered is still in its variables.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._steps import changed, ran
from . import replaced_credentials, report
from .hand_over import file_of
from .status import Given, Situation, SoFar

# Kind of credential -> the member of the result of what looks after it.
_MEMBERS = {"secret": "secret", "certificate": "certificate", "federated": "federated_credential"}


def credential(given: Given) -> dict[str, t.Any]:
    """What comes after registration and role.

    ``given``: C(connection); C(registration), the result fact of entra_connector; C(role) and C(management), the results of those steps.
    """
    connection, registration = given["connection"], given["registration"]
    role = ran(given.get("role")) if connection["wants_role"] else {}
    management = ran(given.get("management")) if connection["manages"] else {}
    seen = registration.get(_MEMBERS.get(connection["credential"], ""), {})
    so_far = SoFar(
        role=role.get("role_assignment") or {},
        management=management.get("management_app") or {},
        credential=seen or {},
        changed=bool(registration["changed"]) or changed(role, management),
    )
    situation = _situation(given, so_far)
    step = _credential_step(situation)
    return _answer(situation, step=step, sinks=registration.get("sinks"))


def proof(given: Given) -> dict[str, t.Any]:
    """What comes after the credential was looked after.

    ``given``: C(connection), C(registration); C(before), the last answer; C(credential), the result of what looked after it; C(tried), C(memory) and
    C(untried), the results of the steps that had the new value. They ran where a credential was made.
    """
    connection, step = given["connection"], ran(given.get("credential"))
    so_far = SoFar.of(given["before"]["so_far"])
    now = step.get(_MEMBERS[connection["credential"]]) or so_far.credential
    # Only the run that makes a credential has tried it at the token service.
    made = bool(now.get("proof")) and not given["check_mode"] and _situation(given, so_far).makes_key
    tried = ran(given.get("tried")) if made else {}
    untried = changed(given.get("untried")) if made else False
    remembers = changed(given.get("memory"), given.get("untried")) if made else False
    so_far = dataclasses.replace(
        so_far,
        credential=now,
        credential_changed=changed(step),
        proof=_shown(tried.get("proof")),
        untried=untried,
        changed=so_far.changed or changed(step) or remembers,
    )
    return _answer(_situation(given, so_far), sinks=step.get("sinks") or given["registration"].get("sinks"))


def earlier(given: Given) -> dict[str, t.Any]:
    """Which credentials of the kinds that were used before are there, and which of them go now.

    ``given``: C(connection), C(registration); C(before), the last answer; C(tried), the result of the proof; C(look), the result of C(entra_app_info).
    """
    situation = _situation(given, _with_proof(given, SoFar.of(given["before"]["so_far"])))
    present = _present(situation)
    apps = given["look"].get("apps") or [{}]
    found = replaced_credentials.replaced(present, apps[0])
    over = replaced_credentials.are_over(present, overlap_days=int(given["connection"]["overlap_days"]), unproven=situation.unproven)
    return {
        "over": over,
        "secrets": found["secrets"],
        "certificates": found["certificates"],
        "remove_secrets": over and bool(found["secrets"]),
        "remove_certificates": found["certificates"] if over else [],
    }


def settled(given: Given) -> dict[str, t.Any]:
    """The report at the end of a run that proved something, or looked after what was used before.

    ``given``: C(connection), C(registration); C(before), the last answer; the results of the steps that it opened: C(retired); C(tried) and C(memory);
    C(vouched); C(earlier) (the answer of the decision of that name) with C(secrets), C(certificates) and C(federated).
    """
    before = given["before"]
    so_far = _with_proof(given, SoFar.of(before["so_far"]))
    steps = {"retired": before["retires"], "memory": bool(before["trial"]), "vouched": before["vouches"]}
    did = any(changed(given.get(step)) for step, opened in steps.items() if opened)
    left: Given = {}
    if before["looks_for_earlier"]:
        found = given["earlier"]
        federated = ran(given.get("federated")) if before["looks_for_federated"] else {}
        left = {
            "secrets": [] if found["over"] else list(found["secrets"]),
            "certificates": [] if found["over"] else list(found["certificates"]),
            # It has no mark and no date, so it is looked for by the name that the variables still give it, and never removed here.
            "federated": [given["connection"]["federated"]["name"]] if federated.get("actions") else [],
        }
        did = did or (found["remove_secrets"] and changed(given.get("secrets")))
        did = did or (bool(found["remove_certificates"]) and changed(given.get("certificates")))
    situation = _situation(given, dataclasses.replace(so_far, changed=so_far.changed or did, left=left))
    return _end(situation)


def _situation(given: Given, so_far: SoFar) -> Situation:
    return Situation(given["connection"], given["registration"], so_far, bool(given["check_mode"]))


def _with_proof(given: Given, so_far: SoFar) -> SoFar:
    """With the proof of this run, where the last answer opened one."""
    tried = ran(given.get("tried")) if given["before"]["trial"] else {}
    return dataclasses.replace(so_far, proof=_shown(tried["proof"])) if tried.get("proof") else so_far


def _shown(proof_of_module: Given | None) -> dict[str, t.Any]:
    """A proof without what was to be written down of it."""
    return {name: value for name, value in (proof_of_module or {}).items() if name != "remember"}


def _credential_step(situation: Situation) -> str:
    """The task file that looks after the credential, or an empty text.

    A credential is made last, when what it is for is there. Check mode says everything at once.
    """
    connection, registration = situation.connection, situation.registration
    kind = connection["credential"]
    if kind == "none" or situation.unprovable or not (situation.ready or situation.check_mode):
        return ""
    # Where the look at the registration saw the credential, it says whether there is anything to do.
    seen = situation.makes_key and _MEMBERS[kind] in registration
    if seen and not registration.get("secret_due"):
        return ""
    return "credential_managed" if situation.makes_key else f"credential_{kind}"


def _answer(situation: Situation, *, step: str = "", sinks: t.Iterable[Given] | None = None) -> dict[str, t.Any]:
    """What the next steps need. ``step`` is the task file of the credential, where that comes next."""
    connection, app_id = situation.connection, str(situation.registration["app"]["app_id"])
    kept = _kept(situation, sinks)
    tries = situation.ready and not situation.unprovable and connection["prove"] and not situation.check_mode and not situation.so_far.proof
    trial = (connection["trial"] or ("kept" if kept else "")) if tries else ""
    vouches = situation.accepted and bool(situation.remembered) and not trial and not situation.shut
    looks, retires = _looks_for_earlier(situation), _retires(situation)
    then = step or ("settle" if retires or trial or vouches or looks else "")
    answer = _end(situation)
    # What no run changed is known everywhere, so a refusal means what it says. A value that is just made is new.
    fresh = situation.so_far.changed or (bool(step) and situation.makes_key)
    timeout = int(connection["proof_timeout"])
    return {
        **answer,
        "then": then or answer["then"],
        "app_id": app_id,
        # In check mode a new application has no id yet; then the later steps go by its name and predict.
        "reference": {"unique_name": connection["unique_name"]} if situation.predicts else {"app_id": app_id},
        "retires": retires,
        "trial": trial,
        "kept": kept if trial == "kept" else "",
        "kept_as": ("client_secret" if connection["credential"] == "secret" else "certificate_content") if trial == "kept" else "",
        "proof": {
            **connection["proof"],
            "tenant_id": situation.registration["tenant"]["tenant_id"],
            "client_id": app_id,
            "patience": timeout if fresh else min(timeout, 10),
            "remembered": situation.remembered,
            "accept_unproven": situation.accepted,
        },
        # Later runs may not have the value, and would take it for proven.
        "untried": {} if connection["prove"] or situation.accepted else {"state": "outstanding", "outcome": "not_tested"},
        "vouches": vouches,
        "looks_for_earlier": looks,
        "looks_for_federated": looks and connection["credential"] != "federated" and bool(connection["federated"].get("name")),
        "so_far": situation.so_far.to_data(),
    }


def _end(situation: Situation) -> dict[str, t.Any]:
    """The report of a run that ends here."""
    failure = report.failure_of(situation)
    lines = [] if failure else report.open_lines(situation)
    left = situation.so_far.left
    present = _present(situation)
    left_lines = _left_lines(situation, present) if left else []
    result = report.result_of(situation)
    file = file_of(result["hand_over"], str(situation.registration["tenant"]["display_name"]))
    ends_with = "hand_over" if file else "report"
    return {
        "then": "tell" if failure or lines or left_lines else ends_with,
        "ends_with": ends_with,
        "report": result,
        "file": file,
        "left_lines": left_lines,
        "lines": lines,
        "failure": failure,
    }


def _left_lines(situation: Situation, present: replaced_credentials.Present) -> list[str]:
    """What the operator reads about credentials that were used before."""
    return replaced_credentials.left_lines(
        situation.so_far.left, goes=replaced_credentials.go_at_all(present), overlap_days=int(situation.connection["overlap_days"])
    )


def _present(situation: Situation) -> replaced_credentials.Present:
    connection = situation.connection
    return replaced_credentials.Present(
        connection["credential"], bool(connection["generates"]), situation.so_far.credential, tuple(situation.registration["app"].get("tags") or ())
    )


def _retires(situation: Situation) -> bool:
    """Whether earlier certificates of those that are given cannot be needed any more. What is made here is retired by entra_connector."""
    given = situation.connection["credential"] == "certificate" and not situation.makes_key
    return given and not situation.predicts and not situation.shut and any(row.get("removable") for row in situation.so_far.credential.get("managed") or ())


def _looks_for_earlier(situation: Situation) -> bool:
    """Whether credentials of the kinds that were used before may be there."""
    return not situation.predicts and not situation.shut and (bool(_present(situation).marked_before) or situation.so_far.credential_changed)


def _kept(situation: Situation, sinks: t.Iterable[Given] | None) -> str:
    """The vault file that holds the present credential, where its proof is outstanding: this process has the password that wrote it."""
    if not situation.remembered or situation.accepted or not situation.makes_key:
        return ""
    key_id = situation.so_far.credential.get("key_id")
    holding = (row for row in sinks or () if row.get("type") == "vault_file" and row.get("held") and key_id and row.get("key_id") == key_id)
    return next((str(row["place"]) for row in holding if row.get("place")), "")
