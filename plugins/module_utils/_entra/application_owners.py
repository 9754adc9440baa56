# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Owners of an application: a pure plan, and the one lock-out it prevents."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.list_change import ListChange
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.principals import Name, Principal, find, find_or_none
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError


@dataclasses.dataclass(frozen=True)
class OwnerContext:
    """What planning owners has to know besides the application."""

    found: t.Mapping[Name, Principal | None] = dataclasses.field(default_factory=dict)  # looked-up names
    caller_id: str | None = None
    caller_is_user: bool = False
    caller_needs_ownership: bool = False  # its only power over applications is that of an owner


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
    """Additions first, then removals. A caller that can work only as an owner stays one."""
    if change is None:
        return OwnerPlan()
    known = {owner.id: owner for owner in current}
    wanted = [_known(find(context.found, "user", name, tenant=tenant), known) for name in change.wanted]
    gone = [owner for owner in (find_or_none(context.found, "user", name) for name in change.remove) if owner is not None]
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
    kept = {owner.id for owner in after}
    actions = [
        Action("add_owner", f"add owner '{owner.label}' to {described}", {"id": owner.id, "label": owner.label}) for owner in after if owner.id not in known
    ]
    leaving = [owner for owner in current if owner.id not in kept]
    if new and change.set is not None and caller and context.caller_is_user and caller not in kept:
        # Entra makes the person who creates an application its owner.
        leaving.append(Principal(caller, "user", "the caller"))
    actions += [Action("remove_owner", f"remove owner '{owner.label}' from {described}", {"id": owner.id, "label": owner.label}) for owner in leaving]
    return OwnerPlan(tuple(actions), sorted(owner.label for owner in current), sorted(owner.label for owner in after))


def _known(owner: Principal, known: t.Mapping[str, Principal]) -> Principal:
    """An owner given by id has a name when it was read as an owner."""
    return known.get(owner.id, owner)
