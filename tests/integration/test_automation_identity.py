# SPDX-License-Identifier: GPL-3.0-or-later
"""A service provider's own identity: set up once, one application a tier, consented to by customers, without a secret."""

from __future__ import annotations

import datetime as dt
import typing as t
from pathlib import Path

import pytest
import yaml
from support.certificates import certificate, key_pem
from support.playbooks import Run
from tenant_emulator.testing import Emulator, JsonObject

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

CUSTOMERS = ("contoso", "fabrikam", "northwind")
BASE = ["Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All"]
MORE = ["Application.ReadWrite.All"]
ISSUER = "https://token.actions.githubusercontent.com"
REDIRECT_URI = "https://tailspin.example/"
MINE = ["Application.ReadWrite.OwnedBy", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All", "Organization.Read.All"]


def tier(name: str, permissions: list[str], accepted: list[str], **more: t.Any) -> JsonObject:
    trusted = {"name": "rollout", "issuer": ISSUER, "subject": f"repo:tailspin/fleet:environment:{name}", **more}
    shown = {"name": name, "unique_name": f"fleet-{name}", "display_name": f"Fleet {name}"}
    return {**shown, "permissions": permissions, "accept_privileged": [f"application:{entry}" for entry in accepted], "federated": trusted}


TIERS = [tier("base", BASE, [BASE[1]]), tier("privileged", MORE, MORE)]


@pytest.fixture
def hosts(emulator: Emulator, inventory: Inventory) -> t.Callable[..., Path]:
    """An inventory with the provider, who signs in with an application of its own, and three customers."""
    own = emulator.add_application("tailspin", displayName="Set-up", service_principal=True, secrets=[{"displayName": "one"}])
    emulator.control("POST", f"tenants/tailspin/servicePrincipals/{own['service_principal']['id']}/roles", {"resource": "Microsoft Graph", "names": MINE})
    auth = {"client_id": own["application"]["appId"], "client_secret": own["secrets"][0]["value"]}

    def write(tiers: list[JsonObject] | None = None) -> Path:
        path = inventory(**dict.fromkeys(CUSTOMERS))
        data = yaml.safe_load(path.read_text())
        given = {"automation_identity_tiers": TIERS if tiers is None else tiers, "automation_identity_redirect_uri": REDIRECT_URI, "entra_auth": auth}
        customers = [emulator.tenant_id(name) for name in CUSTOMERS]
        data["all"]["hosts"]["provider"] = {"entra_tenant_id": emulator.tenant_id("tailspin"), "automation_identity_customers": customers, **given}
        data["all"]["vars"]["automation_identity_permissions"] = BASE
        path.write_text(yaml.safe_dump(data))
        return path

    return write


def registered(emulator: Emulator, name: str) -> JsonObject:
    (found,) = [item for item in emulator.tenant("tailspin")["applications"].values() if item["uniqueName"] == f"fleet-{name}"]
    return t.cast(JsonObject, found)


def consents(emulator: Emulator, customer: str, app_id: str, permissions: list[str]) -> None:
    """What the administrator of a customer does at the address of consent."""
    principal = emulator.control("POST", f"tenants/{customer}/servicePrincipals", {"appId": app_id})
    emulator.control("POST", f"tenants/{customer}/servicePrincipals/{principal['id']}/roles", {"resource": "Microsoft Graph", "names": permissions})


def test_set_up_consented_to_and_reported(play: Play, hosts: t.Callable[..., Path], emulator: Emulator) -> None:
    only = ("--limit", "provider")
    play("automation_identity.yml", inventory=hosts(), check=True, args=only).ok()
    assert emulator.writes() == []
    run = play("automation_identity.yml", inventory=hosts(), args=only).ok()
    for name, permissions in (("base", BASE), ("privileged", MORE)):
        application = registered(emulator, name)
        assert application["signInAudience"] == "AzureADMultipleOrgs"
        assert (application["passwordCredentials"], application["keyCredentials"]) == ([], [])
        (trusted,) = emulator.tenant("tailspin")["federated"][application["id"]]
        assert (trusted["issuer"], trusted["subject"]) == (ISSUER, f"repo:tailspin/fleet:environment:{name}")
        (access,) = application["requiredResourceAccess"]
        assert len(access["resourceAccess"]) == len(permissions)
        for customer in CUSTOMERS:
            assert f"/{emulator.tenant_id(customer)}/v2.0/adminconsent?client_id={application['appId']}" in run.output
    assert [part for part in emulator.writes() if "addPassword" in part["path"]] == []
    emulator.clear_journal()
    assert play("automation_identity.yml", inventory=hosts(), args=only).ok().changed() == [] and emulator.writes() == []

    app_id = registered(emulator, "base")["appId"]
    consents(emulator, "contoso", app_id, BASE)
    consents(emulator, "fabrikam", app_id, [*BASE[:2], "Directory.ReadWrite.All"])
    job = emulator.pipeline_job("github_actions", subject="repo:tailspin/fleet:environment:base")
    env = {"AZURE_CLIENT_ID": app_id, "AZURE_CLIENT_SECRET": None, "ENTRA_FEDERATED_SOURCE": "github_actions", **job["environment"]}
    emulator.clear_journal()
    told = play("automation_identity.yml", inventory=hosts(), args=("--limit", ",".join(CUSTOMERS)), env=env).ok()
    found = {name: told.task("what this customer has granted", name).result["identity"] for name in CUSTOMERS}
    assert [found[name]["outcome"] for name in CUSTOMERS] == ["consented", "incomplete", "not_consented"]
    assert found["fabrikam"]["missing"] == ["Organization.Read.All"] and found["fabrikam"]["privileged_extra"] == ["Directory.ReadWrite.All"]
    assert f"has not consented to the application {app_id}" in told.output
    other = {"automation_identity_other_permissions": [{"resource": "Azure Service Management", "application": ["Rooms.Read"]}]}
    told = play("automation_identity.yml", inventory=hosts(), args=("--limit", "contoso"), extra=other, env=env).ok()
    assert "has not granted Rooms.Read (Azure Service Management) to the application" in told.output
    assert emulator.journal("graph") == []  # the tokens say it all


def test_a_certificate_in_place_of_a_federated_credential(play: Play, hosts: t.Callable[..., Path], emulator: Emulator, workdir: Path) -> None:
    _key, _made, pem = certificate(dt.timedelta(days=200))
    (workdir / "automation.crt").write_text(pem)
    one = {**tier("base", BASE, [BASE[1]]), "certificate_path": str(workdir / "automation.crt")}
    del one["federated"]
    play("automation_identity.yml", inventory=hosts([one]), args=("--limit", "provider")).ok()
    application = registered(emulator, "base")
    assert len(application["keyCredentials"]) == 1 and application["passwordCredentials"] == []
    assert emulator.tenant("tailspin")["federated"].get(application["id"], []) == []
    emulator.clear_journal()
    assert play("automation_identity.yml", inventory=hosts([one]), args=("--limit", "provider")).ok().changed() == [] and emulator.writes() == []


def test_a_tier_renews_its_own_certificate(play: Play, hosts: t.Callable[..., Path], emulator: Emulator, workdir: Path) -> None:
    """Without a permission in the provider's tenant: due, renewed, tried, and only then is the other file named. A run in between leaves nothing to do."""
    key, _made, pem = certificate(dt.timedelta(days=20))
    (workdir / "one.pem").write_text(key_pem(key) + pem)
    one = {**tier("base", BASE, [BASE[1]]), "certificate_path": str(workdir / "one.pem")}
    del one["federated"]
    run = play("automation_identity.yml", inventory=hosts([one]), args=("--limit", "provider")).ok()
    application = registered(emulator, "base")
    assert application["id"] in run.output
    mine = {"client_id": application["appId"], "object_id": application["id"], "next_certificate_path": str(workdir / "two.pem")}

    def renew(signs: str, *, check: bool = False) -> Run:
        extra = {"automation_identity_renew_applications": [{**mine, "certificate_path": str(workdir / signs)}]}
        return play("automation_identity_renew.yml", inventory=hosts([one]), extra=extra, check=check)

    emulator.clear_journal()
    assert "A run would add a certificate" in renew("one.pem", check=True).ok().output and emulator.writes() == []
    run = renew("one.pem").ok()
    assert f"sign in with {workdir / 'two.pem'} from now on" in run.output and "PRIVATE KEY" not in run.output
    assert len(registered(emulator, "base")["keyCredentials"]) == 2 and (workdir / "two.pem").stat().st_mode & 0o777 == 0o600
    emulator.clear_journal()
    assert renew("one.pem").ok().changed() == [] and "signs in with" in renew("two.pem").ok().output
    assert emulator.writes() == []


@pytest.mark.parametrize(
    ("one", "words", "begun"),
    [
        (tier("base", BASE, []), "application:DelegatedPermissionGrant.ReadWrite.All", False),
        (tier("base", MORE, MORE), "it has Application.ReadWrite.All on top", False),
        (tier("okta", MORE, []), "application:Application.ReadWrite.All", False),
        (tier("base", BASE, [BASE[1]], subject="repo:tailspin/fleet:*"), "has a wildcard", True),
        (tier("base", BASE, [BASE[1]], subject="repo:tailspin/fleet:pull_request"), "stands for more than one protected place", True),
    ],
)
def test_what_is_not_accepted(one: JsonObject, words: str, begun: bool, play: Play, hosts: t.Callable[..., Path], emulator: Emulator) -> None:
    """Power that is not accepted is refused before anything is registered; a subject that is not exact before anything is trusted, and no address is shown."""
    before = tier("reports", ["Organization.Read.All"], [])
    del before["federated"]
    run = play("automation_identity.yml", inventory=hosts([before, one]), args=("--limit", "provider")).failed()
    assert words in run.output and "adminconsent" not in run.output
    tenant = emulator.tenant("tailspin")
    assert [item for items in tenant["federated"].values() for item in items] == []
    assert any(str(item["uniqueName"]).startswith("fleet-") for item in tenant["applications"].values()) == begun
