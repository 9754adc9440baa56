# SPDX-License-Identifier: GPL-3.0-or-later
"""The role workato against the emulated workspace: connection, sign-in, rotation, sinks, account types."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.tags import fingerprint
from integration.workato.helpers import NO_TOKEN, SIGN_IN, TOKEN, application, connection, result
from support.playbooks import ROOT, Run
from support.plays import failed_well
from support.waiting import eventually
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
CONFIRMED = 7  # requests of a tenant that is as it should be


@pytest.fixture
def hosts(inventory: Inventory) -> Path:
    """One tenant with a workspace in the United States."""
    return inventory(contoso={"workato_api_token": TOKEN})


def by_hand(emulator: Emulator, **fields: t.Any) -> dict[str, t.Any]:
    """A connection that somebody made in Workato."""
    body = {"name": "Entra ID - contoso", "provider": "ms_entra_directory", "shell_connection": True, "input": {"client_id": "theirs"}, **fields}
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    status, raw = emulator.request("POST", f"{emulator.workato_url}/api/connections", json.dumps(body).encode(), headers)
    assert status == 200, raw
    emulator.clear_journal()
    return t.cast("dict[str, t.Any]", json.loads(raw))


def test_check_then_connect_then_again(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    predicted = play("workato.yml", inventory=hosts, check=True).ok()
    assert emulator.writes() == [] and predicted.changed()
    first = play("workato.yml", inventory=hosts).ok()
    held = connection(emulator)
    (app,) = [item for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"] == "tenantkit.workato.contoso"]
    assert app["web"]["redirectUris"] == ["https://www.workato.com/oauth/callback"]
    assert held["key_id"] in emulator.tenant("contoso")["secrets"]
    assert result(first)["status"] == SIGN_IN and result(first)["connection"]["authorization_url"]
    emulator.clear_journal()
    again = play("workato.yml", inventory=hosts).ok()
    assert again.changed() == [] and emulator.writes() == []
    assert first.warnings() == [] and again.warnings() == []


def test_a_person_signs_in_and_is_signed_out(connected: Play, play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    """Every run looks: ready until somebody signed in, connected then, ready again when the sign-in was lost."""
    connected("workato.yml", inventory=hosts)
    emulator.authorize_workato_connection("contoso", connection(emulator)["id"], force=True)
    assert result(play("workato.yml", inventory=hosts).ok())["status"] == "connected"
    emulator.control("POST", f"workato/contoso/connections/{connection(emulator)['id']}/lose", {"reason": "MFA is asked for now"})
    lost = result(play("workato.yml", inventory=hosts).ok())
    assert lost["status"] == SIGN_IN and lost["connection"]["reconnect_required"] and len(lost["connection"]["reconnect_steps"]) == 4
    assert "(1) Turn on multifactor authentication" in " ".join(lost["notes"]) and "(4) Test the recipes" in " ".join(lost["notes"])


def test_the_folder_by_name_and_the_description_of_the_secret(play: Play, inventory: Inventory, emulator: Emulator, unhurried: None) -> None:
    """A folder that is not there stops the run before anything is written."""
    tree = [{"id": 5000, "name": "Identity", "project_id": 70}, {"id": 5001, "name": "Entra", "parent_id": 5000}]
    emulator.set_workato("contoso", named_folders=tree)
    emulator.add_workato_client("contoso", "automation", TOKEN, ["connections", "connectors", "folders"])
    host = {"workato_api_token": TOKEN, "workato_project": "Identity", "workato_folder": "Entra", "workato_secret_description": "Entra-ID"}
    failed_well(
        play("workato.yml", inventory=inventory(contoso={**host, "workato_folder": "Entre"})), emulator, "'Entre'", "'workato_folder'", "near ones: Entra"
    )
    assert emulator.writes() == []
    hosts = inventory(contoso=host)
    play("workato.yml", inventory=hosts).ok()
    assert connection(emulator)["folder_id"] == 5001
    (key,) = application(emulator)["passwordCredentials"]
    assert re.fullmatch(r"tkc:Entra-ID:[0-9a-f]{8}", key["displayName"])
    emulator.clear_journal()
    again = play("workato.yml", inventory=hosts).ok()
    assert again.changed() == [] and emulator.writes() == [] and len(emulator.journal()) <= CONFIRMED + 2
    bad = play("workato.yml", inventory=inventory(contoso={**host, "workato_secret_description": "Entra ID"}))
    failed_well(bad, emulator, "'workato_secret_description' is 'Entra ID'")


def test_a_connection_that_is_gone_gets_a_new_secret(connected: Play, play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    connected("workato.yml", inventory=hosts)
    old = connection(emulator)
    status, _body = emulator.request("DELETE", f"{emulator.workato_url}/api/connections/{old['id']}", None, {"Authorization": f"Bearer {TOKEN}"})
    assert status == 200
    play("workato.yml", inventory=hosts).ok()
    new = connection(emulator)
    assert new["key_id"] != old["key_id"] and new["key_id"] in emulator.tenant("contoso")["secrets"]


def test_switching_the_account_type_in_one_run(connected: Play, play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    """The tenant in the connection is another one then, so a new secret is made and sent with it, once."""
    connected("workato.yml", inventory=hosts)
    before = connection(emulator)
    assert before["input"]["tenant_id"] == emulator.tenant_id("contoso")
    several = {"workato_account_type": "multitenant_and_personal"}
    play("workato.yml", inventory=hosts, extra=several).ok()
    app, held = application(emulator), connection(emulator)
    assert app["signInAudience"] == "AzureADandPersonalMicrosoftAccount" and app["api"]["requestedAccessTokenVersion"] == 2
    assert held["input"]["tenant_id"] == "common" and held["key_id"] not in (None, before["key_id"])
    assert play("workato.yml", inventory=hosts, extra=several).ok().changed() == []
    back = play("workato.yml", inventory=hosts).failed()
    assert "accept_audience_narrowing" in back.failure()["msg"]


@pytest.mark.exhaustive
def test_a_mark_without_authority_is_replaced_once(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    """Earlier marks said nothing about the tenant in the connection: one more delivery settles it."""
    play("workato.yml", inventory=hosts).ok()
    app = application(emulator)
    marks = [re.sub(r"[0-9a-f]{12}$", fingerprint("", app["appId"]), tag) if tag.startswith("tkc:workato:") else tag for tag in app["tags"]]
    emulator.control("PATCH", f"tenants/contoso/applications/{app['id']}", {"tags": marks})
    assert play("workato.yml", inventory=hosts).ok().changed()
    assert play("workato.yml", inventory=hosts).ok().changed() == []


def test_partner_tenants_get_an_address_each(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    partner = emulator.tenant_id("fabrikam")
    extra = {"workato_account_type": "multitenant_and_personal", "workato_partner_tenants": [partner]}
    play("workato.yml", inventory=hosts, extra=extra, check=True).ok()
    run = play("workato.yml", inventory=hosts, extra=extra).ok()
    url = result(run)["partner_consent_urls"][partner]
    assert url.startswith(f"{emulator.login_url}/{partner}/v2.0/adminconsent?client_id=")
    assert "common" not in url and "redirect_uri=https%3A%2F%2Fwww.workato.com%2Foauth%2Fcallback" in url
    assert "https%3A%2F%2Fgraph.microsoft.com%2FUser.Read.All" in url and "offline_access" in url and "graph.microsoft.com%2Foffline" not in url


def test_partners_that_cannot_consent(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Said before anything is looked at."""
    several = {"workato_account_type": "multitenant_and_personal"}
    run = play(
        "workato.yml",
        inventory=inventory(
            contoso={"workato_partner_tenants": [emulator.tenant_id("fabrikam")]},
            fabrikam={**several, "workato_partner_tenants": ["common"]},
            northwind={**several, "workato_partner_tenants": ["fabrikam.com"]},
        ),
    ).failed()
    assert "multitenant_and_personal" in run.failure("contoso")["msg"]
    assert "common" in run.failure("fabrikam")["msg"] and "fabrikam.com" in run.failure("northwind")["msg"]
    assert emulator.journal() == []


