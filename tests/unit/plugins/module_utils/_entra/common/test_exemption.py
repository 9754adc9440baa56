# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests by which an administrator lifts a restriction: one application's, or for whom the attribute of the tenant is."""

from __future__ import annotations

import json
import subprocess
import typing as t

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.exemption import (
    CALLER,
    NEW_POLICY,
    Exemption,
    audience_advice,
    exemption_advice,
    refused_audience,
    script_of,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ServiceError

APP = "0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a01"
PASSWORDS, KEYS = "passwordCredentials", "keyCredentials"
FORBIDDEN = {"restrictionType": "passwordAddition", "state": "enabled", "maxLifetime": None}
SHORT = {"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P30D"}
KEY = {"restrictionType": "asymmetricKeyLifetime", "state": "enabled", "maxLifetime": "P90D"}
URIS = {"nonDefaultUriAddition": {"state": "enabled"}}
OFF = {"restrictionType": "passwordAddition", "state": "disabled"}
EXEMPT = {"customSecurityAttributes": [{"id": "Compliance_AppPolicy", "operator": "equals", "value": "exempt"}]}


def tenant(*passwords: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    return {"isEnabled": True, "applicationRestrictions": {PASSWORDS: list(passwords), **more}}


def own(*passwords: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    return {"id": "p1", "isEnabled": True, "restrictions": {PASSWORDS: list(passwords), **more}}


def exemption(default: dict[str, t.Any] | None = None, policy: dict[str, t.Any] | None = None) -> Exemption:
    return Exemption(PASSWORDS, "passwordAddition", default or {}, policy)


def test_a_policy_for_the_application_alone_is_made_and_assigned() -> None:
    """What else the tenant restricts is repeated: the new policy may stand in for all of it."""
    made, assigned = exemption(tenant(FORBIDDEN, SHORT, keyCredentials=[KEY], identifierUris=URIS)).requests(APP)
    assert (made["method"], made["path"]) == ("POST", "/v1.0/policies/appManagementPolicies")
    assert made["body"] == {
        "displayName": "Exemption from passwordAddition",
        "isEnabled": True,
        "restrictions": {PASSWORDS: [SHORT, OFF], KEYS: [KEY], "applicationRestrictions": {"identifierUris": URIS}},
    }
    assert (assigned["method"], assigned["path"]) == ("POST", f"/v1.0/applications/{APP}/appManagementPolicies/$ref")
    assert assigned["body"] == {"@odata.id": f"https://graph.microsoft.com/v1.0/policies/appManagementPolicies/{NEW_POLICY}"}


@pytest.mark.parametrize("default", [{}, {"isEnabled": True, "applicationRestrictions": None}, tenant(FORBIDDEN)])
def test_policies_that_could_not_be_read_leave_the_one_restriction(default: dict[str, t.Any]) -> None:
    assert exemption(default).requests(APP)[0]["body"]["restrictions"] == {PASSWORDS: [OFF]}


def test_an_application_takes_one_policy_so_its_own_is_changed() -> None:
    policy = own(FORBIDDEN, SHORT, applicationRestrictions={"identifierUris": URIS, "audiences": None})
    (changed,) = exemption(tenant(FORBIDDEN), policy).requests(APP)
    assert (changed["method"], changed["path"]) == ("PATCH", "/v1.0/policies/appManagementPolicies/p1")
    assert changed["body"] == {"isEnabled": True, "restrictions": {PASSWORDS: [SHORT, OFF], "applicationRestrictions": {"identifierUris": URIS}}}
    assert exemption(tenant(SHORT), {"id": "p1"}).requests(APP)[0]["body"]["restrictions"] == {PASSWORDS: [OFF]}


def test_without_an_application_the_automation_is_exempted() -> None:
    made, defined, changed, given = exemption(tenant(FORBIDDEN, SHORT)).requests(None)
    assert [one["path"] for one in (made, defined, changed, given)] == [
        "/v1.0/directory/attributeSets",
        "/v1.0/directory/customSecurityAttributeDefinitions",
        "/v1.0/policies/defaultAppManagementPolicy",
        f"/v1.0/servicePrincipals/{CALLER}",
    ]
    (forbidden, short) = changed["body"]["applicationRestrictions"][PASSWORDS]
    (attribute,) = forbidden["excludeActors"]["customSecurityAttributes"]
    assert short == SHORT and {name: forbidden[name] for name in FORBIDDEN} == FORBIDDEN
    assert (attribute["id"], attribute["operator"]) == (f"{made['body']['id']}_{defined['body']['name']}", "equals")
    assert defined["body"]["attributeSet"] == made["body"]["id"]
    assert given["body"]["customSecurityAttributes"][made["body"]["id"]][defined["body"]["name"]] == attribute["value"]


def test_an_attribute_of_the_tenant_is_used() -> None:
    known = exemption(tenant({**FORBIDDEN, "excludeActors": EXEMPT}))
    values = {"@odata.type": "#Microsoft.DirectoryServices.CustomSecurityAttributeValue", "AppPolicy": "exempt"}
    given = {"method": "PATCH", "path": f"/v1.0/servicePrincipals/{CALLER}", "body": {"customSecurityAttributes": {"Compliance": values}}}
    assert known.requests(None) == [given] and known.instead() == given


@pytest.mark.parametrize(
    "entry",
    [
        {**SHORT, "excludeActors": EXEMPT},
        FORBIDDEN,
        {**FORBIDDEN, "excludeActors": None},
        {**FORBIDDEN, "excludeActors": {"customSecurityAttributes": None}},
        {**FORBIDDEN, "excludeActors": {"customSecurityAttributes": [{"id": "NoName", "value": "x"}, {"id": "Set_Name"}, {}]}},
    ],
)
def test_what_is_no_attribute_for_this_restriction(entry: dict[str, t.Any]) -> None:
    assert exemption(tenant(entry)).instead() is None


def test_the_advice_can_be_copied() -> None:
    known = exemption(tenant({**FORBIDDEN, "excludeActors": EXEMPT}))
    text, details = exemption_advice(known, APP, "application 'Payroll'", "use a certificate")
    assert text.startswith("This collection never exempts itself. An administrator exempts application 'Payroll' by sending to Microsoft Graph: [")
    assert text.endswith(" Or use a certificate.") and " Or the automation gets the attribute whose holders the policy exempts: [" in text
    copied = text.partition("Microsoft Graph: ")[2].partition(". The same stands")[0]
    assert yaml.safe_load(copied) == details["hand_off"]["graph_requests"] == known.requests(APP)
    assert details["hand_off"]["or_graph_requests"] == [known.instead()] and details["hand_off"]["restriction"] == "passwordAddition"


def test_long_requests_stand_in_the_details_alone() -> None:
    """A tenant may restrict a lot, and a sentence is to be read."""
    many = [{"restrictionType": f"restriction{number}", "state": "enabled", "maxLifetime": "P30D"} for number in range(20)]
    text, details = exemption_advice(exemption(tenant(FORBIDDEN, *many)), APP, "application 'Payroll'", "use a certificate")
    assert "with the 2 requests in 'failure.details.hand_off.graph_requests'" in text and len(text) < 400
    assert len(details["hand_off"]["graph_requests"][0]["body"]["restrictions"][PASSWORDS]) == 21


def test_the_advice_says_what_else_it_holds_for() -> None:
    text, details = exemption_advice(exemption(tenant(), own(FORBIDDEN)), APP, "application 'Payroll'", "use a certificate")
    assert "That policy may be assigned to other applications as well." in text and "or_graph_requests" not in details["hand_off"]
    text, details = exemption_advice(exemption(tenant(FORBIDDEN)), None, "the application", "use a certificate")
    assert "An administrator exempts the automation, since the application does not exist yet, with the 4 requests in 'failure.details.hand_off." in text
    assert "other applications" not in text
    assert len(details["hand_off"]["graph_requests"]) == 4
    text, details = exemption_advice(exemption(tenant({**FORBIDDEN, "excludeActors": EXEMPT})), None, "the application", "use a certificate")
    assert "Or the automation gets" not in text and len(details["hand_off"]["graph_requests"]) == 1


@pytest.mark.parametrize(
    ("audience", "kinds"),
    [
        ("AzureADMultipleOrgs", ["azureAdMultipleOrgs"]),
        ("AzureADandPersonalMicrosoftAccount", ["azureAdMultipleOrgs", "personalMicrosoftAccount"]),
        ("PersonalMicrosoftAccount", ["personalMicrosoftAccount"]),
    ],
)
def test_audiences_are_restricted_in_the_beta_version(audience: str, kinds: list[str]) -> None:
    text, details = audience_advice(audience, APP, "application 'Payroll'")
    made, assigned = details["hand_off"]["graph_requests"]
    assert made["body"]["restrictions"] == {"applicationRestrictions": {"audiences": {kind: {"state": "disabled"} for kind in kinds}}}
    assert made["path"].startswith("/beta/policies/") and assigned["path"].startswith(f"/beta/applications/{APP}/")
    assert text.endswith(" Or choose another 'sign_in_audience'.")
    _text, details = audience_advice(audience, None, "application 'Payroll'")
    changed = details["hand_off"]["graph_requests"][2]
    assert changed["path"] == "/beta/policies/defaultAppManagementPolicy"
    assert list(changed["body"]["applicationRestrictions"]["audiences"]) == kinds


def test_only_the_refusal_of_an_audience_gets_its_advice() -> None:
    refused = ServiceError("No.", code="SignInAudienceNotAllowedAsPerAppPolicy", advice="old", details={"kept": 1})
    told = refused_audience(refused, "AzureADMultipleOrgs", APP, "application 'Payroll'")
    assert told.message == "No." and "exempts application 'Payroll'" in str(told.advice) and set(told.details) == {"kept", "hand_off"}
    assert refused_audience(refused, "", APP, "application 'Payroll'") is refused
    other = ServiceError("No.", code="Request_BadRequest")
    assert refused_audience(other, "AzureADMultipleOrgs", APP, "application 'Payroll'") is other


CLIENT = "5d6e7f80-1a2b-4c3d-9e4f-5a6b7c8d9e0f"
# Stands in for the Azure CLI: prints its arguments on the error output, and on the other an id.
AZ = "set -eu\naz() { printf '%s\\n' \"$@\" >&2; echo >&2 ---; echo made-up-id; }\n"


def run(script: str, **environ: str) -> tuple[int, list[list[str]]]:
    """The arguments of each call, when a shell runs the script as it stands."""
    done = subprocess.run(["/bin/sh", "-c", AZ + script], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", **environ}, check=False)
    return done.returncode, [call.strip("\n").split("\n") for call in done.stderr.split("---\n") if call.strip()]


def test_the_script_runs_as_it_stands() -> None:
    """Each command is one line, sends what its request says, and puts the id of the new policy into the next one."""
    requests = exemption(tenant(FORBIDDEN, {**SHORT, "note": "it's $HOME `id` \\"})).requests(APP)
    script = script_of(requests)
    assert len(script.splitlines()) == 3 and script.startswith("# ") and NEW_POLICY not in script
    status, (made, assigned) = run(script)
    assert status == 0 and made[:6] == ["rest", "--method", "POST", "--url", "https://graph.microsoft.com/v1.0/policies/appManagementPolicies", "--body"]
    assert json.loads(made[6]) == requests[0]["body"] and made[7:] == ["--query", "id", "--output", "tsv"]
    assert assigned[4] == f"https://graph.microsoft.com/v1.0/applications/{APP}/appManagementPolicies/$ref"
    assert json.loads(assigned[6]) == {"@odata.id": "https://graph.microsoft.com/v1.0/policies/appManagementPolicies/made-up-id"}


def test_the_automation_is_named_by_its_client_id() -> None:
    requests = Exemption(PASSWORDS, "passwordAddition", tenant(FORBIDDEN), None, CLIENT).requests(None)
    assert requests[3]["path"] == f"/v1.0/servicePrincipals(appId='{CLIENT}')" and CALLER not in json.dumps(requests)
    status, calls = run(script_of(requests))
    assert status == 0 and [call[2] for call in calls] == ["POST", "POST", "PATCH", "PATCH"] and calls[3][4].endswith(f"(appId='{CLIENT}')")
    known = Exemption(PASSWORDS, "passwordAddition", tenant({**FORBIDDEN, "excludeActors": EXEMPT}), None, CLIENT)
    _text, details = exemption_advice(known, APP, "application 'Payroll'", "x")
    assert details["hand_off"]["or_script"] == script_of([t.cast("dict[str, t.Any]", known.instead())])


def test_where_the_client_id_is_not_known_the_script_asks_for_it() -> None:
    script = script_of(exemption(tenant({**FORBIDDEN, "excludeActors": EXEMPT})).requests(None))
    assert len(script.splitlines()) == 3 and run(script)[0] != 0
    status, (found, given) = run(script, AUTOMATION_CLIENT_ID=CLIENT)
    assert status == 0 and found == ["ad", "sp", "show", "--id", CLIENT, "--query", "id", "--output", "tsv"]
    assert given[4] == "https://graph.microsoft.com/v1.0/servicePrincipals/made-up-id"


def test_every_hand_off_has_its_script() -> None:
    for advice in (
        exemption_advice(exemption(tenant(FORBIDDEN)), APP, "x", "y"),
        exemption_advice(exemption(tenant(), own(FORBIDDEN)), APP, "x", "y"),
        audience_advice("AzureADMultipleOrgs", APP, "x"),
        audience_advice("AzureADMultipleOrgs", None, "x", CLIENT),
    ):
        hand_off = advice[1]["hand_off"]
        assert hand_off["script"] == script_of(hand_off["graph_requests"]) and "failure.details.hand_off.script" in advice[0]
