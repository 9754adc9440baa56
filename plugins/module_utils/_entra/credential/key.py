# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The keys of one application, which are its client secrets or certificates: their names, dates, and which of them are ours."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
import secrets
import typing as t

from ..._clock import parse_time
from ..._errors import OptionError

MANAGED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True)
class Key:
    """One client secret or certificate, without its value or private key (which Graph never shows again)."""

    key_id: str
    display_name: str
    start: dt.datetime
    end: dt.datetime
    hint: str = dataclasses.field(default="", compare=False, repr=False)  # how the value of a client secret begins; empty where that was not read

    @classmethod
    def from_graph(cls, body: t.Mapping[str, t.Any]) -> Key:
        """From an entry of C(passwordCredentials) or C(keyCredentials)."""
        return cls(
            str(body.get("keyId") or "").lower(),
            str(body.get("displayName") or ""),
            parse_time(body.get("startDateTime")) or _EPOCH,
            # A key without an end would be one that never expires; Graph always sends one.
            parse_time(body.get("endDateTime")) or dt.datetime.max.replace(tzinfo=dt.UTC),
            str(body.get("hint") or ""),
        )

    def to_graph(self) -> dict[str, str]:
        """The entry, as far as it is known here."""
        return {
            "keyId": self.key_id,
            "displayName": self.display_name,
            "startDateTime": self.start.isoformat(),
            "endDateTime": self.end.isoformat(),
        }


def days_left(key: Key, now: dt.datetime) -> int:
    """Whole days until the key expires; negative when it has expired."""
    return math.floor((key.end - now) / dt.timedelta(days=1))


def is_due(key: Key, renew_before: int, now: dt.datetime) -> bool:
    """Whether a key has to be renewed.

    A tenant's policy may cut a lifetime down to less than C(renew_before_days), and every run would renew then; so a key is
    never due in the first half of its life.
    """
    window = min(dt.timedelta(days=renew_before), (key.end - key.start) / 2)
    return key.end - now <= window


def check_name(name: str, noun: str) -> str:
    """The managed name. Raises OptionError for one that no display name could carry."""
    if not MANAGED_NAME.fullmatch(name):
        raise OptionError(
            f"'name' is {name!r}; the name of a managed {noun} consists of letters, digits, '.', '_' and '-', at most 60 of them.",
            code="invalid_name",
        )
    return name


def managed_name(name: str, suffix: str) -> str:
    """The display name of a managed key: owner, managed name and a suffix of eight hexadecimal digits."""
    return f"tkc:{name}:{suffix}"


def attempt_name(name: str) -> str:
    """The display name of one addPassword attempt, with a suffix that no other attempt has."""
    return managed_name(name, secrets.token_hex(4))


def is_managed_name(display_name: str | None, name: str) -> bool:
    """Whether a display name is one that this collection gives to keys of this managed name. Any key may have none."""
    return re.fullmatch(rf"tkc:{re.escape(name)}:[0-9a-f]{{8}}", display_name or "") is not None


def is_managed(key: Key, name: str) -> bool:
    """Whether this collection made the key under this managed name."""
    return is_managed_name(key.display_name, name)