def test_the_redirect_uri_of_every_data_center(play: Play, workdir: Path) -> None:
    """Also without an API token; a host of one's own may be given with or without /api."""
    vendor = {name: f"app.{name}.workato.com" for name in ("eu", "jp", "sg", "au", "il", "kr", "uk", "trial")}
    vendor |= {"us": "www.workato.com", "cn": "app.workatoapp.cn"}
    specs = yaml.safe_load((ROOT / "roles/workato/meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    names = specs["workato_data_center"]["choices"]
    assert set(names) == set(vendor)
    shown = {"ansible.builtin.set_fact": {"found": "{{ workato_connection.app.redirect_uris.web.add[0] }}"}}
    hosts = {name: {"workato_data_center": name} for name in names}
    hosts |= {"own": {"workato_host": "https://workato.example/api/"}, "bare": {"workato_host": "https://workato.example"}}
    defaults = yaml.safe_load((ROOT / "roles/workato/defaults/main.yml").read_text())
    files = [str(ROOT / "roles/workato/vars/main.yml")]
    (workdir / "all.yml").write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "vars_files": files, "tasks": [shown]}]))
    (workdir / "hosts.yml").write_text(yaml.safe_dump({"all": {"vars": {"ansible_connection": "local", **defaults}, "hosts": hosts}}))
    run = play(workdir / "all.yml", inventory=workdir / "hosts.yml").ok()
    found = {event.host: event.facts["found"] for event in run.events}
    vendor |= {"own": "workato.example", "bare": "workato.example"}
    assert found == {name: f"https://{host}/oauth/callback" for name, host in vendor.items()}


