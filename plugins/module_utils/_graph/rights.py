# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which application permissions of Microsoft Graph a task needs, as the README documents them, and which of them a token cannot give. Pure.

Sources: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference (C(roles), C(scp), C(wids)) and
https://learn.microsoft.com/graph/permissions-reference; read 2026-11. The entry of C(wids) that tokens of applications hold and that is no directory role:
observed in public reports; not documented. That a permission which writes also reads what it writes (inferred).
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import ForbiddenError

Names = tuple[str, ...]

_ALL, _OWNED, _READ = "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", "Application.Read.All"
_DIRECTORY, _ORGANIZATION = "Directory.Read.All", "Organization.Read.All"
GRANT, ASSIGN = "DelegatedPermissionGrant.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"
APPLICATIONS, OWN_APPLICATIONS = _ALL, _OWNED
USER_CONSENT, GROUP_SETTINGS = "Policy.ReadWrite.Authorization", "GroupSettings.ReadWrite.All"
GRANT_POLICIES, CONSENT_REQUESTS = "Policy.ReadWrite.PermissionGrant", "Policy.ReadWrite.ConsentRequest"

# The README's table "Permissions": its first column without backticks, and the permissions of the second. A test compares both.
DOCUMENTED: t.Mapping[str, Names] = {
    "entra_app": (_OWNED,),
    "entra_app with adopt": (_ALL,),
    "entra_app with owners": (_OWNED, _DIRECTORY),
    "entra_app_info": (_READ,),
    "entra_service_principal of an own application": (_OWNED,),
    "entra_service_principal of a vendor's or Microsoft's application": (_ALL,),
    "entra_service_principal with assigned_to, also": (ASSIGN, _DIRECTORY),
    "entra_service_principal with app_role_assignment_required, also": (_DIRECTORY,),
    "entra_service_principal_info": (_READ, _ORGANIZATION),
    "entra_service_principal_info with include_access": (_DIRECTORY,),
    "entra_app_permission": (_OWNED,),
    "entra_app_permission with create_missing_service_principals": (_ALL,),
    "entra_admin_consent to delegated permissions": (GRANT, _READ),
    "entra_admin_consent to delegated permissions for one user": (GRANT, _DIRECTORY),
    "entra_admin_consent to application permissions": (ASSIGN, _DIRECTORY),
    "entra_client_secret": (_OWNED,),
    "entra_app_certificate": (_OWNED,),
    "entra_federated_credential": (_OWNED,),
    "entra_credential_proof": (_OWNED,),
    "entra_connection_info in the roles": (_OWNED, GRANT, _ORGANIZATION),
    "entra_connection_info for reports": (_DIRECTORY,),
    "entra_consent_policy with user_consent": (USER_CONSENT, _ALL),
    "entra_consent_policy with group_owner_consent": (USER_CONSENT, _ALL),
    "entra_consent_policy with grant_policy": (GRANT_POLICIES, _ALL),
    "entra_consent_policy with consent_settings": (GROUP_SETTINGS, _ALL),
    "entra_consent_policy with admin_consent_requests": (CONSENT_REQUESTS, _ALL, _DIRECTORY),
    "a change where tenant_id is a domain or expected_domain is set, also": (_ORGANIZATION,),
}

# What else may give a right. It is wider than the documentation of single calls: a task is refused only for what its token certainly cannot do.
_ALSO_GIVEN_BY: t.Mapping[str, Names] = {
    _READ: (_ALL, _OWNED, _DIRECTORY, "Directory.ReadWrite.All"),
    _OWNED: (_ALL, "AppRegistration.Create", "Directory.ReadWrite.All"),
    _ALL: ("Directory.ReadWrite.All",),
    GRANT: ("Directory.ReadWrite.All",),
    _ORGANIZATION: ("Organization.ReadWrite.All", _DIRECTORY, "Directory.ReadWrite.All"),
    CONSENT_REQUESTS: ("Directory.ReadWrite.All",),
    GROUP_SETTINGS: ("Group.ReadWrite.All", "Directory.ReadWrite.All"),
    _DIRECTORY: (
        "Directory.ReadWrite.All", "User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All",
        "GroupMember.Read.All",
    ),
}  # fmt: skip
# Entries of "wids" that are no directory role with rights: the one in tokens of applications, and what every user has.
_NO_ROLE = frozenset({"0997a1d0-0d1d-4acb-b408-d5ca73121e90", "b79fbf4d-3ef9-4689-8143-76b194e85509"})


