# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What Entra allows in an application, checked before the first write so that a refusal is a sentence about an option.

Sources: https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation (all limits, also those of personal accounts) and
https://learn.microsoft.com/graph/api/resources/application (the length of a description); read 2026-11. That
an identifier URI must not end with a slash was observed in public reports; it is not documented. Left to Entra are the page's limits of 10 APIs of other
tenants and of about 1000 entries in all collections together, and its refusal of wildcards in identifier URIs and of http://localhost as a logout URL.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from ..._errors import OptionError
from ..common.tags import is_reserved
from . import redirect_uris

PERSONAL_AUDIENCES = ("AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")
# Who can sign in, for telling a narrower audience from a wider one.
_REACH = {
    "AzureADMyOrg": {"own"},
    "AzureADMultipleOrgs": {"own", "other"},
    "AzureADandPersonalMicrosoftAccount": {"own", "other", "personal"},
    "PersonalMicrosoftAccount": {"personal"},
}
_MAX_PERSONAL_SECRETS = 2
LONGEST_DESCRIPTION = 1024


def is_personal(audience: str | None) -> bool:
    """Whether personal Microsoft accounts can sign in."""
    return audience in PERSONAL_AUDIENCES


def narrows(before: str | None, after: str | None) -> bool:
    """Whether an account that can sign in now would lose access."""
    return not _REACH.get(before or "AzureADMyOrg", set()) <= _REACH.get(after or "AzureADMyOrg", set())


def _refuse(message: str, code: str, **details: t.Any) -> t.NoReturn:
    raise OptionError(message, code=code, details=details)


def check_url(option: str, url: str | None, *, https_only: bool = False, length: int = 255) -> None:
    """A home page, logout or information URL."""
    if not url:
        return
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host:
        _refuse(f"'{option}' has to be a URL that begins with https://, '{url}' is not.", "invalid_url")
    if https_only and parts.scheme == "http" and host != "localhost":
        _refuse(f"'{option}' has to begin with https:// (http is allowed for localhost only): '{url}'.", "invalid_url")
    if len(url) > length:
        _refuse(f"'{option}' has {len(url)} characters, {length} are allowed.", "invalid_url")


def check_description(text: str | None) -> None:
    """The text for users."""
    if len(text or "") > LONGEST_DESCRIPTION:
        _refuse(f"'description' has {len(text or '')} characters, {LONGEST_DESCRIPTION} are allowed.", "description_too_long")


def check_tags(tags: t.Sequence[str], *, removing: bool = False) -> None:
    """Tags that a user may write."""
    verb = "removed" if removing else "set"
    for tag in tags:
        if is_reserved(tag):
            _refuse(f"The tag '{tag}' cannot be {verb}: tags that begin with tkc: belong to this collection.", "reserved_tag")
        if not 1 <= len(tag) <= 256:
            _refuse(f"A tag has 1 to 256 characters, this one has {len(tag)}: '{tag[:40]}'.", "invalid_tag")
        if any(char.isspace() for char in tag):
            _refuse(f"A tag must not contain white space: '{tag}'.", "invalid_tag")
    doubled = sorted({tag for tag in tags if tags.count(tag) > 1})
    if doubled:
        _refuse(f"These tags are given twice: {', '.join(doubled)}.", "invalid_tag")


def check_identifier_uris(uris: t.Sequence[str]) -> None:
    """Identifier URIs, whatever the audience."""
    for uri in uris:
        if ":" not in uri or any(char.isspace() for char in uri):
            _refuse(f"The identifier URI '{uri}' is not a URI such as api://<app id> or https://app.contoso.com/api.", "invalid_identifier_uri")
        if len(uri) > 255:
            _refuse(f"The identifier URI '{uri}' has {len(uri)} characters, 255 are allowed.", "invalid_identifier_uri")
        if uri.endswith("/"):
            _refuse(f"The identifier URI '{uri}' ends with a slash, which Entra refuses. Write it as {uri.rstrip('/')}.", "invalid_identifier_uri")


