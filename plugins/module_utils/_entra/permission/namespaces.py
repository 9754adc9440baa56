# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Namespaces of permissions: what comes before the first dot of a name, such as C(EnvironmentManagement) of C(EnvironmentManagement.Environments.Read).

The Power Platform API groups its permissions by them, see https://learn.microsoft.com/power-platform/admin/programmability-authentication-v2 and
https://learn.microsoft.com/power-platform/admin/programmability-permission-reference (read 2026-11-30). That they are compared without regard to case, like
whole names (inferred).
"""

from __future__ import annotations

import difflib
import typing as t

from ..._errors import OptionError
from ..._spelling import did_you_mean
from .catalogue import KIND_TYPES, ResourceApi
from .privileged import is_privileged

SUFFIX = ".*"  # how a whole namespace is written
OTHERS = ""  # the namespace of names without a dot


def namespace_of(name: str) -> str:
    """The namespace of a permission."""
    return name.partition(".")[0] if "." in name else OTHERS


def names_in(resource: ResourceApi, namespaces: t.Iterable[str], *, held: t.Collection[str] | None = None) -> list[str]:
    """The delegated permissions of whole namespaces, in the order of their names, as the API in this tenant offers them today.

    Those that the API has disabled are left out, except where permissions are taken away: then C(held) names what is there.
    Raises OptionError for namespaces that the API does not have.
    """
    offered = [one.name for one in resource.delegated if one.name and (one.enabled or held is not None)] + list(held or ())
    found: dict[str, None] = {}
    problems: list[str] = []
    for wanted in namespaces:
        mine = sorted((name for name in offered if namespace_of(name).lower() == wanted.lower()), key=str.lower)
        found |= dict.fromkeys(mine)
        if not mine and held is None:
            near = difflib.get_close_matches(wanted, sorted({namespace_of(name) for name in offered if "." in name}), n=3, cutoff=0.6)
            problems.append(f"{resource.display_name} has no delegated permission in a namespace {wanted!r}. {did_you_mean(near)}".rstrip())
    if problems:
        raise OptionError(" ".join(problems), code="permission_unknown", advice="Correct 'permissions'. Nothing was changed.")
    return list(found)


def browsable(principal: t.Mapping[str, t.Any]) -> dict[str, list[dict[str, t.Any]]]:
    """What an API offers, by namespace, from its service principal: the permissions that can be requested, in the order of their names."""
    app_id = str(principal.get("appId") or "")
    rows = [("delegated", row, row.get("adminConsentDisplayName")) for row in principal.get("oauth2PermissionScopes") or ()]
    rows += [("application", row, row.get("displayName")) for row in principal.get("appRoles") or () if "Application" in (row.get("allowedMemberTypes") or ())]
    found: dict[str, list[dict[str, t.Any]]] = {}
    for kind, row, text in sorted(rows, key=lambda one: (str(one[1].get("value") or "").lower(), list(KIND_TYPES).index(one[0]))):
        name = str(row.get("value") or "")
        if not name or not row.get("isEnabled", True):
            continue
        found.setdefault(namespace_of(name), []).append({
            "name": name,
            "id": str(row["id"]).lower(),
            "kind": kind,
            "description": text,
            # A user may consent to some delegated permissions; all others are an administrator's.
            "admin_consent": kind == "application" or row.get("type") != "User",
            "privileged": is_privileged(app_id, kind, name),
        })  # fmt: skip
    return dict(sorted(found.items(), key=lambda one: one[0].lower()))
