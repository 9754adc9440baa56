# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the tenant's app management policies allow for client secrets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_keys import parse_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import Part, PartAnswer

# Applications without a creation date count as created then.
_NO_CREATION_DATE = dt.datetime(2019, 1, 1, tzinfo=dt.UTC)
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def default_part() -> Part:
    """The read of the tenant's app management policy, which the service applies whether it may be read or not."""
    return Part("GET", "/policies/defaultAppManagementPolicy", doing="read the tenant's app management policy", optional=True)


def own_part(path: str) -> Part:
    """The read of the policies that an application has of its own. ``path`` is the application's."""
    return Part("GET", f"{path}/appManagementPolicies", doing="read the app management policies of the application", optional=True)


@dataclasses.dataclass(frozen=True)
class Read:
    """The policies as Graph's JSON. None stands for "not readable": that is no statement about what they say."""

    default: t.Mapping[str, t.Any] | None = None
    own: t.Sequence[t.Mapping[str, t.Any]] | None = ()

    @classmethod
    def from_answers(cls, default: PartAnswer | None, own: PartAnswer | None) -> Read:
        """From the answers to C(default_part) and C(own_part); without the second there is no application to have its own."""
        found = _readable(own) if own is not None else {}
        return cls(_readable(default) if default is not None else None, None if found is None else list(found.get("value") or ()))


def _readable(answer: PartAnswer) -> dict[str, t.Any] | None:
    """None when it is not ours to read, empty when there is none; other failures are raised."""
    if answer.status == 403:
        return None
    return answer.body if answer.found else {}


@dataclasses.dataclass(frozen=True)
class SecretPolicy:
    """The restrictions that apply to one application's client secrets.

    ``known`` is false when the policies could not be read: that is no statement about what they say.
    """

    known: bool = True
    addition_blocked: bool = False
    max_lifetime: dt.timedelta | None = None

    @classmethod
    def from_graph(
        cls,
        default: t.Mapping[str, t.Any] | None,
        own: t.Sequence[t.Mapping[str, t.Any]] | None,
        created: str | None,
        now: dt.datetime,
    ) -> SecretPolicy:
        """From the tenant's default policy and those assigned to the application; None stands for "not readable".

        A policy of the application's own replaces the default one restriction by restriction.
        """
        entries: dict[str, t.Mapping[str, t.Any]] = {}
        if default and default.get("isEnabled"):
            _collect(entries, default.get("applicationRestrictions"))
        for policy in own or ():
            if policy.get("isEnabled"):
                _collect(entries, policy.get("restrictions"))
        born = parse_time(created) if created != "now" else now
        active = {kind: entry for kind, entry in entries.items() if _applies(entry, born or _NO_CREATION_DATE)}
        addition = active.get("passwordAddition")
        lifetime = active.get("passwordLifetime")
        return cls(
            known=default is not None,
            # Whoever is exempt from it is known to Entra only, so an exemption leaves the answer to the service.
            addition_blocked=addition is not None and not addition.get("excludeActors"),
            max_lifetime=parse_duration(lifetime.get("maxLifetime")) if lifetime is not None else None,
        )


def _collect(entries: dict[str, t.Mapping[str, t.Any]], restrictions: t.Any) -> None:
    for entry in (restrictions or {}).get("passwordCredentials") or ():
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