@dataclasses.dataclass(frozen=True)
class Caller:
    """What a token says of the rights of the identity that it was issued to. Only one that ``is_telling`` says which rights are missing."""

    permissions: frozenset[str] = frozenset()
    is_telling: bool = False
    app_id: str = dataclasses.field(default="", compare=False)  # of an application that signs in by itself

    @classmethod
    def from_claims(cls, claims: t.Mapping[str, t.Any]) -> Caller:
        """From the claims of the token: no claims for one that cannot be read.

        What a person may do follows from directory roles as well, and so does what an application with one may do.
        """
        roles, wids = claims.get("roles", []), claims.get("wids")
        app_id = "" if "scp" in claims else str(claims.get("appid") or claims.get("azp") or "").lower()
        if "scp" in claims or not isinstance(roles, (list, tuple)) or not isinstance(wids, (list, tuple)):
            return cls(app_id=app_id)
        directory_roles = {str(one).lower() for one in wids} - _NO_ROLE
        return cls(frozenset(map(str, roles)), not directory_roles, app_id)

    def to_result(self) -> dict[str, t.Any]:
        """For the result of a module, so that a decision can go by it."""
        return {"permissions": sorted(self.permissions), "is_telling": self.is_telling}

    @classmethod
    def from_result(cls, result: t.Mapping[str, t.Any] | None) -> Caller:
        """From C(to_result); nothing is known without it."""
        found = result or {}
        return cls(frozenset(found.get("permissions") or ()), bool(found.get("is_telling")))


def gives(held: str, right: str) -> bool:
    """Whether the permission may give the right."""
    return held == right or held in _ALSO_GIVEN_BY.get(right, ())


def missing_rights(caller: Caller, needed: t.Iterable[str]) -> list[str]:
    """Those of the rights that the token certainly does not give, each once, in their order; none where the token does not tell."""
    if not caller.is_telling:
        return []
    return [right for right in dict.fromkeys(needed) if not any(gives(held, right) for held in caller.permissions)]


def uncertain_rights(held: t.Iterable[str], needed: t.Iterable[str]) -> list[str]:
    """Those of the rights that the permissions do not certainly give, each once: what may be given by another one, or by a directory role, does not count."""
    has = set(held)
    return [right for right in dict.fromkeys(needed) if right not in has and not (right == _OWNED and _ALL in has)]


def check_rights(caller: Caller, needed: t.Iterable[str], *, tenant: str, other_way: str = "") -> None:
    """Say all that is missing at once, while nothing is written yet. ``other_way`` is what the operator can do instead.

    Raises ForbiddenError where the token certainly does not give what is needed.
    """
    missing = missing_rights(caller, needed)
    if not missing:
        return
    several = len(missing) > 1
    raise ForbiddenError(
        f"The automation identity lacks the permission{'s' if several else ''} {listed(missing)} in tenant {tenant} for what is left to do there. "
        "Nothing was written.",
        code="permissions_missing",
        tenant=tenant,
        outcome="refused",
        advice=f"Grant {'them' if several else 'it'} as application permission{'s' if several else ''} of Microsoft Graph with admin consent, or give the "
        f"identity ('entra_auth' of the roles) a directory role that includes {'them' if several else 'it'}.{f' {other_way}' if other_way else ''}",
        details={"missing_permissions": missing},
    )


