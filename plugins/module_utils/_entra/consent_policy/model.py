# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What users, group owners and administrators may consent to: desired and current.

Sources: https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent,
https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies,
https://learn.microsoft.com/entra/identity/enterprise-apps/manage-group-owner-consent-policies (the built-in ones that it names) and
https://learn.microsoft.com/entra/identity/enterprise-apps/configure-user-consent-groups (the policy form of group owners' consent); read 2026-11. That ids
are compared without regard to case (inferred).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..._errors import OptionError
from ..._ids import is_guid
from ..common.list_change import ListChange
from . import grant_policy, group_settings
from .admin_consent_requests import ConsentRequests, RequestsDesired
from .group_settings import ConsentSettings
from .record import PolicyRecord
from .who_consents import LEGACY, LOW, MANAGED

SELF = "ManagePermissionGrantsForSelf."
OWNED = "ManagePermissionGrantsForOwnedResource."
# The policy form of what EnableGroupSpecificConsent switches on for the owners of all groups; the setting has to be off beside it.
ALL_FOR_GROUPS = "microsoft-all-application-permissions-for-group"
# Microsoft's policies for consent of one's own and of owners of groups, which every tenant has.
DOCUMENTED = frozenset({LEGACY, LOW, *MANAGED, ALL_FOR_GROUPS, "microsoft-pre-approval-apps-for-group"})
# How the ids of policies for owners of groups end. Those for teams, chats and others are not ours.
_FOR_GROUPS = "-for-group"
_POLICY_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def is_self(entry: str) -> bool:
    """Whether an entry is about what people may consent to for themselves; the others are about what they own, and not ours."""
    return entry.lower().startswith(SELF.lower())


def policies_for_groups(entries: t.Iterable[str]) -> list[str]:
    """The policies for consent of the owners of groups among assigned entries, in lower case."""
    return [same_owned(entry) for entry in entries if is_for_groups(entry)]


def is_for_groups(entry: str) -> bool:
    """Whether an entry is about the consent of owners of groups."""
    return _is_owned(entry) and entry.lower().endswith(_FOR_GROUPS)


def _is_owned(entry: str) -> bool:
    return entry.lower().startswith(OWNED.lower())


def owned_policy(entry: str) -> str:
    """The policy of an entry about what people own, or what was given when it is none."""
    return entry[len(OWNED) :] if _is_owned(entry) else entry


def same_owned(entry: str) -> str:
    """What makes two of those entries the same."""
    return owned_policy(entry).lower()


def policy_id(entry: str) -> str:
    """The policy of an entry, or what was given when it is no entry."""
    return entry[len(SELF) :] if is_self(entry) else entry


def same(entry: str) -> str:
    """What makes two entries the same: tenants spell them in different ways."""
    return policy_id(entry).lower()


@dataclasses.dataclass(frozen=True)
class ConsentPolicyDesired:
    """The options of C(entra_consent_policy), checked."""

    state: str = "present"
    user_consent: ListChange[str] | None = None  # policy ids
    group_owner_consent: ListChange[str] | None = None  # the same, for what people own
    settings: t.Mapping[str, str] = dataclasses.field(default_factory=dict)  # as Graph names them
    policy: grant_policy.GrantPolicy | None = None
    requests: RequestsDesired | None = None
    record_on: str | None = None

    @property
    def assigns(self) -> bool:
        """Whether the list of assigned policies is asked for."""
        return bool(self.user_consent or self.group_owner_consent)

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> ConsentPolicyDesired:
        """From module options. Raises OptionError for what is no id, for wishes beside C(state=restored), and for restoring without C(record_on)."""
        change = ListChange.from_option(options.get("user_consent"))
        for item in (*change.wanted, *change.remove) if change else ():
            if not _POLICY_ID.fullmatch(policy_id(item)):
                raise OptionError(
                    f"'user_consent' holds {item!r}, which is not the id of a policy for consent of one's own.",
                    code="invalid_id",
                    advice="Give an id such as microsoft-user-default-low. What people may consent to for groups and chats they own is never changed here.",
                )
        owners = ListChange.from_option(options.get("group_owner_consent"))
        for item in (*owners.wanted, *owners.remove) if owners else ():
            _check_for_groups(item)
        policy, requests = options.get("grant_policy"), options.get("admin_consent_requests")
        settings = group_settings.to_graph(options.get("consent_settings") or {})
        limited_to = settings.get("ConstrainGroupSpecificConsentToMembersOfGroupId")
        if limited_to and not is_guid(limited_to):
            raise OptionError(
                "'consent_settings.constrain_group_specific_consent_to_members_of_group_id' has to be the object id of a group, or empty.", code="invalid_id"
            )
        record_on = options.get("record_on")
        if record_on is not None and not is_guid(record_on):
            raise OptionError(f"'record_on' is {record_on!r}, which is not an application (client) id.", code="invalid_id")
        desired = cls(
            options.get("state") or "present",
            change.map(policy_id) if change else None,
            owners.map(owned_policy) if owners else None,
            settings,
            grant_policy.GrantPolicy.from_option(policy) if policy else None,
            RequestsDesired.from_option(requests) if requests else None,
            record_on.lower() if record_on else None,
        )
        if desired.state == "restored":
            given = [
                name for name in ("user_consent", "group_owner_consent", "consent_settings", "grant_policy", "admin_consent_requests") if options.get(name)
            ]
            if given:
                raise OptionError(f"'{given[0]}' goes with state: present; restoring puts back what is recorded.", code="option_conflict")
            if not desired.record_on:
                raise OptionError("'record_on' is needed to restore: it names where the earlier values are recorded.", code="option_missing")
        return desired


