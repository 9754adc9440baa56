# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a run of the role power_platform reports: its result fact, and the lines that a person reads where something is left to do."""

from __future__ import annotations

import typing as t

from ..._entra.common.blockers import sentence_of
from ..._entra.consent.assessment import is_unknown, lacks_sentence, requests_to_copy
from ..._errors import sentences
from ..._flow_yaml import flow_yaml
from .connection import CONNECTOR
from .hand_over import hand_over_of
from .status import NOTHING_LEFT, Given, Situation

_ADVICE = "Run power_platform_diagnose. Set 'power_platform_accept_unproven' when you know that it is right, or 'power_platform_on_unproven' to 'report'."


def result_of(situation: Situation) -> dict[str, t.Any]:
    """The fact C(power_platform_result) of a run with C(power_platform_state=present)."""
    registration, so_far = situation.registration, situation.so_far
    return {
        "connector": CONNECTOR,
        "tenant": registration["tenant"],
        "status": situation.status,
        "blockers": list(situation.blockers),
        "not_assessed": list(registration.get("not_assessed") or ()),
        "drift": list(registration.get("drift") or ()),
        "changed": so_far.changed,
        "app": registration["app"],
        "service_principal": registration["service_principal"],
        "consent": registration["consent"],
        "role_assignment": dict(so_far.role),
        "management_app": dict(so_far.management),
        "credential": {"kind": situation.connection["credential"], **so_far.credential},
        "earlier_credentials": dict(so_far.left or NOTHING_LEFT),
        "proof": dict(situation.proof_now),
        "hand_offs": list(situation.hand_offs),
        "hand_over": hand_over_of(situation.connection, registration),
        "to_do": open_lines(situation)[1:],
    }


def open_lines(situation: Situation) -> list[str]:
    """Who has to do what so that the connection works. Nothing in check mode, and nothing where no person has to act."""
    status = situation.status
    if situation.check_mode or status in ("connected", "ready_for_authorization"):
        return []
    lines = [sentence_of(blocker) for blocker in situation.blockers]
    if situation.hand_offs:
        lines += _hand_off_lines(situation)
    elif not lines:
        lines = _proof_lines(situation)
    return [f"{situation.registration['tenant']['display_name']} ends as {status}.", *lines]


def failure_of(situation: Situation) -> str:
    """What a run fails with whose credential shows nothing; an empty text for a run that does not fail."""
    if situation.check_mode or not situation.ends_unproven:
        return ""
    app, proof = situation.registration["app"], situation.proof_now
    return (
        f"The credential of {app['display_name']} ({app['app_id']}) in {situation.registration['tenant']['display_name']} is in place, and the proof is "
        f"{str(proof['status']).replace('_', ' ')}: {proof['reason']} {_ADVICE}"
    )


def role_lines(hand_offs: t.Iterable[Given]) -> list[str]:
    """Who may, and then what: for each hand-off of its own. A request is one line of YAML, which can be copied as it is printed."""
    lines: list[str] = []
    for hand_off in hand_offs:
        lines.append(f"A person with this right has to send it: {hand_off['needs']}")
        lines += [flow_yaml(request) for request in hand_off["requests"]]
    return lines


def removal_lines(tenant: str, status: str, app: Given, hand_offs: t.Sequence[Given], *, stays: bool, role_open: bool) -> list[str]:
    """Who has to take what away in Power Platform. ``stays`` says that the application was kept for it, ``role_open`` that the role is among it."""
    if not hand_offs:
        return []
    kept = f" {app['display_name']} ({app['app_id']}) is disabled and stays until the requests below are done; run again then." if stays else ""
    word = ["Where this identity can never see role assignments, set power_platform_role_removed once it is done."] if role_open else []
    return [f"{tenant} ends as {status}.{kept}", *role_lines(hand_offs), *word]


def _hand_off_lines(situation: Situation) -> list[str]:
    lines = []
    if situation.consent_open:
        offered = situation.registration["consent"].get("hand_off") or {}
        where = offered.get("url") or offered.get("note") or "an administrator grants it in the enterprise application."
        consent = situation.registration["consent"]
        known = None if is_unknown(consent) else lacks_sentence(offered)
        lines.append(sentences(f"Consent: {consent['unread']}" if is_unknown(consent) else "Consent:", known, where))
        lines += requests_to_copy(offered)
    lines += role_lines(situation.role_hand_offs)
    if situation.so_far.role.get("hand_off"):
        lines.append(
            "Where this identity can never see role assignments, set power_platform_role_assigned once it is done; the proof then shows whether it holds."
        )
    return lines


def _proof_lines(situation: Situation) -> list[str]:
    """Without a hand-off the proof says what is missing."""
    reason = str(situation.proof_now["reason"])
    if situation.status == "awaiting_role":
        holder = (situation.registration.get("service_principal") or {}).get("object_id") or ""
        return [
            reason,
            f"Give the service principal {holder} a role of Power Platform: with power_platform_role (and without power_platform_role_assigned) the role "
            "power_platform does it, or an administrator of Power Platform. Then run again; power_platform_diagnose shows more.",
        ]
    if situation.status == "configured":
        return [
            reason,
            f"The credential is not proven. To prove it, run again with {_what_proves(situation.connection)}. "
            "Set power_platform_accept_unproven when you know that it works.",
        ]
    return [reason, _ADVICE]


def _what_proves(connection: Given) -> str:
    if connection["credential"] == "federated":
        return "a token of that issuer in power_platform_try (federated_token or federated_token_file)"
    if connection["credential"] == "certificate" and not connection["generates"]:
        return "its private key in power_platform_private_key_path, or with both in power_platform_try"
    return "power_platform_prove on, and where a vault file does not hold the value, with that in power_platform_try"
