# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Power Platform modules from their options to the APIs: the engine against the emulator, faults included."""

from __future__ import annotations

import json
import typing as t
import urllib.parse
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import client as powerplatform
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import credential_proof as powerplatform_proof
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import environments as powerplatform_environment
from ansible_collections.tenantkit.connectors.plugins.modules import (
    powerplatform_credential_proof,
    powerplatform_environment_info,
    powerplatform_management_app,
    powerplatform_role_assignment,
)
from support.certificates import pair
from tenant_emulator.testing import Emulator

PRODUCTION = "e1a4d7c0-3b62-4f58-9d0e-7c5a1b8f2d01"
SALES, SALES_GROUP = "e1a4d7c0-3b62-4f58-9d0e-7c5a1b8f2d02", "e1a4d7c0-3b62-4f58-9d0e-7c5a1b8f2df0"
FRESH = "e1a4d7c0-3b62-4f58-9d0e-7c5a1b8f2d03"


class Bench:
    """One tenant in the emulator with an application, and the engines of the three modules."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.tenant_id = emulator.tenant_id("contoso")
        self.api = emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": "8578e004-a5c6-46e7-913e-12f58912df43"})["id"]
        made = emulator.add_application("contoso", displayName="Payroll", secrets=[{"displayName": "s"}], service_principal=True)
        self.app_id, self.secret = made["application"]["appId"], made["secrets"][0]["value"]
        self.registration_id, self.principal_id = made["application"]["id"], made["service_principal"]["id"]

    def _run(self, module: t.Any, options: dict[str, t.Any], *, check: bool = False, environ: dict[str, str] | None = None) -> Execution:
        who = self.emulator.identity()
        plain = {"tenant_id": self.tenant_id, "timeout": 300, "ca_path": self.emulator.ca_path}
        plain.update(login_url=self.emulator.login_url, graph_url=self.emulator.graph_url)
        if not module.DECLARATION.auth:
            del plain["graph_url"]
        elif "auth_access_token" not in options:
            plain.update(auth_client_id=who["client_id"], auth_client_secret=who["secret"])
        checked = ArgumentSpecValidator(module.DECLARATION.argument_spec(), **module.DECLARATION.conditions()).validate({**plain, **options})
        assert checked.error_messages == []
        self.emulator.clear_journal()
        outcome = execute(module.DECLARATION, checked.validated_parameters, check_mode=check, environ=environ or {})
        assert self.secret not in str(outcome.result) and who["secret"] not in str(outcome.result)
        return outcome

    def role(self, *, check: bool = False, **options: t.Any) -> Execution:
        plain = {"role": "reader", "principal_object_id": self.principal_id, "scope": "environment", "powerplatform_url": self.emulator.powerplatform_url}
        if options.get("scope", "environment") == "environment":
            plain["environment_id"] = PRODUCTION
        return self._run(powerplatform_role_assignment, {**plain, **options}, check=check)

    def environments(self, *, check: bool = False, **options: t.Any) -> Execution:
        plain = {"auth_client_id": self.app_id, "auth_client_secret": self.secret, "powerplatform_url": self.emulator.powerplatform_url}
        return self._run(powerplatform_environment_info, {**plain, **options}, check=check)

    def proof(self, *, check: bool = False, environ: dict[str, str] | None = None, **options: t.Any) -> dict[str, t.Any]:
        plain = {"client_id": self.app_id, "powerplatform_url": self.emulator.powerplatform_url}
        given = {} if {"username", "certificate_password"} & set(options) else {"client_secret": self.secret}
        return t.cast("dict[str, t.Any]", ok(self._run(powerplatform_credential_proof, {**plain, **given, **options}, check=check, environ=environ))["proof"])

    def management(self, *, check: bool = False, **options: t.Any) -> Execution:
        return self._run(powerplatform_management_app, {"app_id": self.app_id, "bap_url": self.emulator.bap_url, **options}, check=check)

    def person(self, resource: str = "https://service.powerapps.com/", user: str = "platform") -> str:
        """The token of a person."""
        form = {
            "grant_type": "password",
            "client_id": self.emulator.identity("operator")["client_id"],
            "username": f"{user}@contoso.com",
            "password": f"emulated-{user}-password",
            "scope": f"{resource}/.default",
        }
        url = f"{self.emulator.login_url}/{self.tenant_id}/oauth2/v2.0/token"
        status, raw = self.emulator.request("POST", url, urllib.parse.urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 200, raw
        return t.cast(str, json.loads(raw)["access_token"])

    @property
    def requests(self) -> list[str]:
        return [f"{entry['method']} {entry['path'].partition('?')[0]}" for entry in self.emulator.journal() if entry["service"] != "login"]

    @property
    def assignments(self) -> list[dict[str, t.Any]]:
        found = self.emulator.powerplatform("contoso")["assignments"]
        listed = list(found.values()) if isinstance(found, dict) else found
        return [item for item in listed if item["principalObjectId"] == self.principal_id]


@pytest.fixture
def bench(emulator: Emulator) -> Bench:
    return Bench(emulator)


def ok(outcome: Execution) -> dict[str, t.Any]:
    assert not outcome.failed, outcome.result
    return {**outcome.result, "warnings": outcome.warnings}


def failed(outcome: Execution) -> dict[str, t.Any]:
    assert outcome.failed, outcome.result
    assert outcome.result["failure"]["kind"] != "bug", outcome.result
    return {**outcome.result["failure"], "msg": outcome.result["msg"]}


@pytest.mark.parametrize("shape", ["flat", "value"])
@pytest.mark.parametrize("short", [False, True])
def test_role(bench: Bench, shape: str, short: bool) -> None:
    bench.emulator.settings(powerplatform_assignment_shape=shape, powerplatform_short_scopes=short)
    would = ok(bench.role(check=True))
    assert would["changed"] and would["role_assignment"]["would_create"] and bench.emulator.writes() == []
    made = ok(bench.role())
    assert made["changed"] and made["warnings"] == [] and made["role_assignment"]["id"] == bench.assignments[0]["roleAssignmentId"]
    assert not ok(bench.role(role="Power Platform Reader"))["changed"]
    assert bench.requests == [f"GET /authorization/environments/{PRODUCTION}/roleAssignments"]
    assert ok(bench.role(state="absent"))["changed"] and bench.assignments == []
    assert not ok(bench.role(state="absent"))["changed"]


@pytest.mark.parametrize(("scope", "option"), [("tenant", {}), ("environment_group", {"environment_group_id": SALES_GROUP})])
def test_wider_scopes(bench: Bench, scope: str, option: dict[str, str]) -> None:
    assert ok(bench.role(scope=scope, **option))["changed"] and not ok(bench.role(scope=scope, **option))["changed"]
    bench.emulator.settings(powerplatform_nested_assignments=True)
    narrow = ok(bench.role(environment_id=SALES))
    assert narrow["changed"] and len(narrow["warnings"]) == 1 and "which includes role" in narrow["warnings"][0]
    assert len(narrow["role_assignment"]["covered_by"]) == 1 and len(bench.assignments) == 2
    assert ok(bench.role(environment_id=SALES))["warnings"] == []
    assert not ok(bench.role(scope=scope, **option))["changed"]


def test_a_stronger_role_at_the_same_scope(bench: Bench) -> None:
    assert ok(bench.role(role="owner"))["changed"]
    weaker = ok(bench.role(check=True))
    assert [item["role"] for item in weaker["role_assignment"]["covered_by"]] == ["Power Platform owner"]
    assert "which includes role" in weaker["warnings"][0]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/environmentmanagement/environments", 403),
        ("/environmentmanagement/environments", 500),
        ("/authorization/roleAssignments", 403),
        ("/environmentGroups/", 404),
    ],
)
def test_each_look_at_wider_scopes_is_tolerant(bench: Bench, path: str, status: int) -> None:
    for scope, option in (("tenant", {}), ("environment_group", {"environment_group_id": SALES_GROUP})):
        assert ok(bench.role(scope=scope, **option))["changed"]
    bench.emulator.fault(service="powerplatform", method="GET", path=path, action="status", status=status, times=None)
    narrow = ok(bench.role(environment_id=SALES))
    # Without the list of environments the group is not known; without one list of assignments the other still counts.
    assert narrow["changed"] and len(narrow["role_assignment"]["covered_by"]) == 1
    assert narrow["warnings"] != []


def test_the_default_environment(bench: Bench) -> None:
    key = f"Default-{bench.tenant_id}"
    bench.emulator.add_environment("contoso", "Contoso (default)", id=key, type="Default")
    assert ok(bench.role(environment_id=key))["changed"]
    assert bench.assignments[0]["scope"].lower().endswith(f"/environments/{key}".lower())
    for spelling in (key, key.lower(), key.upper()):
        assert not ok(bench.role(environment_id=spelling))["changed"]
    assert ok(bench.environments(environment_ids=[key]))["visibility"] == "visible"


def test_a_role_of_the_tenants_own(bench: Bench) -> None:
    assert ok(bench.role(role="environment auditor"))["role_assignment"]["role"] == "Environment auditor"
    bench.emulator.delete("contoso", "servicePrincipals", bench.api)
    would = ok(bench.role(role="environment auditor", check=True))
    assert would["changed"] and would["role_assignment"]["role"] == "environment auditor" and would["role_assignment"]["role_definition_id"] is None
    assert "is not in the tenant yet" in would["warnings"][0]
    assert not ok(bench.role(role="environment auditor", state="absent", check=True))["changed"]
    by_id = "5b0f3c1e-2d47-4a86-9c5e-8f1a6b7d0e24"
    assert ok(bench.role(role=by_id, check=True))["warnings"] == []


def test_fresh_environment_is_waited_for(bench: Bench) -> None:
    assert ok(bench.role(environment_id=FRESH))["changed"]
    assert [item.partition(" ")[0] for item in bench.requests].count("POST") == 2


def test_environment_that_does_not_exist(bench: Bench) -> None:
    failure = failed(bench.role(environment_id=bench.tenant_id, timeout=4))
    assert failure["code"] == "EnvironmentIdInvalid" and "check it" in failure["advice"].lower()


@pytest.mark.parametrize("scope", ["environment", "environment_group"])
def test_an_id_that_is_mistyped_is_given_up_soon(bench: Bench, monkeypatch: pytest.MonkeyPatch, scope: str) -> None:
    """Nothing says that it exists, so it is not asked for as long as the task may take."""
    monkeypatch.setattr(Budget, "wait", lambda self, seconds, why, **known: None)
    for check in (True, False):
        failure = failed(bench.role(scope=scope, check=check, **{f"{scope}_id": bench.tenant_id}))
        assert bench.tenant_id in failure["msg"] and "check the id" in failure["advice"]
        assert 4 <= len([item for item in bench.requests if item.endswith("/roleAssignments")]) <= 8, bench.requests
        assert len([item for item in bench.requests if item.endswith("/environmentmanagement/environments")]) == (1 if scope == "environment" else 0)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_environment_that_exists_is_waited_for_longer(bench: Bench, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """The list of environments shows it, so the authorization service will hear of it."""
    monkeypatch.setattr(Budget, "wait", lambda self, seconds, why, **known: None)
    body = {"code": "EndpointInvalid", "message": "Environment id is invalid.", "innererror": {"code": "EnvironmentIdInvalid"}}
    bench.emulator.fault(service="powerplatform", method=method, path="/authorization/environments/", action="status", status=400, body=body, times=20)
    assert ok(bench.role())["changed"]
    assert len(bench.assignments) == 1


def test_young_principal_is_waited_for(bench: Bench) -> None:
    bench.emulator.settings(powerplatform_principal_delay=3)
    young = bench.emulator.add_application("contoso", displayName="Young", service_principal=True)
    assert ok(bench.role(principal_object_id=young["service_principal"]["id"]))["changed"]


def test_ids_of_the_wrong_kind(bench: Bench) -> None:
    for value, code in ((bench.app_id, "app_id_for_object_id"), (bench.registration_id, "application_for_service_principal")):
        for check in (True, False):
            failure = failed(bench.role(principal_object_id=value, check=check))
            assert failure["code"] == code and (bench.principal_id in failure["msg"] or code != "app_id_for_object_id")
    assert bench.emulator.writes() == []


def test_app_id_where_the_directory_may_not_be_read(bench: Bench) -> None:
    bench.emulator.fault(service="graph", action="status", status=403, times=None)
    failure = failed(bench.role(principal_object_id=bench.app_id))
    assert failure["http_status"] == 400 and "object id of a service principal" in failure["advice"] and failure["outcome"] == "refused"


def test_our_own_app_id(bench: Bench) -> None:
    who = bench.emulator.identity()
    assert failed(bench.role(principal_object_id=who["client_id"]))["code"] == "app_id_for_object_id"


def test_unknown_role(bench: Bench) -> None:
    failure = failed(bench.role(role="Power Platform readr"))
    assert failure["code"] == "role_unknown" and "Power Platform reader" in failure["details"]["nearest"]


@pytest.mark.parametrize("status", [409, 400, 200])
def test_made_by_somebody_else_meanwhile(bench: Bench, status: int) -> None:
    bench.emulator.settings(powerplatform_duplicate_status=status)
    bench.emulator.add_role_assignment("contoso", bench.principal_id, "Power Platform reader", f"/environments/{PRODUCTION}")
    bench.emulator.fault(service="powerplatform", method="GET", path="environments/.*/roleAssignments", action="status", status=200, body={"value": []})
    assert ok(bench.role())["role_assignment"]["id"] == bench.assignments[0]["roleAssignmentId"] and len(bench.assignments) == 1


@pytest.mark.parametrize("rule", [{"action": "drop_after"}, {"action": "drop_before"}, {"action": "status_after", "status": 503}])
def test_a_lost_answer_makes_no_second_assignment(bench: Bench, rule: dict[str, t.Any]) -> None:
    bench.emulator.fault(service="powerplatform", method="POST", **rule)
    assert ok(bench.role())["role_assignment"]["id"] and len(bench.assignments) == 1


@pytest.mark.parametrize("body", [True, False])
def test_forbidden(bench: Bench, body: bool) -> None:
    bench.emulator.settings(powerplatform_forbidden_body=body)
    as_app = {"auth_client_id": bench.app_id, "auth_client_secret": bench.secret}
    failure = failed(bench.role(**as_app))
    assert failure["kind"] == "forbidden" and "Power Platform Administrator" in failure["advice"]
    result = ok(bench.role(on_forbidden="hand_off", **as_app))
    request = result["role_assignment"]["hand_off"]["requests"][0]
    assert not result["changed"] and request["method"] == "POST" and f"/authorization/environments/{PRODUCTION}/roleAssignments?api-version=" in request["url"]
    assert request["body"]["principalObjectId"] == bench.principal_id and request["body"]["scope"].endswith(PRODUCTION)


def test_forbidden_write_is_handed_off(bench: Bench) -> None:
    bench.emulator.add_role_assignment("contoso", bench.principal_id, "Power Platform reader")
    as_app = {"auth_client_id": bench.app_id, "auth_client_secret": bench.secret, "role": "contributor"}
    result = ok(bench.role(on_forbidden="hand_off", **as_app))
    assert not result["changed"] and result["actions"] == [] and result["role_assignment"]["hand_off"]["reason"].startswith("Could not give role")


def test_what_may_not_be_removed_is_told_exactly(bench: Bench) -> None:
    """With its id where that can be seen, else with what finds it: the principal may be gone when somebody sends it."""
    assert ok(bench.role())["changed"]
    key = bench.assignments[0]["roleAssignmentId"]
    as_app = {"auth_client_id": bench.app_id, "auth_client_secret": bench.secret, "state": "absent", "on_forbidden": "hand_off"}
    (request,) = ok(bench.role(**as_app))["role_assignment"]["hand_off"]["requests"]
    assert request["method"] == "DELETE" and f"/environments/{PRODUCTION}/roleAssignments/{key}?" in request["url"]
    bench.emulator.remove_role_assignment("contoso", key)
    look, remove = ok(bench.role(**as_app))["role_assignment"]["hand_off"]["requests"]
    assert (look["method"], look["find"]["principalObjectId"]) == ("GET", bench.principal_id)
    assert look["find"]["roleDefinitionId"] and look["find"]["scope"].endswith(PRODUCTION)
    assert remove["method"] == "DELETE" and "{roleAssignmentId}" in remove["url"]


def test_domain_is_compared_before_a_write(bench: Bench) -> None:
    failure = failed(bench.role(expected_domain="fabrikam.com"))
    assert failure["kind"] == "tenantguard" and bench.emulator.writes() == []
    assert ok(bench.role(tenant_id="contoso.com"))["changed"]
    assert "GET /v1.0/organization" in bench.requests


def test_a_token_of_another_tenant(bench: Bench) -> None:
    bench.emulator.control("POST", "tenants/fabrikam/servicePrincipals", {"appId": "8578e004-a5c6-46e7-913e-12f58912df43"})
    token = bench.emulator.token("fabrikam", scope="https://api.powerplatform.com/.default")["access_token"]
    assert failed(bench.role(auth_method="access_token", auth_access_token=token))["code"] == "tenant_mismatch"


def test_environments(bench: Bench) -> None:
    assert failed(bench.environments())["kind"] == "forbidden"
    bench.emulator.add_role_assignment("contoso", bench.principal_id, "Power Platform reader", f"/environments/{PRODUCTION}")
    found = ok(bench.environments(environment_ids=[PRODUCTION.upper()]))
    assert (found["visible"], found["visibility"], found["missing"]) == (1, "visible", [])
    assert found["environments"][0]["display_name"] == "Contoso Production" and found["identity"]["object_id"] == bench.principal_id
    assert not found["changed"] and "graph" not in {entry["service"] for entry in bench.emulator.journal()}
    other = ok(bench.environments(environment_ids=[SALES]))
    assert (other["visible"], other["visibility"], other["missing"], other["environments"]) == (1, "incomplete", [SALES], [])


@pytest.mark.parametrize("shape", ["flat", "nested"])
@pytest.mark.parametrize("link", ["@odata.nextlink", "@odata.nextLink", "@OData.NextLink"])
def test_environment_shapes_and_pages(bench: Bench, shape: str, link: str) -> None:
    bench.emulator.settings(powerplatform_environment_shape=shape, powerplatform_page_size=1, powerplatform_next_link=link)
    bench.emulator.add_role_assignment("contoso", bench.principal_id, "Power Platform reader")
    found = ok(bench.environments())
    assert {item["id"]: item["display_name"] for item in found["environments"]}[SALES] == "Contoso Sales" and found["visible"] == 3


def test_nothing_visible_is_no_success(bench: Bench) -> None:
    bench.emulator.fault(service="powerplatform", action="status", status=200, body={"value": []}, times=None)
    found = ok(bench.environments())
    assert (found["visible"], found["visibility"]) == (0, "nothing_visible")


def test_next_page_elsewhere_is_not_followed(bench: Bench) -> None:
    body = {"value": [], "@odata.nextlink": "https://elsewhere.example/x"}
    bench.emulator.fault(service="powerplatform", action="status", status=200, body=body, times=None)
    assert failed(bench.environments())["code"] == "malformed_answer"


def test_visibility_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(powerplatform_environment, "_POLL", 0.1)
    bench.emulator.add_role_assignment("contoso", bench.principal_id, "Power Platform reader")
    bench.emulator.fault(service="powerplatform", action="status", status=403, times=2)
    bench.emulator.fault(service="powerplatform", action="status", status=200, body={"value": []}, skip=2, times=1)
    assert ok(bench.environments(wait_for_visible=True, wait_timeout=5))["visible"] == 3
    assert len(bench.requests) == 4


def test_check_mode_before_the_api_is_in_the_tenant(bench: Bench) -> None:
    bench.emulator.delete("contoso", "servicePrincipals", bench.api)
    for module in (bench.role, bench.environments):
        assert failed(module())["code"] == "AADSTS500011"
    would = ok(bench.role(check=True))
    assert would["changed"] and would["role_assignment"]["would_create"] and bench.tenant_id in would["role_assignment"]["scope"]
    assert ok(bench.environments(check=True))["visibility"] == "nothing_visible"


def test_wrong_cloud(bench: Bench) -> None:
    failure = failed(bench.environments(powerplatform_url=f"{bench.emulator.powerplatform_url}/wrong"))
    assert failure["code"] == "RouteNotFound" and "'cloud'" in failure["advice"] and failure["kind"] == "service"


def test_management_app(bench: Bench) -> None:
    person = {"auth_method": "access_token", "auth_access_token": bench.person()}
    assert ok(bench.management(check=True, **person))["management_app"]["would_create"] and bench.emulator.writes() == []
    assert ok(bench.management(**person))["management_app"]["registered"]
    assert not ok(bench.management(**person))["changed"]
    seen = ok(bench.management())  # reading works for applications, too
    assert not seen["changed"] and seen["management_app"]["registered"]
    assert ok(bench.management(state="absent", **person))["changed"]
    assert not ok(bench.management(state="absent", **person))["management_app"]["registered"]


def test_a_service_principal_cannot_register_itself(bench: Bench) -> None:
    itself = {"auth_client_id": bench.app_id, "auth_client_secret": bench.secret}
    for check in (True, False):
        failure = failed(bench.management(check=check, **itself))
        assert failure["code"] == "registers_itself" and "cannot register itself" in failure["msg"]
        assert failure["details"]["hand_off"]["requests"][0]["method"] == "PUT"
    assert bench.emulator.writes() == []
    for check in (True, False):
        failure = failed(bench.management(check=check))
        assert failure["code"] == "app_only" and "az login" in failure["advice"] and "cannot register a management application" in failure["msg"]
        handed = ok(bench.management(check=check, on_forbidden="hand_off"))
        assert not handed["changed"] and not handed["management_app"]["would_create"] and handed["management_app"]["hand_off"]["requests"]
    assert bench.emulator.writes() == []
    handed = ok(bench.management(on_forbidden="hand_off"))
    assert not handed["changed"] and not handed["management_app"]["registered"] and handed["management_app"]["hand_off"]["needs"]


def test_a_service_principal_cannot_remove_one(bench: Bench) -> None:
    """Check mode says so, too."""
    bench.emulator.add_management_app("contoso", bench.app_id)
    for check in (True, False):
        failure = failed(bench.management(check=check, state="absent"))
        assert failure["code"] == "app_only" and "cannot remove a management application" in failure["msg"]
        handed = ok(bench.management(check=check, state="absent", on_forbidden="hand_off"))
        assert not handed["changed"] and handed["management_app"]["registered"]
        assert [item["method"] for item in handed["management_app"]["hand_off"]["requests"]] == ["DELETE"]
    assert bench.emulator.writes() == []


def test_object_id_for_app_id(bench: Bench) -> None:
    for value in (bench.principal_id, bench.registration_id):
        failure = failed(bench.management(app_id=value))
        assert failure["code"] == "object_id_for_app_id" and bench.app_id in failure["msg"]


def test_access_token_needs_an_id_as_tenant(bench: Bench) -> None:
    failure = failed(bench.management(tenant_id="contoso.com", auth_method="access_token", auth_access_token=bench.person()))
    assert failure["code"] == "tenant_unknown" and bench.emulator.writes() == []


# -- proofs --


def refuse(bench: Bench, code: int, *, times: int | None = None) -> None:
    """The token service answers with this code."""
    body = {"error": "invalid_client", "error_description": f"AADSTS{code}: No.", "error_codes": [code]}
    bench.emulator.fault(service="login", path="/token$", action="status", status=400, body=body, times=times)


def tokens_asked_for(bench: Bench) -> int:
    """How many requests went to the token endpoint."""
    return sum(entry["path"].endswith("/token") for entry in bench.emulator.journal())


def test_a_proof(bench: Bench) -> None:
    """Environments are listed with a token of the application's own; whatever is wrong with that is an answer."""
    forbidden = bench.proof()
    assert (forbidden["status"], forbidden["environments"], forbidden["token"]["outcome"]) == ("forbidden", [], "issued")
    assert "has no role that shows an environment" in forbidden["reason"]
    assert forbidden["remember"] == {"state": "outstanding", "outcome": "forbidden"}
    assert bench.proof(remembered="forbidden")["remember"] == {}
    assert bench.proof(remembered="forbidden", accept_unproven=True)["remember"] == {"state": "settled"}
    bench.emulator.add_role_assignment("contoso", bench.principal_id, "Power Platform reader", f"/environments/{PRODUCTION}")
    proven = bench.proof(remembered="forbidden")
    assert (proven["status"], proven["environments"], proven["remember"]) == ("proven", ["Contoso Production"], {"state": "settled"})
    assert set(proven["token"]) == {
        "outcome", "code", "cause", "next_step", "message", "method", "audience", "account", "roles", "scopes", "expires_at",
    }  # fmt: skip
    assert (proven["token"]["method"], proven["token"]["audience"]) == ("client_secret", "https://api.powerplatform.com")
    assert (bench.requests, tokens_asked_for(bench)) == (["GET /environmentmanagement/environments"], 1)
    assert bench.proof(environment_id=PRODUCTION)["status"] == "proven"
    missing = bench.proof(environment_id=SALES)
    assert (missing["status"], SALES in missing["reason"], missing["environments"]) == ("incomplete", True, [])


