# SPDX-License-Identifier: GPL-3.0-or-later
"""Which permissions a task needs, and which of them a token certainly does not give."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ForbiddenError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.rights import (
    APPLICATIONS,
    ASSIGN,
    CONSENT_REQUESTS,
    GRANT,
    GROUP_SETTINGS,
    OWN_APPLICATIONS,
    USER_CONSENT,
    Caller,
    TaskRights,
    check_rights,
    gives,
    listed,
    missing_rights,
    rights_of,
    uncertain_rights,
)

APP_ONLY = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"
EVERY_USER = "b79fbf4d-3ef9-4689-8143-76b194e85509"
CLOUD_APPLICATION_ADMINISTRATOR = "158c047a-c907-4556-b7ef-446551a6b5f7"
TENANT_OPENED = (USER_CONSENT, GROUP_SETTINGS)


# Claims of a token, what is needed, what is certainly missing.
TOKENS: list[tuple[str, dict[str, t.Any], tuple[str, ...], list[str]]] = [
    ("everything", {"roles": [USER_CONSENT, GROUP_SETTINGS], "wids": [APP_ONLY]}, TENANT_OPENED, []),
    ("one of two", {"roles": [USER_CONSENT], "wids": [APP_ONLY]}, TENANT_OPENED, [GROUP_SETTINGS]),
    ("none of two", {"roles": ["Mail.Read"], "wids": [APP_ONLY]}, TENANT_OPENED, [USER_CONSENT, GROUP_SETTINGS]),
    ("no permission at all", {"wids": [APP_ONLY]}, (GRANT,), [GRANT]),
    ("no entry of wids", {"roles": [], "wids": []}, (GRANT,), [GRANT]),
    ("each is said once", {"wids": []}, (GRANT, GRANT), [GRANT]),
    ("nothing is needed", {"wids": []}, (), []),
    ("an entry that is no directory role", {"wids": [APP_ONLY.upper(), EVERY_USER]}, (GRANT,), [GRANT]),
    ("a directory role may give it", {"roles": [], "wids": [APP_ONLY, CLOUD_APPLICATION_ADMINISTRATOR]}, (GRANT,), []),
    ("a token of a person", {"scp": "User.Read", "wids": [EVERY_USER]}, (GRANT,), []),
    ("an opaque token", {}, (GRANT,), []),
    ("a token without wids", {"roles": ["Mail.Read"]}, (GRANT,), []),
    ("wids of another kind", {"roles": [], "wids": "none"}, (GRANT,), []),
    ("roles of another kind", {"roles": "none", "wids": []}, (GRANT,), []),
    ("all applications for one's own", {"roles": [APPLICATIONS], "wids": []}, (OWN_APPLICATIONS,), []),
    ("one's own for all applications", {"roles": [OWN_APPLICATIONS], "wids": []}, (APPLICATIONS,), [APPLICATIONS]),
    ("the directory for grants", {"roles": ["Directory.ReadWrite.All"], "wids": []}, (GRANT, APPLICATIONS, GROUP_SETTINGS, CONSENT_REQUESTS), []),
    ("the directory for assignments", {"roles": ["Directory.ReadWrite.All"], "wids": []}, (ASSIGN, USER_CONSENT), [ASSIGN, USER_CONSENT]),
    ("users for the directory", {"roles": ["User.Read.All"], "wids": []}, ("Directory.Read.All",), []),
    ("one's own for reading", {"roles": [OWN_APPLICATIONS], "wids": []}, ("Application.Read.All",), []),
]


@pytest.mark.parametrize(("claims", "needed", "missing"), [case[1:] for case in TOKENS], ids=[case[0] for case in TOKENS])
def test_what_is_missing(claims: dict[str, t.Any], needed: tuple[str, ...], missing: list[str]) -> None:
    caller = Caller.from_claims(claims)
    assert missing_rights(caller, needed) == missing
    assert Caller.from_result(caller.to_result()) == caller
    if not missing:
        check_rights(caller, needed, tenant="contoso.com")
        return
    with pytest.raises(ForbiddenError) as raised:
        check_rights(caller, needed, tenant="contoso.com", other_way="Or wait.")
    error = raised.value
    assert (error.code, error.outcome, error.tenant, error.details) == ("permissions_missing", "refused", "contoso.com", {"missing_permissions": missing})
    assert listed(missing) in error.message and "Nothing was written." in error.message and "contoso.com" in error.message
    assert str(error.advice).endswith("Or wait.") and "admin consent" in str(error.advice)


def test_sentences() -> None:
    """One is named as one, several as several; another way only where there is one."""
    nothing = Caller.from_claims({"wids": []})
    with pytest.raises(ForbiddenError) as one:
        check_rights(nothing, [GRANT], tenant="contoso.com")
    assert one.value.message == f"The automation identity lacks the permission {GRANT} in tenant contoso.com for what is left to do there. Nothing was written."
    assert one.value.advice == (
        "Grant it as application permission of Microsoft Graph with admin consent, or give the identity ('entra_auth' of the roles) a directory role that "
        "includes it."
    )
    with pytest.raises(ForbiddenError) as several:
        check_rights(nothing, [GRANT, ASSIGN], tenant="contoso.com")
    assert f"lacks the permissions {GRANT} and {ASSIGN} in" in several.value.message
    assert str(several.value.advice).startswith("Grant them as application permissions ") and str(several.value.advice).endswith("includes them.")


def test_without_a_result_nothing_is_known() -> None:
    assert Caller.from_result(None) == Caller.from_result({}) == Caller()
    assert missing_rights(Caller(), [GRANT]) == []
    assert gives(GRANT, GRANT) and not gives(GRANT, ASSIGN)


DIRECTORY, READ, ORGANIZATION = "Directory.Read.All", "Application.Read.All", "Organization.Read.All"


@pytest.mark.parametrize(
    ("module", "options", "needed"),
    [
        ("entra_app", {}, (OWN_APPLICATIONS,)),
        ("entra_app", {"owners": {"add": []}}, (OWN_APPLICATIONS, DIRECTORY)),
        ("entra_app", {"adopt": True}, (APPLICATIONS,)),
        ("entra_app", {"tenant_id": "contoso.com"}, (OWN_APPLICATIONS, ORGANIZATION)),
        ("entra_app", {"tenant_id": "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"}, (OWN_APPLICATIONS,)),
        ("entra_app", {"expected_domain": "contoso.com"}, (OWN_APPLICATIONS, ORGANIZATION)),
        ("entra_app_info", {}, (READ,)),
        ("entra_service_principal", {}, (OWN_APPLICATIONS,)),
        ("entra_service_principal", {"expected_publisher_tenant_id": "x"}, (APPLICATIONS,)),
        ("entra_service_principal", {"assigned_to": {"add": []}}, (OWN_APPLICATIONS, ASSIGN, DIRECTORY)),
        ("entra_service_principal", {"app_role_assignment_required": True}, (OWN_APPLICATIONS, DIRECTORY)),
        ("entra_service_principal_info", {}, (READ, ORGANIZATION)),
        ("entra_service_principal_info", {"include_access": True}, (READ, ORGANIZATION, DIRECTORY)),
        ("entra_app_permission", {}, (OWN_APPLICATIONS,)),
        ("entra_app_permission", {"create_missing_service_principals": True}, (APPLICATIONS,)),
        ("entra_admin_consent", {}, (GRANT, READ)),
        ("entra_admin_consent", {"permissions": [{"delegated": ["x"]}]}, (GRANT, READ)),
        ("entra_admin_consent", {"permissions": [{"delegated": ["x"]}], "principal": "a@contoso.com"}, (GRANT, DIRECTORY)),
        ("entra_admin_consent", {"permissions": [{"application": ["x"]}]}, (ASSIGN, DIRECTORY)),
        ("entra_admin_consent", {"permissions": [{"delegated": ["x"], "application": ["x"]}]}, (GRANT, READ, ASSIGN, DIRECTORY)),
        ("entra_admin_consent", {"permissions": []}, ()),
        ("entra_client_secret", {}, (OWN_APPLICATIONS,)),
        ("entra_app_certificate", {}, (OWN_APPLICATIONS,)),
        ("entra_federated_credential", {}, (OWN_APPLICATIONS,)),
        ("entra_credential_proof", {}, (OWN_APPLICATIONS,)),
        ("entra_connection_info", {}, (DIRECTORY,)),
        ("entra_connection_info", {"role": {"prefix": "payroll"}}, (OWN_APPLICATIONS, GRANT, ORGANIZATION)),
        ("entra_consent_policy", {"tenant_id": "contoso.com"}, ()),
        ("entra_consent_policy", {"user_consent": {"set": []}}, (USER_CONSENT, APPLICATIONS)),
        ("entra_consent_policy", {"group_owner_consent": {"set": []}}, (USER_CONSENT, APPLICATIONS)),
        ("entra_consent_policy", {"user_consent": {"set": []}, "consent_settings": {"a": True}}, (USER_CONSENT, APPLICATIONS, GROUP_SETTINGS)),
        ("workspace365_sso", {}, ()),
        ("", {}, ()),
    ],
)
def test_what_the_readme_documents(module: str, options: dict[str, t.Any], needed: tuple[str, ...]) -> None:
    assert rights_of(module, options) == needed


NEEDED = (USER_CONSENT, APPLICATIONS)


@pytest.mark.parametrize(
    ("needed", "claims", "call", "advice"),
    [
        (NEEDED, {}, "Policy.Read.All (or Policy.ReadWrite.Authorization)", f"needs {USER_CONSENT} and {APPLICATIONS} ("),
        (NEEDED, {"roles": [APPLICATIONS], "wids": []}, USER_CONSENT, f"lacks {USER_CONSENT} of {USER_CONSENT} and {APPLICATIONS} ("),
        (NEEDED, {"wids": []}, USER_CONSENT, f"needs {USER_CONSENT} and {APPLICATIONS} ("),  # all of it is missing
        (NEEDED, {"roles": [*NEEDED], "wids": []}, USER_CONSENT, f"needs {USER_CONSENT} and {APPLICATIONS} ("),  # the service refuses it all the same
        (NEEDED, {}, "", f"needs {USER_CONSENT} and {APPLICATIONS} ("),  # a call that no table knows
        ((APPLICATIONS,), {}, "Application.Read.All", f"needs {APPLICATIONS} ("),  # what writes reads
        ((OWN_APPLICATIONS,), {}, "Domain.Read.All", ""),  # the list does not explain this refusal
        ((), {}, "Domain.Read.All", ""),
    ],
)
def test_advice(needed: tuple[str, ...], claims: dict[str, t.Any], call: str, advice: str) -> None:
    said = TaskRights(needed, Caller.from_claims(claims)).advice(call)
    assert said.startswith(f"For this task the automation identity {advice}") if advice else said == ""
    assert not advice or said.endswith("(application permissions with admin consent), or a directory role that includes it.")


def test_an_application_is_known_by_its_token_and_a_person_is_not() -> None:
    claims = {"roles": [], "wids": [], "appid": "5D6E7F80-1a2b-4c3d-9e4f-5a6b7c8d9e0f"}
    assert Caller.from_claims(claims).app_id == "5d6e7f80-1a2b-4c3d-9e4f-5a6b7c8d9e0f"
    assert Caller.from_claims({"azp": "x"}).app_id == "x" and Caller.from_claims({"roles": [], "wids": []}).app_id == ""
    assert Caller.from_claims({**claims, "scp": "User.Read"}).app_id == ""


@pytest.mark.parametrize(
    ("held", "needed", "uncertain"),
    [
        ([], [], []),
        ([OWN_APPLICATIONS], [OWN_APPLICATIONS], []),
        ([APPLICATIONS], [OWN_APPLICATIONS, APPLICATIONS], []),
        ([OWN_APPLICATIONS], [OWN_APPLICATIONS, APPLICATIONS, APPLICATIONS], [APPLICATIONS]),
        (["Directory.ReadWrite.All"], [OWN_APPLICATIONS, GRANT], [OWN_APPLICATIONS, GRANT]),
    ],
)
def test_what_is_not_certain(held: list[str], needed: list[str], uncertain: list[str]) -> None:
    """What may be given by another permission is not certain, and not missing either."""
    assert uncertain_rights(held, needed) == uncertain