def _check_personal_identifier_uris(uris: t.Sequence[str]) -> None:
    if len(uris) > 50:
        _refuse(f"{len(uris)} identifier URIs are too many, an application for personal accounts has at most 50.", "invalid_identifier_uri")
    for uri in uris:
        if len(uri) > 120 or uri.lower().startswith("urn:") or any(char in uri for char in "?#*"):
            _refuse(
                f"The identifier URI '{uri}' is not possible in an application for personal accounts: at most 120 characters, no urn, query, "
                "fragment or wildcard.",
                "invalid_identifier_uri",
            )


def check_permissions(required: t.Sequence[t.Mapping[str, t.Any]], *, personal: bool, described: str) -> None:
    """The limits on requested permissions, in Graph's C(requiredResourceAccess) shape."""
    counts = [len(resource.get("resourceAccess") or []) for resource in required]
    total, limit = sum(counts), 200 if personal else 400
    if len(counts) > 50:
        _refuse(f"The {described} would request permissions of {len(counts)} APIs, 50 are allowed.", "too_many_permissions")
    if total > limit:
        _refuse(f"The {described} would request {total} permissions, {limit} are allowed.", "too_many_permissions")
    if personal and counts and max(counts) > 30:
        _refuse(
            f"The {described} would request {max(counts)} permissions of one API, an application for personal accounts may request 30.",
            "too_many_permissions",
        )


def check_final(
    after: t.Mapping[str, t.Any],
    changed: t.Collection[str],
    app: t.Mapping[str, t.Any],
    described: str,
) -> list[str]:
    """Look at an application as it would be after the writes; C(app) is Graph's object before them.

    Only what is about to change is judged, so that an application that exceeds a limit already can still be managed.
    Returns warnings.
    """
    personal = is_personal(after["sign_in_audience"])
    becomes_personal = personal and "sign_in_audience" in changed
    limit = 90 if personal else 120
    if len(after["display_name"] or "") > limit and (becomes_personal or "display_name" in changed):
        why = " when personal accounts can sign in" if personal else ""
        _refuse(f"The display name '{after['display_name']}' has {len(after['display_name'])} characters, {limit} are allowed{why}.", "display_name_too_long")
    if becomes_personal or "redirect_uris" in changed:
        redirect_uris.check_total(after["redirect_uris"], personal=personal, described=described)
        if personal:
            for platform, uris in after["redirect_uris"].items():
                for uri in uris:
                    redirect_uris.check_personal(uri, platform)
    if personal and (becomes_personal or "identifier_uris" in changed):
        _check_personal_identifier_uris(after["identifier_uris"])
    if becomes_personal or "required_resource_access" in changed:
        check_permissions(app.get("requiredResourceAccess") or [], personal=personal, described=described)
    return _check_becomes_personal(app, described) if becomes_personal else []


def _check_becomes_personal(app: t.Mapping[str, t.Any], described: str) -> list[str]:
    roles = [str(role.get("value") or role.get("displayName")) for role in app.get("appRoles") or []]
    if roles:
        _refuse(
            f"The {described} defines the app roles {', '.join(roles)}; an application for personal accounts must not have any.",
            "app_roles_not_allowed",
        )
    secrets = [f"'{secret.get('displayName')}' (key id {secret.get('keyId')})" for secret in app.get("passwordCredentials") or []]
    if len(secrets) > _MAX_PERSONAL_SECRETS:
        _refuse(
            f"The {described} has {len(secrets)} client secrets, an application for personal accounts may have {_MAX_PERSONAL_SECRETS}: {', '.join(secrets)}.",
            "too_many_secrets",
        )
    if len(secrets) == _MAX_PERSONAL_SECRETS:
        return [
            f"The {described} has no free slot for a client secret once personal accounts can sign in: {' and '.join(secrets)} take the "
            f"{_MAX_PERSONAL_SECRETS} that are allowed, so a secret cannot be renewed before one of them is removed."
        ]
    return []
