# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the tenant's app management policies allow for one kind of credential.

Sources: https://learn.microsoft.com/graph/api/resources/applicationauthenticationmethodpolicy,
https://learn.microsoft.com/graph/api/resources/passwordcredentialconfiguration (restrictions),
https://learn.microsoft.com/graph/api/resources/keycredentialconfiguration?view=graph-rest-beta (certificates of certain authorities only),
https://learn.microsoft.com/graph/api/appmanagementpolicy-post (no creation date counts as 2019-01-01); read 2026-11. That a policy of the application's own
replaces the default one restriction by restriction (inferred).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from ..._clock import parse_time
from .kind import Kind

# Applications without a creation date count as created then.
_NO_CREATION_DATE = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


@dataclasses.dataclass(frozen=True)
class AppManagementPolicy:
    """The restrictions that apply to one application's credentials of one kind.

    ``known`` is false when the policies could not be read: that is no statement about what they say.
    """

    known: bool = True
    addition_blocked: bool = False
    max_lifetime: dt.timedelta | None = None
    trusted_authority: bool = False  # only certificates of authorities that the tenant has named
    # What was read, for the request by which an administrator lifts a restriction: the tenant's policy, and the application's where it is in force.
    default: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict, compare=False, repr=False)
    own: t.Mapping[str, t.Any] | None = dataclasses.field(default=None, compare=False, repr=False)

    @classmethod
    def from_graph(
        cls,
        default: t.Mapping[str, t.Any] | None,
        own: t.Sequence[t.Mapping[str, t.Any]] | None,
        created: str | None,
        now: dt.datetime,
        kind: Kind,
    ) -> AppManagementPolicy:
        """From the tenant's default policy and those assigned to the application; None stands for "not readable".

        A policy of the application's own replaces the default one restriction by restriction.
        """
        entries: dict[str, t.Mapping[str, t.Any]] = {}
        if default and default.get("isEnabled"):
            _collect(entries, default.get("applicationRestrictions"), kind)
        in_force = [policy for policy in own or () if policy.get("isEnabled")]
        for policy in in_force:
            _collect(entries, policy.get("restrictions"), kind)
        born = parse_time(created) if created != "now" else now
        active = {kind: entry for kind, entry in entries.items() if _applies(entry, born or _NO_CREATION_DATE)}
        addition, authority = active.get(kind.addition), active.get(kind.authority)
        lifetime = active.get(kind.lifetime)
        return cls(
            known=default is not None,
            # Which callers are exempt from it is known to Entra only, so an exemption leaves the answer to the service.
            addition_blocked=addition is not None and not addition.get("excludeActors"),
            max_lifetime=parse_duration(lifetime.get("maxLifetime")) if lifetime is not None else None,
            trusted_authority=authority is not None and not authority.get("excludeActors"),
            default=default or {},
            own=in_force[-1] if in_force else None,
        )

    def shape(self) -> dict[str, t.Any]:
        """What the policies say, for results."""
        longest = self.max_lifetime
        return {
            "known": self.known,
            "addition_blocked": self.addition_blocked,
            "max_lifetime_days": round(longest / dt.timedelta(days=1), 2) if longest is not None else None,
        }


def _collect(entries: dict[str, t.Mapping[str, t.Any]], restrictions: t.Any, kind: Kind) -> None:
    for entry in (restrictions or {}).get(kind.collection) or ():
        entries[str(entry.get("restrictionType"))] = entry


def _applies(entry: t.Mapping[str, t.Any], born: dt.datetime) -> bool:
    if entry.get("state", "enabled") != "enabled":
        return False
    after = parse_time(entry.get("restrictForAppsCreatedAfterDateTime"))
    return after is None or born >= after


def parse_duration(text: t.Any) -> dt.timedelta | None:
    """An ISO 8601 duration; a month counts 30 days and a year 365, as in .NET. None when it is not readable."""
    match = _DURATION.fullmatch(str(text or "").strip().upper())
    if match is None or not any(match.groups()):
        return None
    years, months, weeks, days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return dt.timedelta(days=years * 365 + months * 30 + weeks * 7 + days, hours=hours, minutes=minutes, seconds=seconds)
