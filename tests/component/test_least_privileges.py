# SPDX-License-Identifier: GPL-3.0-or-later
"""What the look of each role says with a set of permissions: a status, all that is certainly missing at once, or a refusal that names what is documented."""

from __future__ import annotations

import importlib
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.rights import APPLICATIONS, GRANT, OWN_APPLICATIONS
from support.identities import PACKAGE, Identity
from tenant_emulator.testing import Emulator

ORGANIZATION, READ, DIRECTORY = "Organization.Read.All", "Application.Read.All", "Directory.Read.All"
GRAPH = "00000003-0000-0000-c000-000000000000"
NAME = "least"
# What each role takes, and the variable with which it goes on where a consent may not be read.
ROLES: dict[str, tuple[str, dict[str, t.Any], str]] = {
    "workspace365": (
        "_products.workspace365.decisions",
        {
            "workspace365_instance_url": "https://portal.workspace365.net",
            "workspace365_environment": "contoso",
            "workspace365_unique_name": NAME,
            "workspace365_display_name": NAME,
        },
        "workspace365_consent: none",
    ),
    "workato": (
        "_products.workato.decisions",
        {"workato_unique_name": NAME, "workato_display_name": NAME, "workato_api_token": "token", "workato_permissions": "directory"},
        "workato_consent: none",
    ),
    "power_platform": (
        "_products.power_platform.decisions",
        {
            "power_platform_unique_name": NAME,
            "power_platform_display_name": NAME,
            "power_platform_permissions": ["EnvironmentManagement.Environments.Read"],
        },
        "power_platform_consent: none",
    ),
    "entra_connector": (
        "_entra.connector.decisions",
        {
            "entra_connector_name": NAME,
            "entra_connector_app": {"unique_name": NAME, "display_name": NAME},
            "entra_connector_permissions": [{"resource": GRAPH, "delegated": ["User.Read"]}],
        },
        "entra_connector_consent_wanted: false",
    ),
}
HANDED_OFF, FAILS = "hand_off", "fail"


class Missing(tuple[str, ...]):
    """All that is said to be missing before the first write."""


class Refused(tuple[str, ...]):
    """What a refusal of the service names."""


OPEN = "not_connected"
# The permissions of the identity, what becomes of a consent that it may not give, and what the look of a new connection ends with.
NEW: list[tuple[tuple[str, ...], str, object]] = [
    ((), HANDED_OFF, Refused((OWN_APPLICATIONS, GRANT, ORGANIZATION))),
    ((OWN_APPLICATIONS,), HANDED_OFF, Refused((GRANT, ORGANIZATION))),
    ((ORGANIZATION,), HANDED_OFF, Refused((OWN_APPLICATIONS, GRANT))),
    ((READ, ORGANIZATION), HANDED_OFF, Missing((OWN_APPLICATIONS,))),
    ((READ, ORGANIZATION), FAILS, Missing((OWN_APPLICATIONS, GRANT))),
    ((DIRECTORY,), HANDED_OFF, Missing((OWN_APPLICATIONS,))),
    ((DIRECTORY,), FAILS, Missing((OWN_APPLICATIONS, GRANT))),
    ((READ, ORGANIZATION, GRANT), FAILS, Missing((OWN_APPLICATIONS,))),
    ((OWN_APPLICATIONS, ORGANIZATION), HANDED_OFF, OPEN),
    ((OWN_APPLICATIONS, ORGANIZATION), FAILS, Missing((GRANT,))),
    ((OWN_APPLICATIONS, ORGANIZATION, GRANT), FAILS, OPEN),
    ((APPLICATIONS, ORGANIZATION), HANDED_OFF, OPEN),
    ((APPLICATIONS, ORGANIZATION), FAILS, Missing((GRANT,))),
    ((APPLICATIONS, ORGANIZATION, GRANT), FAILS, OPEN),
]
UNKNOWN, WAITS = "consent_not_assessed", "awaiting_consent"
# The same of an application of the identity's own that an administrator has consented to, or nobody.
MADE: list[tuple[tuple[str, ...], str, bool, object]] = [
    ((OWN_APPLICATIONS, ORGANIZATION), HANDED_OFF, True, UNKNOWN),
    ((OWN_APPLICATIONS, ORGANIZATION), HANDED_OFF, False, UNKNOWN),
    ((OWN_APPLICATIONS, ORGANIZATION), FAILS, True, Refused((GRANT,))),
    ((OWN_APPLICATIONS, DIRECTORY), HANDED_OFF, False, WAITS),
    ((OWN_APPLICATIONS, DIRECTORY), FAILS, False, Missing((GRANT,))),
    ((OWN_APPLICATIONS, ORGANIZATION, GRANT), FAILS, False, WAITS),
]


