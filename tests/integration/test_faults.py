# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that fail, and hosts that are not what they should be: what can be finished is finished, the rest is told in a sentence."""

from __future__ import annotations

import datetime as dt
import json
import socket
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from integration.workspace365.helpers import own_application, signs_in
from support.playbooks import Run
from support.plays import GRAPH, each_failed_well, expected_to_fail, failed_well, key_ids, no_secret_shown, task, write_play
from support.waiting import OWN_CLOCK, impatient
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

SSO = {
    "environment": "contoso",
    "provisioning_key": "{{ workspace365_provisioning_key }}",
    "expected_tenants": ["{{ entra_tenant_id }}"],
}
PAYROLL = {"unique_name": "payroll", "display_name": "Payroll"}
DAY = 86400
PUT = {"service": "workspace365", "method": "PUT"}


def payroll_app(emulator: Emulator) -> dict[str, t.Any]:
    """The application that small plays make."""
    return own_application(emulator, "contoso", "payroll")


@pytest.fixture
def closed_port() -> int:
    """A port of this machine where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def strangers_ca(workdir: Path) -> Path:
    """A certificate authority that signed nothing here."""
    path = workdir / "stranger.pem"
    code = (
        "import datetime as d, sys; from cryptography import x509; from cryptography.hazmat.primitives import hashes, serialization as s;"
        "from cryptography.hazmat.primitives.asymmetric import ec; k = ec.generate_private_key(ec.SECP256R1());"
        "n = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'Stranger')]); now = d.datetime.now(d.timezone.utc);"
        "c = x509.CertificateBuilder(n, n, k.public_key(), x509.random_serial_number(), now, now + d.timedelta(1)).sign(k, hashes.SHA256());"
        "open(sys.argv[1], 'wb').write(c.public_bytes(s.Encoding.PEM))"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    return path


def test_hosts_that_cannot_be_reached(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path, closed_port: int) -> None:
    """Nobody listens, or the name is nobody's: the host is named, within the time budget."""
    closed = f"https://127.0.0.1:{closed_port}"
    sso = {**SSO, "instance_url": closed}
    playbook = write_play(
        workdir,
        expected_to_fail("login", "entra_app", {**PAYROLL, "login_url": closed}),
        expected_to_fail("graph", "entra_app", {**PAYROLL, "graph_url": closed}),
        expected_to_fail("no such name", "entra_app", {**PAYROLL, "graph_url": "https://graph.invalid"}),
        expected_to_fail("workspace", "workspace365_sso", {**sso, "state": "probed"}),
    )
    run = play(playbook, inventory=inventory(contoso={}), env=OWN_CLOCK).ok()
    at = f"127.0.0.1:{closed_port}"
    events = each_failed_well(run, emulator, {"login": [at], "graph": [at], "no such name": ["graph.invalid"], "workspace": [at]})
    assert all("contoso.onmicrosoft.com" in event.result["msg"] for event in events.values())
    assert emulator.writes() == []


def test_untrusted_certificates(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path, strangers_ca: Path) -> None:
    """A certificate that the given authorities did not sign ends everything before a credential is sent, whatever the environment trusts."""
    sso = {**SSO, "instance_url": emulator.workspace365_url()}
    playbook = write_play(
        workdir,
        expected_to_fail("stranger", "entra_app", {**PAYROLL, "ca_path": str(strangers_ca)}),
        expected_to_fail("no such file", "entra_app", {**PAYROLL, "ca_path": str(workdir / "nothing.pem")}),
        expected_to_fail("workspace", "workspace365_sso", {**sso, "state": "probed", "ca_path": str(strangers_ca)}),
    )
    run = play(playbook, inventory=inventory(contoso={}), env={"REQUESTS_CA_BUNDLE": emulator.ca_path})
    words = ["certificate", str(strangers_ca), "ca_path"]
    each_failed_well(run.ok(), emulator, {"stranger": words, "no such file": ["nothing.pem"], "workspace": words})
    assert emulator.journal() == []


PAGE = {"action": "html", "status": 200, "body": "<html><body>Please sign in to the guest network</body></html>", "times": None}


