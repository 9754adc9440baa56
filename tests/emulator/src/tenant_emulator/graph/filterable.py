# SPDX-License-Identifier: GPL-3.0-or-later
"""Which properties the directory filters by, and with which operators."""

from __future__ import annotations

Operators = frozenset[str] | None  # None: where nothing is said about single operators, all are taken

_NEGATABLE = ("eq", "ne", "not")


def _with(*operators: str) -> frozenset[str]:
    return frozenset(operators)


_LIST = _with("any", "eq", "startswith")
_TEXT = _with(*_NEGATABLE, "ge", "le", "startswith")

REDIRECT_URIS = ("web/redirectUris", "spa/redirectUris", "publicClient/redirectUris")

FILTERABLE: dict[str, dict[str, Operators]] = {
    "application": {
        "id": _with(*_NEGATABLE, "in"),
        "appId": _with(*_NEGATABLE, "in", "startswith"),
        "createdDateTime": _with(*_NEGATABLE, "ge", "le", "in"),
        "description": _TEXT,
        "displayName": _TEXT | {"in"},
        "identifierUris": _LIST,
        "info": _with("eq", "not", "ge", "le"),
        "keyCredentials": _with("any", "eq", "not", "ge", "le"),
        "publisherDomain": _with("eq", "ne", "ge", "le", "startswith"),
        "requiredResourceAccess": _with("any", "eq", "not", "ge", "le"),
        "signInAudience": _with(*_NEGATABLE),
        "tags": _LIST | {"not", "ge", "le"},
        **dict.fromkeys(REDIRECT_URIS, _LIST),
    },
    "servicePrincipal": dict.fromkeys(
        (
            "id",
            "accountEnabled",
            "alternativeNames",
            "appId",
            "applicationTemplateId",
            "appOwnerOrganizationId",
            "appRoleAssignmentRequired",
            "description",
            "displayName",
            "servicePrincipalNames",
            "servicePrincipalType",
            "tags",
        )
    ),
    "user": dict.fromkeys(
        ("id", "displayName", "userPrincipalName", "mail", "givenName", "surname", "accountEnabled", "userType", "mailNickname")
        + ("proxyAddresses", "otherMails", "deletedDateTime", "jobTitle", "department", "createdDateTime")
    ),
    "group": dict.fromkeys(("id", "displayName", "mail", "mailNickname", "securityEnabled", "mailEnabled", "groupTypes", "deletedDateTime")),
    "oAuth2PermissionGrant": dict.fromkeys(("clientId", "consentType", "principalId", "resourceId"), _with("eq")),
    "appRoleAssignment": {"resourceId": _with("eq"), "principalDisplayName": _with("eq", "startswith")},
    "federatedIdentityCredential": dict.fromkeys(("id", "name", "subject"), _with("eq")),
    "appManagementPolicy": dict.fromkeys(("id", "displayName")),
    "directoryObject": {"id": None},
    "domain": {"id": None},
    # https://learn.microsoft.com/graph/api/contract-list (read 2026-12-01): by these three; with which operators is not said.
    "contract": dict.fromkeys(("customerId", "defaultDomainName", "displayName")),
}

# A filter on these is an advanced query, whatever the operator.
ADVANCED = {"application": frozenset(REDIRECT_URIS)}

# Filters on these are comparisons that all have to hold.
ONLY_AND = frozenset({"oAuth2PermissionGrant"})