class Contoso(Identity):
    """An identity in contoso, and the look of a role with it."""

    def look(self, role: str, on_forbidden: str) -> Execution:
        """As the role asks for it, outside any job."""
        module, variables, _variable = ROLES[role]
        own: dict[str, t.Any] = {f"{role}_consent_on_forbidden": on_forbidden}
        if role == "entra_connector":
            own = {"entra_connector_consent": {"on_forbidden": on_forbidden}}
        connection = importlib.import_module(f"{PACKAGE}.module_utils.{module}").CONNECTION({**variables, **own}, host="contoso", check_mode=False)
        return self.run("entra_connection_info", **connection["look"], handed_on=True)


def ends_with(outcome: Execution, expected: object) -> dict[str, t.Any]:
    """Assert how a look ended. Returns its connection, or the failure."""
    if isinstance(expected, (Missing, Refused)):
        assert outcome.failed, outcome.result
        failure = outcome.result["failure"]
        assert failure["kind"] == "forbidden" and all(name in outcome.result["msg"] for name in expected), outcome.result
        if isinstance(expected, Missing):
            assert failure["details"]["missing_permissions"] == list(expected) and "Nothing was written" in outcome.result["msg"]
        else:
            assert failure["http_status"] == 403 and "For this task the automation identity" in outcome.result["msg"]
        return t.cast("dict[str, t.Any]", failure)
    assert not outcome.failed, outcome.result
    assert outcome.result["connection"]["status"] == expected
    return t.cast("dict[str, t.Any]", outcome.result["connection"])


def for_the_role(role: str, permissions: tuple[str, ...], expected: object) -> object:
    """Power Platform's API has no service principal in a new tenant: making one takes the right to all applications, said with the rest."""
    if role != "power_platform" or isinstance(expected, Refused) or APPLICATIONS in permissions:
        return expected
    return Missing((APPLICATIONS, *(expected if isinstance(expected, Missing) else ())))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("permissions", "on_forbidden", "expected"), NEW)
def test_a_new_connection(role: str, permissions: tuple[str, ...], on_forbidden: str, expected: object, emulator: Emulator) -> None:
    outcome = Contoso(emulator, permissions).look(role, on_forbidden)
    found = ends_with(outcome, for_the_role(role, permissions, expected))
    if isinstance(expected, Missing) and expected == (GRANT,) and role != "power_platform":
        variable = "entra_connector_consent" if role == "entra_connector" else f"{role}_consent_on_forbidden"
        assert variable in found["advice"]
    assert emulator.writes() == []


@pytest.mark.parametrize(
    ("permissions", "on_forbidden", "expected"),
    [
        ((OWN_APPLICATIONS, ORGANIZATION), HANDED_OFF, OPEN),
        ((OWN_APPLICATIONS, DIRECTORY), HANDED_OFF, OPEN),
        ((OWN_APPLICATIONS, ORGANIZATION, GRANT), FAILS, OPEN),
    ],
)
def test_power_platform_where_its_api_is_known(permissions: tuple[str, ...], on_forbidden: str, expected: object, emulator: Emulator) -> None:
    """What its README says: the right to all applications makes one service principal."""
    emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": "8578e004-a5c6-46e7-913e-12f58912df43"})
    ends_with(Contoso(emulator, permissions).look("power_platform", on_forbidden), expected)


def test_what_okta_only_looks_at_takes_one_permission(emulator: Emulator) -> None:
    """What its README says: Directory.Read.All reads what the other two of its row read."""
    vendor, user = "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745", "service@contoso.com"
    emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": vendor})
    identity = Contoso(emulator, (DIRECTORY,))
    wanted = [{"resource": GRAPH, "delegated": ["User.Read"]}]
    asks = [
        ("entra_service_principal_info", {"app_id": vendor, "include_access": True}),
        ("entra_admin_consent", {"app_id": vendor, "permissions": wanted, "principal": user, "mode": "report"}),
    ]
    for module, options in asks:
        outcome = identity.run(module, **options)
        assert not outcome.failed, outcome.result


