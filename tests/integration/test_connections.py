# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shared steps do with connections that are not simple: several on one host, half-done ones, brought back ones, refused ones."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from integration.workspace365.connection import Connection
from integration.workspace365.helpers import own_application, signs_in
from support.playbooks import Run
from support.plays import failed_well, key_ids, little, role_play, scopes_of, write_play
from support.waiting import OWN_CLOCK
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

DAY = 86400
ABSENT = {"workspace365_state": "absent"}
PAYROLL = {
    "entra_connector_name": "payroll",
    "entra_connector_result": "payroll_result",
    "entra_connector_app": {"unique_name": "payroll.x", "display_name": "Payroll"},
    "entra_connector_permissions": [{"resource": "Microsoft Graph", "delegated": ["User.Read"]}],
}
DENIED = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}
NOT_THERE = {"error": {"code": "Request_ResourceNotFound", "message": "Resource 'x' does not exist."}}


def roles(folder: Path, *steps: tuple[str, t.Mapping[str, t.Any]], **keywords: t.Any) -> Path:
    """A play that includes roles one after the other."""
    tasks = [{"name": name, "ansible.builtin.include_role": {"name": f"tenantkit.connectors.{name}"}, "vars": dict(more)} for name, more in steps]
    path = folder / "roles.yml"
    path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks, **keywords}]))
    return path


def reported(run: Run, fact: str) -> dict[str, t.Any]:
    """The last result of a connector in a run."""
    found = [event.facts[fact] for event in run.events if fact in event.facts]
    return t.cast("dict[str, t.Any]", found[-1])


def undecided(emulator: Emulator) -> str:
    """A second mark beside the delivered one, as a delivery leaves it whose outcome stayed unknown. Returns the id of its key."""
    connection = Connection(emulator)
    application = connection.application
    ((_kind, key_id, content),) = connection.marks()
    (target,) = (tag.split(":")[2] for tag in application["tags"] if key_id in tag)
    new = "11111111-2222-4333-8444-555555555555"
    emulator.update("contoso", "applications", application["id"], tags=[*application["tags"], f"tkc:workspace365:{target}:p:{new}:{content}"])
    return new


