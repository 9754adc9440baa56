# SPDX-License-Identifier: GPL-3.0-or-later
"""The diagnosis of the role power_platform: what it concludes, what it leaves alone, and what it says about looks that failed."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.explain import cause_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.remedies import repair_of
from integration.power_platform.helpers import API, NAME, NATIVE, READER, checks, diagnosis, principal_of, vault_file
from support.playbooks import Run
from support.plays import no_secret_shown, own_application, task, write_play
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

DIAGNOSE = "power_platform_diagnose.yml"
ENVIRONMENTS_READ = "177690ed-85f1-41d9-8dbf-2716e60ff46a"
# What the token service answers to these kinds of sign-in; the rest belongs to browsers and to az login.
CODES = (
    7000215, 7000222, 700016, 700038, 7000112, 7000229, 500011, 500012, 90002, 900023, 700027, 70021, 700213, 700211, 700212, 70011, 1002012, 70003, 900144,
    7000218, 700025, 50126, 50034, 50076, 50079, 53003, 65001, 650052, 650057, 501051, 50105, 65002, 50059, 50057, 50053, 700024, 700021, 700023, 50027,
)  # fmt: skip


@pytest.fixture
def working(connected: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> dict[str, t.Any]:
    """The host variables of a connection with a secret that works, and that secret."""
    wanted = {**vault_file(workdir), "power_platform_credential": "secret"}
    connected("power_platform.yml", inventory=inventory(contoso=wanted))
    made = emulator.add_secret("contoso", own_application(emulator, "contoso", NAME)["id"], displayName="to try")
    emulator.clear_journal()
    return {"power_platform_credential": "secret", "power_platform_try": {"client_secret": made.get("value") or made["secretText"]}}


@pytest.mark.parametrize("number", CODES)
def test_every_refusal_names_what_repairs_it(number: int) -> None:
    """A variable, a role or module of this collection, or that nobody here can."""
    repair = repair_of({"status": "refused", "token": {"code": f"AADSTS{number}"}}, given=True)
    assert any(word in repair for word in ("power_platform", "entra_", "tenantkit.connectors.", "client_secret", "username"))
    assert cause_of(number, tenant="t", client="c")[0]


def test_a_wider_or_stronger_role_is_no_missing_role(working: dict[str, t.Any], play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The reader of the tenant may read its environments; an owner is a reader; and what is proven lacks nothing."""
    environment = next(iter(emulator.powerplatform()["environments"]))
    narrow = diagnosis(play(DIAGNOSE, inventory=inventory(contoso={**working, "power_platform_environment_id": environment})).ok())
    assert (narrow["findings"], narrow["works"]) == ([], True)
    for key, item in emulator.powerplatform()["assignments"].items():
        if item["principalObjectId"] == principal_of(emulator, own_application(emulator, "contoso", NAME)["appId"])["id"]:
            emulator.remove_role_assignment("contoso", key)
    untried = {"power_platform_credential": "secret"}
    assert checks(diagnosis(play(DIAGNOSE, inventory=inventory(contoso=untried)).ok())) == {"role"}
    principal = principal_of(emulator, own_application(emulator, "contoso", NAME)["appId"])
    emulator.add_role_assignment("contoso", principal["id"], "Power Platform owner")
    assert diagnosis(play(DIAGNOSE, inventory=inventory(contoso=untried)).ok())["findings"] == []


