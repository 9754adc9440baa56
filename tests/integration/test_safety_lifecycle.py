# SPDX-License-Identifier: GPL-3.0-or-later
"""Promises 15 to 18: waiting for consent, taking a connection away, deleted twins, applications of others."""

from __future__ import annotations

import typing as t
from pathlib import Path

from integration.workspace365.helpers import own_application, signs_in
from support.playbooks import Run
from support.plays import each_failed_well, expected_to_fail, failed_well, key_ids, scopes_of, task, write_play
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

ABSENT = {"workspace365_state": "absent"}
CONFIRMED = {**ABSENT, "workspace365_absent_confirmed": "contoso"}


def credential(emulator: Emulator, *permissions: str) -> dict[str, str]:
    """A new automation identity in Contoso with just these application permissions, as C(entra_auth)."""
    made = emulator.add_application("contoso", displayName="Automation with little", secrets=[{"displayName": "only"}])
    emulator.grant_roles("contoso", made["service_principal"]["id"], list(permissions))
    secret = made["secrets"][0]
    return {"client_id": made["application"]["appId"], "client_secret": secret.get("value") or secret["secretText"]}


def principal_of(emulator: Emulator, app_id: str) -> dict[str, t.Any] | None:
    """The service principal of an application in Contoso."""
    return next((item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == app_id), None)


def by_hand(emulator: Emulator, **more: t.Any) -> dict[str, t.Any]:
    """An application that somebody made in the portal, with a secret, and a permission that somebody granted."""
    made = emulator.add_application("contoso", displayName="Workspace by hand", secrets=[{"displayName": "by hand"}], **more)
    graph = principal_of(emulator, "00000003-0000-0000-c000-000000000000")
    assert graph
    emulator.add_grant("contoso", made["service_principal"]["id"], graph["id"], "Mail.Read")
    return made


