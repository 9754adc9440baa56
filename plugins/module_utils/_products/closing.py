# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The line that a person reads at the end of a connector's run on a host: what it is in now, until when, and what is left for a person. Pure."""

from __future__ import annotations

import typing as t

from .._engine import PLACEHOLDER_ID

Json = t.Mapping[str, t.Any]

# The member of a result that tells of the credential, and its name for people. A federated credential does not end.
_CREDENTIALS = {"secret": "secret", "certificate": "certificate", "credential": "credential"}


def closing_line(host: str, result: Json, *, check_mode: bool, fact: str = "") -> str:
    """One line about ``result``, the result fact of a connector's role on ``host``.

    In check mode the result is that of a run which would be. What a person has to do (C(to_do) of the result) stands at the end, behind
    words in capitals, and then its other C(notes).
    ``fact`` is the name of the fact, if there is one: a private one, with two underscores, is what came of Entra alone, and the role goes on.
    """
    if fact.startswith("__"):
        return f"{host} {result.get('connector')}: done in Entra, the role goes on"
    parts = [str(result.get("status") or "unknown"), _client(result), credential_of(result), change_of(result, check_mode=check_mode)]
    line = f"{host} {result.get('connector')}: {'; '.join(part for part in parts if part)}"
    return one_line(f"{line}{_to_do(result)}")


def one_line(text: str) -> str:
    """The text in one line. Names are the customer's: a line break or an escape sequence in one must not forge a line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _client(result: Json) -> str:
    """The application of the connector, or the vendor's, which an enterprise application stands for."""
    for name, called in (("app", "client id"), ("service_principal", "app id")):
        app_id = (result.get(name) or {}).get("app_id")
        if app_id and name in result:
            return f"{called} {'not known yet' if app_id == PLACEHOLDER_ID else app_id}"
    return ""


def credential_of(result: Json) -> str:
    """Its kind and until when it is valid; empty where nothing ends."""
    for name, called in _CREDENTIALS.items():
        found = result.get(name) or {}
        if found.get("end_date_time"):
            days = found.get("days_left")
            left = "" if days is None else f" ({days} day{'' if days == 1 else 's'})" if days >= 0 else " (it has ended)"
            return f"{found.get('kind') or called} until {str(found['end_date_time'])[:10]}{left}"
    return ""


def change_of(result: Json, *, check_mode: bool) -> str:
    """Whether the run changed anything, or would."""
    if result.get("changed"):
        return "would change" if check_mode else "changed"
    return "no change"


def _to_do(result: Json) -> str:
    """What a person has to do, whole, since an address is of no use when it is cut; then what else there is to know."""
    to_do = [str(sentence) for sentence in result.get("to_do") or ()]
    notes = [str(sentence) for sentence in result.get("notes") or () if sentence not in to_do]
    said = " ".join(f"{name}: {' '.join(sentences)}" for name, sentences in (("TO DO", to_do), ("NOTE", notes)) if sentences)
    return f". {said}" if said else ""
