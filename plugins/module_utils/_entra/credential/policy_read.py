# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""How the app management policies are read: the parts of a batch, and what their answers mean."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._graph.parts import Part, PartAnswer

# Seconds for which an answer will do for a later task of the job: the service applies the policies itself, what is read only tells beforehand.
GOOD_FOR = 300.0


def default_part() -> Part:
    """The read of the tenant's app management policy, which the service applies whether it may be read or not."""
    return Part("GET", "/policies/defaultAppManagementPolicy", doing="read the tenant's app management policy", optional=True)


def own_part(path: str) -> Part:
    """The read of the policies that an application has of its own. ``path`` is the application's."""
    return Part("GET", f"{path}/appManagementPolicies", doing="read the app management policies of the application", optional=True)


@dataclasses.dataclass(frozen=True)
class AppManagementPolicies:
    """The policies as Graph's JSON. None stands for "not readable": that is no statement about what they say."""

    default: t.Mapping[str, t.Any] | None = None
    own: t.Sequence[t.Mapping[str, t.Any]] | None = ()
    answers: tuple[PartAnswer, ...] = ()  # that they come from

    @classmethod
    def from_answers(cls, default: PartAnswer | None, own: PartAnswer | None) -> AppManagementPolicies:
        """From the answers to C(default_part) and C(own_part); without the second there is no application to have its own."""
        found = _readable(own) if own is not None else {}
        answers = tuple(answer for answer in (default, own) if answer is not None)
        return cls(_readable(default) if default is not None else None, None if found is None else list(found.get("value") or ()), answers)


def _readable(answer: PartAnswer) -> dict[str, t.Any] | None:
    """None when it is not ours to read or the tenant does not show it, empty when there is none; other failures are raised."""
    if answer.forbidden or answer.not_offered:
        return None
    return answer.body if answer.found else {}
