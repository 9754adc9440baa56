# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Whether it is known what was consented to: what may not be read is not assessed, which is neither granted nor missing. Pure."""

from __future__ import annotations

import typing as t

from ..._errors import ConnectorError, sentences
from ..._flow_yaml import flow_yaml
from ..._graph.rights import ASSIGN, GRANT

COMPLETE, INCOMPLETE, NOT_ASSESSED = "complete", "incomplete", "not_assessed"
# What C(status) of a connection is then.
STATUS = "consent_not_assessed"
_UNKNOWN = ("granted", "missing", "extra")
View = t.Mapping[str, t.Any]


def assessed(view: View, unread: str | None, *, everything: bool = False) -> dict[str, t.Any]:
    """A consent as C(consent_view) has it, with its C(state) and with C(unread), the sentence about what may not be read.

    The lists of one that is not assessed are empty: they say nothing. Where nothing is requested a consent is complete whatever is granted, unless
    ``everything`` beyond that has to go.
    """
    if unread and (view["requested"] or everything):
        return {**view, **{name: [] for name in _UNKNOWN}, "complete": False, "state": NOT_ASSESSED, "unread": unread}
    return {**view, "state": COMPLETE if view["complete"] else INCOMPLETE, "unread": unread}


def is_unknown(consent: View | None) -> bool:
    """Whether a consent of a result is not assessed."""
    return bool(consent) and t.cast(View, consent).get("state") == NOT_ASSESSED


def unread_sentence(refusal: ConnectorError, label: str, variable: str = "") -> str:
    """What cannot be seen, which permission lets the identity see it, and with which variable of a role it goes on without."""
    goes_on = f"'{variable}' goes on without it, once an administrator has consented." if variable else None
    return sentences(f"The consent to '{label}' is not assessed.", refusal.message, refusal.advice, goes_on)


def with_variable(consent: View, seen: View) -> View:
    """The consent as a step left it; where it is not assessed with the sentence of the look, which names the variable of the role."""
    return {**consent, "unread": seen.get("unread") or consent.get("unread")} if is_unknown(consent) and is_unknown(seen) else consent


def lacking_of(families: t.Iterable[str]) -> list[str]:
    """The permissions of the automation identity whose absence made a hand-off of what it was to grant, by families of writes."""
    names = {"grants": GRANT, "roles": ASSIGN}
    return [names[family] for family in dict.fromkeys(families) if family in names]


def requests_to_copy(hand_off: View | None) -> list[str]:
    """What a person sends in place of the automation identity, each request as one line of YAML; nothing where there is an address to open instead."""
    offered = hand_off or {}
    return [] if offered.get("url") else [flow_yaml(request) for request in offered.get("graph_requests") or ()]


def lacks_sentence(hand_off: View | None) -> str:
    """That a permission of the automation identity makes the hand-off unnecessary; empty where none is known to be missing."""
    names = (hand_off or {}).get("lacks") or ()
    if not names:
        return ""
    return f"It is handed off because the automation identity lacks {' and '.join(names)}: with that the next run does it."
