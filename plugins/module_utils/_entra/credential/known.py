# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A client secret whose value the operator has: which key of the application it can be, and whether it is still of use. Pure.

Source: https://learn.microsoft.com/graph/api/resources/passwordcredential (C(hint): the first three characters of the value); read 2026-11. Graph never shows
more of a value, so that which key it is stands only where exactly one begins like it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..._errors import ConflictError, OptionError
from ..._ids import is_guid
from .delivery import Delivery
from .key import Key
from .marks import Mark

_HINT = 3  # characters


@dataclasses.dataclass(frozen=True)
class KnownKey:
    """The key to deliver in place of a new one; None where the value is of no use any more, and C(ignored) says why."""

    key: Key | None = None
    ignored: str | None = None


def hint_of(value: str) -> str:
    """What Graph shows of this value. Raises OptionError for what can be no client secret; the value is not in the sentence."""
    if is_guid(value.strip()):
        raise OptionError(
            "'known_value' is a GUID: that is the id of a client secret, and its value is wanted.",
            code="secret_id_for_value",
            outcome="refused",
            advice="The value is shown once, when the secret is made. Where it is lost, leave 'known_value' out: a new secret is made.",
        )
    if len(value) <= _HINT:
        raise OptionError("'known_value' is too short to be a client secret.", code="secret_too_short", outcome="refused", advice="Give the whole value.")
    return value[:_HINT]


def not_used(delivery: Delivery, why: str) -> str:
    """The warning about a value that the operator gave and that is of no use. Ansible shows it, so it names no option of a module."""
    return f"The value of a client secret that was given for {delivery.connector} is not used: {why}. Take it out of the inventory."


def known_key(hint: str, keys: t.Sequence[Key], delivery: Delivery, marks: t.Sequence[Mark], label: str, now: dt.datetime) -> KnownKey:
    """Which of the ``keys`` of the application a value that begins with ``hint`` is, by exclusion.

    A value is used once. When its key, or one made later, was delivered already, it is what the operator forgot to take out: it must neither be sent again nor
    stop a renewal. ``label`` names the application in sentences. Raises ConflictError where it is not one key and one only.
    """
    delivered = {mark.key_id for mark in delivery.own(marks) if mark.delivered}
    starts = {key.key_id: key.start for key in keys}
    # A delivered key that is gone may have been the later one.
    latest = max((starts.get(key_id, dt.datetime.max.replace(tzinfo=dt.UTC)) for key_id in delivered), default=None)
    found = [key for key in keys if key.hint == hint and key.end > now]
    if latest is not None and (not found or any(key.start <= latest for key in found)):
        what = f"its key {found[0].key_id} of {label}, or a later one," if found else f"{label} has no valid key that begins like it, and another one"
        return KnownKey(ignored=not_used(delivery, f"{what} was delivered there already"))
    if len(found) == 1:
        return KnownKey(found[0])
    listed = ", ".join(f"{key.key_id} '{key.display_name}'" for key in found)
    raise ConflictError(
        f"{label[0].upper()}{label[1:]} has {f'{len(found)} valid client secrets that begin' if found else 'no valid client secret that begins'} like "
        f"'known_value'{f': {listed}' if found else ''}. Nothing was written.",
        code="known_value_unclear" if found else "known_value_of_no_key",
        outcome="refused",
        advice="Leave 'known_value' out to have a new secret made"
        + (", or remove those that are not in use." if found else "; or check whether it is the secret of another application, or has expired."),
        details={"key_ids": [key.key_id for key in found]},
    )
