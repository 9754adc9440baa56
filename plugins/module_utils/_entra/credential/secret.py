# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Managed client secrets: nothing but what every managed credential has."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..._engine import Plan
from .kind import SECRET, Kind
from .lifecycle import plan_credential
from .model import CredentialCurrent, CredentialDesired

SELECT = SECRET.select


@dataclasses.dataclass(frozen=True)
class SecretDesired(CredentialDesired):
    """The options of C(entra_client_secret), checked."""

    kind: t.ClassVar[Kind] = SECRET


@dataclasses.dataclass(frozen=True)
class SecretCurrent(CredentialCurrent):
    """One application as far as its client secrets go."""

    kind: t.ClassVar[Kind] = SECRET


def plan_secret(desired: SecretDesired, current: SecretCurrent, now: dt.datetime) -> Plan:
    """Pure: see C(plan_credential)."""
    return plan_credential(desired, current, now)
