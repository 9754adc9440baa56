# SPDX-License-Identifier: GPL-3.0-or-later
"""What a preflight says of a generated tenant is what a rollout then meets: no "go" is contradicted, and nothing is written before.

Each seed is one tenant: a connector, the rights of the automation identity, policies, blockers, names that are taken, and the state of the product. A failure
names the seed.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultSecret
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.preflight import judged
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato import client as workato
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._vault import VaultBox
from component.plugins.module_utils._products.generated_tenants import ENDS_WELL, Tenant
from cryptography.hazmat.primitives.asymmetric import rsa
from support.certificate_samples import KEY
from support.identities import Identity
from support.in_process import InProcess
from support.role_runner import RoleRunner, TaskFailed
from support.sampling import sampled

SEEDS, SLICE = 1000, 20


@pytest.fixture(scope="module")
def in_process(tmp_path_factory: pytest.TempPathFactory) -> InProcess:
    return InProcess(tmp_path_factory.mktemp("emulator"))


@pytest.fixture
def site(in_process: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Callable[[], InProcess]:
    """The emulator in this process, as its configuration says; time passes only where a run waits."""
    in_process.in_place_of_the_network(monkeypatch)
    monkeypatch.setattr(Budget.__init__, "__defaults__", (lambda: in_process.now, in_process.advance))
    monkeypatch.setattr(workato, "OTHER_LIMIT", (1, 0.0))
    monkeypatch.setattr(rsa, "generate_private_key", lambda **_how: KEY)

    def fresh() -> InProcess:
        in_process.reset(forget=True)
        in_process.settings(workato_lists_per_minute=0, workato_others_per_second=0)
        return in_process

    return fresh


def runner(emulator: InProcess, host: dict[str, t.Any], folder: Path, client: dict[str, str], job: str) -> RoleRunner:
    """A run with a job of its own."""
    environ = {**emulator.env(), "AZURE_CLIENT_ID": client["auth_client_id"], "AZURE_CLIENT_SECRET": client["auth_client_secret"]}
    directory = folder / job
    directory.mkdir(parents=True, exist_ok=True)
    vault = VaultBox([("demo", VaultSecret(b"demo"))])
    return RoleRunner(host, {**environ, "TENANTKIT_JOB_DIR": str(directory)}, folder, {"vault": lambda: vault})


def rollout(run: RoleRunner, connector: str) -> tuple[str, str]:
    """How a rollout ends: its status, and the sentence of a failure."""
    try:
        return str(run.role(connector)["status"]), ""
    except TaskFailed as failed:
        return "failed", str(failed)


def one_tenant(emulator: InProcess, tenant: Tenant, folder: Path) -> tuple[dict[str, t.Any], str, str]:
    """What the preflight says of a tenant, and how a rollout of it ends."""
    identity = Identity(emulator)
    automation = emulator.identity()
    client = {"auth_client_id": automation["client_id"], "auth_client_secret": automation["secret"]}

    def connect(host: dict[str, t.Any]) -> None:
        status, sentence = rollout(runner(emulator, host, folder, client, "before"), tenant.connector)
        assert status in ENDS_WELL, sentence

    host = tenant.prepare(emulator, connect, identity, folder)
    emulator.clear_journal()
    foreseen, asked = runner(emulator, host, folder, identity.client, "preflight").preflight(tenant.connector)
    assert emulator.writes() == []
    said = judged({tenant.connector: foreseen}, asked)
    status, sentence = rollout(runner(emulator, host, folder, identity.client, "rollout"), tenant.connector)
    return said, status, sentence


SLICES = {f"tenants-{first}-to-{first + SLICE - 1}": first for first in range(0, SEEDS, SLICE)}


@pytest.mark.parametrize("first", sampled(SLICES, *list(SLICES)[:3]))
def test_no_go_is_contradicted_by_a_rollout(site: t.Callable[[], InProcess], tmp_path: Path, first: int) -> None:
    """Nor is a no-go: a rollout of that tenant does not end well. What is not assessed may go either way."""
    wrong, verdicts = [], set()
    for seed in range(first, first + SLICE):
        tenant = Tenant.of(seed)
        try:
            said, status, sentence = one_tenant(site(), tenant, tmp_path / str(seed))
        except BaseException as error:
            raise AssertionError(f"seed {seed}: {tenant}") from error
        verdicts.add(said["verdict"])
        if said["verdict"] != "not_assessed" and (said["verdict"] == "go") is not (status in ENDS_WELL):
            wrong.append((tenant, said["connectors"][0]["reasons"], status, sentence))
    assert not wrong, "\n\n".join(map(str, wrong))
    assert {"go", "no_go"} <= verdicts, "tenants of which all are the same try nothing"
