# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The delegated scopes of Microsoft Graph that Okta's connector asks for, and the profiles that an operator can choose.

Sources: https://help.okta.com/wf/en-us/Content/Topics/Workflows/connector-reference/office365admin/overviews/authorization.htm (the scopes; some of its lines
hold two), https://learn.microsoft.com/graph/permissions-reference (which need an administrator),
https://learn.microsoft.com/graph/api/resources/privilegedaccess and https://learn.microsoft.com/graph/api/tiindicators-list (two of the retired); read
2026-11. What the profile C(directory) needs (inferred).
"""

from __future__ import annotations

import typing as t

# The 62 that the vendor's page asks for, by who can consent to them. The page glues ten of them together in five lines and names one twice.
USER_SCOPES: t.Final = (
    "Analytics.Read",
    "Bookings.ReadWrite.All",
    "Calendars.ReadWrite",
    "Calendars.ReadWrite.Shared",
    "Chat.ReadWrite",
    "Contacts.Read",
    "Contacts.ReadWrite",
    "Contacts.ReadWrite.Shared",
    "email",
    "Files.ReadWrite.All",
    "Financials.ReadWrite.All",
    "Mail.ReadWrite.Shared",
    "Mail.Send.Shared",
    "MailboxSettings.ReadWrite",
    "Notes.Create",
    "Notes.ReadWrite.All",
    "Notifications.ReadWrite.CreatedByApp",
    "offline_access",
    "openid",
    "profile",
    "Tasks.ReadWrite",
    "Tasks.ReadWrite.Shared",
    "UserActivity.ReadWrite.CreatedByApp",
)
ADMIN_SCOPES: t.Final = (
    "AccessReview.ReadWrite.All",
    "AccessReview.ReadWrite.Membership",
    "AdministrativeUnit.ReadWrite.All",
    "Agreement.ReadWrite.All",
    "AgreementAcceptance.Read.All",
    "AppCatalog.ReadWrite.All",
    "DeviceManagementApps.ReadWrite.All",
    "DeviceManagementConfiguration.ReadWrite.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "DeviceManagementManagedDevices.ReadWrite.All",
    "DeviceManagementRBAC.ReadWrite.All",
    "DeviceManagementServiceConfig.ReadWrite.All",
    "Directory.AccessAsUser.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
    "EduAdministration.ReadWrite",
    "Group.ReadWrite.All",
    "IdentityProvider.ReadWrite.All",
    "IdentityRiskEvent.Read.All",
    "IdentityRiskyUser.Read.All",
    "Member.Read.Hidden",
    "OnPremisesPublishingProfiles.ReadWrite.All",
    "Organization.ReadWrite.All",
    "People.Read.All",
    "Place.Read.All",
    "Policy.Read.All",
    "Policy.ReadWrite.TrustFramework",
    "PrivilegedAccess.ReadWrite.AzureAD",
    "PrivilegedAccess.ReadWrite.AzureResources",
    "ProgramControl.ReadWrite.All",
    "Reports.Read.All",
    "RoleManagement.ReadWrite.Directory",
    "SecurityActions.ReadWrite.All",
    "SecurityEvents.ReadWrite.All",
    "Sites.FullControl.All",
    "ThreatIndicators.ReadWrite.OwnedBy",
    "User.Invite.All",
    "User.Read.All",
    "User.ReadWrite.All",
)
VENDOR_SCOPES: t.Final = (*USER_SCOPES, *ADMIN_SCOPES)

# Their APIs are retired or about to be; the README of the role says which and when.
RETIRED_SCOPES: t.Final = (
    "AccessReview.ReadWrite.Membership",
    "Notifications.ReadWrite.CreatedByApp",
    "PrivilegedAccess.ReadWrite.AzureAD",
    "PrivilegedAccess.ReadWrite.AzureResources",
    "ProgramControl.ReadWrite.All",
    "ThreatIndicators.ReadWrite.OwnedBy",
)

PROFILES: t.Final[t.Mapping[str, t.Sequence[str]]] = {
    "full": VENDOR_SCOPES,
    "current": tuple(scope for scope in VENDOR_SCOPES if scope not in RETIRED_SCOPES),
    # The least for flows about users, groups and licences.
    "directory": ("email", "openid", "profile", "offline_access", "Directory.Read.All", "Group.ReadWrite.All", "User.ReadWrite.All"),
}


def scopes_of(profile: str, custom: t.Sequence[str]) -> list[str]:
    """The scopes of a profile; those that the operator lists for the profile C(custom), and for a name that is no profile."""
    return list(PROFILES.get(profile, custom))


def admin_note() -> str:
    """Why opening the tenant to the consent of its users does not help the connection much."""
    return f"{len(ADMIN_SCOPES)} of the {len(VENDOR_SCOPES)} scopes that the vendor asks for need an administrator's consent whatever these settings are."
