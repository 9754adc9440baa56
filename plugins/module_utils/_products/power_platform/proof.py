# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What an attempt to sign in to Power Platform proves, and what is to be remembered of it."""

from __future__ import annotations

import typing as t

# What a result shows of a token. The token itself, and all that it claims, is not among it.
SHOWN = ("outcome", "code", "cause", "next_step", "message", "method", "audience", "account", "roles", "scopes", "expires_at")
# A credential that ends so has shown nothing.
UNPROVEN = ("forbidden", "nothing_visible", "incomplete", "refused", "failed", "blocked")

Proof = dict[str, t.Any]


def refusal_sentence(token: t.Mapping[str, t.Any]) -> str:
    """Cause, code and next step of a refusal, as sentences. What the token service did not say is left out."""
    cause, code, advice = (str(token.get(name) or "") for name in ("cause", "code", "next_step"))
    return f"{cause or 'the token service refused'}{f' ({code})' if code else ''}.{f' {advice}' if advice else ''}"


def of_refusal(token: t.Mapping[str, t.Any]) -> Proof:
    """The proof that ended at the token service. ``token`` is the result C(token) of C(entra_token), not issued."""
    return _proof(str(token["outcome"]), refusal_sentence(token), token)


def of_environments(token: t.Mapping[str, t.Any], listed: t.Mapping[str, t.Any], environment_id: str | None) -> Proof:
    """The proof whose token was issued and listed environments.

    ``listed`` is the result of C(powerplatform_environment_info), ``environment_id`` the environment that had to be among them. An empty list proves
    that the token is accepted, and not that anything may be done with it.
    """
    names = [item.get("display_name") for item in listed["environments"]]
    reasons = {
        "visible": f"A token was issued, and {listed['visible']} environments are visible with it.",
        "nothing_visible": "A token was issued, but it shows no environment.",
        "incomplete": f"A token was issued, and environment {environment_id or ''} is not visible with it.",
    }
    visibility = str(listed["visibility"])
    return _proof("proven" if visibility == "visible" else visibility, reasons[visibility], token, names)


def of_failed_list(token: t.Mapping[str, t.Any], *, forbidden: bool, sentence: str) -> Proof:
    """The proof whose token was issued, and whose list of environments was not answered."""
    return _proof("forbidden" if forbidden else "failed", sentence, token)


def of_failure(code: str | None, sentence: str) -> Proof:
    """The proof that could not be tried. A certificate without its private key signs nothing, and that is no failure of the credential."""
    return _proof("not_possible" if code == "no_private_key" else "failed", sentence, {})


def not_tried(sentence: str) -> Proof:
    """The proof that was not tried."""
    return _proof("not_tested", sentence, {})


def _proof(status: str, reason: str, token: t.Mapping[str, t.Any], environments: t.Sequence[t.Any] = ()) -> Proof:
    return {"status": status, "reason": reason, "token": {name: token[name] for name in SHOWN if name in token}, "environments": list(environments)}


def is_unproven(status: str, *, accepted: bool) -> bool:
    """Whether a credential has shown nothing, and no operator vouches for it."""
    return status in UNPROVEN and not accepted


def to_remember(status: str, remembered: str, *, accepted: bool) -> dict[str, str]:
    """The options of C(entra_credential_proof) that write down what came of a proof; empty where nothing is to be written.

    ``remembered`` is what the application's tag says now, empty for no tag. A proof that was not possible neither settles one that failed nor is one.
    """
    if is_unproven(status, accepted=accepted):
        return {} if status == remembered else {"state": "outstanding", "outcome": status}
    return {"state": "settled"} if remembered and (accepted or status == "proven") else {}
