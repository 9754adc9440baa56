# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Where the earlier values of tenant-wide settings are kept: one line in the notes of a service principal, readable by people.

The line is C(tkc:consent-policy {...}). For each setting it holds C(was), the value before this collection first changed it, and C(set), the value
that it wrote last. C(was) is never overwritten while it is there.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t

from ..._errors import ConflictError, OptionError

_MARK = "tkc:consent-policy "
_LONGEST_NOTES = 1024  # characters, what Graph takes


@dataclasses.dataclass(frozen=True)
class PolicyRecord:
    """The earlier values by setting, and the policies that were made.

    The settings are C(user_consent), C(group_owner_consent), C(consent_settings) and C(admin_consent_requests), the policies C(grant_policy).
    """

    entries: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    @classmethod
    def parse(cls, notes: str | None) -> PolicyRecord:
        """From the notes; empty when nothing is recorded. Raises ConflictError for a record that cannot be read: it must not be overwritten."""
        lines = [line for line in (notes or "").splitlines() if line.startswith(_MARK)]
        if not lines:
            return cls()
        try:
            found = json.loads(lines[0].removeprefix(_MARK))
            if len(lines) > 1 or not isinstance(found, dict):
                raise ValueError
        except ValueError:
            raise ConflictError(
                "The record of earlier consent settings in the notes of the service principal cannot be read; nothing was written.",
                code="record_damaged",
                outcome="refused",
                advice=f"Look at the line in its notes that begins with {_MARK.strip()}, and repair it.",
            ) from None
        return cls(found)

    def with_change(self, key: str, was: t.Any, now: t.Any) -> PolicyRecord:
        """The record after a setting is written: what is recorded as its earlier value stays."""
        before = self.entries.get(key)
        return PolicyRecord({**self.entries, key: {"was": before["was"] if before else was, "set": now}})

    def with_values(self, key: str, was: t.Mapping[str, str] | None, now: t.Mapping[str, str]) -> PolicyRecord:
        """The same for a setting of several values, each recorded for itself. ``was`` None: there was no such object at all."""
        before = self.entries.get(key)
        if before is None:
            return PolicyRecord({**self.entries, key: {"was": was and {name: was[name] for name in now}, "set": dict(now)}})
        earlier = before["was"]
        if earlier is not None and was is not None:
            earlier = {**{name: was[name] for name in now}, **earlier}
        return PolicyRecord({**self.entries, key: {"was": earlier, "set": {**before["set"], **now}}})

    def with_entry(self, key: str, value: t.Any) -> PolicyRecord:
        """The record with a plain entry."""
        return PolicyRecord({**self.entries, key: value})

    @property
    def policies(self) -> list[str]:
        """The ids of the policies that were made. Records of earlier releases name one, as a text."""
        made = self.entries.get("grant_policy") or []
        return [made] if isinstance(made, str) else list(made)

    def with_policy(self, identifier: str) -> PolicyRecord:
        """The record after a policy is made: those that were made before stay recorded."""
        others = [item for item in self.policies if item.lower() != identifier.lower()]
        return PolicyRecord({**self.entries, "grant_policy": [*others, identifier]})

    def without(self, keys: t.Collection[str]) -> PolicyRecord:
        """The record after some of it was put back."""
        return PolicyRecord({key: value for key, value in self.entries.items() if key not in keys})

    def write_into(self, notes: str | None, holder: str) -> str:
        """The notes with this record; what people wrote there stays. Raises OptionError when they become too long."""
        lines = [line for line in (notes or "").splitlines() if not line.startswith(_MARK)]
        if self.entries:
            lines.append(_MARK + json.dumps(self.entries, separators=(",", ":"), sort_keys=True, ensure_ascii=False))
        text = "\n".join(lines)
        if len(text) > _LONGEST_NOTES:
            raise OptionError(
                f"The earlier consent settings do not fit into the notes of {holder}: {len(text)} characters where {_LONGEST_NOTES} are allowed. "
                "Nothing was written.",
                code="record_too_long",
                advice="Shorten its notes, or name another service principal in 'record_on'.",
            )
        return text


def digest(value: t.Any) -> str:
    """A short stand-in for a value that is only ever compared."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
