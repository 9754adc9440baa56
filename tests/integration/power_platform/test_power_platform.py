# SPDX-License-Identifier: GPL-3.0-or-later
"""The role power_platform and its diagnosis, against the emulator."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from integration.power_platform.helpers import (
    API,
    NAME,
    NATIVE,
    READER,
    administrator,
    principal_of,
    result_of,
    roles_of,
    stored,
    told,
    vault_file,
    without_environments,
    without_rights,
)
from support.certificates import pair
from support.playbooks import Run
from support.plays import expected_to_fail, failed_well, is_sentence, no_secret_shown, own_application, scopes_of, write_play
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

FRESH = "e1a4d7c0-3b62-4f58-9d0e-7c5a1b8f2d03"
ISSUER, SUBJECT = "https://token.actions.githubusercontent.com", "repo:contoso/platform:ref:refs/heads/main"
ABSENT = {"power_platform_state": "absent"}


@pytest.fixture
def sink(workdir: Path) -> dict[str, t.Any]:
    """Host variables of a vault file."""
    return vault_file(workdir)


def test_a_credential_that_would_not_be_kept_anywhere(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Neither a secret nor a generated key is made without a sink, and nobody is asked anything."""
    for kind in ("secret", "certificate"):
        run = play("power_platform.yml", inventory=inventory(contoso={"power_platform_credential": kind}))
        failed_well(run, emulator, "would not be kept anywhere", "entra_connector_sink")
    assert emulator.journal() == []