def _check_for_groups(item: str) -> None:
    """Raises OptionError for what is no id of a policy that can be for the owners of groups."""
    identifier = same_owned(item)
    if not _POLICY_ID.fullmatch(identifier) or not identifier.endswith(_FOR_GROUPS):
        raise OptionError(
            f"'group_owner_consent' holds {item!r}, which is not the id of a policy for the consent of owners of groups: these end with {_FOR_GROUPS}.",
            code="invalid_id",
            advice=f"Give an id such as {ALL_FOR_GROUPS}. What owners of teams and chats may consent to is never changed here.",
        )


@dataclasses.dataclass(frozen=True)
class ConsentPolicyCurrent:
    """The tenant as far as it could be read. None: not readable, or not asked for."""

    tenant: str = ""
    assigned: tuple[str, ...] | None = None  # the whole list, as it is spelled
    settings: ConsentSettings = dataclasses.field(default_factory=lambda: ConsentSettings(known=False))
    requests: ConsentRequests | None = None
    policy: t.Mapping[str, t.Any] | None = None  # the one that is wanted
    made: t.Mapping[str, t.Mapping[str, t.Any] | None] = dataclasses.field(default_factory=dict)  # with state restored, those that the record names
    missing_policies: tuple[str, ...] = ()  # among those that are to be assigned
    known_policies: tuple[str, ...] = ()  # all of the tenant, where one was looked for
    holder: t.Mapping[str, t.Any] | None = None  # the service principal that keeps the record
    predicted_holder: bool = False  # check mode: an earlier task would create it

    @property
    def record(self) -> PolicyRecord:
        """What is recorded."""
        return PolicyRecord.parse((self.holder or {}).get("notes"))

    @property
    def own(self) -> list[str] | None:
        """The policies for consent of one's own."""
        return None if self.assigned is None else [policy_id(entry) for entry in self.assigned if is_self(entry)]

    @property
    def owned(self) -> list[str] | None:
        """The entries about what people own, as they are spelled."""
        return None if self.assigned is None else [entry for entry in self.assigned if not is_self(entry)]


@dataclasses.dataclass
class PolicyState:
    """The values that a plan works on, before and after."""

    own: list[str] | None
    owned: list[str] | None
    settings: dict[str, str]
    requests: t.Any
    policy: dict[str, t.Any] | None
    made: dict[str, dict[str, t.Any] | None]
    record: PolicyRecord

    @classmethod
    def of(cls, current: ConsentPolicyCurrent) -> PolicyState:
        """From what was read."""
        requests = current.requests.shape() if current.requests else None
        made = {identifier: grant_policy.shape(found) for identifier, found in current.made.items()}
        return cls(current.own, current.owned, dict(current.settings.values), requests, grant_policy.shape(current.policy), made, current.record)

    def shape(self) -> dict[str, t.Any]:
        """For diff and result."""
        return {
            "user_consent": self.own,
            "owned_resource_consent": self.owned,
            "group_owner_consent": None if self.owned is None else policies_for_groups(self.owned),
            "consent_settings": group_settings.to_ansible(self.settings) if self.settings else None,
            "grant_policy": self.policy,
            "recorded_policies": [found for found in self.made.values() if found is not None],
            "admin_consent_requests": self.requests,
            "recorded": dict(self.record.entries),
        }
