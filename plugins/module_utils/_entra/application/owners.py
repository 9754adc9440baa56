# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Owners of an application: a pure plan, and the one lock-out it prevents.

Sources: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference (the ids of the three roles),
https://learn.microsoft.com/graph/permissions-reference (Application.ReadWrite.OwnedBy),
https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (C(wids)),
https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions (the number of owners); read 2026-11. Of the two application
administrators the first page says that they do not become owners of what they create: their removal then finds nothing to do. That other people do
(inferred).
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import Action
from ..._errors import OptionError
from ..common.list_change import ListChange
from ..common.principals import Name, Principal, find, find_or_none, owner_name

# Template ids of Global Administrator, Application Administrator and Cloud Application Administrator (Entra built-in roles).
ADMINISTRATORS = frozenset({
    "62e90394-69f5-4237-9190-012177145e10",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "158c047a-c907-4556-b7ef-446551a6b5f7",
})  # fmt: skip
MOST_OWNERS = 100


@dataclasses.dataclass(frozen=True)
class OwnerContext:
    """What planning owners has to know besides the application."""

    found: t.Mapping[Name, Principal | None] = dataclasses.field(default_factory=dict)  # looked-up names
    caller_id: str | None = None
    caller_is_user: bool = False
    caller_needs_ownership: bool = False  # its only power over applications is that of an owner
    caller_administers: bool = False  # a person with a directory role that manages every application, owner or not

    @classmethod
    def from_claims(cls, claims: t.Mapping[str, t.Any], found: t.Mapping[Name, Principal | None] | None = None) -> OwnerContext:
        """From the claims of the token that is used. C(wids) are the directory roles of a person (access token claims reference)."""
        roles = set(claims.get("roles") or ())
        return cls(
            found=found or {},
            caller_id=claims.get("oid"),
            caller_is_user=bool(claims.get("scp")),
            caller_needs_ownership="Application.ReadWrite.OwnedBy" in roles and not {"Application.ReadWrite.All", "Directory.ReadWrite.All"} & roles,
            caller_administers=bool(ADMINISTRATORS & {str(role).lower() for role in claims.get("wids") or ()}),
        )


@dataclasses.dataclass(frozen=True)
class OwnerPlan:
    """The writes, and the owners before and after for diff and result; None when owners are not managed."""

    actions: tuple[Action, ...] = ()
    before: list[str] | None = None
    after: list[str] | None = None


def plan_owners(
    change: ListChange[str] | None,
    current: t.Sequence[Principal],
    context: OwnerContext,
    described: str,
    *,
    tenant: str,
    new: bool = False,
) -> OwnerPlan:
    """Additions first, then removals. A caller that can work only as an owner stays one; one that need not be does not stay unless it is named.

    Raises OptionError for the removal of a caller that can work only as an owner and for more owners than there may be, and NotFoundError for an owner
    that is to be and does not exist.
    """
    if change is None:
        leaves = new and context.caller_id and context.caller_is_user and context.caller_administers
        return OwnerPlan((_removal(Principal(str(context.caller_id), "user", "the caller"), described),) if leaves else ())
    known = {owner.id: owner for owner in current}
    wanted = [known.get(name.lower()) or _known(find(context.found, *owner_name(name), tenant=tenant, option="owners"), known) for name in change.wanted]
    gone = [owner for owner in (find_or_none(context.found, *owner_name(name)) for name in change.remove) if owner is not None]
    caller = context.caller_id
    if caller and context.caller_needs_ownership:
        if caller in {owner.id for owner in gone}:
            raise OptionError(
                f"The identity that runs this ({caller}) cannot be removed from the owners of {described}: with Application.ReadWrite.OwnedBy it could "
                "not manage the application any more.",
                code="owner_lock_out",
                tenant=tenant,
                advice="Remove it as another identity, or give it Application.ReadWrite.All.",
            )
        if change.set is not None and caller in known and caller not in {owner.id for owner in wanted}:
            wanted.append(known[caller])
    merged = ListChange(None if change.set is None else tuple(wanted), tuple(wanted) if change.set is None else (), tuple(gone))
    after = merged.apply(list(current), lambda owner: owner.id)
    if len(after) > max(MOST_OWNERS, len(known)):
        raise OptionError(
            f"The {described} would have {len(after)} owners ('owners'), {MOST_OWNERS} are allowed. Nothing was changed.",
            code="too_many_owners",
            tenant=tenant,
            advice="Name fewer of them.",
        )
    kept = {owner.id for owner in after}
    actions = [
        Action("add_owner", f"add owner '{owner.label}' to {described}", {"id": owner.id, "label": owner.label}) for owner in after if owner.id not in known
    ]
    leaving = [owner for owner in current if owner.id not in kept]
    if new and (change.set is not None or context.caller_administers) and caller and context.caller_is_user and caller not in kept:
        # Entra makes the person who creates an application its owner.
        leaving.append(Principal(caller, "user", "the caller"))
    actions += [_removal(owner, described) for owner in leaving]
    return OwnerPlan(tuple(actions), sorted(owner.label for owner in current), sorted(owner.label for owner in after))


def _removal(owner: Principal, described: str) -> Action:
    return Action("remove_owner", f"remove owner '{owner.label}' from {described}", {"id": owner.id, "label": owner.label})


def _known(owner: Principal, known: t.Mapping[str, Principal]) -> Principal:
    """An owner given by id has a name when it was read as an owner."""
    return known.get(owner.id, owner)