def test_check_mode_on_an_empty_tenant_only_reads(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """From the first task to the last, whatever the credential is."""
    kinds: tuple[dict[str, t.Any], ...] = (
        {"power_platform_credential": "secret"},
        {"power_platform_credential": "certificate"},
        {"power_platform_credential": "federated", "power_platform_federated": {"name": "main", "issuer": ISSUER, "subject": SUBJECT}},
        {"power_platform_management_app": True},
    )
    for kind in kinds:
        run = play("power_platform.yml", inventory=inventory(contoso={**sink, **kind}), check=True, diff=True).ok()
        # That an application may not register one is known before it is tried.
        assert result_of(run)["status"] == ("awaiting_role" if "power_platform_management_app" in kind else "not_connected"), kind
        assert emulator.writes() == [], kind
        assert run.warnings() == [], kind


def test_delegated_alone(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Without any variable: the registration, the API, consent and the native redirect URI; the second run changes nothing."""
    run = play("power_platform.yml", inventory=inventory(contoso={})).ok()
    result = result_of(run)
    assert (result["status"], result["proof"]["status"]) == ("ready_for_authorization", "not_possible")
    application = own_application(emulator, "contoso", NAME)
    assert application["publicClient"]["redirectUris"] == [NATIVE]
    assert application["signInAudience"] == "AzureADMyOrg"
    assert not application["isFallbackPublicClient"]
    assert [item["resourceAppId"] for item in application["requiredResourceAccess"]] == [API]
    assert scopes_of(emulator, "contoso", application["appId"]) == [{"EnvironmentManagement.Environments.Read"}]
    assert (application["passwordCredentials"], application["keyCredentials"], roles_of(emulator, application["appId"])) == ([], [], [])
    again = play("power_platform.yml", inventory=inventory(contoso={})).ok()
    assert again.changed() == []
    assert again.warnings() == []
    signed_in = emulator.sign_in("contoso", application["appId"], "service@contoso.com", redirect_uri=NATIVE, scopes=["https://api.powerplatform.com/.default"])
    assert signed_in["signed_in"], signed_in


def test_a_whole_namespace_of_permissions(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Refused until it is accepted; then its names, in a tenant that does not know the API yet, are requested and consented to, and found again."""
    wanted: dict[str, t.Any] = {"power_platform_permissions": ["EnvironmentManagement.*", "Licensing.Allocations.Read"]}
    refused = play("power_platform.yml", inventory=inventory(contoso=wanted))
    failed_well(refused, emulator, "power_platform_accept_namespaces", "EnvironmentManagement")
    assert emulator.journal() == []
    wanted["power_platform_accept_namespaces"] = ["EnvironmentManagement"]
    predicted = play("power_platform.yml", inventory=inventory(contoso=wanted), check=True).ok()
    assert (result_of(predicted)["status"], emulator.writes()) == ("not_connected", [])
    play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    api = next(item for item in emulator.control("GET", "tenants/contoso/servicePrincipals") if item["appId"] == API)
    offered = {item["value"] for item in api["oauth2PermissionScopes"] if item["value"].startswith("EnvironmentManagement.")}
    assert len(offered) > 2
    application = own_application(emulator, "contoso", NAME)
    assert scopes_of(emulator, "contoso", application["appId"]) == [{*offered, "Licensing.Allocations.Read"}]
    assert len(application["requiredResourceAccess"][0]["resourceAccess"]) == len(offered) + 1
    assert play("power_platform.yml", inventory=inventory(contoso=wanted)).ok().changed() == []
    misspelt = {"power_platform_permissions": ["EnvironmentManagment.*"], "power_platform_accept_namespaces": ["EnvironmentManagment"]}
    failed_well(
        play("power_platform.yml", inventory=inventory(contoso=misspelt)), emulator, "Did you mean EnvironmentManagement?", "power_platform_permissions"
    )
    play("power_platform.yml", inventory=inventory(contoso={**wanted, **ABSENT})).ok()
    assert [item for item in emulator.tenant("contoso")["applications"].values() if item.get("uniqueName") == NAME] == []


def test_a_secret_is_proven_and_kept_in_the_sink(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any], workdir: Path) -> None:
    """Role, secret, vault file and proof in one run; the second changes nothing and says that it tested nothing; a lost file makes a new secret."""
    hosts = inventory(contoso={**sink, "power_platform_credential": "secret"})
    run = play("power_platform.yml", inventory=hosts, args=["-vvvv"]).ok()
    no_secret_shown(run, emulator)
    result = result_of(run)
    assert (result["status"], result["proof"]["status"]) == ("connected", "proven"), result["proof"]
    assert "Contoso Production" in result["proof"]["environments"]
    application = own_application(emulator, "contoso", NAME)
    assert roles_of(emulator, application["appId"]) == [(READER, "")]
    assert stored(workdir) == [f"{emulator.tenant_id('contoso')}_power_platform.yml"]
    assert (workdir / "credentials" / stored(workdir)[0]).read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;connectors")
    again = play("power_platform.yml", inventory=hosts).ok()
    assert again.changed() == []
    assert (result_of(again)["status"], result_of(again)["proof"]["status"]) == ("connected", "not_tested")
    (workdir / "credentials" / stored(workdir)[0]).unlink()
    third = result_of(play("power_platform.yml", inventory=hosts).ok())
    assert third["proof"]["status"] == "proven"
    assert third["credential"]["key_id"] != result["credential"]["key_id"]
    assert stored(workdir)


def test_without_the_vault_password_nothing_is_made(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """The sink is tried before a secret is made."""
    no_password: dict[str, t.Any] = {"ANSIBLE_VAULT_IDENTITY_LIST": None}
    run = play("power_platform.yml", inventory=inventory(contoso={**sink, "power_platform_credential": "secret"}), env=no_password)
    failed_well(run, emulator, "Vault id 'connectors' is not loaded")
    assert emulator.writes() == []


def test_a_generated_certificate(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any], workdir: Path) -> None:
    """The key goes to the sink, its certificate to Entra, and both are proven; the environment is in the list although it is new."""
    wanted = {**sink, "power_platform_credential": "certificate", "power_platform_environment_id": FRESH, "power_platform_role": "contributor"}
    run = play("power_platform.yml", inventory=inventory(contoso=wanted), args=["-vvvv"]).ok()
    no_secret_shown(run, emulator)
    assert "PRIVATE KEY" not in run.output
    result = result_of(run)
    assert (result["status"], result["proof"]["status"]) == ("connected", "proven"), result["proof"]
    assert result["proof"]["environments"] == ["Contoso Fresh"]
    application = own_application(emulator, "contoso", NAME)
    assert len(application["keyCredentials"]) == 1
    assert [scope for _role, scope in roles_of(emulator, application["appId"])] == [f"/environments/{FRESH}"]
    assert not list(workdir.rglob("key.pem")), "the file for the proof is gone"
    again = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    assert again.changed() == []
    (workdir / "credentials" / stored(workdir)[0]).unlink()
    third = result_of(play("power_platform.yml", inventory=inventory(contoso=wanted)).ok())
    assert third["credential"]["key_id"] != result["credential"]["key_id"]
    assert third["proof"]["status"] == "proven"


def test_a_certificate_that_is_given(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """With its key it is proven on every run; without it nothing can be."""
    made = pair()
    (workdir / "both.pem").write_bytes(made.key_pem + made.pem)
    (workdir / "key.pem").write_bytes(made.key_pem)
    (workdir / "certificate.pem").write_bytes(made.pem)
    wanted = {"power_platform_credential": "certificate", "power_platform_certificate_path": str(workdir / "both.pem")}
    assert result_of(play("power_platform.yml", inventory=inventory(contoso=wanted)).ok())["proof"]["status"] == "proven"
    again = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    assert again.changed() == []
    assert result_of(again)["proof"]["status"] == "proven"
    alone = {**wanted, "power_platform_certificate_path": str(workdir / "certificate.pem")}
    keyless = play("power_platform.yml", inventory=inventory(contoso=alone)).ok()
    assert (result_of(keyless)["status"], result_of(keyless)["proof"]["status"]) == ("configured", "not_possible")
    assert "power_platform_private_key_path" in told(keyless)
    apart = {**alone, "power_platform_private_key_path": str(workdir / "key.pem")}
    assert result_of(play("power_platform.yml", inventory=inventory(contoso=apart)).ok())["proof"]["status"] == "proven"
    assert len(own_application(emulator, "contoso", NAME)["keyCredentials"]) == 1


@pytest.mark.parametrize("change", [{"power_platform_allow_public_client": True}, {"power_platform_role": "contributor"}])
def test_an_application_without_room_for_a_federated_credential(play: Play, inventory: Inventory, emulator: Emulator, change: dict[str, t.Any]) -> None:
    """It is refused before the registration is changed or a role is given: the federated credential comes last."""
    play("power_platform.yml", inventory=inventory(contoso={})).ok()
    application = own_application(emulator, "contoso", NAME)
    for number in range(20):
        emulator.add_federated("contoso", application["id"], name=f"other-{number}", issuer=ISSUER, subject=f"{SUBJECT}-{number}")
    trust = {"power_platform_credential": "federated", "power_platform_federated": {"name": "main", "issuer": ISSUER, "subject": SUBJECT}}
    emulator.clear_journal()
    for check in (True, False):
        run = play("power_platform.yml", inventory=inventory(contoso={**trust, **change}), check=check)
        failed_well(run, emulator, "has 20 federated credentials", "Nothing was written")
    assert emulator.writes() == [] and roles_of(emulator, application["appId"]) == []


def test_federated(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The trust is made; nothing says that it works but a proof with a token of the workload, or the operator's word."""
    wanted: dict[str, t.Any] = {
        "power_platform_credential": "federated",
        "power_platform_federated": {"name": "main", "issuer": ISSUER, "subject": SUBJECT},
    }
    for changed in (True, False):
        run = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
        result = result_of(run)
        assert (result["status"], result["proof"]["status"], result["changed"]) == ("configured", "not_tested", changed)
        assert "ends as configured" in told(run) and "federated_token_file" in told(run)
    vouched = play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_accept_unproven": True})).ok()
    assert (result_of(vouched)["status"], told(vouched)) == ("connected", "")
    (workdir / "token").write_text(emulator.assertion(ISSUER, SUBJECT))
    again = play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_try": {"federated_token_file": str(workdir / "token")}})).ok()
    assert again.changed() == []
    assert (result_of(again)["status"], result_of(again)["proof"]["status"], told(again)) == ("connected", "proven", "")


@pytest.mark.parametrize("kind", ["secret", pytest.param("certificate", marks=pytest.mark.exhaustive)])
def test_what_nobody_tried_is_not_connected(kind: str, play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """With the proof turned off it is only configured, in later runs as well; the first run that may prove it does."""
    off = {**sink, "power_platform_credential": kind, "power_platform_prove": False}
    for changed in (True, False):
        run = play("power_platform.yml", inventory=inventory(contoso=off)).ok()
        result = result_of(run)
        assert (result["status"], result["proof"]["status"], result["changed"]) == ("configured", "not_tested", changed)
        assert "power_platform_prove" in told(run)
    proven = result_of(play("power_platform.yml", inventory=inventory(contoso={**off, "power_platform_prove": True})).ok())
    assert (proven["status"], proven["proof"]["status"]) == ("connected", "proven")
    after = play("power_platform.yml", inventory=inventory(contoso=off)).ok()
    assert (result_of(after)["status"], after.changed()) == ("connected", [])


def test_consent_is_left_to_people(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """With consent none nothing is granted."""
    run = play("power_platform.yml", inventory=inventory(contoso={"power_platform_consent": "none"})).ok()
    assert result_of(run)["status"] == "ready_for_authorization"
    assert scopes_of(emulator, "contoso", own_application(emulator, "contoso", NAME)["appId"]) == []
    assert play("power_platform.yml", inventory=inventory(contoso={"power_platform_consent": "none"})).ok().changed() == []


def test_forbidden_roles_are_handed_off(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any], workdir: Path) -> None:
    """The exact request is said and no secret is made; with the administrator's own sign-in a later run goes on from there."""
    without_rights(emulator)
    wanted = {**sink, "power_platform_credential": "secret"}
    run = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    result = result_of(run)
    application = own_application(emulator, "contoso", NAME)
    assert result["status"] == "awaiting_role"
    (request,) = result["hand_offs"][0]["requests"]
    assert (request["method"], request["body"]["principalObjectId"]) == ("POST", principal_of(emulator, application["appId"])["id"])
    assert request["body"]["roleDefinitionId"] == READER
    assert READER in run.output
    assert (application["passwordCredentials"], stored(workdir)) == ([], [])
    tenant = {"entra_tenant_id": emulator.tenant_id("contoso")}
    admin = {"power_platform_admin_auth": {"method": "access_token", "access_token": administrator(emulator)}}
    later = play("power_platform.yml", inventory=inventory(contoso={**wanted, **tenant, **admin})).ok()
    assert (result_of(later)["status"], result_of(later)["proof"]["status"]) == ("connected", "proven")
    no_secret_shown(later, emulator)


def test_a_role_that_others_gave(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """Where roles cannot be seen at all, the proof says whether it is there."""
    without_rights(emulator)
    wanted = {**sink, "power_platform_credential": "secret", "power_platform_role_assigned": True, "power_platform_proof_timeout": 0}
    run = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    waiting = result_of(run)
    assert (waiting["status"], waiting["proof"]["status"], waiting["hand_offs"]) == ("awaiting_role", "forbidden", [])
    still = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    assert (result_of(still)["status"], result_of(still)["changed"]) == ("awaiting_role", False)
    no_role = play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_role": "", "power_platform_role_assigned": False})).ok()
    assert result_of(no_role)["status"] == "awaiting_role"
    for each in (run, still, no_role):
        words = ("ends as awaiting_role", result_of(each)["proof"]["reason"], waiting["service_principal"]["object_id"], "power_platform_role")
        assert [word for word in words if word not in told(each)] == []
    emulator.add_role_assignment("contoso", waiting["service_principal"]["object_id"], "Power Platform reader")
    there = result_of(play("power_platform.yml", inventory=inventory(contoso=wanted)).ok())
    assert (there["status"], there["proof"]["status"]) == ("connected", "proven")
    assert there["credential"]["key_id"] == waiting["credential"]["key_id"], "the value was read back from the vault file"


def test_nothing_visible_is_no_success(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """A role at a tenant without environments proves nothing. Every run says so until one sees something, and the secret stays where it is."""
    without_environments(emulator)
    wanted = {**sink, "power_platform_credential": "secret", "power_platform_proof_timeout": 0}
    for round_ in ("first", "again"):
        run = play("power_platform.yml", inventory=inventory(contoso=wanted))
        failed_well(run, emulator, "nothing visible", "power_platform_diagnose", "power_platform_accept_unproven")
        assert result_of(run)["status"] == "not_proven", round_
    assert run.changed() == []
    looked = play("power_platform.yml", inventory=inventory(contoso=wanted), check=True).ok()
    assert result_of(looked)["status"] == "not_proven"
    emulator.add_environment("contoso", "The first one")
    healed = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    assert (result_of(healed)["status"], result_of(healed)["proof"]["status"], result_of(healed)["changed"]) == ("connected", "proven", True)
    no_secret_shown(healed, emulator)
    assert len(own_application(emulator, "contoso", NAME)["passwordCredentials"]) == 1
    settled = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    assert (settled.changed(), result_of(settled)["status"], result_of(settled)["proof"]["status"]) == ([], "connected", "not_tested")


def test_conditional_access_says_nothing_about_the_credential(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Blocked is neither proven nor a failure."""
    made = pair()
    (workdir / "both.pem").write_bytes(made.key_pem + made.pem)
    wanted = {"power_platform_credential": "certificate", "power_platform_certificate_path": str(workdir / "both.pem")}
    play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    emulator.settings(conditional_access_blocks=[own_application(emulator, "contoso", NAME)["appId"]])
    run = play("power_platform.yml", inventory=inventory(contoso=wanted)).ok()
    result = result_of(run)
    assert (result["status"], result["proof"]["status"]) == ("not_proven", "blocked")
    assert "AADSTS53003" in result["proof"]["reason"]
    assert "ends as not_proven" in told(run) and "AADSTS53003" in told(run)


def test_management_application(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """No application may register one: it is handed off; what was registered is found by the next run."""
    wanted = {"power_platform_management_app": True}
    result = result_of(play("power_platform.yml", inventory=inventory(contoso=wanted)).ok())
    assert result["status"] == "awaiting_role"
    assert [item["method"] for item in result["hand_offs"][0]["requests"]] == ["PUT"]
    assert result["app"]["app_id"] in result["hand_offs"][0]["requests"][0]["url"]
    predicted = play("power_platform.yml", inventory=inventory(contoso=wanted), check=True).ok()
    assert [item["method"] for item in result_of(predicted)["hand_offs"][0]["requests"]] == ["PUT"]
    emulator.add_management_app("contoso", result["app"]["app_id"])
    assert result_of(play("power_platform.yml", inventory=inventory(contoso=wanted)).ok())["management_app"]["registered"]


def test_every_hand_off_says_who_may(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """Role and management application need different people, and each line says whom; nothing in it is None."""
    without_rights(emulator)
    run = play("power_platform.yml", inventory=inventory(contoso={**sink, "power_platform_credential": "secret", "power_platform_management_app": True})).ok()
    lines = run.task("Say what an administrator still has to do in Power Platform").result["msg"]
    assert sum("A person with this right has to send it" in line for line in lines) == 2
    assert any("role-based access control administrator" in line for line in lines)
    assert any("a service principal cannot register or remove one" in line for line in lines)
    assert "None" not in "".join(lines)


def test_a_group_and_an_environment(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """The role is for the group, and the proof has to show the environment, which is in it or is not."""
    group, inside, outside = (f"e1a4d7c0-3b62-4f58-9d0e-7c5a1b8f2d{end}" for end in ("f0", "02", "01"))
    wanted = {**sink, "power_platform_credential": "secret", "power_platform_environment_group_id": group, "power_platform_scope": "environment_group"}
    run = play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_environment_id": outside, "power_platform_proof_timeout": 0}))
    failed_well(run, emulator, "incomplete", outside)
    result = result_of(play("power_platform.yml", inventory=inventory(contoso={**wanted, "power_platform_environment_id": inside})).ok())
    assert (result["status"], result["proof"]["environments"]) == ("connected", ["Contoso Sales"])
    assert roles_of(emulator, result["app"]["app_id"]) == [(READER, f"/environmentGroups/{group}")]


@pytest.mark.exhaustive
def test_what_the_advice_says_can_be_set(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """An adopted application with a wider audience, and a deleted one with the same name."""
    made = emulator.add_application("contoso", displayName="By hand", signInAudience="AzureADMultipleOrgs")["application"]
    adopted = {"power_platform_client_id": made["appId"], "power_platform_adopt": True}
    failed_well(play("power_platform.yml", inventory=inventory(contoso=adopted)), emulator, "accept_audience_narrowing")
    accepted = {**adopted, "power_platform_accept_audience_narrowing": True}
    assert result_of(play("power_platform.yml", inventory=inventory(contoso=accepted)).ok())["status"] == "ready_for_authorization"
    assert emulator.tenant("contoso")["applications"][made["id"]]["signInAudience"] == "AzureADMyOrg"
    play("power_platform.yml", inventory=inventory(contoso={})).ok()
    play("power_platform.yml", inventory=inventory(contoso=ABSENT)).ok()
    (deleted,) = [key for key, item in emulator.tenant("contoso")["deleted"].items() if item.get("uniqueName") == NAME]
    failed_well(play("power_platform.yml", inventory=inventory(contoso={})), emulator, "soft_deleted_object_id")
    purged = {"power_platform_on_soft_deleted": "purge", "power_platform_soft_deleted_object_id": deleted}
    result = result_of(play("power_platform.yml", inventory=inventory(contoso=purged)).ok())
    assert result["status"] == "ready_for_authorization" and result["app"]["object_id"] != deleted


# -- bad input --


def test_a_role_that_nobody_knows(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """Found before anything is written. Before the API is in the tenant nobody can look a name up; then it is found before a credential is made."""
    emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": API})
    emulator.clear_journal()
    wanted = {**sink, "power_platform_credential": "secret", "power_platform_role": "Power Platform emperor"}
    run = play("power_platform.yml", inventory=inventory(contoso=wanted))
    failed_well(run, emulator, "Power Platform emperor", "Power Platform reader")
    assert emulator.writes() == []
    emulator.delete("contoso", "servicePrincipals", principal_of(emulator, API)["id"])
    failed_well(play("power_platform.yml", inventory=inventory(contoso=wanted)), emulator, "Power Platform emperor", "Power Platform reader")
    assert own_application(emulator, "contoso", NAME)["passwordCredentials"] == []


def test_a_role_of_the_tenants_own(play: Play, inventory: Inventory, emulator: Emulator, sink: dict[str, t.Any]) -> None:
    """Its name is predicted while the API is not in the tenant, and looked up once it is."""
    wanted = {**sink, "power_platform_credential": "secret", "power_platform_role": "Environment auditor"}
    looked = result_of(play("power_platform.yml", inventory=inventory(contoso=wanted), check=True).ok())
    assert (looked["status"], looked["role_assignment"]["would_create"]) == ("not_connected", True)
    assert emulator.writes() == []
    made = result_of(play("power_platform.yml", inventory=inventory(contoso=wanted)).ok())
    assert (made["status"], made["proof"]["status"], made["role_assignment"]["role"]) == ("connected", "proven", "Environment auditor")
    assert play("power_platform.yml", inventory=inventory(contoso=wanted)).ok().changed() == []


def test_an_app_id_in_place_of_an_object_id(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """And the other way round: both ids are recognised."""
    emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": API})
    made = emulator.add_application("contoso", displayName="Mixed up")
    playbook = write_play(
        workdir,
        expected_to_fail("role", "powerplatform_role_assignment", {"role": "reader", "scope": "tenant", "principal_object_id": made["application"]["appId"]}),
        expected_to_fail("management", "powerplatform_management_app", {"app_id": made["service_principal"]["id"]}),
    )
    run = play(playbook, inventory=inventory(contoso={})).ok()
    is_sentence(run.task("role").result, made["service_principal"]["id"])
    is_sentence(run.task("management").result, made["application"]["appId"])
    assert emulator.writes() == []