def test_15_nothing_is_delivered_while_consent_is_missing(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The role ends waiting, with the link for an administrator; a later run goes on from there."""
    little = credential(emulator, "Application.ReadWrite.OwnedBy", "Organization.Read.All")
    run = play("workspace365.yml", inventory=inventory(contoso={"entra_auth": little})).ok()
    assert "waiting for admin consent" in run.output
    assert f"{emulator.tenant_id('contoso')}/v2.0/adminconsent" in run.output
    result = run.task("Report the connection").facts["workspace365_result"]
    assert result["status"] == "awaiting_consent"
    assert key_ids(own_application(emulator)) == []
    assert emulator.journal("workspace365", "PUT") == []
    run = play("workspace365.yml", inventory=inventory(contoso={})).ok()
    assert run.task("Report the connection").facts["workspace365_result"]["status"] == "connected"
    assert signs_in(emulator)


def test_16_absent_needs_a_confirmation_and_takes_only_our_own(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """While a delivered key would be lost the environment has to be named; then consent, principal and application go, recoverably."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    emulator.clear_journal()
    refused = play("workspace365.yml", inventory=inventory(contoso=ABSENT))
    failed_well(refused, emulator, "workspace365_absent_confirmed", "contoso", "locks every user out")
    wrong = play("workspace365.yml", inventory=inventory(contoso={**ABSENT, "workspace365_absent_confirmed": "fabrikam"}))
    failed_well(wrong, emulator, "workspace365_absent_confirmed")
    assert emulator.writes() == []
    assert signs_in(emulator)
    application = own_application(emulator)
    run = play("workspace365.yml", inventory=inventory(contoso=CONFIRMED)).ok()
    assert run.task("Report the connection").facts["workspace365_result"]["status"] == "absent"
    assert application["id"] not in emulator.tenant("contoso")["applications"]
    assert application["id"] in emulator.tenant("contoso")["deleted"], "it can be restored for 30 days"
    assert scopes_of(emulator, "contoso", application["appId"]) == []
    assert play("workspace365.yml", inventory=inventory(contoso=CONFIRMED)).ok().changed() == []


def test_16_an_adopted_application_stays_as_it_was(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """From an application that we did not make goes what we added: secrets, marks, consent, requests and redirect URIs. What was there stays."""
    graph = principal_of(emulator, "00000003-0000-0000-c000-000000000000")
    assert graph
    openid = {"id": "37f7f235-527c-4136-accd-4a02d197296e", "type": "Scope"}
    theirs = "https://somewhere.example/callback"
    made = by_hand(emulator, web={"redirectUris": [theirs]}, requiredResourceAccess=[{"resourceAppId": graph["appId"], "resourceAccess": [openid]}])
    before = emulator.tenant("contoso")["applications"][made["application"]["id"]]
    adopted = {"workspace365_client_id": made["application"]["appId"], "workspace365_adopt": True}
    play("workspace365.yml", inventory=inventory(contoso=adopted)).ok()
    assert signs_in(emulator)
    (scopes,) = scopes_of(emulator, "contoso", made["application"]["appId"])
    assert scopes == {"Mail.Read", "openid", "User.Read"}
    assert play("workspace365.yml", inventory=inventory(contoso=adopted)).ok().changed() == []
    run = play("workspace365.yml", inventory=inventory(contoso={**adopted, **CONFIRMED})).ok()
    assert run.task("Report the connection").facts["workspace365_result"]["status"] == "absent"
    left = emulator.tenant("contoso")["applications"][made["application"]["id"]]
    assert [item["displayName"] for item in left["passwordCredentials"]] == ["by hand"]
    assert [tag for tag in left["tags"] if tag.startswith("tkc:")] == []
    assert left["web"]["redirectUris"] == [theirs]
    for name in ("requiredResourceAccess", "signInAudience", "tags"):
        assert left[name] == before[name], name
    principal = principal_of(emulator, made["application"]["appId"])
    assert principal and principal["accountEnabled"]
    (scopes,) = scopes_of(emulator, "contoso", made["application"]["appId"])
    assert scopes == {"Mail.Read"}
    assert play("workspace365.yml", inventory=inventory(contoso={**adopted, **CONFIRMED})).ok().changed() == []


def test_17_deleted_twins(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A deleted application that holds the name is an error by default; restoring says what comes back; purging needs its id."""
    payroll = {"unique_name": "payroll", "display_name": "Payroll"}
    playbook = write_play(
        workdir,
        task("make", "entra_app", payroll),
        task("principal", "entra_service_principal", {"unique_name": "payroll"}),
        task("secret", "entra_client_secret", {"unique_name": "payroll", "name": "nightly"}, no_log=True),
        task("delete", "entra_app", {"unique_name": "payroll", "state": "absent"}, register="deleted"),
        expected_to_fail("fail", "entra_app", payroll),
        expected_to_fail("purge blindly", "entra_app", {**payroll, "on_soft_deleted": "purge"}),
    )
    run = play(playbook, inventory=inventory(contoso={})).ok()
    (deleted,) = (key for key, item in emulator.tenant("contoso")["deleted"].items() if item.get("uniqueName") == "payroll")
    words = [deleted, "contoso.onmicrosoft.com"]
    each_failed_well(run, emulator, {"fail": ["Payroll", "on_soft_deleted", *words], "purge blindly": ["soft_deleted_object_id", *words]})
    assert deleted in emulator.tenant("contoso")["deleted"]
    restore = write_play(workdir, task("restore", "entra_app", {**payroll, "on_soft_deleted": "restore"}))
    restored = play(restore, inventory=inventory(contoso={})).ok()
    assert own_application(emulator, "contoso", "payroll")["id"] == deleted
    assert any("tkc:nightly" in text for text in restored.warnings()), restored.warnings()
    purge = write_play(
        workdir,
        task("delete", "entra_app", {"unique_name": "payroll", "state": "absent"}),
        task("purge", "entra_app", {**payroll, "on_soft_deleted": "purge", "soft_deleted_object_id": deleted}),
    )
    play(purge, inventory=inventory(contoso={})).ok()
    assert deleted not in emulator.tenant("contoso")["deleted"]
    assert own_application(emulator, "contoso", "payroll")["id"] != deleted


def test_18_applications_of_others_need_to_be_adopted(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Whichever key finds it, an application without our creation tag is not touched unasked, nor deleted when adopted."""
    application = emulator.add_application("contoso", displayName="Payroll", uniqueName="payroll", notes="Do not touch")["application"]
    keys = {"object_id": application["id"], "app_id": application["appId"], "unique_name": "payroll", "display_name": "Payroll"}
    tasks = [expected_to_fail(f"change by {key}", "entra_app", {key: value, "notes": "Mine now"}) for key, value in keys.items()]
    tasks += [expected_to_fail(f"delete by {key}", "entra_app", {key: value, "state": "absent", "adopt": True}) for key, value in keys.items()]
    run = play(write_play(workdir, *tasks), inventory=inventory(contoso={})).ok()
    each_failed_well(run, emulator, {f"{verb} by {key}": ["dopt", "contoso.onmicrosoft.com"] for key in keys for verb in ("change", "delete")})
    assert emulator.writes() == []
    assert emulator.tenant("contoso")["applications"][application["id"]]["notes"] == "Do not touch"
    adopt = write_play(workdir, task("adopt", "entra_app", {"app_id": application["appId"], "notes": "Shared", "adopt": True}))
    play(adopt, inventory=inventory(contoso={})).ok()
    assert emulator.tenant("contoso")["applications"][application["id"]]["notes"] == "Shared"


def test_18_a_display_name_alone_finds_no_application_of_others(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Anybody can give an application any name. Modules that have no option 'adopt' want a name that only one application can have."""
    made = emulator.add_application("contoso", displayName="Payroll")["application"]
    by_name = {"display_name": "Payroll"}
    permissions = {"permissions": [{"resource": "Microsoft Graph", "delegated": ["User.Read"]}]}
    federated = {"name": "pipeline", "issuer": "https://issuer.example", "subject": "y"}
    modules = {
        "entra_app_permission": permissions,
        "entra_admin_consent": permissions,
        "entra_client_secret": {"name": "nightly"},
        "entra_app_certificate": {"name": "nightly", "generate": True},
        "entra_federated_credential": federated,
        "entra_service_principal": {},
    }
    tasks = [expected_to_fail(module, module, {**by_name, **more}) for module, more in modules.items()]
    run = play(write_play(workdir, *tasks), inventory=inventory(contoso={})).ok()
    each_failed_well(run, emulator, {module: ["tkc:created", made["appId"], "app_id"] for module in modules})
    assert emulator.writes() == []
    own = write_play(workdir, task("make", "entra_app", {"display_name": "Ours"}), task("ask", "entra_app_permission", {"display_name": "Ours", **permissions}))
    play(own, inventory=inventory(contoso={})).ok()


def test_18_the_role_does_not_take_a_hand_made_application(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """An application that stands in the way of the role by name or by id needs adoption, before anything is written."""
    made = by_hand(emulator)
    run = play("workspace365.yml", inventory=inventory(contoso={"workspace365_client_id": made["application"]["appId"]}))
    failed_well(run, emulator, "adopt", "Workspace by hand")
    assert emulator.writes() == []
