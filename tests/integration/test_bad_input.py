# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator can get wrong: each ends in a sentence that says what to do, before anything was written."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from integration.workspace365.helpers import own_application
from support.playbooks import Run
from support.plays import GRAPH, each_failed_well, expected_to_fail, failed_well, role_play, scopes_of, task, write_play, writes_seen
from support.waiting import OWN_CLOCK
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

YEAR = 365 * 86400
NOBODYS_TENANT = "5d3c0f52-7f0e-4c79-9a0c-2f3f3d1f7b11"
# Options of modules in a sentence, which whoever uses a role never wrote.
OPTIONS = re.compile(r"(?<![\w'])(?:tenant_id|auth_\w+|login_url|graph_url)\b|'(?:instance_url|environment|provisioning_key|permissions|app_id|authority)'")
READ_USER = [{"resource": GRAPH, "delegated": ["User.Read"]}]


def test_wrong_tenants(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A tenant that does not exist, one the credential does not belong to, a domain the tenant does not have, a token of another tenant."""
    contoso, fabrikam = emulator.tenant_id("contoso"), emulator.tenant_id("fabrikam")
    limited = emulator.identity("limited-contoso")
    app = {"unique_name": "payroll", "display_name": "Payroll"}
    playbook = write_play(
        workdir,
        expected_to_fail("no such tenant", "entra_app", {**app, "tenant_id": NOBODYS_TENANT}),
        expected_to_fail("no such domain", "entra_app", {**app, "tenant_id": "nowhere.example"}),
        expected_to_fail("not a tenant", "entra_app", {**app, "tenant_id": "con toso"}),
        expected_to_fail("many tenants", "entra_app", {**app, "tenant_id": "common"}),
        expected_to_fail("another customer's domain", "entra_app", {**app, "tenant_id": contoso, "expected_domain": "fabrikam.com"}),
        expected_to_fail(
            "unknown here",
            "entra_app",
            {**app, "tenant_id": fabrikam, "auth_client_id": limited["client_id"], "auth_client_secret": "{{ limited_secret }}"},
        ),
        expected_to_fail("token of another tenant", "entra_app", {**app, "tenant_id": contoso, "auth_access_token": "{{ fabrikams_token }}"}),
    )
    secrets = {"limited_secret": limited["secret"], "fabrikams_token": emulator.token("fabrikam")["access_token"]}
    emulator.clear_journal()
    run = play(playbook, inventory=inventory(contoso=secrets)).ok()
    each_failed_well(
        run,
        emulator,
        {
            "no such tenant": [NOBODYS_TENANT, "tenant"],
            "no such domain": ["nowhere.example"],
            "not a tenant": ["con toso", "neither a GUID nor a domain"],
            "many tenants": ["common", "many tenants"],
            "another customer's domain": ["fabrikam.com", contoso, "verified"],
            "unknown here": [fabrikam, limited["client_id"], "AADSTS700016", "trace id"],
            "token of another tenant": [contoso, fabrikam],
        },
    )
    assert emulator.writes() == []


def test_wrong_credentials(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A wrong secret, half a credential, two credentials at once, an expired one."""
    identity = emulator.identity()
    app = {"unique_name": "payroll", "display_name": "Payroll"}
    client = {"auth_client_id": identity["client_id"]}
    wrong = "wrong-but-still-nobodys-business"
    playbook = write_play(
        workdir,
        expected_to_fail("wrong secret", "entra_app", {**app, **client, "auth_client_secret": "{{ wrong }}"}),
        expected_to_fail("half a credential", "entra_app", {**app, **client}),
        expected_to_fail("half of another one", "entra_app", {**app, "auth_client_secret": "{{ right }}"}),
        expected_to_fail("two credentials", "entra_app", {**app, **client, "auth_client_secret": "{{ right }}", "auth_access_token": "x.y.z"}),
    )
    run = play(playbook, inventory=inventory(contoso={"wrong": wrong, "right": identity["secret"]})).ok()
    each_failed_well(
        run,
        emulator,
        {
            "wrong secret": ["contoso.onmicrosoft.com", identity["client_id"], "AADSTS7000215", "trace id"],
            "half a credential": ["auth_client_id"],
            "half of another one": ["auth_client_secret", "auth_client_id"],
            "two credentials": ["auth_client_secret", "auth_access_token"],
        },
    )
    assert wrong not in run.output
    emulator.advance(3 * YEAR)
    expired = play("workspace365.yml", inventory=inventory(contoso={}))
    failed_well(expired, emulator, "contoso.onmicrosoft.com", identity["client_id"], "AADSTS7000222", "expired")
    assert emulator.writes() == []


def test_values_with_what_an_editor_left(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A key with a newline is refused with the variable that holds it, before anything is sent; an id with one is an id."""
    key = emulator.control("GET", "workspace365/portal")["provisioning_key"]
    run = play("workspace365.yml", inventory=inventory(contoso={"workspace365_provisioning_key": f"{key}\n"}))
    result = failed_well(run, emulator, "contoso.onmicrosoft.com", "begins or ends with white space", "newline", "workspace365_provisioning_key")
    assert result["failure"]["code"] == "credential_form" and key not in run.output
    assert emulator.writes() == [] and emulator.journal("workspace365") == []
    identity = emulator.identity()
    spoilt = {"client_id": f"'{identity['client_id']}'\n", "client_secret": f"{identity['secret']}\n"}
    run = play("workspace365.yml", inventory=inventory(contoso={"entra_auth": spoilt}))
    failed_well(run, emulator, "contoso.onmicrosoft.com", "client_secret' in 'entra_auth'", "newline")
    tenant = f"\ufeff{emulator.tenant_id('contoso')}\n"
    run = play("workspace365.yml", inventory=inventory(contoso={"entra_auth": {**spoilt, "client_secret": identity["secret"]}, "entra_tenant_id": tenant}))
    run.ok()


def test_wrong_addresses(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Plain http is refused for every address, before anything is sent."""
    app = {"unique_name": "payroll", "display_name": "Payroll"}
    insecure = {
        "instance_url": emulator.workspace365_url().replace("https://", "http://"),
        "environment": "contoso",
        "provisioning_key": "0" * 36,
        "expected_tenants": ["contoso"],
    }
    playbook = write_play(
        workdir,
        expected_to_fail("plain login", "entra_app", {**app, "login_url": emulator.login_url.replace("https://", "http://")}),
        expected_to_fail("plain graph", "entra_app", {**app, "graph_url": emulator.graph_url.replace("https://", "http://")}),
        expected_to_fail("plain workspace", "workspace365_sso", {**insecure, "state": "probed"}),
        expected_to_fail(
            "strange environment", "workspace365_sso", {**insecure, "instance_url": "https://127.0.0.1:9", "environment": "../x", "state": "probed"}
        ),
    )
    emulator.clear_journal()
    run = play(playbook, inventory=inventory(contoso={})).ok()
    expected = {"plain login": ["http://"], "plain graph": ["http://"], "plain workspace": ["https://"], "strange environment": ["'../x'"]}
    each_failed_well(run, emulator, expected)
    assert emulator.journal() == []


def test_two_applications_with_one_display_name(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A display name that fits two applications is an error that names both."""
    twins = [emulator.add_application("contoso", displayName="Payroll")["application"] for _number in range(2)]
    playbook = write_play(
        workdir,
        expected_to_fail("change", "entra_app", {"display_name": "Payroll", "adopt": True, "notes": "Mine"}),
        expected_to_fail("request", "entra_app_permission", {"display_name": "Payroll", "permissions": READ_USER}),
        expected_to_fail("consent", "entra_admin_consent", {"display_name": "Payroll", "permissions": READ_USER}),
        expected_to_fail("secret", "entra_client_secret", {"display_name": "Payroll", "name": "nightly"}),
    )
    run = play(playbook, inventory=inventory(contoso={})).ok()
    words = ["Payroll", "contoso.onmicrosoft.com", twins[0]["appId"], twins[1]["appId"]]
    each_failed_well(run, emulator, {"change": words, "request": words, "consent": words, "secret": words})
    assert emulator.writes() == []


def test_names_that_need_quoting(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Quotes, slashes, percent signs, plus and other letters survive every address they are put in."""
    strange = ["O'Neil / Söhne & Co", "100% #1 + more?", "日本語 (東京) 'x''y'", "naïve\\path"]
    tasks: list[dict[str, t.Any]] = []
    for number, name in enumerate(strange):
        tasks += [
            task(f"make {number}", "entra_app", {"unique_name": name, "display_name": name}),
            task(f"principal {number}", "entra_service_principal", {"unique_name": name}),
            task(f"permission {number}", "entra_app_permission", {"display_name": name, "permissions": READ_USER}),
            task(f"consent {number}", "entra_admin_consent", {"display_name": name}),
            task(f"again {number}", "entra_app", {"unique_name": name, "display_name": name}),
        ]
    run = play(write_play(workdir, *tasks), inventory=inventory(contoso={})).ok()
    made = {item["uniqueName"]: item["displayName"] for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"]}
    assert made == {name: name for name in strange}
    for application in emulator.tenant("contoso")["applications"].values():
        assert not application["uniqueName"] or scopes_of(emulator, "contoso", application["appId"]) == [{"User.Read"}]
    assert not any(run.task(f"again {number}").changed for number in range(len(strange)))
    assert run.warnings() == []


def test_unknown_permissions(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """An unknown name fails before any write, with the nearest matches; so does an unknown API."""
    misspelled = [{"resource": GRAPH, "delegated": ["User.Read", "Directory.AcessAsUser.All"]}]
    other_kind = [{"resource": GRAPH, "application": ["offline_access"]}]
    no_api = [{"resource": "Microsoft Grpah", "delegated": ["User.Read"]}]
    playbook = write_play(
        workdir,
        task("an application", "entra_app", {"unique_name": "payroll", "display_name": "Payroll"}),
        task("its principal", "entra_service_principal", {"unique_name": "payroll"}),
        expected_to_fail("in a new application", "entra_app", {"unique_name": "other", "display_name": "Other", "permissions": misspelled}),
        expected_to_fail("requested", "entra_app_permission", {"unique_name": "payroll", "permissions": misspelled}),
        expected_to_fail("granted", "entra_admin_consent", {"unique_name": "payroll", "permissions": misspelled}),
        expected_to_fail("the other kind", "entra_app_permission", {"unique_name": "payroll", "permissions": other_kind}),
        expected_to_fail("an unknown API", "entra_app_permission", {"unique_name": "payroll", "permissions": no_api}),
    )
    run = play(playbook, inventory=inventory(contoso={})).ok()
    nearest = ["Directory.AcessAsUser.All", "Did you mean Directory.AccessAsUser.All"]
    each_failed_well(
        run,
        emulator,
        {
            "in a new application": nearest,
            "requested": nearest,
            "granted": nearest,
            "the other kind": ["offline_access", "delegated"],
            "an unknown API": ["Microsoft Grpah", "contoso.onmicrosoft.com"],
        },
    )
    assert len(writes_seen(emulator)) == 2, writes_seen(emulator)


def test_unknown_permission_stops_the_role_before_its_first_write(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The role finds it when it looks, not after half of the work."""
    custom = [{"resource": GRAPH, "delegated": ["openid", "Mail.Reed"]}]
    run = play("workspace365.yml", inventory=inventory(contoso={"workspace365_permissions": "custom", "workspace365_custom_permissions": custom}))
    failed_well(run, emulator, "Mail.Reed", "Mail.Read", "Microsoft Graph")
    assert emulator.writes() == []


def test_privileged_permissions_without_acceptance(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The vendor's own list holds two permissions that amount to owning the tenant; they need to be accepted by name."""
    full = {"workspace365_permissions": "full"}
    run = play("workspace365.yml", inventory=inventory(contoso=full))
    result = failed_well(run, emulator, "delegated:Directory.ReadWrite.All", "delegated:Sites.FullControl.All", "accept_privileged")
    assert result["failure"]["code"] == "privileged_not_accepted"
    half = play("workspace365.yml", inventory=inventory(contoso={**full, "workspace365_accept_privileged": ["delegated:Directory.ReadWrite.All"]}))
    failed_well(half, emulator, "delegated:Sites.FullControl.All")
    assert emulator.writes() == []
    both = ["delegated:Directory.ReadWrite.All", "delegated:Sites.FullControl.All"]
    play("workspace365.yml", inventory=inventory(contoso={**full, "workspace365_accept_privileged": both})).ok()
    (granted,) = scopes_of(emulator, "contoso", own_application(emulator)["appId"])
    assert len(granted) == 12
    assert {"Directory.ReadWrite.All", "Sites.FullControl.All"} <= granted


def test_unknown_environment_and_refused_key(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """What Workspace 365 refuses is found before Entra is written to."""
    hosts = inventory(
        contoso={"workspace365_environment": "contso"},
        fabrikam={"workspace365_provisioning_keys": {"fabrikam": "11111111-2222-3333-4444-555555555555"}},
    )
    run = play("workspace365.yml", inventory=hosts)
    failed_well(run, emulator, "contso", "environment", host="contoso")
    failed_well(run, emulator, "403", emulator.workspace365_url().split("/")[2], "provisioning key was not accepted", host="fabrikam")
    assert "11111111-2222-3333-4444-555555555555" not in run.output
    assert emulator.writes() == []


def test_two_hosts_that_name_one_environment(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Two customers with one environment, in whatever spelling, fail both; the others go on."""
    hosts = inventory(
        contoso={},
        fabrikam={"workspace365_environment": "contoso", "workspace365_instance_url": emulator.workspace365_url().replace("https", "HTTPS") + "/"},
        northwind={},
    )
    run = play("workspace365.yml", inventory=hosts)
    failed_well(run, emulator, "contoso", "fabrikam", "Nothing was written", host="fabrikam")
    failed_well(run, emulator, "contoso", "fabrikam", "Nothing was written", host="contoso")
    assert emulator.workspace365("portal", "contoso")["sso"] is None
    assert {entry["tenant"] for entry in emulator.journal("graph", "POST", "/applications")} == {emulator.tenant_id("northwind")}
    assert own_application(emulator, "northwind")


def test_the_port_that_goes_without_saying_makes_no_other_instance(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Alone, a host is not taken for two instances; two hosts are not taken for two environments."""
    alone = {"workspace365_provisioning_key_instance": None}
    plain, explicit = {"workspace365_instance_url": "https://portal.invalid", **alone}, {"workspace365_instance_url": "HTTPS://Portal.invalid:443/", **alone}
    told = failed_well(
        play("workspace365.yml", inventory=inventory(contoso=explicit), env=OWN_CLOCK), emulator, "look for environment 'contoso'", "Portal.invalid"
    )
    assert "one key" not in told["msg"] and ":443" not in told["msg"]
    both = inventory(contoso=plain, fabrikam={**explicit, "workspace365_environment": "contoso"})
    run = play("workspace365.yml", inventory=both, env=OWN_CLOCK)
    for host in ("contoso", "fabrikam"):
        failed_well(run, emulator, "contoso and fabrikam", "Nothing was written", host=host)
    assert emulator.writes() == []


def test_copied_environment_of_another_customer(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A sign-in page that names another tenant is never overwritten, whatever is set."""
    sso = {"authority": "https://login.windows.net/fabrikam.com", "client_id": "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa", "key": "fabrikams-own-key-value"}
    emulator.set_workspace365("portal", "contoso", sso=sso)
    for more in ({}, {"workspace365_take_over": True}):
        run = play("workspace365.yml", inventory=inventory(contoso=more))
        failed_well(run, emulator, "contoso", "fabrikam.com", "another tenant")
    assert emulator.writes() == []
    assert emulator.workspace365("portal", "contoso")["sso"]["client_id"] == sso["client_id"]


def test_check_mode_on_an_empty_tenant(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A dry run completes, predicts every step and writes nothing: the journal shows only reads."""
    run = play("workspace365.yml", inventory=inventory(contoso={}, fabrikam={}), check=True, diff=True).ok()
    for host in ("contoso", "fabrikam"):
        changed = {event.action.rpartition(".")[2] for event in run.changed(host)}
        assert {"entra_app", "entra_service_principal", "entra_admin_consent", "entra_managed_credential", "workspace365_sso"} <= changed
    assert emulator.writes() == []
    assert [entry for entry in emulator.journal("login") if entry["method"] == "POST" and entry["status"] != 200] == []
    assert {entry["method"] for entry in emulator.journal("workspace365")} == {"GET"}
    assert all(part["method"] == "GET" for entry in emulator.journal("graph", "POST", "$batch") for part in entry["parts"])
    assert emulator.workspace365("portal", "contoso")["sso"] is None
    assert run.warnings() == []
    no_app = [item["uniqueName"] for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"]]
    assert no_app == []


def test_role_play_is_the_playbook(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The hosts that go wrong do not stop the others, and two mistakes in one inventory are told in one run."""
    hosts = inventory(contoso={"entra_expected_domain": "contoso.example"}, fabrikam={}, northwind={"entra_tenant_id": "nowhere.example"})
    run = play(role_play(workdir, "workspace365"), inventory=hosts)
    failed_well(run, emulator, "contoso.example", host="contoso")
    failed_well(run, emulator, "nowhere.example", host="northwind")
    assert own_application(emulator, "fabrikam")
    assert emulator.workspace365("portal", "fabrikam")["sso"]


def test_the_role_names_what_the_operator_wrote(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Every wrong input of this file, given to the role as a host each: the sentence names the variable, and no option that the operator never wrote."""
    identity, limited = emulator.identity(), emulator.identity("limited-contoso")
    url, client = emulator.workspace365_url(), {"client_id": identity["client_id"]}
    right = {**client, "client_secret": identity["secret"]}
    custom = {"workspace365_permissions": "custom"}
    cases: dict[str, tuple[str, dict[str, t.Any]]] = {
        "no_such_tenant": ("'entra_tenant_id'", {"entra_tenant_id": NOBODYS_TENANT}),
        "no_such_domain": ("'entra_tenant_id'", {"entra_tenant_id": "nowhere.example"}),
        "not_a_tenant": ("'entra_tenant_id'", {"entra_tenant_id": "con toso"}),
        "many_tenants": ("'entra_tenant_id'", {"entra_tenant_id": "common"}),
        "other_domain": ("'entra_expected_domain'", {"entra_expected_domain": "fabrikam.com"}),
        "no_domain": ("'entra_expected_domain'", {"entra_expected_domain": "no domain"}),
        "unknown_here": (
            "'entra_tenant_id'",
            {"entra_tenant_id": "fabrikam.onmicrosoft.com", "entra_auth": {"client_id": limited["client_id"], "client_secret": limited["secret"]}},
        ),
        "other_token": (
            "'entra_tenant_id'",
            {"entra_tenant_id": emulator.tenant_id("contoso"), "entra_auth": {"access_token": emulator.token("fabrikam")["access_token"]}},
        ),
        "wrong_secret": ("'entra_auth'", {"entra_auth": {**client, "client_secret": "wrong-but-still-nobodys-business"}}),
        "half_credential": ("'entra_auth'", {"entra_auth": client}),
        "other_half": ("'entra_auth'", {"entra_auth": {"client_secret": identity["secret"]}}),
        "two_credentials": ("'entra_auth'", {"entra_auth": {**right, "access_token": "x.y.z"}}),
        "secret_with_newline": ("'entra_auth'", {"entra_auth": {**client, "client_secret": f"{identity['secret']}\n"}}),
        "plain_login": ("'entra_login_url'", {"entra_login_url": emulator.login_url.replace("https://", "http://")}),
        "plain_graph": ("'entra_graph_url'", {"entra_graph_url": emulator.graph_url.replace("https://", "http://")}),
        "password_in_graph": ("'entra_graph_url'", {"entra_graph_url": "https://me:secret-in-an-address@graph.example"}),
        "plain_workspace": ("'workspace365_instance_url'", {"workspace365_instance_url": url.replace("https://", "http://")}),
        "password_in_workspace": ("'workspace365_instance_url'", {"workspace365_instance_url": url.replace("://", "://me:secret-in-an-address@")}),
        "strange_environment": ("'workspace365_environment'", {"workspace365_environment": "../x"}),
        "no_such_environment": ("'workspace365_environment'", {"workspace365_environment": "contso"}),
        "key_with_newline": (
            "'workspace365_provisioning_key'",
            {"workspace365_environment": "northwind", "workspace365_provisioning_key": "7b2f4e90-1c6d-4a83-9f05-000000000000\n"},
        ),
        "refused_key": (
            "'workspace365_provisioning_key",
            {"workspace365_environment": "wingtip", "workspace365_provisioning_keys": {"refused_key": "11111111-2222-3333-4444-555555555555"}},
        ),
        "not_accepted": ("'workspace365_accept_privileged'", {"workspace365_permissions": "full"}),
        "misspelt": (
            "'workspace365_custom_permissions'",
            {**custom, "workspace365_custom_permissions": [{"resource": GRAPH, "delegated": ["Mail.Reed"]}]},
        ),
        "unknown_api": (
            "'workspace365_custom_permissions'",
            {**custom, "workspace365_custom_permissions": [{"resource": "Microsoft Grpah", "delegated": ["User.Read"]}]},
        ),
        "no_application": ("'workspace365_client_id'", {"workspace365_client_id": "payroll"}),
        "days": ("'workspace365_secret_validity_days'", {"workspace365_secret_validity_days": 10000000}),
        "authority": ("'workspace365_authority'", {"workspace365_authority": "login.windows.net/contoso.com"}),
    }
    hosts = {
        name: {"entra_tenant_id": "contoso.onmicrosoft.com", "workspace365_environment": name.replace("_", "-"), **variables}
        for name, (_variable, variables) in cases.items()
    }
    run = play("workspace365.yml", inventory=inventory(**hosts), check=True).failed()
    for name, (variable, _variables) in cases.items():
        result = failed_well(run, emulator, variable, host=name)
        assert not OPTIONS.search(result["msg"]), result["msg"]
    assert "secret-in-an-address" not in run.output
    assert emulator.writes() == []