def test_expired_credentials_beside_a_valid_one(working: dict[str, t.Any], play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Are no cause. Without any that is valid they are, and so is none at all."""
    application = own_application(emulator, "contoso", NAME)
    emulator.add_secret("contoso", application["id"], displayName="old", startDateTime="2020-01-01T00:00:00Z", endDateTime="2021-01-01T00:00:00Z")
    assert diagnosis(play(DIAGNOSE, inventory=inventory(contoso=working)).ok())["findings"] == []
    untried = {"power_platform_credential": "certificate"}
    (finding,) = diagnosis(play(DIAGNOSE, inventory=inventory(contoso=untried)).ok())["findings"]
    assert (finding["check"], "certificates" in finding["cause"]) == ("credentials", True)
    assert "power_platform_credential: certificate" in finding["repair"]


def by_hand(emulator: Emulator, **more: t.Any) -> dict[str, t.Any]:
    """The host variable of the README's command, for a registration of which everything is right but what a test makes wrong."""
    if API not in [item["appId"] for item in emulator.tenant("contoso")["service_principals"].values()]:
        emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": API})
    requested = [{"resourceAppId": API, "resourceAccess": [{"id": ENVIRONMENTS_READ, "type": "Scope"}]}]
    made = emulator.add_application("contoso", displayName="By hand", requiredResourceAccess=requested, service_principal=True, **more)
    emulator.add_grant("contoso", made["service_principal"]["id"], principal_of(emulator, API)["id"], "EnvironmentManagement.Environments.Read")
    emulator.clear_journal()
    return {"power_platform_client_id": made["application"]["appId"]}


def test_the_client_id_alone_is_enough(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """As the README says it: what the registration holds tells how it signs in. An expired secret and a missing role are found, and then repaired."""
    old = {"displayName": "by hand", "startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2021-01-01T00:00:00Z"}
    known = by_hand(emulator, secrets=[old])
    run = play(DIAGNOSE, inventory=inventory(contoso=known)).ok()
    found = diagnosis(run)
    assert checks(found) == {"credentials", "role"}
    texts = {item["check"]: item["cause"] + item["repair"] for item in found["findings"]}
    assert "have expired" in texts["credentials"] and "power_platform_credential: secret" in texts["credentials"]
    assert "power_platform_environment_id" in texts["role"]
    assert [line for line in found["not_looked_at"] if "power_platform_try" in line]
    assert emulator.writes() == []
    app = next(item for item in emulator.tenant("contoso")["applications"].values() if item["appId"] == known["power_platform_client_id"])
    emulator.add_secret("contoso", app["id"], displayName="new")
    emulator.add_role_assignment("contoso", principal_of(emulator, app["appId"])["id"], "Power Platform reader")
    assert diagnosis(play(DIAGNOSE, inventory=inventory(contoso=known)).ok())["findings"] == []


REFUSED = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}


def test_a_named_user_who_is_not_assigned(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Others are: the assignments and the groups tell it, as the refusal of a sign-in would. Once the user is in the assigned group both are content."""
    known = by_hand(emulator, publicClient={"redirectUris": [NATIVE]})
    app_id = known["power_platform_client_id"]
    principal = principal_of(emulator, app_id)
    emulator.update("contoso", "servicePrincipals", principal["id"], appRoleAssignmentRequired=True)

    def assign(**who: str) -> None:
        assigned = task("Assign", "entra_service_principal", {"app_id": app_id, "assigned_to": {"add": [who]}})
        play(write_play(workdir, assigned), inventory=inventory(contoso={})).ok()

    assign(user="admin@contoso.com")
    wanted = {**known, "power_platform_diagnose_user": "Service@contoso.com"}
    run = play(DIAGNOSE, inventory=inventory(contoso=wanted)).ok()
    (finding,) = diagnosis(run)["findings"]
    refused = emulator.sign_in("contoso", app_id, "service@contoso.com", redirect_uri=NATIVE, scopes=["https://api.powerplatform.com/.default"])
    assert (finding["check"], f"AADSTS{refused['error_code']}" in finding["cause"]) == ("assignment", True)
    assert "Service@contoso.com is not assigned" in finding["cause"]
    assign(group="Contoso Staff")
    tenant = emulator.tenant("contoso")
    staff, inner = (next(key for key, item in tenant["groups"].items() if item["displayName"] == name) for name in ("Contoso Staff", "Contoso Integrations"))
    user = next(key for key, item in tenant["users"].items() if item["userPrincipalName"] == "service@contoso.com")

    def member_of(groups: dict[str, list[str]]) -> tuple[t.Any, bool]:
        """What a diagnosis says of the user, and whether the user can sign in, with these members of groups."""
        for group in (staff, inner):
            emulator.control("PUT", f"tenants/contoso/groups/{group}/members", {"ids": groups.get(group, [])})
        answer = emulator.sign_in("contoso", app_id, "service@contoso.com", redirect_uri=NATIVE, scopes=["https://api.powerplatform.com/.default"])
        return diagnosis(play(DIAGNOSE, inventory=inventory(contoso=wanted)).ok()), bool(answer.get("signed_in"))

    outside, signs_in = member_of({})
    assert checks(outside) == {"assignment"} and not signs_in and "no direct member of an assigned group (Contoso Staff)" in outside["user"]["reason"]
    nested, signs_in = member_of({staff: [inner], inner: [user]})
    assert checks(nested) == {"assignment"} and not signs_in and "only through another group" in nested["user"]["reason"]
    with emulator.faulty(service="graph", path="memberOf", part=True, action="status", status=403, body=REFUSED, times=None):
        unknown = diagnosis(play(DIAGNOSE, inventory=inventory(contoso=wanted)).ok())
    assert (unknown["findings"], unknown["user"]["assigned"]) == ([], None)
    assert [line for line in unknown["not_looked_at"] if "Contoso Staff" in line and "403" in line]
    repaired, signs_in = member_of({staff: [user]})
    assert (repaired["findings"], repaired["user"]["assigned"]) == ([], True) and signs_in


@pytest.mark.exhaustive
def test_federated_credentials_are_looked_at(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """They say that the application signs in by itself; one that is to be there and is not, or that trusts somebody else, is a cause."""
    known = by_hand(emulator)
    nobody = diagnosis(play(DIAGNOSE, inventory=inventory(contoso=known)).ok())
    assert checks(nobody) == {"redirect_uri"}, "without any credential it is for people"
    assert [line for line in nobody["not_looked_at"] if line.startswith("The role") and "power_platform_credential" in line]
    wanted = {**known, "power_platform_credential": "federated"}
    assert checks(diagnosis(play(DIAGNOSE, inventory=inventory(contoso=wanted)).ok())) == {"credentials", "role"}
    trust = {"name": "main", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/platform:ref:refs/heads/main"}
    play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_adopt": True, "power_platform_federated": trust})).ok()
    for key in [key for key, item in emulator.powerplatform()["assignments"].items() if item["roleDefinitionId"] == READER]:
        emulator.remove_role_assignment("contoso", key)
    assert checks(diagnosis(play(DIAGNOSE, inventory=inventory(contoso=known)).ok())) == {"role"}
    other = {**known, "power_platform_federated": {**trust, "subject": "repo:contoso/platform:ref:refs/heads/next"}}
    wrong = diagnosis(play(DIAGNOSE, inventory=inventory(contoso=other)).ok())
    assert checks(wrong) == {"credentials", "role"} and "heads/next" in json.dumps(wrong["findings"])


def test_every_look_that_fails_is_said(working: dict[str, t.Any], play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Nothing is concluded from it, and the rest goes on."""
    looks = {
        "The registration": {"service": "graph", "path": "/applications"},
        "The enterprise application": {"service": "graph", "path": "/servicePrincipals"},
        "The role": {"service": "powerplatform", "path": "/authorization/"},
    }
    named = {**working, "power_platform_client_id": own_application(emulator, "contoso", NAME)["appId"]}
    for what, place in looks.items():
        for part in (False, True):
            emulator.fault(action="status", status=403, times=None, part=part, **place)
        run = play(DIAGNOSE, inventory=inventory(contoso=named)).ok()
        emulator.clear_faults()
        found = diagnosis(run)
        assert any(line.startswith(what) for line in found["not_read"]), (what, found)
        assert (found["findings"], found["works"]) == ([], True), what
        no_secret_shown(run, emulator)
        assert emulator.writes() == []


def test_nothing_is_none_in_a_sentence(working: dict[str, t.Any], play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A refusal that this collection does not know is told with the service's own words."""
    body = {"error": "invalid_client", "error_description": "AADSTS999999: Something new.", "error_codes": [999999]}
    emulator.fault(service="login", path="/token", action="status", status=401, body=body, times=None, skip=1)
    run = play(DIAGNOSE, inventory=inventory(contoso=working)).ok()
    emulator.clear_faults()
    assert "None" not in str([item["cause"] + item["repair"] for item in diagnosis(run)["findings"]])


def test_diagnosis_of_a_registration_that_works(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Nothing is found, nothing is changed."""
    wanted = {**vault_file(workdir), "power_platform_credential": "secret"}
    connected("power_platform.yml", inventory=inventory(contoso=wanted))
    application = own_application(emulator, "contoso", NAME)
    secret = emulator.add_secret("contoso", application["id"], displayName="to try")
    emulator.clear_journal()
    known = {"power_platform_credential": "secret", "power_platform_try": {"client_secret": secret.get("value") or secret["secretText"]}}
    run = play("power_platform_diagnose.yml", inventory=inventory(contoso=known)).ok()
    found = diagnosis(run)
    assert (found["findings"], found["works"], found["not_read"], found["not_looked_at"]) == ([], True, [], [])
    assert emulator.writes() == []
    assert run.changed() == []
    no_secret_shown(run, emulator)


def test_diagnosis_of_a_registration_made_by_hand(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Every cause is named with what repairs it, nothing is written; running the role with adoption repairs them."""
    made = emulator.add_application("contoso", displayName="By hand", web={"redirectUris": [NATIVE]}, secrets=[{"displayName": "by hand"}])
    value = made["secrets"][0].get("value") or made["secrets"][0]["secretText"]
    emulator.update("contoso", "servicePrincipals", made["service_principal"]["id"], accountEnabled=False)
    known = {"power_platform_client_id": made["application"]["appId"], "power_platform_role": "reader", "power_platform_try": {"client_secret": value}}
    run = play("power_platform_diagnose.yml", inventory=inventory(contoso=known)).ok()
    found = diagnosis(run)
    expected = {"enterprise_application", "api", "permissions", "consent", "role", "sign_in"}
    assert checks(found) == expected, "an application that signs in by itself needs no redirect URI"
    people = diagnosis(play("power_platform_diagnose.yml", inventory=inventory(contoso={"power_platform_client_id": made["application"]["appId"]})).ok())
    assert checks(people) == {"enterprise_application", "api", "permissions", "consent", "role"}, "its secret says that it signs in by itself"
    assert all(item["cause"].endswith(".") or "AADSTS" in item["cause"] for item in found["findings"])
    assert all(item["repair"] for item in found["findings"])
    assert emulator.writes() == []
    no_secret_shown(run, emulator)
    play("power_platform.yml", inventory=inventory(contoso={**known, "power_platform_adopt": True, "power_platform_enable": True})).ok()
    repaired = diagnosis(play("power_platform_diagnose.yml", inventory=inventory(contoso=known)).ok())
    assert (repaired["findings"], repaired["works"]) == ([], True)


def test_the_vendors_troubleshooting(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Consent missing, nobody assigned, Conditional Access, a second factor, the API not found, the wrong tenant."""
    play("power_platform.yml", inventory=inventory(contoso={"power_platform_allow_public_client": True})).ok()
    application = own_application(emulator, "contoso", NAME)
    principal = principal_of(emulator, application["appId"])
    account = {"username": "service@contoso.com", "password": "emulated-service-password"}
    (person,) = (key for key, item in emulator.tenant("contoso")["users"].items() if item["userPrincipalName"] == account["username"])

    def look(**more: t.Any) -> dict[str, t.Any]:
        run = play("power_platform_diagnose.yml", inventory=inventory(contoso={"power_platform_try": account, **more})).ok()
        no_secret_shown(run, emulator)
        return diagnosis(run)

    assert look()["proof"]["status"] == "nothing_visible", "a person needs a role as well"
    emulator.add_role_assignment("contoso", person, "Power Platform reader", principal_type="User")
    assert look()["works"]
    guarded = look(power_platform_try={"username": "guarded@contoso.com", "password": "emulated-guarded-password"})
    assert "AADSTS50076" in json.dumps(guarded["findings"])
    emulator.update("contoso", "servicePrincipals", principal["id"], appRoleAssignmentRequired=True)
    assert checks(look()) >= {"assignment", "sign_in"}
    emulator.update("contoso", "servicePrincipals", principal["id"], appRoleAssignmentRequired=False)
    emulator.settings(conditional_access_blocks=[application["appId"]])
    assert "AADSTS53003" in json.dumps(look()["findings"])
    emulator.settings(conditional_access_blocks=[])
    for key, grant in emulator.tenant("contoso")["grants"].items():
        if grant["clientId"] == principal["id"]:
            emulator.delete("contoso", "oauth2PermissionGrants", key)
    missing = look()
    assert checks(missing) >= {"consent", "sign_in"}
    assert "AADSTS65001" in json.dumps(missing["findings"])
    emulator.delete("contoso", "servicePrincipals", principal_of(emulator, API)["id"])
    assert "api" in checks(look())
    nobody = look(power_platform_client_id="11111111-2222-4333-8444-555555555555", power_platform_try={})
    assert checks(nobody) >= {"registration"}
