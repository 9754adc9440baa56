# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The two clocks: that of a service, which its answers carry, and that of this machine, which is read here and nowhere else. And times as Graph writes them.

Whatever a service dated is compared with the service's clock. This machine's may be wrong by hours, and only measures how long something that happened here is
ago. Which files may read it, and why, stands in C(tests/unit/test_architecture.py).
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
import time
import typing as t


def machine_time() -> float:
    """This machine's clock, epoch seconds."""
    return time.time()


def date_of(headers: t.Mapping[str, str]) -> dt.datetime | None:
    """When a service sent an answer, by its own clock (the header C(Date), whole seconds), in UTC. None for an answer that does not say."""
    try:
        return email.utils.parsedate_to_datetime(headers.get("Date") or "").astimezone(dt.UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def or_machine_time(service: dt.datetime | None) -> dt.datetime:
    """The service's time; this machine's, in UTC, where no answer said it: before the first answer, or behind a proxy that drops the header."""
    return service or dt.datetime.fromtimestamp(machine_time(), dt.UTC)


def parse_time(text: t.Any) -> dt.datetime | None:
    """A Graph date (seven decimals, Z) as an aware datetime."""
    if not text:
        return None
    trimmed = re.sub(r"(\.\d{6})\d+", r"\1", str(text).strip().replace("Z", "+00:00"))
    value = dt.datetime.fromisoformat(trimmed)
    return value if value.tzinfo else value.replace(tzinfo=dt.UTC)


def format_time(value: dt.datetime) -> str:
    """A datetime as Graph takes it."""
    return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