def rights_of(module: str, options: t.Mapping[str, t.Any]) -> Names:
    """What the README documents for a task of the module with these options, each once; nothing for a module that is not in its table."""
    found: list[str] = []
    for row in _ROWS[module](options) if module in _ROWS else ():
        found += DOCUMENTED[f"{module} {row}".strip()]
    if found and _names_a_domain(options):
        found += DOCUMENTED["a change where tenant_id is a domain or expected_domain is set, also"]
    # Who may write all applications need not be told of reading them, or of writing its own.
    return tuple(right for right in dict.fromkeys(found) if right == _ALL or _ALL not in found or not gives(_ALL, right))


def _application(options: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    yield ""
    yield from ("with owners",) if options.get("owners") else ()
    yield from ("with adopt",) if options.get("adopt") else ()


def _service_principal(options: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    yield "of a vendor's or Microsoft's application" if options.get("expected_publisher_tenant_id") else "of an own application"
    yield from ("with assigned_to, also",) if options.get("assigned_to") else ()
    yield from ("with app_role_assignment_required, also",) if options.get("app_role_assignment_required") else ()


def _consent(options: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    rows = options.get("permissions")
    if rows is None or any(row.get("delegated") or row.get("namespaces") for row in rows):
        yield "to delegated permissions for one user" if options.get("principal") else "to delegated permissions"
    if any(row.get("application") for row in rows or ()):
        yield "to application permissions"


_OF_CONSENT_POLICIES = ("user_consent", "group_owner_consent", "grant_policy", "consent_settings", "admin_consent_requests")


def _policy(options: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    yield from (f"with {name}" for name in _OF_CONSENT_POLICIES if options.get(name))


def _once(options: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    yield ""


_ROWS: t.Mapping[str, t.Callable[[t.Mapping[str, t.Any]], t.Iterable[str]]] = {
    "entra_app": _application,
    "entra_app_info": _once,
    "entra_service_principal": _service_principal,
    "entra_service_principal_info": lambda options: ["", *(["with include_access"] if options.get("include_access") else [])],
    "entra_app_permission": lambda options: ["", *(["with create_missing_service_principals"] if options.get("create_missing_service_principals") else [])],
    "entra_admin_consent": _consent,
    "entra_client_secret": _once,
    "entra_app_certificate": _once,
    "entra_federated_credential": _once,
    "entra_credential_proof": _once,
    "entra_connection_info": lambda options: ["in the roles" if options.get("role") else "for reports"],
    "entra_consent_policy": _policy,
}


def _names_a_domain(options: t.Mapping[str, t.Any]) -> bool:
    return "." in str(options.get("tenant_id") or "") or bool(options.get("expected_domain"))


@dataclasses.dataclass(frozen=True)
class TaskRights:
    """What a task needs, and whose token it has: for the advice after a refusal."""

    needed: Names
    caller: Caller

    def advice(self, call: str) -> str:
        """What the identity needs, or an empty text where the table of the README has nothing to say.

        ``call`` names what the refused call needs at least (C(least_permissions)). What the task needs besides is said with it, so that an operator who
        grants it meets no further refusal.
        """
        if not self.needed or not _covers(self.needed, call):
            return ""
        missing = missing_rights(self.caller, self.needed)
        what = f"lacks {listed(missing)} of {listed(self.needed)}" if missing and missing != list(self.needed) else f"needs {listed(self.needed)}"
        return f"For this task the automation identity {what} (application permissions with admin consent), or a directory role that includes it."


def _covers(needed: t.Iterable[str], call: str) -> bool:
    """Whether one of the rights lets the call through, so that the whole list explains the refusal."""
    return not call or any(right in call or any(name in call for name in _also_gives(right)) for right in needed)


def _also_gives(right: str) -> list[str]:
    return [name for name, others in _ALSO_GIVEN_BY.items() if right in others]


def listed(names: t.Iterable[str]) -> str:
    """Names as words: with commas, and "and" before the last."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