def test_a_proof_in_check_mode_sends_nothing(bench: Bench) -> None:
    found = bench.proof(check=True, remembered="refused", accept_unproven=True)
    assert found == {"status": "not_tested", "reason": "Check mode proves nothing.", "token": {}, "environments": [], "remember": {}}
    assert bench.emulator.journal() == []


@pytest.mark.parametrize(("code", "status"), [(7000222, "refused"), (53003, "blocked"), (999999, "refused")])
def test_a_proof_that_is_refused(code: int, status: str, bench: Bench) -> None:
    refuse(bench, code)
    found = bench.proof(patience=60)
    assert (found["status"], found["token"]["code"], f"AADSTS{code}" in found["reason"], tokens_asked_for(bench)) == (status, f"AADSTS{code}", True, 1)
    assert bench.requests == []


def test_a_proof_waits_for_what_is_new(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it may, and no longer: for the token, and then for the role."""
    monkeypatch.setattr(powerplatform_proof, "_POLL", 0.5)
    monkeypatch.setattr(powerplatform_environment, "_POLL", 0.5)
    bench.emulator.add_role_assignment("contoso", bench.principal_id, "Power Platform reader")
    refuse(bench, 7000215, times=2)
    bench.emulator.fault(service="powerplatform", action="status", status=403, times=2)
    found = bench.proof(patience=1)
    assert (found["status"], tokens_asked_for(bench), len(bench.requests)) == ("proven", 3, 3)
    bench.emulator.clear_faults()
    refuse(bench, 7000215)
    assert (bench.proof(patience=1)["status"], tokens_asked_for(bench)) == ("refused", 3)
    assert (bench.proof()["status"], tokens_asked_for(bench)) == ("refused", 1)
    bench.emulator.clear_faults()
    bench.emulator.fault(service="powerplatform", action="status", status=403, times=None)
    assert (bench.proof()["status"], len(bench.requests)) == ("forbidden", 1)


def test_a_proof_ends_with_its_time(bench: Bench) -> None:
    """The next wait would be longer than what is left: what was answered is the proof."""
    refuse(bench, 700016)
    found = bench.proof(patience=60, timeout=4)
    assert (found["status"], tokens_asked_for(bench)) == ("refused", 1)


def test_a_proof_that_cannot_be_tried(bench: Bench, tmp_path: Path) -> None:
    half = bench.proof(certificate_password="x")
    assert (half["status"], half["token"], bench.emulator.journal()) == ("failed", {}, [])
    (tmp_path / "c.pem").write_bytes(pair().pem)
    keyless = bench.proof(certificate_path=str(tmp_path / "c.pem"), certificate_password="", private_key_path="", client_secret=None)
    assert (keyless["status"], keyless["remember"], bench.emulator.journal()) == ("not_possible", {}, [])
    bench.emulator.fault(service="powerplatform", action="status", status=500, times=None)
    assert (bench.proof()["status"], bench.proof(environment_id="not an id")["status"]) == ("failed", "failed")


def test_a_proof_with_an_account(bench: Bench, tmp_path: Path) -> None:
    """One request, without a second one while something may be new; a public client has no secret beside it."""
    bench.emulator.update("contoso", "applications", bench.registration_id, isFallbackPublicClient=True)
    job = {"TENANTKIT_JOB_DIR": str(tmp_path)}
    wrong = bench.proof(username="service@contoso.com", password="wrong", patience=30, environ=job)
    assert (wrong["status"], wrong["token"]["code"], tokens_asked_for(bench)) == ("refused", "AADSTS50126", 1)
    again = bench.proof(username="Service@contoso.com", password="wrong", environ=job)
    assert (again["status"], "sent once in this job" in again["reason"], bench.emulator.journal()) == ("failed", True, [])


def test_a_proof_where_the_service_is_new(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(bench, 700016)
    monkeypatch.setattr(powerplatform_proof, "_POLL", 0.1)
    assert bench.proof(username="guarded@contoso.com", password="x", patience=1, environ={})["status"] == "failed", "nothing is sent that cannot be noted"
    assert bench.emulator.journal() == []


def test_an_api_that_was_just_made_is_waited_for(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(powerplatform, "_API_POLL", 0.25)
    refuse(bench, 500011, times=2)
    assert ok(bench.role(wait_for_api=1))["changed"]
    refuse(bench, 500011)
    assert failed(bench.role(state="absent"))["code"] == "AADSTS500011"
    assert tokens_asked_for(bench) == 1
    assert failed(bench.role(state="absent", wait_for_api=1))["code"] == "AADSTS500011"
    assert tokens_asked_for(bench) == 5
    bench.emulator.clear_faults()
    refuse(bench, 7000222)
    assert failed(bench.role(state="absent", wait_for_api=1))["code"] == "AADSTS7000222"
    assert tokens_asked_for(bench) == 1


@pytest.mark.parametrize("action", ["html", "proxy_page"])
def test_a_page_of_something_else_is_no_missing_role(bench: Bench, action: str) -> None:
    """It is neither handed off nor reported as a role that is missing."""
    for service, run in (("powerplatform", bench.role), ("bap", bench.management)):
        bench.emulator.fault(service=service, action=action, status=403, times=None)
        found = failed(run(on_forbidden="hand_off"))
        assert (found["kind"], found["code"], found["outcome"]) == ("proxyanswer", "not_the_service", None), found
        bench.emulator.clear_faults()
    bench.emulator.fault(service="powerplatform", method="POST", action=action, status=403, times=None)
    found = failed(bench.role(on_forbidden="hand_off"))
    assert (found["kind"], found["outcome"], bench.assignments) == ("proxyanswer", "unknown", [])


def test_a_page_does_not_mean_that_an_assignment_is_gone(bench: Bench) -> None:
    ok(bench.role())
    bench.emulator.fault(service="powerplatform", method="DELETE", action="proxy_page", status=404, times=None)
    assert failed(bench.role(state="absent"))["kind"] == "proxyanswer"
    assert len(bench.assignments) == 1


def test_a_page_says_nothing_about_what_a_credential_may(bench: Bench) -> None:
    bench.emulator.fault(service="powerplatform", action="proxy_page", status=403, times=None)
    assert bench.proof()["status"] == "failed"