def test_html_instead_of_json(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A proxy's page where JSON should be is told as such, and nothing is taken for absent because of it."""
    emulator.fault(**PAGE, service="login", path="/contoso.*openid-configuration")
    emulator.fault(**PAGE, service="login", path=f"/{emulator.tenant_id('fabrikam')}/.*token")
    emulator.fault(**PAGE, service="workspace365", path="/northwind")
    run = play("workspace365.yml", inventory=inventory(contoso={}, fabrikam={}, northwind={}), env=OWN_CLOCK)
    for name in ("contoso", "fabrikam"):
        failed_well(run, emulator, f"{name}.onmicrosoft.com", "text/html instead of JSON", host=name)
    failed_well(run, emulator, "northwind.onmicrosoft.com", "neither asks for a password nor sends people to Entra", host="northwind")
    emulator.fault(**PAGE, service="graph", path="batch")
    run = play("workspace365.yml", inventory=inventory(contoso={}), env=OWN_CLOCK)
    failed_well(run, emulator, "contoso.onmicrosoft.com", GRAPH, "text/html instead of JSON")
    assert emulator.writes() == []


def test_a_page_in_place_of_the_provisioning_api_renews_nothing(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A maintenance page proves no environment: no run makes a key that would then lie about undelivered."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    before = own_application(emulator)
    emulator.advance(160 * DAY)
    emulator.clear_journal()
    number = emulator.fault(service="workspace365", action="html", status=200, body="<html><body>Down for maintenance</body></html>", times=None)
    for _night in range(2):
        run = play("workspace365.yml", inventory=inventory(contoso={}))
        failed_well(run, emulator, "environment 'contoso'", "contoso.onmicrosoft.com", "Down for maintenance")
    assert emulator.writes() == []
    assert (key_ids(own_application(emulator)), own_application(emulator)["tags"]) == (key_ids(before), before["tags"])
    emulator.control("DELETE", f"faults/{number}")
    play("workspace365.yml", inventory=inventory(contoso={})).ok()
    assert emulator.workspace365("portal", "contoso")["sso"]["key_id"] not in key_ids(before)
    assert signs_in(emulator)


def test_a_prediction_that_fails_says_nothing_of_a_key(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """In check mode no key was made, so none was removed and none is left."""
    emulator.fault(service="workspace365", path="/Provisioning/Environment/", skip=1, action="status", status=403, body="")
    run = play("workspace365.yml", inventory=inventory(contoso={}), check=True)
    result = failed_well(run, emulator, "403", "environment 'contoso'", "contoso.onmicrosoft.com")
    assert "new key" not in result["msg"] and "next run" not in result["msg"], result["msg"]
    assert emulator.writes() == []


def test_truncated_bodies(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Half an answer to a read is read again; half an answer to a write is looked after: nothing is made twice."""
    emulator.fault(service="graph", path="batch", action="truncate")
    emulator.fault(service="graph", path="/applications$", method="POST", action="truncate")
    emulator.fault(service="graph", path="/servicePrincipals$", method="POST", action="truncate")
    emulator.fault(service="graph", path="/oauth2PermissionGrants$", method="POST", action="truncate")
    emulator.fault(service="graph", path="/addPassword$", action="truncate")
    emulator.fault(service="login", path="/token", action="truncate")
    run = play("workspace365.yml", inventory=inventory(contoso={})).ok()
    assert {entry["fault"] for entry in emulator.journal()} == {None, "truncate"}
    connected_once(emulator, run)


def connected_once(emulator: Emulator, run: Run, name: str = "contoso") -> None:
    """Assert that everything is there exactly once, and that people can sign in."""
    tenant = emulator.tenant(name)
    application = own_application(emulator, name)
    principals = [item for item in tenant["service_principals"].values() if item["appId"] == application["appId"]]
    assert len(principals) == 1
    assert len([grant for grant in tenant["grants"].values() if grant["clientId"] == principals[0]["id"]]) == 1
    assert key_ids(application) == [emulator.workspace365("portal", name)["sso"]["key_id"]]
    assert signs_in(emulator, name)
    no_secret_shown(run, emulator)


def test_throttling_with_a_fractional_retry_after(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """429 anywhere is waited for as long as the service says, fractions included, and then the run goes on."""
    for rule in (
        {"service": "login", "path": "/token"},
        {"service": "graph", "path": "batch"},
        {"service": "graph", "path": "/applications$", "method": "POST"},
        {"service": "graph", "path": "/addPassword$"},
        {"service": "workspace365", "path": "/Provisioning/Environment"},
        PUT,
    ):
        emulator.fault(**rule, action="status", status=429, headers={"Retry-After": "0.428"}, body={})
    emulator.fault(part=True, path="/servicePrincipals", action="status", status=429, headers={"Retry-After": "0.3"})
    run = play("workspace365.yml", inventory=inventory(contoso={})).ok()
    journal = emulator.journal()
    assert sum(entry["status"] == 429 for entry in journal) == 6
    for number, entry in enumerate(journal):
        if entry["status"] == 429:
            again = next(later for later in journal[number + 1 :] if (later["method"], later["path"]) == (entry["method"], entry["path"]))
            waited = dt.datetime.fromisoformat(again["time"]) - dt.datetime.fromisoformat(entry["time"])
            assert waited >= dt.timedelta(seconds=0.428) and again["status"] in (200, 201)
    connected_once(emulator, run)


def test_throttling_beyond_the_budget_says_throttled(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A wait that would outlast the time budget is not begun: the failure says throttled, and how long is left."""
    emulator.fault(service="graph", action="status", status=429, headers={"Retry-After": "77.5"}, times=None)
    run = play(write_play(workdir, task("app", "entra_app", PAYROLL), defaults={"timeout": 60}), inventory=inventory(contoso={}), env=OWN_CLOCK)
    result = failed_well(run, emulator, "throttled", GRAPH, "77.5", "contoso.onmicrosoft.com")
    assert result["failure"]["kind"] == "budget"
    assert emulator.writes() == [] or all(entry["status"] == 429 for entry in emulator.writes())


def test_server_errors_with_the_write_applied(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """503, and a broken connection, after a write took effect: it is found, and not made twice."""
    emulator.fault(service="graph", path="/applications$", method="POST", action="status_after", status=503)
    emulator.fault(service="graph", path="/servicePrincipals$", method="POST", action="status_after", status=503)
    emulator.fault(service="graph", path="/oauth2PermissionGrants$", method="POST", action="drop_after")
    emulator.fault(service="graph", path="/addPassword$", action="status_after", status=503)
    run = play("workspace365.yml", inventory=inventory(contoso={})).ok()
    connected_once(emulator, run)
    posted = [entry for entry in emulator.journal("graph", "POST", "/servicePrincipals") if entry["path"].endswith("/servicePrincipals")]
    assert len(posted) <= 2


def test_server_errors_that_stay(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """503 until the budget ends: service, status and request id are named, and a 5xx on a read is never taken for absent."""
    request_id = "5b0a4d1e-0f3c-4c0c-9a63-1f8e3d2c7b6a"
    emulator.fault(service="graph", action="status", status=503, headers={"request-id": request_id}, times=None)
    playbook = write_play(
        workdir,
        expected_to_fail("present", "entra_app", PAYROLL),
        expected_to_fail("absent", "entra_app", {"unique_name": "payroll", "state": "absent"}),
    )
    run = play(playbook, inventory=inventory(contoso={}), env=OWN_CLOCK).ok()
    words = [GRAPH, "503", request_id]
    each_failed_well(run, emulator, {"present": words, "absent": words})
    assert emulator.writes() == []


def test_not_found_after_create(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Replicas that do not know what was just made are waited for, for objects made in this run."""
    emulator.settings(replication_reads=2, replication_flap=1, service_principal_delay=1, secret_activation_delay=2)
    run = play("workspace365.yml", inventory=inventory(contoso={})).ok()
    connected_once(emulator, run)


def test_not_found_on_an_old_object_is_not_waited_for(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """What was not made in this run and is not there is said to be missing, at once."""
    app_id = "7f6bd5a0-54f2-4b0c-8a43-9b6d9a2f1c01"
    playbook = write_play(
        workdir,
        expected_to_fail("permission", "entra_app_permission", {"app_id": app_id, "permissions": [{"resource": GRAPH, "delegated": ["openid"]}]}),
        expected_to_fail("secret", "entra_client_secret", {"app_id": app_id, "name": "nightly"}),
        expected_to_fail("consent", "entra_admin_consent", {"app_id": app_id, "permissions": [{"resource": GRAPH, "delegated": ["openid"]}]}),
    )
    run = play(playbook, inventory=inventory(contoso={})).ok()
    words = [app_id, "contoso.onmicrosoft.com"]
    each_failed_well(run, emulator, {"permission": words, "secret": words, "consent": words})
    assert emulator.writes() == []
    assert len(emulator.journal("graph")) <= 8


def restrict(emulator: Emulator, *restrictions: dict[str, t.Any]) -> None:
    """Set the tenant's app management policy."""
    body = {"isEnabled": True, "applicationRestrictions": {"passwordCredentials": list(restrictions), "keyCredentials": []}}
    emulator.control("PUT", "tenants/contoso/policies/defaultAppManagementPolicy", body)


def test_policy_that_forbids_secrets(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The policy is named before anything is written. Whoever may not read policies hears it from the service, and nothing is delivered."""
    restrict(emulator, {"restrictionType": "passwordAddition", "state": "enabled", "restrictForAppsCreatedAfterDateTime": "2019-01-01T00:00:00Z"})
    run = play("workspace365.yml", inventory=inventory(contoso={}))
    result = failed_well(run, emulator, "Workspace 365 (contoso)", "policy", "contoso", "nothing was written", "never exempts itself")
    assert emulator.writes() == []
    # There is no application yet: an administrator exempts the automation.
    paths = [one["path"] for one in result["failure"]["details"]["hand_off"]["graph_requests"]]
    assert "/v1.0/policies/defaultAppManagementPolicy" in paths and f"appId='{emulator.identity()['client_id']}'" in paths[-1]
    limited = emulator.identity("limited-contoso")
    own: dict[str, t.Any] = {"entra_auth": {"client_id": limited["client_id"], "client_secret": limited["secret"]}}
    own |= {"workspace365_unique_name": "blind", "workspace365_accept_second_registration": True}
    blind = play("workspace365.yml", inventory=inventory(contoso={**own, "workspace365_display_name": "Blind"}))
    failed_well(blind, emulator, "Blind", "policy", "contoso", "CredentialTypeNotAllowedAsPerAppPolicy", "never exempts itself")
    assert own_application(emulator, "contoso", "blind")["id"] in blind.output
    assert key_ids(own_application(emulator, "contoso", "blind")) == []
    assert emulator.journal("workspace365", "PUT") == []


def test_policy_that_caps_the_life_of_secrets(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The end date is clamped to what the policy allows, with a warning; the clamped secret is not renewed by every run."""
    rule = {"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P20D", "restrictForAppsCreatedAfterDateTime": "2019-01-01T00:00:00Z"}
    restrict(emulator, rule)
    run = play("workspace365.yml", inventory=inventory(contoso={})).ok()
    assert any("20 days" in text and "policy" in text for text in run.warnings()), run.warnings()
    (secret,) = own_application(emulator)["passwordCredentials"]
    assert secret["endDateTime"][:10] > secret["startDateTime"][:10]
    assert signs_in(emulator)
    again = play("workspace365.yml", inventory=inventory(contoso={})).ok()
    assert again.changed() == []
    assert key_ids(own_application(emulator)) == [secret["keyId"]]


def put_to(name: str) -> dict[str, str]:
    """The delivery to the environment of one tenant."""
    return {**PUT, "path": f"/{name}/"}


def test_refused_after_the_secret_was_made(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A definite refusal takes the new secret away again; the next run starts afresh."""
    refusals = {"contoso": 400, "fabrikam": 403, "northwind": 404}
    for name, status in refusals.items():
        body = [{"PropertyName": "Key", "Message": "No."}] if status == 400 else ""
        emulator.fault(**put_to(name), action="status", status=status, body=body)
    hosts = inventory(**dict.fromkeys(refusals))
    run = play("workspace365.yml", inventory=hosts)
    for name, status in refusals.items():
        result = failed_well(run, emulator, str(status), f"environment '{name}'", f"{name}.onmicrosoft.com", "removed again", host=name)
        kept = run.task("Keep what went wrong, for later plays and reports", name).facts["workspace365_result"]
        assert (kept["status"], kept["failure"]["http_status"], kept["failure"]["outcome"]) == ("failed", status, "refused")
        assert key_ids(own_application(emulator, name)) == []
        assert [tag for tag in own_application(emulator, name)["tags"] if tag != "tkc:created"] == []
        assert emulator.workspace365("portal", name)["sso"] is None
        if status == 404:
            assert "on-premises" in result["msg"] and "environment" in result["msg"]
    run = play("workspace365.yml", inventory=hosts).ok()
    for name in refusals:
        connected_once(emulator, run, name)


@pytest.mark.parametrize("action", ["html", "proxy_page"])
def test_a_page_in_place_of_a_refusal_takes_no_secret_away(play: Play, inventory: Inventory, emulator: Emulator, action: str) -> None:
    """A proxy answered the delivery: whether the product holds the secret is unknown, so it stays, and the next run delivers a new one first."""
    pages = {"contoso": 403, "fabrikam": 404, "northwind": 400}
    for name, status in pages.items():
        emulator.fault(**put_to(name), action=action, status=status, times=None)
    hosts = inventory(**dict.fromkeys(pages))
    run = play("workspace365.yml", inventory=hosts)
    before = {}
    for name, status in pages.items():
        failed_well(run, emulator, str(status), f"environment '{name}'", f"{name}.onmicrosoft.com", "no answer of Workspace 365", "HTTPS_PROXY", host=name)
        kept = run.task("Keep what went wrong, for later plays and reports", name).facts["workspace365_result"]
        assert (kept["failure"]["code"], kept["failure"]["outcome"]) == ("not_the_service", "unknown")
        before[name] = key_ids(own_application(emulator, name))
        assert len(before[name]) == 1
    emulator.clear_faults()
    play("workspace365.yml", inventory=hosts).ok()
    for name in pages:
        assert emulator.workspace365("portal", name)["sso"]["key_id"] not in before[name]
        assert signs_in(emulator, name)


@pytest.mark.parametrize("action", ["html", "proxy_page"])
def test_a_page_with_403_is_no_missing_right(play: Play, inventory: Inventory, emulator: Emulator, action: str) -> None:
    """Nothing waits for an administrator where a proxy answered, in a role and in its look; the next run goes on."""
    at = {"contoso": ("/oauth2PermissionGrants$", 403, "unknown"), "fabrikam": ("batch", 404, None)}
    variables = {"workspace365_consent_on_forbidden": "hand_off", "entra_timeout": 30}
    for name, (path, status, outcome) in at.items():
        emulator.fault(service="graph", method="POST", path=path, action=action, status=status, times=None)
        run = play("workspace365.yml", inventory=inventory(**{name: variables}), env=OWN_CLOCK)
        result = failed_well(run, emulator, f"{name}.onmicrosoft.com", f"answered {status}", f"no answer of {GRAPH}", "entra_graph_url")
        assert (result["failure"]["kind"], result["failure"]["outcome"]) == ("proxyanswer", outcome)
        emulator.clear_faults()
        connected_once(emulator, play("workspace365.yml", inventory=inventory(**{name: variables}), env=OWN_CLOCK).ok(), name)


def test_conditional_access_refuses_the_place(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The address is named, no credential is called wrong, and no further token is asked for."""
    emulator.fault(service="graph", action="challenge", code="LocationConditionEvaluationSatisfied", times=None)
    run = play("workspace365.yml", inventory=inventory(contoso={}))
    result = failed_well(run, emulator, "contoso.onmicrosoft.com", "address that the automation comes from", "LocationConditionEvaluationSatisfied")
    assert "check the credential" not in result["msg"].lower() and result["failure"]["kind"] == "blocked"
    assert len(emulator.journal("login", "POST")) == 1


def test_a_disabled_api_is_named(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """AADSTS500014 is about the API: it says so, and nothing about the credential."""
    api = next(item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == "00000003-0000-0000-c000-000000000000")
    emulator.update("contoso", "service_principals", api["id"], accountEnabled=False)
    run = play(write_play(workdir, task("app", "entra_app", PAYROLL)), inventory=inventory(contoso={}))
    result = failed_well(run, emulator, "contoso.onmicrosoft.com", "AADSTS500014", "service principal of the API is disabled", "entra_service_principal")
    assert "Nothing is wrong with the credential" in result["msg"]


def test_put_whose_answer_is_lost_is_sent_again(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The same value again, since the call can be repeated: one secret, whether or not the first try took effect."""
    tries = {"contoso": ("drop_before", 1), "fabrikam": ("drop_after", 3)}
    for name, (action, _taken) in tries.items():
        emulator.fault(**put_to(name), action=action, times=2)
    run = play("workspace365.yml", inventory=inventory(**dict.fromkeys(tries))).ok()
    for name, (_action, taken) in tries.items():
        writes = emulator.workspace365("portal", name)["writes"]
        assert len({item["key_id"] for item in writes}) == 1
        assert len(writes) == taken
        connected_once(emulator, run, name)


def test_put_that_stays_unknown(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Nothing is removed while it is unknown which key is held; the next run makes, delivers and marks another one first."""
    lost = {"contoso": ("drop_before", False), "fabrikam": ("drop_after", True), "northwind": ("hang", True)}
    for name, (action, _effect) in lost.items():
        emulator.fault(**put_to(name), action=action, times=None, **({"seconds": 600} if action == "hang" else {}))
    run = play("workspace365.yml", inventory=inventory(**dict.fromkeys(lost)), env=impatient("/northwind/SingleSignOnSettings"))
    before: dict[str, str] = {}
    for name, (_action, effect) in lost.items():
        failed_well(run, emulator, f"environment '{name}'", f"{name}.onmicrosoft.com", "not known", "next run", host=name)
        (before[name],) = key_ids(own_application(emulator, name))
        assert (emulator.workspace365("portal", name)["sso"] is not None) == effect
        marks = [tag for tag in own_application(emulator, name)["tags"] if before[name] in tag]
        assert len(marks) == 1 and ":p:" in marks[0], marks
    emulator.clear_faults()
    emulator.clear_journal()
    play("workspace365.yml", inventory=inventory(**dict.fromkeys(lost))).ok()
    for name in lost:
        held = emulator.workspace365("portal", name)["sso"]["key_id"]
        assert held != before[name] and held in key_ids(own_application(emulator, name))
        assert signs_in(emulator, name)
        seen = emulator.journal()
        delivered = next(entry["seq"] for entry in seen if entry["method"] == "PUT" and f"/{name}/" in entry["path"])
        removed = [entry["seq"] for entry in seen if entry["tenant"] == emulator.tenant_id(name) and "removePassword" in json.dumps(entry)]
        assert all(number > delivered for number in removed), seen


@pytest.mark.parametrize(
    ("service", "path"), [("login", "/token"), ("graph", "batch"), ("workspace365", "/Provisioning/Environment"), ("workspace365", "OAuth2$")]
)
def test_redirecting_hosts(play: Play, inventory: Inventory, emulator: Emulator, service: str, path: str) -> None:
    """A redirect is a failure that names where it leads, without the query; nothing is sent there."""
    leads_to = f"{emulator.workspace365_url('other')}/elsewhere"
    emulator.fault(service=service, path=path, action="redirect", location=f"{leads_to}?token=abcdef", times=None)
    run = play("workspace365.yml", inventory=inventory(contoso={}), env=OWN_CLOCK)
    failed_well(run, emulator, "contoso.onmicrosoft.com", "redirect", leads_to)
    assert "token=abcdef" not in run.output
    assert emulator.journal(path="elsewhere") == []
    assert emulator.workspace365("portal", "contoso")["sso"] is None
