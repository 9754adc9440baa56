# SPDX-License-Identifier: GPL-3.0-or-later
"""A service provider's multitenant application signs in to every customer's tenant without a secret, for longer than an assertion lasts."""

from __future__ import annotations

import threading
import typing as t
from pathlib import Path

import pytest
import yaml
from support.leak_plan import allowed, search_for
from support.leaks import job_caches
from support.playbooks import Run
from support.vault_files import VaultFiles
from support.waiting import eventually
from tenant_emulator.testing import Emulator

pytestmark = pytest.mark.usefixtures("unhurried")

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]

CUSTOMERS = ("contoso", "fabrikam", "northwind")
BASE = ["Application.ReadWrite.OwnedBy", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All"]
ISSUER, SUBJECT = "https://kubernetes.example", "system:serviceaccount:connectors:rollout"
# What a run has of any credential of the automation identity, unless it says otherwise.
NO_SECRET = {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None}
# A playbook of one's own: it has one Graph request more than its sign-in needs.
OWN_PLAY = [
    {
        "hosts": "all",
        "gather_facts": False,
        "tasks": [
            {
                "tenantkit.connectors.entra_app": {"unique_name": "payroll", "display_name": "Payroll"},
                "module_defaults": {"group/tenantkit.connectors.session": "{{ lookup('tenantkit.connectors.session') }}"},
            }
        ],
    }
]


@pytest.fixture
def provider(emulator: Emulator) -> dict[str, t.Any]:
    """The provider's application, in its own tenant, as every customer has consented to it."""
    made = emulator.add_application("tailspin", displayName="Fleet", signInAudience="AzureADMultipleOrgs", service_principal=True)["application"]
    for name in CUSTOMERS:
        principal = emulator.control("POST", f"tenants/{name}/servicePrincipals", {"appId": made["appId"]})
        emulator.control("POST", f"tenants/{name}/servicePrincipals/{principal['id']}/roles", {"resource": "Microsoft Graph", "names": BASE})
    return t.cast("dict[str, t.Any]", made)


def job(emulator: Emulator, provider: dict[str, t.Any]) -> dict[str, str | None]:
    """The environment of a job of GitHub Actions that the provider's application trusts."""
    begun = emulator.pipeline_job("github_actions", subject="repo:tailspin/fleet:environment:production")
    emulator.add_federated("tailspin", provider["id"], name="github", issuer=begun["issuer"], subject=begun["subject"])
    return {**NO_SECRET, "AZURE_CLIENT_ID": provider["appId"], "ENTRA_FEDERATED_SOURCE": "github_actions", **begun["environment"]}


def test_three_tenants_are_connected_without_a_secret(play: Play, inventory: Inventory, emulator: Emulator, provider: dict[str, t.Any], workdir: Path) -> None:
    env = {**job(emulator, provider), "ANSIBLE_LOG_PATH": str(workdir / "ansible.log")}
    hosts = inventory(**{name: {"connectors": ["workspace365"]} for name in CUSTOMERS})
    emulator.clear_journal()
    run = play("rollout.yml", inventory=hosts, args=("-vvvv",), env=env).ok()
    for name in CUSTOMERS:
        assert any(event.host == name and event.changed for event in run.events)
        (application,) = [item for item in emulator.tenant(name)["applications"].values() if "tkc:created" in item["tags"]]
        assert application["passwordCredentials"] != []  # the product's, not the automation's
    registered = emulator.tenant("tailspin")["applications"][provider["id"]]
    assert (registered["passwordCredentials"], registered["keyCredentials"]) == ([], [])
    assert emulator.journal("graph", path=provider["id"]) == []
    # One assertion for each token of the automation, and none of them, nor the job's own token, is anywhere.
    signed_in = [entry for entry in emulator.journal("login", "POST") if entry["status"] == 200]
    assert len(CUSTOMERS) <= len(emulator.journal("github_actions")) <= len(signed_in)
    search = search_for(emulator, VaultFiles(workdir / "credentials", emulator))
    found = search.text("stdout", run.stdout) + search.text("stderr", run.stderr) + search.folder(workdir, without=allowed(workdir))
    assert not found, "\n".join(sorted({str(item) for item in found}))
    assert (workdir / "ansible.log").stat().st_size > 1000 and job_caches(workdir / "tmp") == []
    # Nothing is left to do, so nothing but the looks is asked for.
    again = play("rollout.yml", inventory=hosts, env=env).ok()
    assert again.changed() == []


def test_a_run_outlasts_its_token_and_its_assertion(play: Play, inventory: Inventory, emulator: Emulator, provider: dict[str, t.Any], workdir: Path) -> None:
    """Its token ends before the first request to Graph, and the assertion on the way to the next token: AADSTS700024. What writes the file has renewed it."""
    emulator.add_federated("tailspin", provider["id"], name="kubernetes", issuer=ISSUER, subject=SUBJECT)
    file, book = workdir / "token", workdir / "own.yml"
    file.write_text(emulator.assertion(ISSUER, SUBJECT))
    book.write_text(yaml.safe_dump(OWN_PLAY))
    graph = emulator.fault(action="gate", service="graph", times=1)
    token = emulator.fault(action="gate", service="login", method="POST", path="/token$", skip=1, times=1)
    mine = Emulator.attach(emulator.state_dir)  # over a connection of its own

    def standing(gate: int) -> bool:
        return any(rule["id"] == gate and rule.get("waiting") for rule in mine.faults())

    def time_goes_by() -> None:
        eventually(lambda: standing(graph))
        mine.advance(4000)
        mine.open_gate(graph)
        eventually(lambda: standing(token))
        file.write_text(mine.assertion(ISSUER, SUBJECT))
        mine.open_gate(token)

    clock = threading.Thread(target=time_goes_by)
    clock.start()
    try:
        run = play(book, inventory=inventory(contoso={}), env={**NO_SECRET, "AZURE_CLIENT_ID": provider["appId"], "AZURE_FEDERATED_TOKEN_FILE": str(file)}).ok()
    finally:
        clock.join()
    assert len(run.changed()) == 1
    assert [entry["status"] for entry in emulator.journal("login", "POST")] == [200, 401, 200]
    assert [item["displayName"] for item in emulator.tenant("contoso")["applications"].values() if item["uniqueName"] == "payroll"] == ["Payroll"]


@pytest.mark.parametrize(
    ("env", "auth", "words"),
    [
        ({}, {"client_id": "{app}", "federated_source": "github_actions"}, ["'federated_source' in 'entra_auth'", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"]),
        ({}, {"client_id": "{app}", "federated_source": "azure_devops"}, ["'service_connection_id' in 'entra_auth' is missing"]),
        ({"AZURE_CLIENT_ID": "{app}", "ENTRA_FEDERATED_SOURCE": "github_actions"}, {}, ["ENTRA_FEDERATED_SOURCE asks", "ACTIONS_ID_TOKEN_REQUEST_URL"]),
    ],
)
def test_half_a_federated_sign_in_names_what_the_operator_wrote(
    env: dict[str, str], auth: dict[str, str], words: list[str], play: Play, inventory: Inventory, emulator: Emulator, provider: dict[str, t.Any]
) -> None:
    filled = {name: value.replace("{app}", provider["appId"]) for name, value in env.items()}
    given = {name: value.replace("{app}", provider["appId"]) for name, value in auth.items()}
    run = play("workspace365.yml", inventory=inventory(contoso={"entra_auth": given} if given else {}), env={**NO_SECRET, **filled}).failed()
    for word in words:
        assert word in run.failure()["msg"]
    assert emulator.writes() == [] and emulator.journal("login") == []