def test_without_token_and_without_sink_nothing_is_made(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    run = play("workato.yml", inventory=inventory(contoso={}), **NO_TOKEN).failed()
    assert "no sink and no product would receive it" in run.failure()["msg"]
    assert emulator.writes() == []


def test_a_vault_file_keeps_the_secret_and_is_asked_every_run(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    password = workdir / "password"
    password.write_text("a password of the test\n")
    sink = {"type": "vault_file", "vault_id": "ops", "directory": str(workdir / "credentials")}
    hosts = inventory(contoso={"entra_connector_sink": sink})
    locked = play("workato.yml", inventory=hosts, env={**NO_TOKEN["env"], "ANSIBLE_VAULT_IDENTITY_LIST": None}).failed()
    assert "vault" in locked.failure()["msg"] and emulator.writes() == []
    args = ["--vault-id", f"ops@{password}"]
    run = play("workato.yml", inventory=hosts, args=args, **NO_TOKEN).ok()
    (file,) = (workdir / "credentials").iterdir()
    assert file.read_text().startswith("$ANSIBLE_VAULT;") and file.stat().st_mode & 0o777 == 0o600
    assert result(run)["enter_by_hand"]["tenant"] == emulator.tenant_id("contoso")
    typed = " ".join(result(run)["notes"])
    for value in (application(emulator)["appId"], emulator.tenant_id("contoso"), "https://www.workato.com/oauth/callback", str(file)):
        assert value in typed and value in run.output
    assert "before" not in typed and play("workato.yml", inventory=hosts, args=args, **NO_TOKEN).ok().changed() == []
    file.unlink()
    before = set(emulator.tenant("contoso")["secrets"])
    play("workato.yml", inventory=hosts, args=args, **NO_TOKEN).ok()
    assert file.exists() and len(set(emulator.tenant("contoso")["secrets"]) - before) == 1


@pytest.mark.exhaustive
def test_a_renewed_secret_is_typed_in_while_the_old_one_works(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Until the overlap is over, said in every run until then, with each place that has it."""
    folders = [workdir / name for name in ("credentials", "second")]
    hosts = inventory(contoso={"entra_connector_sink": [{"type": "vault_file", "vault_id": "connectors", "directory": str(folder)} for folder in folders]})
    predicted = play("workato.yml", inventory=hosts, check=True, **NO_TOKEN).ok()
    first = play("workato.yml", inventory=hosts, **NO_TOKEN).ok()
    places = ", ".join(str(path) for folder in folders for path in folder.iterdir())
    assert [result(run)["enter_by_hand"]["client_secret"] for run in (predicted, first)] == [f"in {places}"] * 2
    renewed = play("workato.yml", inventory=hosts, extra={"workato_force": True}, **NO_TOKEN).ok()
    day = (dt.datetime.now(dt.UTC) + dt.timedelta(days=7)).date()
    for run in (renewed, play("workato.yml", inventory=hosts, **NO_TOKEN).ok()):
        notes = " ".join(result(run)["notes"])
        assert any(f"Type the new secret in before {day - dt.timedelta(days=late)}" in notes for late in (0, 1)) and places in notes


@pytest.mark.exhaustive
def test_sinks_forget_what_is_taken_away(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Before the application goes, and not in check mode."""
    folder, own = workdir / "credentials", workdir / "own.yml"
    told = {"ansible.builtin.debug": {"msg": "order {{ entra_connector_sink_action }} {{ entra_connector_client_id }}"}}
    own.write_text(yaml.safe_dump([told, {"ansible.builtin.set_fact": {"entra_connector_sink_holds": True}}]))
    sinks = [{"type": "vault_file", "vault_id": "connectors", "directory": str(folder)}, {"type": "tasks", "file": str(own)}]
    hosts = inventory(contoso={"entra_connector_sink": sinks})
    play("workato.yml", inventory=hosts, **NO_TOKEN).ok()
    app_id = application(emulator)["appId"]
    gone = {"workato_state": "absent", "workato_absent_confirmed": "contoso"}
    play("workato.yml", inventory=hosts, extra=gone, check=True, **NO_TOKEN).ok()
    assert len(list(folder.iterdir())) == 1
    run = play("workato.yml", inventory=hosts, extra=gone, **NO_TOKEN).ok()
    assert list(folder.iterdir()) == [] and f"order forget {app_id}" in run.output


@pytest.mark.exhaustive
def test_nothing_is_taken_away_while_a_sink_cannot_be_opened(play: Play, inventory: Inventory, emulator: Emulator, unhurried: None, workdir: Path) -> None:
    """Neither in Entra nor in Workato."""
    sink = {"type": "vault_file", "vault_id": "connectors", "directory": str(workdir / "credentials")}
    variables = {"workato_api_token": TOKEN, "entra_connector_sink": sink}
    play("workato.yml", inventory=inventory(contoso=variables)).ok()
    gone = {**variables, "workato_state": "absent", "workato_absent_confirmed": "contoso"}
    emulator.clear_journal()
    refused = play("workato.yml", inventory=inventory(contoso={**gone, "entra_connector_sink": {**sink, "vault_id": "elsewhere"}})).failed()
    assert "'elsewhere' is not loaded" in refused.failure()["msg"] and "Nothing was taken away." in refused.failure()["msg"]
    assert emulator.writes() == [] and len(emulator.workato("contoso")["connections"]) == 1
    play("workato.yml", inventory=inventory(contoso=gone)).ok()
    assert list((workdir / "credentials").iterdir()) == [] and emulator.workato("contoso")["connections"] == []


def test_two_connections_of_one_tenant_need_a_file_each(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    sink = {"type": "vault_file", "vault_id": "connectors", "directory": str(workdir / "credentials")}
    second = {"entra_tenant_id": "contoso.onmicrosoft.com", "entra_connector_sink": sink}
    play("workato.yml", inventory=inventory(contoso={"entra_connector_sink": sink}), **NO_TOKEN).ok()
    emulator.clear_journal()
    refused = play("workato.yml", inventory=inventory(second=second), **NO_TOKEN).failed()
    assert "'instance'" in refused.failure()["msg"] and emulator.writes() == []
    second["entra_connector_sink"] = {**sink, "instance": "second"}
    play("workato.yml", inventory=inventory(second=second), **NO_TOKEN).ok()
    assert len(list((workdir / "credentials").iterdir())) == 2


def test_what_is_wrong_with_workato_is_said_before_anything_is_written(play: Play, inventory: Inventory, emulator: Emulator, unhurried: None) -> None:
    """A token that may not, one that nobody knows, and another customer's workspace."""
    hosts = inventory(
        contoso={"workato_api_token": "wrkaus-emulated-token-of-contoso-without"},
        fabrikam={"workato_api_token": "no-such-token"},
        northwind={"workato_api_token": TOKEN, "workato_expected_workspace": "Fabrikam"},
    )
    run = play("workato.yml", inventory=hosts).failed()
    for name, words in (("contoso", "Connections"), ("fabrikam", "Workato"), ("northwind", "Fabrikam")):
        assert words in run.failure(name)["msg"]
    assert emulator.writes() == []


def test_wrong_data_center(play: Play, inventory: Inventory, emulator: Emulator, unhurried: None) -> None:
    """A token is unknown in every data centre but its own."""
    host = {"workato_api_token": TOKEN, "workato_host": f"{emulator.workato_url}/eu"}
    run = play("workato.yml", inventory=inventory(contoso=host)).failed()
    assert "data centre" in run.failure()["msg"] and emulator.writes() == []


@pytest.mark.parametrize(
    ("providers", "words"),
    [
        ([{"name": "salesforce", "title": "Salesforce", "oauth": True}], "No connector"),
        ([{"name": "one", "title": "Azure AD", "oauth": True}, {"name": "two", "title": "Microsoft Entra ID", "oauth": True}], "one, two"),
    ],
    ids=["none", "two"],
)
def test_a_connector_is_never_guessed(play: Play, hosts: Path, emulator: Emulator, unhurried: None, providers: list[dict[str, t.Any]], words: str) -> None:
    emulator.set_workato("contoso", providers=providers)
    failure = play("workato.yml", inventory=hosts).failed().failure()
    assert words in failure["msg"] and "workato_provider" in failure["msg"] and emulator.writes() == []


def test_two_connections_with_the_name(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    made = [by_hand(emulator)["id"] for _count in range(2)]
    failure = play("workato.yml", inventory=hosts).failed().failure()
    assert all(str(key) in failure["msg"] for key in made) and emulator.writes() == []


def test_somebody_elses_connection(play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    """It is refused before a secret is made, taken over when that is meant, and given back in the end."""
    theirs = by_hand(emulator)
    emulator.authorize_workato_connection("contoso", theirs["id"], force=True)
    failure = play("workato.yml", inventory=hosts).failed().failure()
    assert "workato_adopt_connection" in failure["msg"] and failure["failure"]["code"] == "adopt" and emulator.writes() == []
    adopt = {"workato_adopt_connection": True}
    predicted = play("workato.yml", inventory=hosts, extra=adopt, check=True).ok()
    assert result(predicted)["status"] != "connected" and emulator.writes() == []
    run = play("workato.yml", inventory=hosts, extra=adopt).ok()
    held = connection(emulator)
    assert held["id"] == theirs["id"] and held["key_id"] in emulator.tenant("contoso")["secrets"] and result(run)["status"] == SIGN_IN
    assert play("workato.yml", inventory=hosts, extra=adopt).ok().changed() == []
    gone = play("workato.yml", inventory=hosts, extra={"workato_state": "absent", "workato_absent_confirmed": "contoso"}).ok()
    assert connection(emulator)["id"] == theirs["id"] and not connection(emulator)["external_id"]
    assert "given back" in " ".join(result(gone)["notes"])


def test_another_connector_than_wanted(play: Play, inventory: Inventory, emulator: Emulator, unhurried: None) -> None:
    by_hand(emulator, provider="salesforce", external_id="tenantkit-entra-contoso")
    host = {"workato_api_token": TOKEN, "workato_provider": "ms_entra_directory"}
    failure = play("workato.yml", inventory=inventory(contoso=host)).failed().failure()
    assert "salesforce" in failure["msg"] and emulator.writes() == []


def test_name_and_folder_are_corrected(connected: Play, play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    """Without credentials, and without a request more when there is nothing to correct."""
    connected("workato.yml", inventory=hosts)
    before = connection(emulator)
    renamed = {"workato_connection_name": "Entra ID"}
    predicted = play("workato.yml", inventory=hosts, extra=renamed, check=True).ok()
    assert len(predicted.changed()) == 1 and connection(emulator)["name"] == before["name"]
    play("workato.yml", inventory=hosts, extra=renamed).ok()
    assert connection(emulator)["name"] == "Entra ID" and connection(emulator)["key_id"] == before["key_id"]
    emulator.clear_journal()
    assert play("workato.yml", inventory=hosts, extra=renamed).ok().changed() == []
    assert len([entry for entry in emulator.journal("workato") if entry["path"].endswith("/api/connections")]) == 1


def test_waiting_until_a_person_has_signed_in(connected: Play, play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    """The run that sees it says connected, and asks nobody to sign in. What a task may take besides is no limit to that."""
    connected("workato.yml", inventory=hosts)
    emulator.clear_journal()

    def sign_in() -> None:
        eventually(lambda: len([entry for entry in emulator.journal("workato") if entry["path"].endswith("/api/connections")]) >= 2)
        emulator.authorize_workato_connection("contoso", connection(emulator)["id"], force=True)

    person = threading.Thread(target=sign_in)
    person.start()
    wait = {"workato_wait_for_authorization": True, "workato_wait_timeout": 600, "entra_timeout": 60}
    run = play("workato.yml", inventory=hosts, extra=wait).ok()
    person.join()
    assert result(run)["status"] == "connected" and result(run)["notes"] == []
    assert "sign in" not in run.output


def test_a_connector_that_workato_refuses_costs_the_new_key_and_nothing_else(play: Play, inventory: Inventory, emulator: Emulator, unhurried: None) -> None:
    run = play("workato.yml", inventory=inventory(contoso={"workato_api_token": TOKEN, "workato_provider": "no_such_connector"})).failed()
    assert "can be set with 'workato_provider' and 'workato_input_field_map'." in run.failure()["msg"] and "removed again" in run.failure()["msg"]
    (app,) = [item for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"] == "tenantkit.workato.contoso"]
    assert app["passwordCredentials"] == [] and app["tags"] == ["tkc:created"]
    assert emulator.workato("contoso")["connections"] == []


def test_absent_removes_connection_and_application(connected: Play, play: Play, hosts: Path, emulator: Emulator, unhurried: None) -> None:
    connected("workato.yml", inventory=hosts)
    refused = play("workato.yml", inventory=hosts, extra={"workato_state": "absent"}).failed()
    assert "workato_absent_confirmed" in refused.failure()["msg"] and connection(emulator)
    play("workato.yml", inventory=hosts, extra={"workato_state": "absent", "workato_absent_confirmed": "contoso"}).ok()
    assert emulator.workato("contoso")["connections"] == []
    assert not [item for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"] == "tenantkit.workato.contoso"]
    assert play("workato.yml", inventory=hosts, extra={"workato_state": "absent"}).ok().changed() == []
    (deleted,) = [key for key, item in emulator.tenant("contoso")["deleted"].items() if item.get("uniqueName") == "tenantkit.workato.contoso"]
    emulator.clear_journal()
    back = failed_well(play("workato.yml", inventory=hosts), emulator, "workato_on_soft_deleted", "workato_soft_deleted_object_id", deleted)
    assert back["failure"]["code"] == "soft_deleted" and emulator.writes() == []
    purge = {"workato_on_soft_deleted": "purge", "workato_soft_deleted_object_id": deleted}
    assert result(play("workato.yml", inventory=hosts, extra=purge).ok())["status"] == SIGN_IN
    assert deleted not in emulator.tenant("contoso")["deleted"]


def test_absent_without_token_says_what_is_left_behind(
    connected: Play, play: Play, hosts: Path, inventory: Inventory, emulator: Emulator, unhurried: None
) -> None:
    """The guard knows the product all the same, and nobody is told that all is gone."""
    connected("workato.yml", inventory=hosts)
    gone = {"workato_state": "absent"}
    refused = play("workato.yml", inventory=inventory(contoso={}), extra=gone, **NO_TOKEN).failed()
    assert "workato_absent_confirmed" in refused.failure()["msg"] and application(emulator)
    run = play("workato.yml", inventory=inventory(contoso={}), extra={**gone, "workato_absent_confirmed": "contoso"}, **NO_TOKEN).ok()
    assert result(run)["status"] == "absent_in_entra"
    assert "left behind" in run.output and "tenantkit-entra-contoso" in " ".join(result(run)["notes"]) and connection(emulator)


def test_absent_needs_no_right_to_list_connectors(play: Play, inventory: Inventory, emulator: Emulator, unhurried: None) -> None:
    emulator.add_workato_client("contoso", "few", "a-token-for-connections", ["connections"])
    run = play("workato.yml", inventory=inventory(contoso={"workato_api_token": "a-token-for-connections", "workato_state": "absent"})).ok()
    assert result(run)["status"] == "absent" and not [entry for entry in emulator.journal("workato") if "integrations" in entry["path"]]
