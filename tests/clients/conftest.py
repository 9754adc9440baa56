# SPDX-License-Identifier: GPL-3.0-or-later
"""An emulator with its proxy, azure-cli and msgraph-sdk pointed at it, and a look at the journal after each test."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import subprocess
import typing as t
from pathlib import Path

import httpx
import pytest
from msgraph import GraphServiceClient
from tenant_emulator.testing import Emulator

from .pointed import FOREIGN, azure_cli_environment
from .sdk import graph_client
from .shapes import Tally

ROOT = Path(__file__).resolve().parents[2]
_TALLY = pytest.StashKey[Tally]()

Answer = dict[str, t.Any]


@pytest.fixture(scope="session")
def running_emulator() -> t.Iterator[Emulator]:
    """One emulator for all tests, with the proxy that clients without options need."""
    with Emulator(proxy=True) as emulator:
        yield emulator


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, certificate store or credential of the machine."""
    for name in os.environ:
        if name.upper().startswith(FOREIGN):
            monkeypatch.delenv(name)


@pytest.fixture
def refused() -> set[tuple[str, str, int]]:
    """The requests a test expects to be refused: method, end of the path without query, status."""
    return set()


@pytest.fixture(autouse=True)
def clean_journal(emulator: Emulator, refused: set[tuple[str, str, int]]) -> t.Iterator[None]:
    """Fail a test that made the emulator fail, or refuse anything that the test did not expect it to refuse."""
    yield
    bad = []
    for entry in emulator.journal():
        path, status = entry["path"].partition("?")[0], entry["status"]
        expected = any(entry["method"] == method and path.endswith(end) and status == code for method, end, code in refused)
        if status is None or status >= 500 or (status >= 400 and not expected):
            bad.append(f"{status} {entry['service']} {entry['method']} {entry['path']}")
    assert bad == []


class AzureCli:
    """azure-cli, with a configuration directory of its own."""

    def __init__(self, emulator: Emulator, config: Path) -> None:
        python = os.environ.get("CLIENTS_AZURE_CLI_PYTHON", str(ROOT / ".venv-clients" / "azure-cli" / "bin" / "python"))
        self._command = [python, "-m", "azure.cli"]
        self.shell = shlex.join(self._command)  # for a script
        self.env = azure_cli_environment(os.environ, emulator, config)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command, whatever comes of it."""
        return subprocess.run([*self._command, *arguments, "--output", "json"], env=self.env, text=True, capture_output=True, timeout=120, check=False)

    def __call__(self, *arguments: str) -> t.Any:
        """Run one command that has to work. Returns what it answered."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"az {' '.join(arguments[:3])}: {done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def login(self, client_id: str, secret: str, tenant: str) -> t.Any:
        """Sign in as a service principal. A secret may begin with a dash, which azure-cli takes for an option unless it stands behind an equals sign."""
        return self("login", "--service-principal", "--username", client_id, f"--password={secret}", "--tenant", tenant, "--allow-no-subscriptions")


@pytest.fixture
def azure_cli(emulator: Emulator, tmp_path: Path) -> t.Callable[[str], AzureCli]:
    """Makes an azure-cli that nobody has signed in to; the name tells several apart."""
    return lambda name: AzureCli(emulator, tmp_path / name)


@pytest.fixture
def az(emulator: Emulator, azure_cli: t.Callable[[str], AzureCli]) -> AzureCli:
    """azure-cli, signed in to contoso as the automation identity."""
    cli, identity = azure_cli("az"), emulator.identity()
    cli.login(identity["client_id"], identity["secret"], "contoso.onmicrosoft.com")
    return cli


class Sdk:
    """msgraph-sdk's client and a loop to wait on: C(sdk(sdk.graph.applications.get()))."""

    def __init__(self, graph: GraphServiceClient, runner: asyncio.Runner) -> None:
        self.graph = graph
        self._runner = runner

    def __call__(self, call: t.Coroutine[t.Any, t.Any, t.Any]) -> t.Any:
        return self._runner.run(call)


@pytest.fixture
def sdk_as(emulator: Emulator) -> t.Iterator[t.Callable[..., Sdk]]:
    """Makes an SDK client that signs in as a configured identity, pointed at the emulator by its own options."""
    opened: list[httpx.AsyncClient] = []
    with asyncio.Runner() as runner:

        def make(identity: str = "automation", tenant: str = "contoso") -> Sdk:
            found = emulator.identity(identity)
            graph, plain = graph_client(
                login_url=emulator.login_url,
                graph_url=emulator.graph_url,
                ca_path=emulator.ca_path,
                tenant_id=emulator.tenant_id(tenant),
                client_id=found["client_id"],
                secret=found["secret"],
            )
            opened.append(plain)
            return Sdk(graph, runner)

        yield make
        for client in opened:
            runner.run(client.aclose())


@pytest.fixture
def sdk(sdk_as: t.Callable[..., Sdk]) -> Sdk:
    """msgraph-sdk, signed in to contoso as the automation identity."""
    return sdk_as()


@pytest.fixture
def tally(pytestconfig: pytest.Config) -> Tally:
    """Counts what was held against the SDK's models, over all tests."""
    if _TALLY not in pytestconfig.stash:
        pytestconfig.stash[_TALLY] = Tally()
    return pytestconfig.stash[_TALLY]


def pytest_configure(config: pytest.Config) -> None:
    """What the SDK says about its own generated code is no news."""
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:(msgraph|kiota).*")


def pytest_terminal_summary(terminalreporter: t.Any, config: pytest.Config) -> None:
    """Say how much was held against the models, and what they have that the emulator never answers."""
    tally = config.stash.get(_TALLY, None)
    if tally is None or not tally.answers:
        return
    rest = {name: len(missing) for name, missing in tally.never_answered().items() if missing}
    terminalreporter.section("held against the models of msgraph-sdk")
    terminalreporter.line(f"{tally.answers} answers, {tally.objects} objects of {len(tally.seen)} types")
    parts = ", ".join(f"{name} {count}" for name, count in sorted(rest.items(), key=lambda item: -item[1]))
    terminalreporter.line(f"properties and links of v1.0 that no answer had: {sum(rest.values())} ({parts})")