@pytest.mark.parametrize(
    ("permissions", "hidden"),
    [
        ((READ,), ["authorization policy", "group settings", "policy for such requests"]),
        ((READ, "GroupSettings.Read.All"), ["authorization policy", "policy for such requests"]),
        ((READ, "Policy.Read.All"), ["group settings"]),
        ((READ, "Policy.Read.All", "GroupSettings.Read.All"), []),
    ],
)
def test_settings_that_may_not_be_read_are_not_assessed(permissions: tuple[str, ...], hidden: list[str], emulator: Emulator) -> None:
    """A task that manages none of them says which it could not see, and is otherwise as if it had not looked."""
    outcome = Contoso(emulator, permissions).run("entra_consent_policy")
    assert not outcome.failed and not outcome.result["changed"], outcome.result
    said = outcome.result["consent_policy"]["not_assessed"]
    assert len(said) == len(hidden) and all(words in text for words, text in zip(hidden, said, strict=True)), said


@pytest.mark.parametrize("role", ["workspace365", "workato", "entra_connector"])
@pytest.mark.parametrize(("permissions", "on_forbidden", "consented", "expected"), MADE)
def test_a_connection_that_is_there(role: str, permissions: tuple[str, ...], on_forbidden: str, consented: bool, expected: object, emulator: Emulator) -> None:
    """What may not be read is not told as missing, also after an administrator consented."""
    identity = Contoso(emulator, permissions)
    maker = Contoso(emulator, (APPLICATIONS, GRANT, ORGANIZATION))
    seen = maker.look(role, HANDED_OFF).result["connection"]
    assert not maker.run("entra_app", **seen["steps"]["app"]["options"]).failed
    assert not maker.run("entra_service_principal", unique_name=NAME).failed
    app = next(one for one in emulator.tenant("contoso")["applications"].values() if one.get("uniqueName") == NAME)
    if consented:
        assert not maker.run("entra_admin_consent", unique_name=NAME, permissions=seen["wanted"]["permissions"]).failed
    emulator.clear_journal()
    found = ends_with(identity.look(role, on_forbidden), expected)
    assert emulator.writes() == []
    if expected == UNKNOWN:
        consent, variable = found["consent"], ROLES[role][2]
        assert (consent["state"], consent["complete"], consent["granted"], consent["missing"]) == ("not_assessed", False, [], [])
        assert all(word in consent["unread"] for word in (f"'{app['displayName']}'", GRANT, "403", f"'{variable}' goes on"))
    elif expected == WAITS:
        assert found["consent"]["state"] == "incomplete" and found["consent"]["missing"]


@pytest.mark.parametrize(("refused", "lacks"), [("grants", [GRANT]), ("roles", ["AppRoleAssignment.ReadWrite.All"]), ("unread", [GRANT])])
def test_a_hand_off_names_what_caused_it(refused: str, lacks: list[str], emulator: Emulator) -> None:
    wanted = {"resource": GRAPH, "application": ["Group.Read.All"]} if refused == "roles" else {"resource": GRAPH, "delegated": ["User.Read"]}
    emulator.add_application("contoso", displayName=NAME, uniqueName=NAME, service_principal=True)
    identity = Contoso(emulator, (READ, ORGANIZATION) if refused == "unread" else (READ, DIRECTORY))
    outcome = identity.run("entra_admin_consent", unique_name=NAME, permissions=[wanted], on_forbidden="hand_off")
    assert not outcome.failed, outcome.result
    consent = outcome.result["consent"]
    assert consent["hand_off"]["lacks"] == lacks and all(name in consent["hand_off"]["reason"] for name in lacks)
    assert consent["state"] == ("not_assessed" if refused == "unread" else "incomplete")
    assert not outcome.result["changed"]


@pytest.mark.parametrize(
    ("permissions", "missing"),
    [
        (("Policy.ReadWrite.Authorization", APPLICATIONS, DIRECTORY), ["GroupSettings.ReadWrite.All"]),
        (("GroupSettings.ReadWrite.All", APPLICATIONS, "Policy.Read.All"), ["Policy.ReadWrite.Authorization"]),
        ((DIRECTORY, "Policy.Read.All"), [APPLICATIONS, "Policy.ReadWrite.Authorization", "GroupSettings.ReadWrite.All"]),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_tenant_is_not_opened_by_half(permissions: tuple[str, ...], missing: list[str], check_mode: bool, emulator: Emulator) -> None:
    """A prediction says the same."""
    vendor = "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745"
    emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": vendor})
    identity = Contoso(emulator, permissions)
    emulator.clear_journal()
    wanted = {"user_consent": {"set": ["microsoft-user-default-legacy"]}, "consent_settings": {"enable_group_specific_consent": True}}
    outcome = identity.run("entra_consent_policy", check_mode=check_mode, record_on=vendor, **wanted)
    ends_with(outcome, Missing(missing))
    assert emulator.writes() == []
