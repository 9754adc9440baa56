# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies about consent and the group settings beside them."""

from __future__ import annotations

import typing as t
import uuid

import pytest
from tenant_emulator.graph.direct import Direct
from tenant_emulator.graph.group_settings import CONSENT

BAD = "Request_BadRequest"
POLICIES, REQUESTS, AUTHORIZATION = ("policies/" + name for name in ("permissionGrantPolicies", "adminConsentRequestPolicy", "authorizationPolicy"))
DENIED = (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
OWNED = "ManagePermissionGrantsForOwnedResource.DeveloperConsent"
LEGACY = "ManagePermissionGrantsForSelf.microsoft-user-default-legacy"


def invalid(prop: str, resource: str) -> tuple[int, str, str]:
    return 400, BAD, f"Invalid value specified for property '{prop}' of resource '{resource}'."


def missing(key: str) -> tuple[int, str, str]:
    message = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    return 404, "Request_ResourceNotFound", message


def settled(**changes: str) -> list[dict[str, str]]:
    values = {
        "EnableGroupSpecificConsent": "true",
        "BlockUserConsentForRiskyApps": "true",
        "EnableAdminConsentRequests": "false",
        "ConstrainGroupSpecificConsentToMembersOfGroupId": "",
    }
    return [{"name": name, "value": value} for name, value in {**values, **changes}.items()]


@pytest.fixture
def graph() -> Direct:
    direct = Direct()
    direct.roles = ("Policy.ReadWrite.Authorization", "Policy.ReadWrite.PermissionGrant", "Policy.ReadWrite.ConsentRequest", "GroupSettings.ReadWrite.All")
    return direct


# -- permission grant policies --


def test_the_built_in_policies_come_with_their_conditions(graph: Direct) -> None:
    found = {item["id"]: item for item in graph.ask("GET", POLICIES)["value"]}
    assert {"microsoft-user-default-legacy", "microsoft-user-default-low", "microsoft-user-default-recommended"} <= set(found)
    low = found["microsoft-user-default-low"]["includes"][0]
    assert (low["permissionClassification"], low["clientApplicationsFromVerifiedPublisherOnly"]) == ("low", True)
    path = f"{POLICIES}/microsoft-user-default-low"
    assert graph.ask("GET", path)["includes"] == [low]
    assert graph.refused("PATCH", path, {"displayName": "x"}) == (400, BAD, "Built-in policies cannot be changed.")
    assert graph.refused("DELETE", path)[0] == 400
    assert graph.refused("POST", f"{path}/includes", {"permissionType": "delegated"})[0] == 400


def test_the_policies_that_microsoft_manages(graph: Direct) -> None:
    """The page has 32 permissions of Microsoft Graph and 4 of Exchange Online, and six mail clients."""
    found = {item["id"]: item for item in graph.ask("GET", POLICIES)["value"]}
    recommended, mail = (found[f"microsoft-user-default-{name}"] for name in ("recommended", "allow-consent-apps"))
    (allowed,) = recommended["includes"]
    assert (allowed["permissionType"], allowed["permissions"], allowed["clientApplicationsFromVerifiedPublisherOnly"]) == (
        "delegatedUserConsentable",
        ["all"],
        False,
    )
    assert [len(one["permissions"]) for one in recommended["excludes"]] == [32, 4]
    assert [one["permissions"] for one in mail["includes"]] == [one["permissions"] for one in recommended["excludes"]]
    assert [len(one["clientApplicationIds"]) for one in mail["includes"]] == [6, 6]
    assert mail["excludes"] == []


def test_a_custom_policy(graph: Direct) -> None:
    made = graph.ask("POST", POLICIES, {"id": "okta-only", "displayName": "Okta only", "description": "d"}, 201)
    assert (made["id"], made["includes"], made["excludes"]) == ("okta-only", [], [])
    path, client = f"{POLICIES}/okta-only", str(uuid.uuid4())
    one = graph.ask("POST", f"{path}/includes", {"permissionType": "delegated", "clientApplicationIds": [client]}, 201)
    one.pop("@odata.context")
    assert one == {
        "id": one["id"],
        "permissionClassification": "all",
        "permissionType": "delegated",
        "resourceApplication": "any",
        "permissions": ["all"],
        "clientApplicationIds": [client],
        "clientApplicationTenantIds": ["all"],
        "clientApplicationPublisherIds": ["all"],
        "clientApplicationsFromVerifiedPublisherOnly": False,
    }
    graph.world.settings.condition_set_status = 200
    graph.ask("POST", f"{path}/excludes", {"permissionType": "delegated"}, 200)
    assert graph.ask("GET", path)["includes"] == graph.ask("GET", f"{path}/includes")["value"] == [one]
    assert graph.ask("GET", f"{path}/includes/{one['id']}")["id"] == one["id"]
    graph.ask("PATCH", path, {"displayName": "New"}, 204)
    assert graph.send("PATCH", f"{path}/includes/{one['id']}", {}).status == 405
    graph.ask("DELETE", f"{path}/includes/{one['id']}", expect=204)
    assert graph.refused("DELETE", f"{path}/includes/{one['id']}") == missing(one["id"])
    graph.ask("DELETE", path, expect=204)
    assert graph.refused("GET", path) == missing("okta-only")


def test_what_a_custom_policy_refuses(graph: Direct) -> None:
    for key in (None, "", "with space", "microsoft-mine", "a.b"):
        assert graph.refused("POST", POLICIES, {"id": key, "displayName": "x"}) == invalid("id", "PermissionGrantPolicy")
    assert graph.refused("POST", POLICIES, {"id": "x"}) == invalid("displayName", "PermissionGrantPolicy")
    assert graph.refused("POST", POLICIES, {"id": "x", "displayName": "x", "includes": []}) == (400, BAD, "Invalid property 'includes'.")
    graph.ask("POST", POLICIES, {"id": "x", "displayName": "x"}, 201)
    assert graph.refused("POST", POLICIES, {"id": "X", "displayName": "x"})[2] == "Another object with the same value for property id already exists."
    assert graph.refused("PATCH", f"{POLICIES}/x", {"id": "y"}) == (400, BAD, "Property 'id' is read-only and cannot be set.")
    path, key = f"{POLICIES}/x/includes", str(uuid.uuid4())
    refused: list[tuple[str, t.Any]] = [
        ("permissionType", None),
        ("permissionType", "delegatedUserConsentable"),
        ("permissionClassification", "huge"),
        ("resourceApplication", "Microsoft Graph"),
        ("permissions", [key]),
        ("clientApplicationIds", []),
        ("clientApplicationIds", ["Okta"]),
        ("clientApplicationPublisherIds", [key, "all"]),
    ]
    for name, value in refused:
        assert graph.refused("POST", path, {"permissionType": "delegated", name: value}) == invalid(name, "PermissionGrantConditionSet")
    graph.ask("POST", path, {"permissionType": "delegated", "resourceApplication": key, "permissions": [key]}, 201)


# -- the authorization policy --


def test_the_list_of_assigned_policies_is_replaced_and_the_rest_kept(graph: Direct) -> None:
    before = graph.ask("GET", AUTHORIZATION)
    graph.ask("POST", POLICIES, {"id": "okta-only", "displayName": "Okta only"}, 201)
    given = [OWNED, "managePermissionGrantsForSelf.Okta-Only", LEGACY]
    graph.ask("PATCH", AUTHORIZATION, {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": given}}, 204)
    after = graph.ask("GET", AUTHORIZATION)
    assert after["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"] == given
    assert {**after["defaultUserRolePermissions"], "permissionGrantPoliciesAssigned": 0} == {
        **before["defaultUserRolePermissions"],
        "permissionGrantPoliciesAssigned": 0,
    }
    assert graph.refused("DELETE", f"{POLICIES}/okta-only") == (400, BAD, "The policy is still assigned to one or more objects.")
    graph.ask("PATCH", AUTHORIZATION, {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": []}}, 204)
    graph.ask("DELETE", f"{POLICIES}/okta-only", expect=204)


@pytest.mark.parametrize(
    "given",
    [["microsoft-user-default-legacy"], ["ManagePermissionGrantsForSelf.nobody"], [f"ManagePermissionGrantsForSelf.{LEGACY}"], [LEGACY, LEGACY.lower()]],
)
def test_what_cannot_be_assigned(graph: Direct, given: list[str]) -> None:
    body = {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": given}}
    assert graph.refused("PATCH", AUTHORIZATION, body) == invalid("permissionGrantPoliciesAssigned", "AuthorizationPolicy")
    assert graph.refused("PATCH", AUTHORIZATION, {"permissionGrantPoliciesAssigned": []}) == (400, BAD, "Invalid property 'permissionGrantPoliciesAssigned'.")


# -- requests for an administrator's consent --


def test_the_request_policy_is_put_as_a_whole(graph: Direct) -> None:
    blank = graph.ask("GET", REQUESTS)
    blank.pop("@odata.context")
    assert blank == {"isEnabled": False, "notifyReviewers": False, "remindersEnabled": False, "requestDurationInDays": 0, "reviewers": [], "version": 0}
    reviewer = {"query": f"/users/{uuid.uuid4()}", "queryType": "MicrosoftGraph"}
    body = {"isEnabled": True, "notifyReviewers": True, "remindersEnabled": False, "requestDurationInDays": 30, "reviewers": [reviewer]}
    assert graph.send("PATCH", REQUESTS, body).status == 405
    graph.ask("PUT", REQUESTS, body, 204)
    now = graph.ask("GET", REQUESTS)
    assert (now["version"], now["reviewers"]) == (1, [{**reviewer, "queryRoot": None}])
    resource = "AdminConsentRequestPolicy"
    for name in ("isEnabled", "notifyReviewers", "remindersEnabled", "requestDurationInDays"):
        assert graph.refused("PUT", REQUESTS, {key: value for key, value in body.items() if key != name}) == invalid(name, resource)
    assert graph.refused("PUT", REQUESTS, {**body, "reviewers": []}) == invalid("reviewers", resource)
    assert graph.refused("PUT", REQUESTS, {**body, "reviewers": [{"query": "everybody", "queryType": "MicrosoftGraph"}]}) == invalid("reviewers", resource)
    assert graph.refused("PUT", REQUESTS, {**body, "requestDurationInDays": 0}) == invalid("requestDurationInDays", resource)
    assert graph.refused("PUT", REQUESTS, {**body, "version": 7}) == (400, BAD, "Property 'version' is read-only and cannot be set.")


# -- group settings --


def test_a_tenant_has_templates_and_no_settings(graph: Direct) -> None:
    found = {item["id"]: item for item in graph.ask("GET", "groupSettingTemplates")["value"]}
    assert found[CONSENT]["displayName"] == "Consent Policy Settings"
    assert [item["name"] for item in found[CONSENT]["values"]] == [item["name"] for item in settled()]
    assert graph.ask("GET", f"groupSettingTemplates/{CONSENT}")["id"] == CONSENT
    assert graph.ask("GET", "groupSettings")["value"] == []


def test_settings_are_made_once_and_changed_as_a_whole(graph: Direct) -> None:
    made = graph.ask("POST", "groupSettings", {"templateId": CONSENT, "values": settled()}, 201)
    assert (made["displayName"], made["templateId"], made["values"]) == ("Consent Policy Settings", CONSENT, settled())
    conflict = "A conflicting object with one or more of the specified property values is present in the directory."
    assert graph.refused("POST", "groupSettings", {"templateId": CONSENT, "values": settled()}) == (400, BAD, conflict)
    path = f"groupSettings/{made['id']}"
    wrong: list[t.Any] = [
        settled(EnableGroupSpecificConsent="yes"),
        settled(ConstrainGroupSpecificConsentToMembersOfGroupId="x"),
        [*settled(), {"name": "Other", "value": ""}],
        [*settled(), settled()[0]],
        [{**settled()[0], "value": True}, *settled()[1:]],
    ]
    for values in wrong:
        assert graph.refused("PATCH", path, {"values": values}) == invalid("values", "GroupSetting")
    for values in (settled()[1:], []):
        said = f"The expected property 'EnableGroupSpecificConsent' defined in template with SettingTemplateId '{CONSENT}' was not provided."
        assert graph.refused("PATCH", path, {"values": values}) == (400, BAD, said)
    # One that is older than its template is not excused.
    stored = graph.tenant.group_settings[made["id"]]
    stored["values"] = stored["values"][:2]
    said = f"The expected property 'EnableAdminConsentRequests' defined in template with SettingTemplateId '{CONSENT}' was not provided."
    assert graph.refused("PATCH", path, {"values": settled()[:2]}) == (400, BAD, said)
    graph.ask("PATCH", path, {"values": settled(EnableGroupSpecificConsent="false")}, 204)
    assert graph.ask("GET", path)["values"] == settled(EnableGroupSpecificConsent="false")
    graph.ask("DELETE", path, expect=204)
    assert graph.refused("GET", path) == missing(made["id"])
    partial = graph.ask("POST", "groupSettings", {"templateId": CONSENT, "values": settled()[:1]}, 201)
    assert partial["values"] == settled()


def test_a_newer_tenant_lacks_the_template(graph: Direct) -> None:
    graph.tenant.missing_templates = [CONSENT]
    assert CONSENT not in {item["id"] for item in graph.ask("GET", "groupSettingTemplates")["value"]}
    assert graph.refused("GET", f"groupSettingTemplates/{CONSENT}") == missing(CONSENT)
    assert graph.refused("POST", "groupSettings", {"templateId": CONSENT, "values": settled()}) == invalid("templateId", "GroupSetting")


# -- privileges --


@pytest.mark.parametrize(
    ("role", "method", "path", "allowed"),
    [
        ("Policy.Read.All", "GET", AUTHORIZATION, True),
        ("Policy.Read.All", "PATCH", AUTHORIZATION, False),
        ("Policy.ReadWrite.PermissionGrant", "PATCH", AUTHORIZATION, False),
        ("Policy.Read.All", "GET", POLICIES, False),
        ("Policy.Read.PermissionGrant", "GET", POLICIES, True),
        ("Policy.Read.PermissionGrant", "POST", POLICIES, False),
        ("Policy.ReadWrite.PermissionGrant", "GET", f"{POLICIES}/microsoft-user-default-low/includes", True),
        ("Policy.Read.All", "GET", REQUESTS, True),
        ("Policy.Read.All", "PUT", REQUESTS, False),
        ("Directory.Read.All", "GET", "groupSettings", True),
        ("Policy.ReadWrite.Authorization", "POST", "groupSettings", False),
        ("Policy.Read.All", "GET", "groupSettings", False),
        ("Directory.Read.All", "GET", "groupSettingTemplates", True),
    ],
)
def test_privileges(graph: Direct, role: str, method: str, path: str, allowed: bool) -> None:
    graph.roles = (role,)
    if allowed:
        graph.ask(method, path)
    else:
        assert graph.refused(method, path, {}) == DENIED


def test_the_authorization_privilege_also_changes_group_settings(graph: Direct) -> None:
    made = graph.ask("POST", "groupSettings", {"templateId": CONSENT, "values": settled()}, 201)
    graph.roles = ("Policy.ReadWrite.Authorization",)
    graph.ask("PATCH", f"groupSettings/{made['id']}", {"values": settled()}, 204)
