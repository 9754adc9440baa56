# SPDX-License-Identifier: GPL-3.0-or-later
"""The control path, the journal, reset, and the command line."""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import os
import pathlib
import ssl
import subprocess
import sys

import pytest
import requests
from tenant_emulator.config import Config, ConfigError
from tenant_emulator.testing import Emulator, EmulatorError

GRAPH_SCOPE = "https://graph.microsoft.com/.default"


def bearer(emulator: Emulator, tenant: str = "contoso") -> dict[str, str]:
    return {"Authorization": f"Bearer {emulator.token(tenant)['access_token']}"}


def test_graph_answers_with_a_token_of_the_login_service(http: requests.Session, emulator: Emulator) -> None:
    headers = bearer(emulator)
    for url in (f"{emulator.graph_url}/v1.0/organization", f"{emulator.graph_url}/v1.0//organization"):
        answer = http.get(url, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["value"][0]["displayName"] == "Contoso"
    assert http.get(f"{emulator.graph_url}/v1.0/organization").status_code == 401


def test_answers_carry_the_emulators_time(http: requests.Session, emulator: Emulator) -> None:
    emulator.advance(40 * 86400)
    answer = http.get(f"{emulator.graph_url}/v1.0/organization", headers=bearer(emulator))
    ahead = email.utils.parsedate_to_datetime(answer.headers["Date"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=39) < ahead < dt.timedelta(days=41)


@pytest.mark.parametrize("days", [365, -1])
def test_a_world_by_another_clock(http: requests.Session, emulator: Emulator, days: int) -> None:
    """What the configuration holds is dated by the clock that it is built with: a secret is neither over nor still to come."""
    emulator.reset(forget=True, ahead=days * 86400)
    answer = http.get(f"{emulator.graph_url}/v1.0/organization", headers=bearer(emulator))
    assert answer.status_code == 200, answer.text
    ahead = email.utils.parsedate_to_datetime(answer.headers["Date"]) - dt.datetime.now(dt.UTC)
    assert abs(ahead - dt.timedelta(days=days)) < dt.timedelta(hours=1)
    emulator.reset(forget=True)
    assert emulator.control("GET", "clock")["offset"] == 0
    assert bearer(emulator)


def test_the_other_tenants_are_out_of_reach(http: requests.Session, emulator: Emulator) -> None:
    made = emulator.add_application("fabrikam", displayName="Theirs")["application"]
    url = f"{emulator.graph_url}/v1.0/applications/{made['id']}"
    assert http.get(url, headers=bearer(emulator, "fabrikam")).status_code == 200
    assert http.get(url, headers=bearer(emulator)).status_code == 404


def test_an_expired_token_by_the_emulators_clock(http: requests.Session, emulator: Emulator) -> None:
    headers = bearer(emulator)
    emulator.advance(4000)
    answer = http.get(f"{emulator.graph_url}/v1.0/organization", headers=headers)
    assert answer.status_code == 401 and "expired" in answer.json()["error"]["message"]


def test_a_secret_made_through_graph_opens_the_token_endpoint(http: requests.Session, emulator: Emulator) -> None:
    headers = bearer(emulator)
    app = http.post(f"{emulator.graph_url}/v1.0/applications", headers=headers, json={"displayName": "Made"}).json()
    http.post(f"{emulator.graph_url}/v1.0/servicePrincipals", headers=headers, json={"appId": app["appId"]})
    path = f"{emulator.graph_url}/v1.0/applications/{app['id']}/addPassword"
    emulator.settings(secret_activation_delay=10)
    made = http.post(path, headers=headers, json={"passwordCredential": {"displayName": "k"}}).json()
    assert made["secretText"] in emulator.issued()
    assert emulator.token("contoso", app["appId"], made["secretText"])["error_codes"] == [7000215]
    emulator.advance(11)
    assert emulator.token("contoso", app["appId"], made["secretText"])["status"] == 200
    assert made["keyId"] in emulator.tenant("contoso")["secrets"]


def test_a_fault_in_one_part_of_a_batch(http: requests.Session, emulator: Emulator) -> None:
    headers = bearer(emulator)
    emulator.fault(part=True, path="/users$", action="status", status=429, headers={"Retry-After": "1"})
    requests_ = [
        {"id": "a", "method": "GET", "url": "/organization"},
        {"id": "b", "method": "GET", "url": "/users?$top=1"},
    ]
    answer = http.post(f"{emulator.graph_url}/v1.0/$batch", headers=headers, json={"requests": requests_})
    status = {item["id"]: item["status"] for item in answer.json()["responses"]}
    assert status == {"a": 200, "b": 429}
    assert len(emulator.journal("graph")[-1]["parts"]) == 2


def test_nothing_secret_is_in_state_or_journal(http: requests.Session, emulator: Emulator) -> None:
    headers = bearer(emulator)
    secret = emulator.add_application("contoso", displayName="S", secrets=[{}])["secrets"][0]["value"]
    http.put(
        f"{emulator.workspace365_url()}/Provisioning/contoso/SingleSignOnSettings/OAuth2",
        headers={"ProvisioningKey": "7b2f4e90-1c6d-4a83-9f05-d8e3a7b61c24", "X-Requested-With": "XMLHttpRequest"},
        json={"Authority": "https://login.windows.net/contoso.com", "ClientId": "c", "Key": secret},
    )
    http.get(f"{emulator.graph_url}/v1.0/organization?leak={secret}", headers=headers)
    seen = json.dumps([emulator.journal(), emulator.state(full=True), emulator.tenant("contoso"), emulator.faults()])
    issued = emulator.issued()
    assert secret in issued and headers["Authorization"].split()[1] in issued
    assert [value for value in issued if value in seen] == []


def test_the_journal_says_who_asked_for_what(http: requests.Session, emulator: Emulator) -> None:
    headers = {**bearer(emulator), "User-Agent": "probe/1", "client-request-id": "one-of-mine"}
    emulator.clear_journal()
    http.get(f"{emulator.graph_url}/v1.0/organization?$select=id", headers=headers)
    (entry,) = emulator.journal()
    assert entry["seq"] == 1 and entry["service"] == "graph" and entry["status"] == 200 and entry["applied"]
    assert entry["path"] == "/v1.0/organization?$select=id"
    assert entry["tenant"] == emulator.tenant_id("contoso") and entry["app_id"] == emulator.identity()["client_id"]
    assert entry["user_agent"] == "probe/1" and entry["client_request_id"] == "one-of-mine"
    http.post(f"{emulator.graph_url}/v1.0/applications", headers=headers, json={"displayName": "A"})
    assert [entry["request"] for entry in emulator.writes()] == [{"displayName": "A"}]


def test_a_reset_may_forget_what_was_issued(emulator: Emulator) -> None:
    emulator.reset(forget=True)
    configured = emulator.issued()
    token = emulator.token("contoso")["access_token"]
    emulator.reset()
    assert emulator.issued() == [*configured, token]
    emulator.reset(forget=True)
    assert emulator.issued() == configured
    assert emulator.identity()["secret"] in configured and emulator.ready["identity_header"] in configured


def test_reset_is_complete(http: requests.Session, emulator: Emulator) -> None:
    before = emulator.state(full=True)
    emulator.add_application("contoso", displayName="Extra", secrets=[{}])
    emulator.set_workspace365("portal", "contoso", sso={"authority": "a", "client_id": "b", "key": "c"})
    emulator.settings(replication_reads=3)
    emulator.advance(1000)
    emulator.fault(action="status", times=None)
    known = len(emulator.issued())
    emulator.reset()
    after = emulator.state(full=True)
    assert {**before, "clock": 0} == {**after, "clock": 0}
    assert emulator.faults() == [] and emulator.journal() == [] and len(emulator.issued()) == known
    assert emulator.token("contoso")["status"] == 200


def test_stored_objects_can_be_changed_behind_the_services_back(http: requests.Session, emulator: Emulator) -> None:
    made = emulator.add_application("contoso", displayName="Drifts")["application"]
    emulator.update("contoso", "applications", made["id"], displayName="Drifted")
    url = f"{emulator.graph_url}/v1.0/applications/{made['id']}"
    assert http.get(url, headers=bearer(emulator)).json()["displayName"] == "Drifted"
    emulator.delete("contoso", "applications", made["id"])
    assert http.get(url, headers=bearer(emulator)).status_code == 404
    with pytest.raises(EmulatorError, match="has no"):
        emulator.delete("contoso", "applications", made["id"])


def test_users_groups_and_policies(emulator: Emulator) -> None:
    user = emulator.control("POST", "tenants/contoso/users", {"userPrincipalName": "new@contoso.com", "displayName": "N"})
    group = emulator.control("POST", "tenants/contoso/groups", {"displayName": "G"})
    emulator.control("PUT", "tenants/contoso/policies/mine", {"isEnabled": True})
    tenant = emulator.tenant("contoso.com")
    assert user["id"] in tenant["users"] and group["id"] in tenant["groups"]
    assert tenant["policies"]["mine"] == {"isEnabled": True}


def test_mistakes_are_named(emulator: Emulator) -> None:
    for method, path, body, words in (
        ("GET", "nothing", None, "no GET /nothing"),
        ("GET", "tenants/nobody", None, "no tenant 'nobody'"),
        ("POST", "settings", {"speed": 1}, "unknown setting: speed"),
        ("POST", "workspace365/none", {}, "no Workspace 365 instance 'none'"),
    ):
        with pytest.raises(EmulatorError, match=words):
            emulator.control(method, path, body)


def test_host_names_lead_to_services_without_a_prefix(http: requests.Session, emulator: Emulator) -> None:
    root = f"https://127.0.0.1:{emulator.ready['port']}"
    path = "/contoso.com/v2.0/.well-known/openid-configuration"
    found = http.get(root + path, headers={"Host": "login.microsoftonline.com"}).json()
    assert found["issuer"] == f"https://login.microsoftonline.com/{emulator.tenant_id('contoso')}/v2.0"
    assert http.get(root + path).status_code == 404


def test_arm_metadata_in_both_shapes(http: requests.Session, emulator: Emulator) -> None:
    url = f"{emulator.ready['arm_url']}/metadata/endpoints"
    assert isinstance(http.get(url, params={"api-version": "2019-05-01"}).json(), list)
    assert http.get(url, params={"api-version": "2022-09-01"}).json()["name"] == "AzureCloud"


def test_clients_that_do_not_trust_the_authority_are_kept_out(emulator: Emulator) -> None:
    with pytest.raises(requests.exceptions.SSLError), requests.Session() as session:
        session.trust_env = False
        session.get(emulator.login_url)
    strict = ssl.create_default_context(cafile=emulator.ca_path)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT
    from urllib.request import HTTPSHandler, ProxyHandler, build_opener

    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=strict))
    assert opener.open(f"{emulator.ready['control_url']}/health").status == 200


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(item for item in sys.path if item)}
    command = [sys.executable, "-m", "tenant_emulator", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_command_line(tmp_path: pathlib.Path) -> None:
    where = ("--state-dir", str(tmp_path / "state"))
    assert run("env", *where).returncode == 1
    started = run("start", *where)
    assert started.returncode == 0, started.stderr
    try:
        assert run("start", *where).returncode == 1
        exports = dict(line.removeprefix("export ").split("=", 1) for line in run("env", *where).stdout.splitlines())
        ways = {"ENTRA_LOGIN_URL", "ENTRA_GRAPH_URL", "ENTRA_CA_PATH", "WORKATO_URL", "POWERPLATFORM_URL", "BAP_URL"}
        ways |= {"TENANTKIT_KEY_VAULT_GATEWAY", "TENANTKIT_KEY_VAULT_LOGIN_URL"}
        held = {"AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "WORKSPACE365_INSTANCE_URL", "WORKSPACE365_PROVISIONING_KEY"}
        assert set(exports) == ways | held and all(exports.values())
        emulator = Emulator.attach(tmp_path / "state")
        emulator.token("contoso")
        assert "POST   /2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52/oauth2/v2.0/token" in run("journal", *where).stdout
        assert json.loads(run("dump", *where, "--tenant", "contoso").stdout)["display_name"] == "Contoso"
    finally:
        assert run("stop", *where).returncode == 0
    assert not (tmp_path / "state" / "ready.json").exists()
    assert "no emulator" in run("stop", *where).stdout


def test_a_restart_keeps_the_authority(tmp_path: pathlib.Path) -> None:
    with Emulator(tmp_path) as emulator:
        first = pathlib.Path(emulator.ca_path).read_bytes()
    with Emulator(tmp_path) as emulator:
        assert pathlib.Path(emulator.ca_path).read_bytes() == first
    assert oct(tmp_path.stat().st_mode & 0o777) == "0o700"


def test_a_configuration_of_ones_own(tmp_path: pathlib.Path) -> None:
    config = tmp_path / "mine.yml"
    config.write_text(
        """
tenants:
  - {name: solo, id: 11111111-2222-4333-8444-555555555555, domains: [solo.onmicrosoft.com]}
identities:
  - name: automation
    client_id: 66666666-7777-4888-9999-aaaaaaaaaaaa
    secret: solo-secret-value-solo-secret-value
    tenants: [solo]
    permissions: {Microsoft Graph: [Application.Read.All]}
"""
    )
    with Emulator(tmp_path / "state", config=config) as emulator:
        assert emulator.token("solo")["claims"]["roles"] == ["Application.Read.All"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "missing tenants"),
        ({"tenants": [{"name": "a", "id": "x", "domains": ["a.onmicrosoft.com"]}]}, "not a GUID"),
        ({"tenants": [{"name": "a", "id": "x", "domain": []}]}, "unknown domain"),
        ({"tenants": [], "colour": 1}, "unknown colour"),
    ],
)
def test_mistakes_in_a_configuration_are_named(data: object, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Config(data)
