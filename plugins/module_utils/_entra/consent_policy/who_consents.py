# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Who can consent to delegated permissions of Microsoft Graph under the policies that a tenant has assigned to its users. Pure.

Sources: https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies (2026-01-22: what the policies that Microsoft manages exclude
and allow; each policy is evaluated for itself), https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent (2025-06-15: the other
policies; where an assignment is required an administrator consents); read 2026-11-30. That the earlier policy allows everything that is not for
administrators (inferred from its description).
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t

LEGACY: t.Final = "microsoft-user-default-legacy"
LOW: t.Final = "microsoft-user-default-low"
RECOMMENDED: t.Final = "microsoft-user-default-recommended"
FOR_MAIL_CLIENTS: t.Final = "microsoft-user-default-allow-consent-apps"
# Microsoft changes the conditions of these as it sees fit.
MANAGED: t.Final = (RECOMMENDED, FOR_MAIL_CLIENTS)
# What RECOMMENDED keeps for administrators although their publisher does not, and FOR_MAIL_CLIENTS allows. Exchange Online's four are none of Graph's.
EXCLUDED: t.Final = (
    "Calendars.Read",
    "Calendars.Read.Shared",
    "Calendars.ReadBasic",
    "Calendars.ReadWrite",
    "Calendars.ReadWrite.Shared",
    "Chat.Read",
    "Chat.ReadWrite",
    "Contacts.Read.Shared",
    "Contacts.ReadWrite",
    "Contacts.ReadWrite.Shared",
    "Files.Read.All",
    "Files.ReadWrite.All",
    "Mail.Read",
    "Mail.Read.Shared",
    "Mail.ReadBasic",
    "Mail.ReadBasic.Shared",
    "Mail.ReadWrite",
    "Mail.ReadWrite.Shared",
    "MailboxFolder.Read",
    "MailboxFolder.ReadWrite",
    "MailboxItem.Read",
    "MailboxSettings.Read",
    "MailboxSettings.ReadWrite",
    "OnlineMeetings.Read",
    "OnlineMeetings.ReadWrite",
    "People.Read",
    "Sites.Read.All",
    "Sites.ReadWrite.All",
    "Tasks.Read",
    "Tasks.Read.Shared",
    "Tasks.ReadWrite",
    "Tasks.ReadWrite.Shared",
)
MAIL_CLIENTS: t.Final = (
    "f8d98a96-0999-43f5-8af3-69971c7bb423",
    "b50c1dbd-1855-4e54-b07c-d3c3029e93d3",
    "e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd",
    "8acd33ea-7197-4a96-bc33-d7cc7101262f",
    "2cee05de-2b8f-45a2-8289-2a06ca32c4c8",
    "9e5f94bc-e8a4-4e73-b8be-63364c29d753",
)
_EXCLUDED = frozenset(map(str.lower, EXCLUDED))


class _Says(enum.Enum):
    """What a policy says about one permission."""

    NO = 0
    UNKNOWN = 1  # its conditions are the tenant's own, or not among what is known here
    YES = 2


@dataclasses.dataclass(frozen=True)
class WhoConsents:
    """Some permissions by who can consent to them, each in the order in which it was asked for."""

    administrator: tuple[str, ...]  # and no user
    undecided: tuple[str, ...]  # it depends on what is not known here
    policies: tuple[str, ...] | None  # of the tenant, None: they may not be read


def who_consents(
    scopes: t.Iterable[str], policies: t.Sequence[str] | None, *, for_administrators: t.Collection[str], for_users: t.Collection[str], app_id: str = ""
) -> WhoConsents:
    """Who can consent to C(scopes) where C(policies) are the ids that are assigned for consent of one's own.

    C(for_administrators) and C(for_users) are the permissions by what their publisher says; one in neither is not known. A single policy that approves
    is enough; where there is none at all an administrator consents to everything.
    """
    names = list(scopes)
    if policies is None:
        return WhoConsents((), tuple(names), None)
    admins, users = ({name.lower() for name in group} for group in (for_administrators, for_users))
    says: dict[str, _Says] = {}
    for name in names:
        key = name.lower()
        for_user = False if key in admins else True if key in users else None
        answers = [_says(policy.lower(), key, for_user, app_id.lower()) for policy in policies]
        says[name] = max(answers, key=lambda one: one.value, default=_Says.NO)
    by = {kind: tuple(name for name in names if says[name] is kind) for kind in _Says}
    return WhoConsents(by[_Says.NO], by[_Says.UNKNOWN], tuple(policies))


def _says(policy: str, scope: str, for_user: bool | None, app_id: str) -> _Says:
    """What one policy says; C(for_user) is whether the publisher lets users consent, None where that is not known."""
    if policy not in (LEGACY, LOW, *MANAGED):
        return _Says.UNKNOWN
    if for_user is False:
        return _Says.NO
    if policy == FOR_MAIL_CLIENTS:
        return _Says.YES if app_id in MAIL_CLIENTS and scope in _EXCLUDED else _Says.NO
    if policy == RECOMMENDED and scope in _EXCLUDED:
        return _Says.NO
    return _Says.YES if for_user and policy != LOW else _Says.UNKNOWN


def managed_by_microsoft(policies: t.Iterable[str]) -> list[str]:
    """Those of the policies whose conditions Microsoft changes."""
    return [policy for policy in policies if policy.lower() in MANAGED]