def test_absent_needs_its_confirmation_while_a_delivery_is_undecided(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A pending mark takes nothing away from the delivered one: the product holds one of the two keys, and everybody would be locked out."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    undecided(emulator)
    emulator.clear_journal()
    failed_well(play("workspace365.yml", inventory=inventory(contoso=ABSENT)), emulator, "workspace365_absent_confirmed", "locks every user out")
    assert emulator.writes() == []
    assert signs_in(emulator)


def test_an_undecided_delivery_is_ours_on_an_unclear_page(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The next run mints and delivers, as promised, also where the sign-in page says nothing."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    undecided(emulator)
    emulator.set_workspace365("portal", "contoso", page_mode="error")
    play("workspace365.yml", inventory=inventory(contoso={})).ok()
    Connection(emulator).check_connected()


@pytest.mark.exhaustive
def test_hand_off_ends_the_same_way_every_time(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """An identity that may not even see grants hands off again; once somebody has consented and says so, it goes on."""
    hosts = little(emulator, "Application.ReadWrite.OwnedBy", "Organization.Read.All")
    for status in ("awaiting_consent", "consent_not_assessed"):  # of an application that this run made it is known that nobody has consented
        run = play("workspace365.yml", inventory=inventory(contoso=hosts)).ok()
        assert reported(run, "workspace365_result")["status"] == status
        assert f"{emulator.tenant_id('contoso')}/v2.0/adminconsent" in run.output
    assert emulator.journal("workspace365", "PUT") == []
    given = {**hosts, "workspace365_consent": "none"}
    run = play("workspace365.yml", inventory=inventory(contoso=given)).ok()
    result = reported(run, "workspace365_result")
    assert result["status"] == "connected" and signs_in(emulator)
    again = play("workspace365.yml", inventory=inventory(contoso=given)).ok()
    assert again.changed() == []
    assert "403" in reported(again, "workspace365_result")["consent"]["unread"]


def test_with_serial_hosts_that_mean_the_same_are_told_before_anything_is_written(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The inventory says it, so no host has to run first; a third host goes on."""
    hosts = inventory(contoso={}, northwind={}, wingtip={"entra_tenant_id": "fabrikam.onmicrosoft.com", "workspace365_environment": "CONTOSO"})
    for keywords in ({"serial": 2}, {"strategy": "free"}):
        run = play(write_play(workdir, roles=["tenantkit.connectors.workspace365"], **keywords), inventory=hosts)
        for host in ("contoso", "wingtip"):
            failed_well(run, emulator, "contoso and wingtip", "Nothing was written", host=host)
        assert {entry["tenant"] for entry in emulator.journal("graph")} == {emulator.tenant_id("northwind")}
    assert signs_in(emulator, "northwind")


def test_one_application_by_two_names_is_found_out(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A client id on one host and the unique name on another lead to the same application."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    emulator.clear_journal()
    other = {"entra_tenant_id": emulator.tenant_id("contoso"), "workspace365_environment": "fabrikam"}
    hosts = inventory(contoso={}, again={**other, "workspace365_client_id": own_application(emulator)["appId"], "workspace365_force": True})
    failed_well(play("workspace365.yml", inventory=hosts), emulator, "again and contoso", host="again")
    assert emulator.writes() == []


def test_connectors_of_one_host_report_their_own(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """What an earlier connector of the same host registered is not in the result of a later one."""
    hosts = inventory(contoso={})
    play(roles(workdir, ("entra_connector", PAYROLL)), inventory=hosts).ok()
    run = play(roles(workdir, ("workspace365", {}), ("entra_connector", {**PAYROLL, "entra_connector_state": "absent"})), inventory=hosts).ok()
    result = reported(run, "payroll_result")
    assert result["status"] == "absent" and result["app"]["display_name"] == "Payroll"
    assert "Workspace" not in str(result), result


def test_a_connector_that_waits_reports_no_other_ones_secret(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """One that ends before its credential has none to report, although the connector before it made one."""
    (workdir / "nothing.yml").write_text("[]\n")
    waiting = {
        **PAYROLL,
        "entra_connector_permissions": [{"resource": "Microsoft Graph", "application": ["Group.Read.All"]}],
        "entra_connector_consent": {"on_forbidden": "hand_off"},
        "entra_connector_secret": {"name": "payroll"},
        "entra_connector_delivery": {"instance": "payroll"},
        "entra_connector_deliver_tasks": str(workdir / "nothing.yml"),
    }
    granting = little(emulator, "Application.ReadWrite.OwnedBy", "Organization.Read.All", "DelegatedPermissionGrant.ReadWrite.All", "Application.Read.All")
    run = play(roles(workdir, ("workspace365", {}), ("entra_connector", waiting)), inventory=inventory(contoso=granting)).ok()
    assert reported(run, "workspace365_result")["secret"]["key_id"] in key_ids(own_application(emulator))
    result = reported(run, "payroll_result")
    assert result["status"] == "awaiting_consent" and result["secret"].get("key_id") is None, result["secret"]


def test_a_product_gives_its_credential_back_before_anything_is_taken_away(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """While that fails everything stays. A restored application does not say that the product has what was taken out of it."""
    (workdir / "nothing.yml").write_text("[]\n")
    withdraw = workdir / "withdraw.yml"
    connected = {
        **PAYROLL,
        "entra_connector_service_principal": {"account_enabled": True},
        "entra_connector_secret": {"name": "payroll"},
        "entra_connector_delivery": {"instance": "payroll"},
        "entra_connector_deliver_tasks": str(workdir / "nothing.yml"),
        "entra_connector_withdraw_tasks": str(withdraw),
    }
    absent = {**connected, "entra_connector_state": "absent", "entra_connector_absent_confirmed": "payroll"}
    hosts = inventory(contoso={})
    first = reported(play(roles(workdir, ("entra_connector", connected)), inventory=hosts).ok(), "payroll_result")
    emulator.clear_journal()
    withdraw.write_text("- {name: Ask the product, ansible.builtin.fail: {msg: 'The product does not answer.'}}\n")
    failed_well(play(roles(workdir, ("entra_connector", absent)), inventory=hosts), emulator, "does not answer")
    assert emulator.writes() == []
    withdraw.write_text("- name: Ask the product\n  ansible.builtin.debug: {var: entra_connector_look.connection.app.app_id}\n")
    run = play(roles(workdir, ("entra_connector", absent)), inventory=hosts).ok()
    assert first["app"]["app_id"] in run.task("Ask the product").result.values()
    assert reported(run, "payroll_result")["status"] == "absent"
    again = {**connected, "entra_connector_app": {**PAYROLL["entra_connector_app"], "on_soft_deleted": "restore"}}
    result = reported(play(roles(workdir, ("entra_connector", again)), inventory=hosts).ok(), "payroll_result")
    assert result["app"]["app_id"] == first["app"]["app_id"]
    assert result["secret"]["key_id"] not in (None, first["secret"]["key_id"])


def test_adopting_by_display_name_takes_one_run(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """The look finds the application that is to be adopted, so that its permissions are requested in the same run."""
    emulator.add_application("contoso", displayName="Workspace by hand")
    hosts = inventory(contoso={"workspace365_adopt": True, "workspace365_display_name": "Workspace by hand"})
    play("workspace365.yml", inventory=hosts).ok()
    application = own_application(emulator)
    assert application["displayName"] == "Workspace by hand"
    assert [len(entry["resourceAccess"]) for entry in application["requiredResourceAccess"]] == [2]
    assert play("workspace365.yml", inventory=hosts).ok().changed() == []


def test_adopting_a_multitenant_registration_leaves_its_audience(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Narrowing it could lock others out, and Workspace 365 works with it as it is."""
    made = emulator.add_application("contoso", displayName="By hand", signInAudience="AzureADMultipleOrgs")["application"]
    play("workspace365.yml", inventory=inventory(contoso={"workspace365_client_id": made["appId"], "workspace365_adopt": True})).ok()
    assert emulator.tenant("contoso")["applications"][made["id"]]["signInAudience"] == "AzureADMultipleOrgs"
    assert signs_in(emulator)


def test_restoring_brings_everything_up_to_date_in_one_run(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A restored application requests what it requested when it was deleted; what is wanted by now comes in the same run."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    play("workspace365.yml", inventory=inventory(contoso={**ABSENT, "workspace365_absent_confirmed": "contoso"})).ok()
    wanted = [{"resource": "Microsoft Graph", "delegated": ["openid", "User.Read", "Mail.Send"]}]
    more = {"workspace365_on_soft_deleted": "restore", "workspace365_permissions": "custom", "workspace365_custom_permissions": wanted}
    play("workspace365.yml", inventory=inventory(contoso=more)).ok()
    application = own_application(emulator)
    assert [len(entry["resourceAccess"]) for entry in application["requiredResourceAccess"]] == [3]
    assert {"openid", "User.Read", "Mail.Send"} in scopes_of(emulator, "contoso", application["appId"])
    assert signs_in(emulator)
    assert play("workspace365.yml", inventory=inventory(contoso=more)).ok().changed() == []


@pytest.mark.exhaustive
def test_retiring_an_old_key_asks_nothing_of_the_product(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """A run with nothing to deliver sends nothing there, and needs no provisioning key."""
    play("workspace365.yml", inventory=inventory(contoso={})).ok()
    play("workspace365.yml", inventory=inventory(contoso={"workspace365_force": True})).ok()
    assert len(key_ids(own_application(emulator))) == 2
    emulator.advance(8 * DAY)
    emulator.clear_journal()
    run = play("workspace365.yml", inventory=inventory(contoso={"workspace365_provisioning_key": ""})).ok()
    assert emulator.journal("workspace365") == []
    (left,) = key_ids(own_application(emulator))
    assert reported(run, "workspace365_result")["secret"]["managed"][0]["key_id"] == left
    assert signs_in(emulator)


def test_a_rotation_looks_at_the_page_under_our_mark(connected: Play, play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Somebody connected the environment to another tenant since: that is not overwritten, whatever is set."""
    connected("workspace365.yml", inventory=inventory(contoso={}))
    other = {"authority": "https://login.windows.net/fabrikam.com", "client_id": "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa", "key": "made-by-hand-long-ago"}
    emulator.set_workspace365("portal", "contoso", sso=other)
    emulator.clear_journal()
    run = play("workspace365.yml", inventory=inventory(contoso={"workspace365_force": True, "workspace365_take_over": True}))
    failed_well(run, emulator, "another tenant", "fabrikam.com")
    assert emulator.writes() == []


def test_an_authority_of_another_tenant_is_refused(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Everybody would be sent to another customer's sign-in."""
    wrong = {"workspace365_authority": "https://login.windows.net/fabrikam.com"}
    failed_well(play("workspace365.yml", inventory=inventory(contoso=wrong)), emulator, "fabrikam.com", "the sign-in of another tenant", "Contoso")
    assert emulator.writes() == []


def test_a_malformed_authority_is_found_before_anything_is_written(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    """Not only when it is delivered, after an application, a consent and a secret were made for it."""

    def refused(authority: str, word: str, **more: t.Any) -> None:
        run = play("workspace365.yml", inventory=inventory(contoso={"workspace365_authority": authority}), **more)
        failed_well(run, emulator, authority.partition("?")[0], word, "contoso.onmicrosoft.com")
        assert emulator.writes() == []

    refused("login.windows.net/contoso.com", "https://")
    refused("http://login.windows.net/contoso.com", "http://", check=True)
    play("workspace365.yml", inventory=inventory(contoso={})).ok()
    emulator.clear_journal()
    refused("https://login.windows.net/contoso.com?p=1", "query")


def test_without_a_provisioning_key_there_is_a_sentence(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    run = play("workspace365.yml", inventory=inventory(contoso={"workspace365_provisioning_key": ""}))
    failed_well(run, emulator, "workspace365_provisioning_key", "Contoso")
    assert emulator.writes() == []


def test_the_reason_is_not_lost_when_the_clean_up_fails_too(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    emulator.fault(service="workspace365", method="PUT", path="OAuth2", action="status", status=403)
    emulator.fault(service="graph", method="POST", path="removePassword", action="status", status=403, body=DENIED, times=None)
    run = play("workspace365.yml", inventory=inventory(contoso={}))
    (left,) = key_ids(own_application(emulator))
    failed_well(run, emulator, "provisioning key was not accepted", f"{left} was not delivered and could not be removed", "Authorization_RequestDenied")


@pytest.mark.exhaustive
def test_a_refusal_does_not_take_the_key_from_a_sink(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The sink is written first. What it stored is in somebody's hands, whatever the product says then; the next run settles it."""
    sink = workdir / "sink.yml"
    held = workdir / "held.json"
    lookup = f"lookup('ansible.builtin.file', '{held}', errors='ignore') | default('{{}}', true) | from_json"
    sink.write_text(
        yaml.safe_dump(
            [
                {
                    "name": "Keep it",
                    "ansible.builtin.copy": {
                        "dest": str(held),
                        "mode": "0600",
                        "content": "{{ {'key': entra_connector_key_id, 'value': entra_connector_secret_value} | to_json }}",
                    },
                    "when": "entra_connector_sink_action == 'store'",
                },
                {
                    "name": "Say whether it is held",
                    "ansible.builtin.set_fact": {"entra_connector_sink_holds": f"{{{{ ({lookup}).key | default('') == entra_connector_key_id }}}}"},
                    "when": "entra_connector_sink_action == 'holds'",
                },
            ]
        )
    )
    emulator.fault(service="workspace365", method="PUT", path="OAuth2", action="status", status=403)
    hosts = inventory(contoso={"entra_connector_sink": {"type": "tasks", "file": str(sink)}, "ansible_python_interpreter": "{{ ansible_playbook_python }}"})
    run = play("workspace365.yml", inventory=hosts).failed()
    assert "stays, because a sink has stored it (tasks)" in run.failure()["msg"], run.failure()["msg"]
    stored = yaml.safe_load(held.read_text())
    application = own_application(emulator)
    assert stored["key"] in key_ids(application)
    assert emulator.token("contoso", application["appId"], stored["value"])["status"] == 200
    play("workspace365.yml", inventory=hosts).ok()
    stored = yaml.safe_load(held.read_text())
    assert emulator.workspace365("portal", "contoso")["sso"]["key_id"] == stored["key"]
    assert signs_in(emulator)
    assert play("workspace365.yml", inventory=hosts).ok().changed() == []


def test_a_purge_right_after_a_delete_waits_for_the_deleted_object(
    connected: Play, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path
) -> None:
    made = write_play(workdir, {"name": "make", "tenantkit.connectors.entra_app": {"unique_name": "payroll"}})
    object_id = connected(made, inventory=inventory(contoso={})).task("make").result["app"]["object_id"]
    emulator.fault(service="graph", method="DELETE", path="deletedItems", action="status", status=404, body=NOT_THERE)
    gone = write_play(workdir, {"name": "purge", "tenantkit.connectors.entra_app": {"object_id": object_id, "state": "absent", "purge": True}})
    play(gone, inventory=inventory(contoso={})).ok()
    assert object_id not in emulator.tenant("contoso")["deleted"]


def test_a_prediction_asks_the_tenant_guard(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Check mode does not promise what the run refuses."""
    options = {"unique_name": "payroll", "expected_domain": "fabrikam.com"}
    playbook = write_play(workdir, {"name": "make", "tenantkit.connectors.entra_app": options})
    failed_well(play(playbook, inventory=inventory(contoso={}), check=True), emulator, "fabrikam.com")


def test_a_lost_answer_to_a_change_is_looked_at(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The write was carried out, its answer lost: it is found, and not written over what others may have changed since."""
    made = write_play(workdir, {"name": "make", "tenantkit.connectors.entra_app": {"unique_name": "payroll"}})
    connected(made, inventory=inventory(contoso={}))
    emulator.clear_journal()
    emulator.fault(service="graph", method="PATCH", path="applications/", action="drop_after")
    change = write_play(workdir, {"name": "change", "tenantkit.connectors.entra_app": {"unique_name": "payroll", "notes": "n"}})
    assert play(change, inventory=inventory(contoso={})).ok().task("change").changed
    assert [entry["method"] for entry in emulator.writes()] == ["PATCH"]
    assert own_application(emulator, "contoso", "payroll")["notes"] == "n"


def test_no_time_at_all_is_a_mistake(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    for seconds in (0, -3):
        playbook = write_play(workdir, {"name": "make", "tenantkit.connectors.entra_app": {"unique_name": "payroll", "timeout": seconds}})
        failed_well(play(playbook, inventory=inventory(contoso={})), emulator, "timeout", str(seconds))
    assert emulator.journal() == []


def test_a_dropped_connection_has_an_id(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """Where no answer came, our own id is all that support can search for."""
    emulator.fault(service="graph", method="POST", path="batch", action="drop_before", times=None)
    playbook = write_play(workdir, {"name": "make", "tenantkit.connectors.entra_app": {"unique_name": "payroll"}})
    failure = failed_well(play(playbook, inventory=inventory(contoso={}), env=OWN_CLOCK), emulator, "client request id")["failure"]
    assert failure["client_request_id"]


def test_a_run_shows_what_it_did_with_secrets(connected: Play, play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The roles hide values, not what is done with them. A task that somebody else hides stays hidden."""
    run = connected("workspace365.yml", inventory=inventory(contoso={}))
    key_id = key_ids(own_application(emulator))[0]
    for line in (
        "[contoso] entra_managed_credential: mint secret 'workspace365' valid 180 days",
        "[contoso] entra_managed_credential: mark secret 'workspace365' as pending for workspace365",
        f"[contoso] workspace365_sso: set single sign-on of environment 'contoso' to https://login.windows.net/contoso.com with key {key_id}",
        f"[contoso] entra_managed_credential: mark key {key_id} as delivered to workspace365",
    ):
        assert line in run.output, run.output
    assert "no_log hides" not in run.output
    own = write_play(workdir, {"name": "own", "tenantkit.connectors.entra_app": {"unique_name": "payroll"}, "no_log": True})
    assert "entra_app: did 1 action (no_log hides which)" in play(own, inventory=inventory(contoso={})).ok().output


@pytest.mark.exhaustive
def test_another_connectors_waiting_for_consent_is_not_passed_on(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """The one before is handed off; the one after is as it should be, does nothing, and says so."""
    platform = {"power_platform_role": "", "power_platform_credential": "none"}
    play("power_platform.yml", inventory=inventory(contoso=platform)).ok()
    granting = little(emulator, "Application.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All")
    waiting = {
        **PAYROLL,
        "entra_connector_permissions": [{"resource": "Microsoft Graph", "application": ["Group.Read.All"]}],
        "entra_connector_consent": {"on_forbidden": "hand_off"},
    }
    both = roles(workdir, ("entra_connector", waiting), ("power_platform", {}))
    run = play(both, inventory=inventory(contoso={**platform, **granting})).ok()
    assert reported(run, "payroll_result")["status"] == "awaiting_consent"
    assert reported(run, "power_platform_result")["status"] == "ready_for_authorization"
    assert reported(run, "power_platform_result")["changed"] is False


def test_the_module_defaults_of_a_play_stay_in_force(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    """A play of the operator's own may give the credential to the whole group of modules: the roles say only what the host says."""
    identity = emulator.identity()
    credential = {"auth_method": "client_secret", "auth_client_id": identity["client_id"], "auth_client_secret": identity["secret"]}
    nothing = {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None}
    hosts = inventory(contoso={}, fabrikam={"entra_auth": {"client_id": identity["client_id"], "client_secret": "not-the-secret"}})
    run = play(role_play(workdir, "workspace365", defaults=credential), inventory=hosts, env=nothing)
    assert run.returncode == 2, run.output
    assert all(event.status != "failed" for event in run.events if event.host == "contoso"), run.output
    assert run.task("Report the connection", "contoso").facts["workspace365_result"]["status"] == "connected"
    # What a host says goes first.
    assert "AADSTS7000215" in run.failure("fabrikam")["msg"]
