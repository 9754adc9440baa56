# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a partner may do in a tenant, and for how long, from all of its relationships; and the groups and variables that say so. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from .._clock import format_time
from .model import ACTIVE, NO_RELATIONSHIP, STATUSES, UNKNOWN, Relationship

PREFIX = "partner_relationship"
ENDING = f"{PREFIX}_ending"
_RANK = {status: rank for rank, status in enumerate((*STATUSES.values(), UNKNOWN))}


@dataclasses.dataclass(frozen=True)
class PartnerAccess:
    """What all relationships with a customer give together."""

    status: str  # of the one that gives most; NO_RELATIONSHIP where none counts
    end: dt.datetime | None  # of the last of those
    extends_itself: bool
    roles: tuple[str, ...]

    @property
    def groups(self) -> tuple[str, ...]:
        """The group of the state."""
        return (f"{PREFIX}_{self.status}",)

    def ends_within(self, days: int, now: dt.datetime) -> bool:
        """Whether the access is over in so many days: what extends itself is not."""
        return self.status == ACTIVE and self.end is not None and not self.extends_itself and self.end <= now + dt.timedelta(days=days)

    def variables(self) -> dict[str, t.Any]:
        """For the host; an end that there is not is left out."""
        return {
            f"{PREFIX}_status": self.status,
            f"{PREFIX}_auto_extend": self.extends_itself,
            f"{PREFIX}_roles": list(self.roles),
            **({f"{PREFIX}_end": format_time(self.end)} if self.end else {}),
        }


def access_of(relationships: t.Sequence[Relationship], *, microsoft_led: bool) -> PartnerAccess:
    """What a customer's relationships give together: an access ends with the last of those in the best state.

    Without ``microsoft_led`` those that Microsoft led over do not count.
    """
    counted = [one for one in relationships if microsoft_led or not one.microsoft_led]
    if not counted:
        return PartnerAccess(NO_RELATIONSHIP, None, False, ())
    status = min((one.status for one in counted), key=_RANK.__getitem__)
    best = [one for one in counted if one.status == status]
    ends = [one.end for one in best if one.end]
    return PartnerAccess(
        status,
        max(ends) if len(ends) == len(best) else None,
        any(one.extends_itself for one in best),
        tuple(sorted({role for one in best for role in one.roles})),
    )
