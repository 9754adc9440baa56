# SPDX-License-Identifier: GPL-3.0-or-later
"""Dates and durations in the spellings Graph uses."""

from __future__ import annotations

import datetime as dt
import re

_DATE = re.compile(
    r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(Z|[+-]\d\d:\d\d)$",
    re.IGNORECASE,
)
_DURATION = re.compile(r"^(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$")


def parse(text: str) -> dt.datetime:
    """An OData DateTimeOffset as UTC. Raises ValueError."""
    found = _DATE.match(text)
    if not found:
        raise ValueError(text)
    day, minute, second, fraction, zone = found.groups()
    micro = ((fraction or "") + "000000")[:6]
    zone = "+00:00" if zone.upper() == "Z" else zone
    return dt.datetime.fromisoformat(f"{day}T{minute}:{second or '00'}.{micro}{zone}").astimezone(dt.UTC)


def precise(moment: dt.datetime) -> str:
    """With seven decimals, trailing zeros off: how credentials and role assignments carry their dates."""
    fraction = f"{moment.microsecond:06d}0".rstrip("0")
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (f".{fraction}" if fraction else "") + "Z"


def plain(moment: dt.datetime) -> str:
    """To the second: how directory objects carry their creation date."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(text: str) -> dt.timedelta:
    """An ISO 8601 duration; a year counts 365 days, a month 30. Raises ValueError."""
    found = _DURATION.match(text)
    if not found or not any(found.groups()[1:]):
        raise ValueError(text)
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in found.groups()[1:7])
    length = dt.timedelta(
        days=years * 365 + months * 30 + weeks * 7 + days,
        hours=hours,
        minutes=minutes,
        seconds=float(found.group(8) or 0),
    )
    return -length if found.group(1) else length
