# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a tier may ask for, by its name."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.identity.tiers import BASE_PERMISSIONS, automation_tiers
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

README = Path(__file__).resolve().parents[6] / "README.md"
GRANT = "application:DelegatedPermissionGrant.ReadWrite.All"
ALL = "Application.ReadWrite.All"


def tier(name: str = "base", permissions: t.Any = BASE_PERMISSIONS, accepted: t.Sequence[str] = (GRANT,), **more: t.Any) -> dict[str, t.Any]:
    names = {"name": name, "unique_name": f"fleet-{name}", "display_name": f"Fleet {name}"}
    return {**names, "permissions": list(permissions), "accept_privileged": list(accepted), **more}


def checked(*tiers: t.Any) -> list[dict[str, t.Any]]:
    return t.cast("list[dict[str, t.Any]]", automation_tiers({"tiers": list(tiers)})["tiers"])


def test_base_is_what_the_readme_names_for_workspace_365() -> None:
    table = README.read_text().partition("| Permission | Id | For |\n|---|---|---|\n")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines()]
    assert [re.findall(r"`([^`]+)`", row)[0] for row in rows if "recommended" not in row] == list(BASE_PERMISSIONS)


@pytest.mark.parametrize(
    "one",
    [
        tier(),
        tier("Base", [name.lower() for name in BASE_PERMISSIONS], [GRANT.replace("G", "g")]),
        tier("privileged", [ALL], [f"application:{ALL}"]),
        tier("okta", [ALL, "Organization.Read.All"], [f"application:{ALL}"]),
        tier("reports", ["Organization.Read.All"], []),
    ],
)
def test_taken(one: dict[str, t.Any]) -> None:
    (found,) = checked(one)
    assert found == {**one, "requested": [{"resource": "Microsoft Graph", "application": one["permissions"]}]}


def test_what_is_asked_of_other_apis() -> None:
    other = {"resource": "Power Platform API", "application": ["AppManagement.Read"]}
    (found,) = checked(tier("power", ["Organization.Read.All"], [], other_permissions=[other]))
    assert found["requested"] == [{"resource": "Microsoft Graph", "application": ["Organization.Read.All"]}, other]
    (found,) = checked(tier("power", [], [], other_permissions=[other]))
    assert found["requested"] == [other]


@pytest.mark.parametrize(
    ("one", "words"),
    [
        pytest.param(tier("base", [*BASE_PERMISSIONS, "User.Read.All"]), "it has User.Read.All on top", id="more"),
        pytest.param(tier("base", BASE_PERMISSIONS[:2]), "it lacks Organization.Read.All", id="less"),
        pytest.param(tier("base", [ALL], [f"application:{ALL}"]), "it has Application.ReadWrite.All on top and it lacks Application", id="power in its place"),
        pytest.param(tier("BASE", [*BASE_PERMISSIONS, ALL]), "asks for exactly", id="in another spelling"),
        pytest.param(
            tier(other_permissions=[{"resource": "Dataverse", "application": ["user_impersonation"]}]),
            r"user_impersonation \(Dataverse\) on top",
            id="another API",
        ),
        pytest.param(tier(accepted=[]), r"add to its 'accept_privileged': \['application:DelegatedPermissionGrant", id="base, not accepted"),
        pytest.param(tier("okta", [ALL], []), "call the tier 'privileged' or keep its name, and add", id="power under another name"),
        pytest.param(tier("privileged", [ALL], []), "If it is intended, add to its", id="privileged, not accepted"),
        pytest.param(tier("okta", [ALL], [f"delegated:{ALL}"]), "does not accept that", id="accepted as another kind"),
        pytest.param(
            tier("x", [], [], other_permissions=[{"resource": "https://graph.microsoft.com", "application": [ALL]}]),
            "does not accept",
            id="Graph by its address",
        ),
        pytest.param(tier("x", ["RoleManagement.ReadWrite.Directory"], [f"application:{ALL}"]), "asks for RoleManagement", id="another is accepted"),
        pytest.param(tier(name=""), "entry 1 has no 'name'", id="no name"),
        pytest.param(tier(unique_name=None), "entry 1 has no 'unique_name'", id="no unique name"),
        pytest.param("base", "entry 1 is no mapping", id="no mapping"),
        pytest.param({**tier("x"), "permissions": "User.Read.All"}, "'permissions' of the tier 'x' is no list of names", id="a text"),
        pytest.param({**tier("x"), "permissions": None}, "'permissions' of the tier 'x' is no list of names", id="no permissions"),
        pytest.param(tier("x", []), "'permissions' of the tier 'x' is no list of names", id="nothing at all"),
        pytest.param({**tier("x"), "permissions": [""]}, "'permissions' of the tier 'x' is no list of names", id="an empty one"),
        pytest.param(tier("x", other_permissions={"resource": "Dataverse"}), "'other_permissions' of the tier 'x' is no list", id="others of another shape"),
        pytest.param(
            tier("x", other_permissions=[{"resource": "Dataverse"}]), "'other_permissions' of the tier 'x' is no list", id="others without permissions"
        ),
        pytest.param(tier(accepted=["application:*"]), "wildcards are not accepted", id="a wildcard"),
    ],
)
def test_refused(one: t.Any, words: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked(one)
    assert re.search(words, caught.value.sentence()), caught.value.sentence()


@pytest.mark.parametrize(
    ("tiers", "words"),
    [
        (None, "it is no list of tiers"),
        ([], "it is no list of tiers"),
        ({"base": tier()}, "it is no list of tiers"),
        ([tier(), tier("Base", unique_name="other")], "two tiers have the 'name' 'base'"),
        ([tier(), tier("x", ["Organization.Read.All"], [], unique_name="Fleet-Base")], "two tiers have the 'unique_name' 'fleet-base'"),
        ([tier("reports", ["Organization.Read.All"], []), tier("privileged", [ALL], [])], "the tier 'privileged' asks for"),
    ],
)
def test_all_of_them(tiers: t.Any, words: str) -> None:
    with pytest.raises(OptionError, match=words) as caught:
        automation_tiers({"tiers": tiers})
    assert "automation_identity_tiers" in caught.value.message and "Nothing was registered." in caught.value.message
