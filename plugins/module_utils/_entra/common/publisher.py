# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Checks before anything is granted: whose application it is, and how fresh it is."""

from __future__ import annotations

import datetime
import typing as t

from ..._errors import OptionError

FRESH_FOR = datetime.timedelta(minutes=10)


def check_publisher(principal: t.Mapping[str, t.Any], expected: str | None, tenant_id: str, *, registered_here: bool, granting: bool) -> None:
    """A vendor's application is granted nothing on the strength of its name: the publisher's tenant has to be named and to be right.

    Raises OptionError when the publisher is another than the expected one, and when something is granted to a foreign application without naming it.
    """
    label, owner = principal.get("displayName") or principal["appId"], (principal.get("appOwnerOrganizationId") or "").lower()
    if expected is not None:
        if owner != expected.strip().lower():
            raise OptionError(
                f"The publisher's tenant of '{label}' ({principal['appId']}) is {owner or 'unknown'}, not {expected} ('expected_publisher_tenant_id'). "
                "Nothing was changed.",
                code="publisher_mismatch",
                advice="Make sure that the app id is the vendor's: a name can be imitated.",
            )
        return
    own = owner == tenant_id.lower() or (not owner and (registered_here or principal.get("servicePrincipalType") == "ManagedIdentity"))
    if granting and not own:
        raise OptionError(
            f"'{label}' ({principal['appId']}) is not an application of this tenant; its publisher's tenant is {owner or 'unknown'}. Nothing was changed.",
            code="publisher_not_named",
            advice="Find out the vendor's tenant id from the vendor, and give it as 'expected_publisher_tenant_id'.",
        )


def is_fresh(*objects: t.Mapping[str, t.Any] | None, now: datetime.datetime) -> bool:
    """Whether any of these directory objects was made so recently that Graph may not know it everywhere yet. ``now`` is the service's time."""
    for one in objects:
        text = (one or {}).get("createdDateTime")
        if not text:
            continue
        try:
            # Graph writes up to seven decimals, more than fromisoformat took before Python 3.11.4; seconds are enough here.
            made = datetime.datetime.fromisoformat(text.split(".")[0].rstrip("Z") + "+00:00")
        except ValueError:
            continue
        if abs(now - made) < FRESH_FOR:
            return True
    return False
